private import COpenSSL
internal import NIOCore

/// The ciphertext that one connection has received and has to send; what its BIO reads and writes.
///
/// The BIO never blocks on writing: what it takes is bounded by what the handler lets in, see ``TLSServerHandler``.
final class CiphertextBuffers {
    /// Received and not yet read by OpenSSL.
    var inbound = ByteBuffer()
    /// Written by OpenSSL and not yet sent.
    var outbound = ByteBuffer()
    /// Whether `outbound`'s bytes were given away: the next write begins anew, in the same storage if that is free.
    private var isTaken = false

    /// Idle connections keep no more than this of either buffer.
    private static let keptCapacity = 4096

    func receive(_ buffer: ByteBuffer) {
        if inbound.readableBytes == 0 {
            inbound = buffer
        } else {
            inbound.writeImmutableBuffer(buffer)
        }
    }

    var hasOutbound: Bool { !isTaken && outbound.readableBytes > 0 }

    /// Makes room for `bytes` more, so that writing them does not grow the buffer step by step.
    func reserve(_ bytes: Int) {
        if isTaken {
            isTaken = false
            outbound.clear(minimumCapacity: bytes)
        } else {
            outbound.reserveCapacity(minimumWritableBytes: bytes)
        }
    }

    /// Everything to send. The buffer's storage is used again once nobody else holds it.
    func takeOutbound() -> ByteBuffer {
        isTaken = true
        let taken = outbound
        if outbound.capacity > Self.keptCapacity { outbound = ByteBuffer() }
        return taken
    }

    /// Lets go of received storage that was read to its end.
    func releaseInbound() {
        if inbound.readableBytes == 0, inbound.capacity > 0 { inbound = ByteBuffer() }
    }

    fileprivate func read(_ into: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(into.count, inbound.readableBytes)
        guard count > 0 else { return 0 }
        inbound.readWithUnsafeReadableBytes { bytes in
            into.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        return count
    }

    fileprivate func write(_ bytes: UnsafeRawBufferPointer) {
        if isTaken {
            isTaken = false
            outbound.clear(minimumCapacity: bytes.count)
        }
        outbound.writeBytes(bytes)
    }
}

/// OpenSSL's I/O abstraction over ``CiphertextBuffers``, instead of sockets or memory BIOs.
enum ByteBufferBIO {
    /// One method table for the whole process; never freed.
    private nonisolated(unsafe) static let method: OpaquePointer? = makeMethod()

    /// A BIO over `buffers`, which the caller keeps alive longer than the BIO; nil when memory is short.
    static func make(over buffers: CiphertextBuffers) -> OpaquePointer? {
        guard let method, let bio = BIO_new(method) else { return nil }
        BIO_set_data(bio, Unmanaged.passUnretained(buffers).toOpaque())
        BIO_set_init(bio, 1)
        return bio
    }

    private static func makeMethod() -> OpaquePointer? {
        guard let method = BIO_meth_new(tls_bio_type(), "ByteBuffer") else { return nil }
        BIO_meth_set_read(method) { bio, into, count in
            guard let bio, let into, count > 0, let data = BIO_get_data(bio) else { return -1 }
            tls_bio_clear_retry(bio)
            let room = UnsafeMutableRawBufferPointer(start: into, count: Int(count))
            let read = Unmanaged<CiphertextBuffers>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.read(room) }
            guard read > 0 else {
                tls_bio_retry_read(bio)
                return -1
            }
            return Int32(read)
        }
        BIO_meth_set_write(method) { bio, bytes, count in
            guard let bio, let bytes, count > 0, let data = BIO_get_data(bio) else { return -1 }
            tls_bio_clear_retry(bio)
            let taken = UnsafeRawBufferPointer(start: bytes, count: Int(count))
            Unmanaged<CiphertextBuffers>.fromOpaque(data)._withUnsafeGuaranteedRef { $0.write(taken) }
            return count
        }
        BIO_meth_set_ctrl(method) { _, command, _, _ in
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return method
    }
}
