internal import NIOCore

/// Cleartext that was written and waits for a flush, small pieces joined so that they share a record.
///
/// An HTTP answer is written as head, body and end: three records if each were encrypted by itself.
struct PendingWrites {
    private(set) var buffers: [ByteBuffer] = []
    private(set) var bytes = 0
    private var promises: [EventLoopPromise<Void>] = []

    var isEmpty: Bool { buffers.isEmpty && promises.isEmpty }

    mutating func append(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>?) {
        if let promise { promises.append(promise) }
        let count = buffer.readableBytes
        guard count > 0 else { return }
        bytes += count
        let last = buffers.count - 1
        if last >= 0, buffers[last].readableBytes + count <= TLSConnection.recordBytes {
            buffers[last].writeImmutableBuffer(buffer)
        } else {
            buffers.append(buffer)
        }
    }

    /// One promise that settles all those of the writes; forgets everything.
    mutating func settle() -> EventLoopPromise<Void>? {
        buffers.removeAll(keepingCapacity: true)
        bytes = 0
        guard let first = promises.first else { return nil }
        for promise in promises.dropFirst() { first.futureResult.cascade(to: promise) }
        promises.removeAll(keepingCapacity: true)
        return first
    }

    /// Fails every write; forgets everything.
    mutating func fail(_ error: any Error) {
        let failed = promises
        self = PendingWrites()
        for promise in failed { promise.fail(error) }
    }
}
