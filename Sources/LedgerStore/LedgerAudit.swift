internal import Cryptography
internal import TransparencyLog

/// What an audit found. Stands in until `LedgerVerifier` does this.
public struct LedgerVerification: Sendable {
    /// The first thing that is not as it was written.
    public struct Finding: Sendable {
        /// The file's path.
        public let file: String
        /// What is wrong with it.
        public let problem: String
    }

    /// Logs that were read.
    public internal(set) var logs = 0
    /// Entries that are as they were written, up to the first problem; those without a checkpoint included.
    public internal(set) var entries: UInt64 = 0
    /// The first problem; `nil` if there is none.
    public internal(set) var firstProblem: Finding?

    /// Whether the whole log is as it was written.
    public var isIntact: Bool { firstProblem == nil }
}

/// One entry as it stands in the log.
public struct LedgerLine: Sendable {
    /// Where it stands.
    public let position: LedgerPosition
    /// Its JSON.
    public let json: [UInt8]
}

/// Reads a ledger for its auditors, also while a gateway writes to it. Blocks.
public enum LedgerAudit {
    /// Checks every entry against the logs' checkpoints, and these against their keys.
    public static func verify(directory: String) throws -> LedgerVerification {
        let reader = try LedgerReader(directory: directory)
        var result = LedgerVerification()
        for number in try reader.source.logNumbers() {
            var tree = TreeFrontier()
            let facts = try reader.facts(ofLog: number)
            let path = reader.source.place(of: "checkpoint", inLog: number)
            do {
                guard let key = try reader.source.contents(of: "vkey", inLog: number) else { throw TreeRangeError() }
                let verifier = try NoteVerifier(text: String(String(decoding: key, as: UTF8.self).dropLast()))
                try facts.checkpoint?.verified(by: LogTrust(logKeys: [verifier]))
                try reader.entries(from: LedgerPosition(log: number, index: 0)) { position, bytes in
                    guard position.log == number else { return false }
                    if tree.size < facts.size { tree.append(MerkleTree.leafHash(bytes)) }
                    result.entries += 1
                    return true
                }
            } catch {
                result.firstProblem = .init(file: path, problem: "\(error)")
                return result
            }
            if let checkpoint = facts.checkpoint?.checkpoint, checkpoint.root != tree.root {
                result.firstProblem = .init(file: path, problem: "the entries have another root than the checkpoint")
                return result
            }
            result.logs += 1
        }
        return result
    }

    /// The last entries, at most `count`, in their order. They are not checked.
    public static func tail(directory: String, count: Int) throws -> [LedgerLine] {
        try LedgerReader(directory: directory).lastEntries(count).map {
            LedgerLine(position: $0.position, json: $0.bytes)
        }
    }

    /// Gives the entries that hold one of some bytes, in their order, until `body` says no. They are not checked.
    public static func entries(
        directory: String, holding markers: [[UInt8]], _ body: (UnsafeRawBufferPointer) -> Bool
    ) throws {
        try LedgerReader(directory: directory).entries { _, bytes in
            markers.contains(where: { holds(bytes, $0) }) ? body(bytes) : true
        }
    }

    private static func holds(_ bytes: UnsafeRawBufferPointer, _ marker: [UInt8]) -> Bool {
        guard bytes.count >= marker.count else { return false }
        return (0...(bytes.count - marker.count)).contains { start in
            marker.indices.allSatisfy { bytes[start + $0] == marker[$0] }
        }
    }
}
