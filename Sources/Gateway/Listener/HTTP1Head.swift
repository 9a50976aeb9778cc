/// The framing of a request's head, read strictly from its bytes: where it ends and what body follows.
struct HTTP1Head: Equatable {
    /// What follows the head.
    enum Body: Equatable {
        case none
        case length(Int)
        case chunked
    }

    /// Bytes of the head, its empty line included.
    let byteCount: Int
    /// What follows.
    let body: Body

    /// Reads the head at the start of `bytes`; `nil` if its end has not come yet.
    static func read(_ bytes: UnsafeRawBufferPointer, limits: ListenerLimits) -> Result<HTTP1Head?, FramingRefusal> {
        var reader = HTTP1HeadReader(bytes: bytes, limits: limits)
        do {
            return .success(try reader.read())
        } catch {
            return .failure(error)
        }
    }
}

/// One pass over a head's bytes. RFC 9112 §3 (request line), §5 (field lines), §6.3 (body length).
private struct HTTP1HeadReader {
    let bytes: UnsafeRawBufferPointer
    let limits: ListenerLimits
    var position = 0
    var fields = 0
    var hosts = 0
    var contentLength: Int?
    var isChunked = false
    var isOldVersion = false

    mutating func read() throws(FramingRefusal) -> HTTP1Head? {
        guard let requestLine = try line() else { return nil }
        try checkRequestLine(requestLine)
        while true {
            guard let field = try line() else { return nil }
            if field.isEmpty { break }
            fields += 1
            guard fields <= limits.headerCount else {
                throw FramingRefusal(status: 431, reason: "more than \(limits.headerCount) header fields")
            }
            try checkField(field)
        }
        guard hosts == 1 || (isOldVersion && hosts == 0) else {
            throw bad(hosts == 0 ? "the Host field is missing" : "more than one Host field")
        }
        if isChunked {
            guard contentLength == nil else { throw bad("both Transfer-Encoding and Content-Length") }
            guard !isOldVersion else { throw bad("Transfer-Encoding in an HTTP/1.0 request") }
            return HTTP1Head(byteCount: position, body: .chunked)
        }
        let length = contentLength ?? 0
        return HTTP1Head(byteCount: position, body: length == 0 ? .none : .length(length))
    }

    /// The next line without its CR LF; `nil` if it is not there whole.
    private mutating func line() throws(FramingRefusal) -> UnsafeRawBufferPointer? {
        let start = position
        var index = start
        let end = min(bytes.count, limits.headerBytes)
        while index < end {
            let byte = bytes[index]
            if byte == 0x0D {
                guard index + 1 < bytes.count else { break }
                guard bytes[index + 1] == 0x0A else { throw bad("a CR without its LF") }
                position = index + 2
                return UnsafeRawBufferPointer(rebasing: bytes[start..<index])
            }
            // HTAB is the one control character that a field may hold.
            if byte < 0x20, byte != 0x09 {
                throw bad(byte == 0x0A ? "an LF without its CR" : "a control character in the head")
            }
            if byte == 0x7F { throw bad("a control character in the head") }
            index += 1
        }
        guard bytes.count < limits.headerBytes else {
            throw FramingRefusal(status: 431, reason: "a head of more than \(limits.headerBytes) bytes")
        }
        return nil
    }

    private mutating func checkRequestLine(_ line: UnsafeRawBufferPointer) throws(FramingRefusal) {
        guard let first = line.firstIndex(of: 0x20), first > 0, let last = line.lastIndex(of: 0x20), last > first else {
            throw bad("the request line is not method, target and version")
        }
        guard line[..<first].allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw bad("the method is not a word of capital letters")
        }
        let target = line[(first + 1)..<last]
        guard target.first == 0x2F, target.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x23 && $0 != 0x5C }) else {
            throw bad("the target is not a path of printable ASCII")
        }
        let version = line[(last + 1)...]
        if version.elementsEqual("HTTP/1.1".utf8) { return }
        guard version.elementsEqual("HTTP/1.0".utf8) else {
            throw FramingRefusal(status: 505, reason: "the version is not HTTP/1.1")
        }
        isOldVersion = true
    }

    private mutating func checkField(_ line: UnsafeRawBufferPointer) throws(FramingRefusal) {
        guard line[0] != 0x20, line[0] != 0x09 else { throw bad("a folded header field") }
        guard let colon = line.firstIndex(of: 0x3A), colon > 0 else { throw bad("a header field without a name") }
        for byte in line[..<colon] where !Self.isToken(byte) {
            throw bad(
                byte == 0x20 || byte == 0x09 ? "white space before a colon" : "a header field's name is not a token")
        }
        let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...])
        switch name.count {
        case 4 where Self.same(name, "host"):
            hosts += 1
            let host = Self.trimmed(value)
            guard !host.isEmpty, host.allSatisfy({ Self.isHostByte($0) }) else {
                throw bad("the Host field is not a host")
            }
        case 14 where Self.same(name, "content-length"):
            guard contentLength == nil else { throw bad("more than one Content-Length field") }
            contentLength = try Self.length(Self.trimmed(value))
        case 17 where Self.same(name, "transfer-encoding"):
            guard !isChunked else { throw bad("more than one Transfer-Encoding field") }
            guard Self.same(Self.trimmed(value), "chunked") else {
                throw bad("a Transfer-Encoding other than `chunked`")
            }
            isChunked = true
        case 7 where Self.same(name, "upgrade"):
            throw bad("upgrades are not offered; HTTP/2 is negotiated by ALPN")
        case 6 where Self.same(name, "expect"):
            guard Self.same(Self.trimmed(value), "100-continue") else {
                throw FramingRefusal(status: 417, reason: "an expectation other than `100-continue`")
            }
        default:
            break
        }
    }

    private static func length(_ digits: UnsafeRawBufferPointer) throws(FramingRefusal) -> Int {
        // 15 digits stay far below Int.max, and no body comes near.
        guard !digits.isEmpty, digits.count <= 15, digits.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw FramingRefusal(status: 400, reason: "the Content-Length is not a number")
        }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func trimmed(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var range = 0..<value.count
        while let first = range.first, value[first] == 0x20 || value[first] == 0x09 { range.removeFirst() }
        while let last = range.last, value[last] == 0x20 || value[last] == 0x09 { range.removeLast() }
        return UnsafeRawBufferPointer(rebasing: value[range])
    }

    private static func same(_ bytes: UnsafeRawBufferPointer, _ lowercase: StaticString) -> Bool {
        guard bytes.count == lowercase.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count {
            let byte = bytes[index]
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            if lower != lowercase.utf8Start[index] { return false }
        }
        return true
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Letters, digits and what names, addresses and ports are written with.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x3A, 0x5B, 0x5D: true
        default: false
        }
    }

    private func bad(_ reason: String) -> FramingRefusal {
        FramingRefusal(status: 400, reason: reason)
    }
}

private extension Range where Bound == Int {
    mutating func removeFirst() { self = (lowerBound + 1)..<upperBound }
    mutating func removeLast() { self = lowerBound..<(upperBound - 1) }
}
