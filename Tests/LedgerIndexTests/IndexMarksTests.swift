import Cryptography
import GRDB
import Testing
import TransparencyLog

@testable import LedgerIndex
@testable import LedgerStore

@Suite struct IndexMarksTests {
    private static func facts(_ number: Int, size: UInt64, root: String) throws -> LogFacts {
        let checkpoint = try #require(
            Checkpoint(origin: "test.example/\(number)", size: size, root: SHA256.hash(Array(root.utf8))))
        return LogFacts(number: number, checkpoint: SignedCheckpoint(checkpoint: checkpoint), prunedBefore: 0)
    }

    private static func take(_ log: Int, _ indices: Range<UInt64>, _ marks: inout IndexMarks) {
        for index in indices {
            Array("entry \(log) \(index)".utf8).withUnsafeBytes { bytes in
                marks.advance(to: LedgerPosition(log: log, index: index), bytes)
            }
        }
    }

    @Test func `a closed log of the same name and size under another root is another log`() throws {
        try DatabaseQueue().write { db in
            try IndexSchema.make(db)
            var marks = try IndexMarks(db)
            let (first, second) = (try Self.facts(1, size: 5, root: "a"), try Self.facts(2, size: 1, root: "b"))
            Self.take(1, 0..<5, &marks)
            try marks.save(db, [first])
            Self.take(2, 0..<1, &marks)
            try marks.save(db, [first, second])
            let known = try IndexMarks(db)
            #expect(known.agree(with: [first, second]))
            #expect(try !known.agree(with: [Self.facts(1, size: 5, root: "c"), second]))
            // The one that is written grows, and its last entry is what it is known by.
            #expect(try known.agree(with: [first, Self.facts(2, size: 9, root: "d")]))
        }
    }

    @Test func `a root that was not known when the log was taken in is not asked for`() throws {
        try DatabaseQueue().write { db in
            try IndexSchema.make(db)
            var marks = try IndexMarks(db)
            Self.take(1, 0..<5, &marks)
            try marks.save(db, [try Self.facts(1, size: 3, root: "a")])
            Self.take(2, 0..<1, &marks)
            let facts = [try Self.facts(1, size: 5, root: "b"), try Self.facts(2, size: 1, root: "c")]
            #expect(marks.agree(with: facts))
            // From then on it is.
            try marks.save(db, facts)
            #expect(try !IndexMarks(db).agree(with: [Self.facts(1, size: 5, root: "x"), facts[1]]))
        }
    }
}
