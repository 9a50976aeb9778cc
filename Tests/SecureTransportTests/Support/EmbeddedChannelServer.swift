import NIOCore
import NIOEmbedded

@testable import SecureTransport

/// A TLS handler in an `EmbeddedChannel`, with what it reported.
final class EmbeddedChannelServer {
    let channel: EmbeddedChannel
    private(set) var failure: TLSFailure?

    init(_ configuration: TLSConfiguration) throws {
        channel = try EmbeddedChannel.server(TLSServerContext(configuration))
    }

    /// Hands bytes to the server; notes the failure that they cause.
    func send(_ bytes: [UInt8]) {
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            try channel.throwIfErrorCaught()
        } catch {
            failure = error as? TLSFailure
        }
    }
}
