private import Cryptography
private import JSONText
private import TransparencyLog

/// Checks a log line by line: each must be JSON of a version we know, carry the next index, and name the line before
/// it.
public struct LedgerChecker: Sendable {
    private var chain: HashChain

    /// Begins at the first line of a log.
    public init() { self.init(after: nil) }

    /// Begins after a line that is known; `nil` for the first line of a log.
    public init(after head: LedgerHead?) {
        chain = head.map { HashChain(head: $0.digest, count: $0.sequence + 1) } ?? HashChain()
    }

    /// What a log's head is if this is its last line. Throws for what is no entry.
    public static func head(at line: [UInt8]) throws(LedgerProblem) -> LedgerHead {
        LedgerHead(sequence: try place(of: line).sequence, digest: SHA256.hash(line))
    }

    /// The last line that was checked, or the one before the first; `nil` at the beginning of a log.
    public var head: LedgerHead? {
        chain.count == 0 ? nil : LedgerHead(sequence: chain.count - 1, digest: chain.head)
    }

    /// Checks the next line, given without its line feed. On a problem the checker stays where it was.
    public mutating func check(_ line: [UInt8]) throws(LedgerProblem) {
        let place = try Self.place(of: line)
        guard place.sequence == chain.count else {
            throw .sequence(expected: chain.count, found: place.sequence)
        }
        do throws(HashChainBreak) {
            try chain.append(line, after: place.previous)
        } catch {
            throw .link(expected: error.expected.hex, found: error.found.hex)
        }
    }

    /// Compares the last line that was checked with what was recorded elsewhere, if that is of the same line.
    public func compare(with recorded: LedgerHead) throws(LedgerProblem) {
        guard let head, head.sequence == recorded.sequence, head.digest != recorded.digest else { return }
        throw .head(sequence: head.sequence, expected: recorded.digest.hex, found: head.digest.hex)
    }

    /// Where a line says it stands.
    private static func place(
        of line: [UInt8]
    ) throws(LedgerProblem) -> (sequence: UInt64, previous: Digest32) {
        guard line.count <= LedgerSchema.maximumLineBytes else { throw .tooLong(bytes: line.count) }
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: line)
        } catch {
            throw .notJSON(reason: "\(error)")
        }
        guard let version = document.root["v"]?.int else { throw .member("v") }
        guard LedgerSchema.known.contains(version) else { throw .version(found: version) }
        guard let sequence = document.root["seq"]?.int, sequence >= 0 else { throw .member("seq") }
        guard let text = document.root["prev"]?.string, let previous = Digest32(hex: text) else {
            throw .member("prev")
        }
        return (UInt64(sequence), previous)
    }
}

/// What is wrong with a line of the log, or with its end.
public enum LedgerProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// The line is no JSON.
    case notJSON(reason: String)
    /// The line is longer than any of ours.
    case tooLong(bytes: Int)
    /// A member that every entry has is missing or of another kind.
    case member(String)
    /// The line is of a version of the schema that we do not know.
    case version(found: Int)
    /// Lines are missing, doubled or moved.
    case sequence(expected: UInt64, found: UInt64)
    /// The line does not follow the line before it: one of the two was changed. Digests in hexadecimal.
    case link(expected: String, found: String)
    /// The line at this index is not the one that was recorded elsewhere. Digests in hexadecimal.
    case head(sequence: UInt64, expected: String, found: String)
    /// The line has no end, though lines follow it.
    case unfinished
    /// The log ends before a line that was recorded elsewhere.
    case cut(expected: UInt64, last: UInt64?)

    /// Says what was expected and what was found.
    public var description: String {
        switch self {
        case .notJSON(let reason): "not JSON: \(reason)"
        case .tooLong(let bytes): "a line of \(bytes) bytes, expected at most \(LedgerSchema.maximumLineBytes)"
        case .member(let name): "no valid member `\(name)`"
        case .version(let found): "schema version \(found), expected at most \(LedgerSchema.version)"
        case .sequence(let expected, let found): "entry \(found), expected entry \(expected)"
        case .link(let expected, let found):
            "names `\(found)` as the line before it, expected `\(expected)`: this line or the one before it was changed"
        case .head(let sequence, let expected, let found):
            "entry \(sequence) has the digest `\(found)`, expected `\(expected)`: the log was changed at or before it"
        case .unfinished: "the file ends in the middle of this line, though it is not the last file"
        case .cut(let expected, let last):
            if let last {
                "the log was cut: it ends with entry \(last), expected entry \(expected)"
            } else {
                "the log was cut: it has no entry, expected entry \(expected)"
            }
        }
    }
}
