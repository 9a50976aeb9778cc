internal import Cryptography

/// What is no note, checkpoint, proof or request in the form that its specification asks for.
public struct LogFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was read, such as `signed note`.
    public let subject: String
    /// The line, from 1; `nil` where it is about the whole.
    public let line: Int?
    /// What is wrong, for people; nothing of the text itself.
    public let reason: String

    /// Takes the parts; for formats of the same kind that are made elsewhere.
    public init(_ subject: String, line: Int? = nil, _ reason: String) {
        self.subject = subject
        self.line = line
        self.reason = reason
    }

    /// Says where and what.
    public var description: String { "\(subject)\(line.map { ", line \($0)" } ?? ""): \(reason)" }
}

/// Takes lines off the front of a text, each of which must end in a line feed.
struct StrictLines {
    let subject: String
    private(set) var rest: ArraySlice<UInt8>
    private(set) var line = 0

    init(_ subject: String, _ text: ArraySlice<UInt8>) {
        self.subject = subject
        rest = text
    }

    mutating func next() throws(LogFormatError) -> ArraySlice<UInt8> {
        line += 1
        guard let end = rest.firstIndex(of: StrictLines.lineFeed) else { throw error("a line that does not end") }
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
    }

    func error(_ reason: String) -> LogFormatError { LogFormatError(subject, line: line, reason) }

    /// Hashes in base64, one a line, up to an empty line, which is taken too.
    mutating func hashes() throws(LogFormatError) -> [Digest32] {
        var hashes: [Digest32] = []
        while true {
            let text = try next()
            if text.isEmpty { return hashes }
            guard hashes.count < MerkleTree.maximumProofHashes else { throw error("more hashes than any proof has") }
            guard let hash = StrictLines.hash(text) else { throw error("no SHA-256 in base64") }
            hashes.append(hash)
        }
    }

    /// `name number`.
    mutating func number(named name: String) throws(LogFormatError) -> UInt64 {
        let text = try next()
        guard text.starts(with: Array("\(name) ".utf8)) else { throw error("no `\(name)`") }
        guard let number = StrictLines.number(text.dropFirst(name.utf8.count + 1)) else {
            throw error("no decimal number below 2^63 without leading zeroes")
        }
        return number
    }

    static let lineFeed = UInt8(ascii: "\n")

    static func hash(_ text: ArraySlice<UInt8>) -> Digest32? {
        guard text.count == 44 else { return nil }
        return Base64.decode(text).flatMap { Digest32($0) }
    }

    /// A decimal number without leading zeroes or signs, to 2^63 - 1.
    static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard (1...19).contains(text.count), text.count == 1 || text.first != UInt8(ascii: "0") else { return nil }
        var number: UInt64 = 0
        for digit in text {
            guard (0x30...0x39).contains(digit) else { return nil }
            number = number * 10 + UInt64(digit - 0x30)
        }
        return number <= MerkleTree.maximumSize ? number : nil
    }
}
