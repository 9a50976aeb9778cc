import Cryptography
import Foundation
import Identity
import Inference
import Ledger
import Testing

@testable import Gateway

@Suite struct KeyJournalTests {
    private static let time = LedgerTime(milliseconds: 1_000)

    private static func record(_ number: UInt8, revoked: Int64? = nil) throws -> APIKeyRecord {
        try APIKeyRecord(
            digest: SHA256.hash([number]), kind: .user, principal: "p\(number)", teams: [], tenant: "acme", created: 5,
            revoked: revoked)
    }

    /// The kinds of entries and whose keys they tell of.
    private static func changes(
        _ journal: KeyJournal, _ records: [APIKeyRecord], generation: Int = 1
    ) -> [String] {
        journal.changes(records, generation: generation, at: time).map { entry in
            switch entry {
            case .keyCreated(let change): "created \(change.name) \(change.since.milliseconds)"
            case .keyRevoked(let change): "revoked \(change.name) \(change.since.milliseconds)"
            case .keysRotated(let rotation): "rotated \(rotation.generation)"
            default: "another"
            }
        }
    }

    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path)
    }

    @Test func `each change is told once, also across restarts`() throws {
        try Self.withFolder { folder in
            let journal = KeyJournal(directory: folder)
            #expect(try Self.changes(journal, [Self.record(1)]) == ["created p1 5000"])
            #expect(try Self.changes(journal, [Self.record(1)]) == [])
            try journal.close()
            let next = KeyJournal(directory: folder)
            let records = try [Self.record(1, revoked: 7), Self.record(2), Self.record(3, revoked: 8)]
            #expect(
                Self.changes(next, records, generation: 2)
                    == ["revoked p1 7000", "created p2 5000", "created p3 5000", "revoked p3 8000", "rotated 2"])
            try next.close()
            #expect(Self.changes(KeyJournal(directory: folder), records, generation: 2) == [])
        }
    }

    @Test func `what may not be durable yet is told again`() throws {
        try Self.withFolder { folder in
            let journal = KeyJournal(directory: folder)
            let records = [try Self.record(1)]
            #expect(Self.changes(journal, records).count == 1)
            try journal.look()
            #expect(Self.changes(KeyJournal(directory: folder), records).count == 1, "the gateway was killed")
            try journal.look()
            try journal.look()
            #expect(Self.changes(KeyJournal(directory: folder), records).isEmpty)
        }
    }

    @Test func `a damaged file makes entries come twice, not never`() throws {
        try Self.withFolder { folder in
            try Data("\u{0}generation\nnonsense words\n\n".utf8).write(
                to: URL(fileURLWithPath: "\(folder)/\(KeyJournal.fileName)"))
            let journal = KeyJournal(directory: folder)
            #expect(try Self.changes(journal, [Self.record(1)]) == ["created p1 5000"])
            try journal.close()
        }
    }
}
