import Glibc

/// Asks a gateway that runs on this machine, at its admin port: plain HTTP on loopback.
public enum AdminClient {
    /// Why there is no answer.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong, in words.
        public let description: String
    }

    private static let patienceSeconds = 10
    private static let mostBytes = 64 << 20

    /// The body of the answer to `GET path` of the gateway of a configuration; throws where none runs or its answer is not 200. Blocks.
    public static func get(_ path: String, of configuration: GatewayConfiguration) throws(Failure) -> [UInt8] {
        try body(of: ask("GET \(path)", [], "", of: configuration), path, place(of: configuration))
    }

    /// The status and body of the answer to `POST path` with a body of JSON, by who shows this proof. Blocks.
    static func post(
        _ path: String, _ body: [UInt8], proof: String, of configuration: GatewayConfiguration
    ) throws(Failure) -> (status: Int, body: [UInt8]) {
        let head =
            "authorization: \(proof)\r\ncontent-type: application/json\r\ncontent-length: \(body.count)\r\n"
        let answer = try ask("POST \(path)", body, head, of: configuration)
        guard let end = headEnd(answer), answer.starts(with: Array("HTTP/1.1 ".utf8)),
            let status = Int(String(decoding: answer[9..<min(12, end)], as: UTF8.self))
        else { throw Failure(description: "\(place(of: configuration)): no answer to `\(path)`") }
        return (status, Array(answer[(end + 4)...]))
    }

    private static func place(of configuration: GatewayConfiguration) -> String {
        "\(configuration.admin.address):\(configuration.admin.port)"
    }

    /// A whole answer, its head included.
    private static func ask(
        _ line: String, _ body: [UInt8], _ fields: String, of configuration: GatewayConfiguration
    ) throws(Failure) -> [UInt8] {
        let (address, port) = (configuration.admin.address, configuration.admin.port)
        let socket = try connect(address, port)
        defer { close(socket) }
        // Whatever the address is called, it is asked as this machine.
        let request =
            Array("\(line) HTTP/1.1\r\nhost: localhost:\(port)\r\nconnection: close\r\n\(fields)\r\n".utf8) + body
        guard send(socket, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(description: "\(address):\(port): \(reason())")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while answer.count < mostBytes, !isWhole(answer) {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count >= 0 else { throw Failure(description: "\(address):\(port): \(reason())") }
            if count == 0 { break }
            answer += buffer[..<count]
        }
        return answer
    }

    /// Where the head of an answer ends.
    private static func headEnd(_ answer: [UInt8]) -> Int? {
        // No head of the admin port's is as long.
        let end = Array("\r\n\r\n".utf8)
        return answer.indices.prefix(4_096).first { answer[$0...].starts(with: end) }
    }

    /// Whether all of the body is there that the head announces.
    private static func isWhole(_ answer: [UInt8]) -> Bool {
        guard let head = headEnd(answer) else { return false }
        let field = String(decoding: answer[..<head], as: UTF8.self).split(separator: "\r\n")
            .first { $0.lowercased().hasPrefix("content-length:") }
        guard let length = field.flatMap({ Int($0.dropFirst(15).drop { $0 == " " }) }) else { return false }
        return answer.count >= head + 4 + length
    }

    private static func body(of answer: [UInt8], _ path: String, _ place: String) throws(Failure) -> [UInt8] {
        guard let head = headEnd(answer) else {
            throw Failure(description: "\(place): no answer to `\(path)`")
        }
        let line = String(decoding: answer[..<head].prefix { $0 != 0x0D }, as: UTF8.self)
        guard line.hasPrefix("HTTP/1.1 200 ") else { throw Failure(description: "\(place): `\(path)`: \(line)") }
        return Array(answer[(head + 4)...])
    }

    private static func connect(_ address: String, _ port: Int) throws(Failure) -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address, String(port), &hints, &found) == 0, let first = found else {
            throw Failure(description: "\(address): no such address")
        }
        defer { freeaddrinfo(found) }
        var next: UnsafeMutablePointer<addrinfo>? = first
        while let place = next {
            let socket = Glibc.socket(
                place.pointee.ai_family, place.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
            if socket >= 0 {
                var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
                let size = socklen_t(MemoryLayout<timeval>.size)
                setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
                setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
                if Glibc.connect(socket, place.pointee.ai_addr, place.pointee.ai_addrlen) == 0 { return socket }
                close(socket)
            }
            next = place.pointee.ai_next
        }
        throw Failure(description: "\(address):\(port): \(reason()): does the gateway run?")
    }

    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }
}
