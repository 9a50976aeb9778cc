internal import TransparencyLog

/// Asks for cosignatures of the newest checkpoint, one after the other.
final class CosigningThread: @unchecked Sendable {
    private let cosigner: any CheckpointCosigner
    private let directory: LedgerDirectory
    private let monitor = Monitor()
    // Guarded by the monitor.
    private var newest: (checkpoint: SignedCheckpoint, log: Int)?
    private var isClosing = false

    init(_ cosigner: any CheckpointCosigner, _ directory: LedgerDirectory) {
        self.cosigner = cosigner
        self.directory = directory
    }

    /// Takes a checkpoint in the place of one that still waits.
    func take(_ checkpoint: SignedCheckpoint, log: Int) {
        monitor.lock()
        newest = (checkpoint, log)
        monitor.unlock()
        monitor.signal()
    }

    /// Lets the thread end after the one that it is at.
    func close() {
        monitor.lock()
        isClosing = true
        monitor.unlock()
        monitor.signal()
    }

    /// Works until told to close.
    func run(_ give: ([UInt8], [NoteSignature]) -> Void) {
        while true {
            monitor.lock()
            while newest == nil, !isClosing { monitor.wait() }
            let work = newest
            newest = nil
            let isLast = isClosing
            monitor.unlock()
            guard !isLast, let (checkpoint, log) = work else { return }
            let signatures = cosigner.cosignatures(for: checkpoint, directory: directory.logPath(log))
            if !signatures.isEmpty { give(checkpoint.text, signatures) }
        }
    }
}
