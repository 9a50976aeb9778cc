internal import LedgerStore

/// Brings entries to a receiver. Confined to one thread; after a failure it is connected anew by the next call.
protocol StreamSink: AnyObject {
    /// How many entries, and bytes of them, a batch may have.
    var batch: (entries: Int, bytes: Int) { get }

    /// Brings entries, in their order. Throws where it is not known that they arrived; then they are brought again.
    func send(_ entries: [StreamEntry]) throws(RelayFailure)

    /// Up to where everything has certainly arrived, as far as that can be known; `nil` if nothing new is known. Throws
    /// where the connection is lost, so that what is not settled is brought again.
    func settled() throws(RelayFailure) -> LedgerPosition?

    /// Entries that the receiver has refused for good, and said so.
    var refused: UInt64 { get }

    /// Lets go of the connection.
    func disconnect()
}
