private import COpenSSL

/// OpenSSL's words about what just failed on this thread.
enum OpenSSLText {
    /// The oldest error in the thread's queue, its root cause; empties the queue.
    static func takeError() -> (reason: String, code: Int32, library: Int32)? {
        let error = ERR_get_error()
        defer { ERR_clear_error() }
        guard error != 0 else { return nil }
        let reason =
            ERR_reason_error_string(error).map { String(cString: $0) }
            ?? "error \(tls_library(error)):\(tls_reason(error))"
        return (reason, tls_reason(error), tls_library(error))
    }

    static func takeReason() -> String { takeError()?.reason ?? "no reason given by OpenSSL" }

    /// What `print` writes to a memory BIO, as text.
    static func printed(_ print: (OpaquePointer) -> Void) -> String {
        guard let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(bio) }
        print(bio)
        return String(decoding: bytes(in: bio), as: UTF8.self)
    }

    /// What lies in a memory BIO.
    static func bytes(in bio: OpaquePointer) -> [UInt8] {
        var start: UnsafePointer<UInt8>?
        let count = tls_bio_memory(bio, &start)
        return Array(UnsafeBufferPointer(start: start, count: max(0, count)))
    }

    /// Lets `read` take `bytes` from a memory BIO, without copying them.
    static func reading<R>(_ bytes: [UInt8], _ read: (OpaquePointer) -> R?) -> R? {
        bytes.withUnsafeBytes { raw in
            guard let bio = BIO_new_mem_buf(raw.baseAddress, Int32(clamping: raw.count)) else { return nil }
            defer { BIO_free(bio) }
            return read(bio)
        }
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
}
