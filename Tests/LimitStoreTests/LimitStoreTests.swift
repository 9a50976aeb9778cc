import Foundation
import GRDB
import Inference
import Limits
import Testing

@testable import LimitStore

struct LimitStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "limits-\(UUID().uuidString)")
    private var path: String { folder.appending(path: "limits.sqlite").path }

    private let account = LimitAccount(scope: .team("a", tenant: "acme"), measure: .usdPerDay)

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    private func amount(_ spent: Int64, _ assumed: Int64 = 0) -> StoredAmount {
        StoredAmount(
            account: account, period: 20_780, spent: Money(nanoUSD: spent), assumed: Money(nanoUSD: assumed))
    }

    private func open(_ id: Int64) -> LimitStore.OpenAttempt {
        LimitStore.OpenAttempt(
            id: id, request: "req_\(id)", attempt: 2,
            charges: [
                StoredCharge(account: account, period: 20_780, amount: Money(nanoUSD: 7)),
                StoredCharge(
                    account: LimitAccount(scope: .key("key_1"), measure: .usdPerMonth), period: 24_322,
                    amount: Money(nanoUSD: .max)),
            ])
    }

    private func isWritten(_ store: LimitStore, _ ticket: UInt64) async -> Bool {
        await withCheckedContinuation { continuation in store.whenWritten(ticket) { continuation.resume(returning: $0) }
        }
    }

    @Test func `what was written is there when the file is opened again`() async throws {
        let (store, content) = try LimitStore.open(path: path)
        #expect(content.amounts.isEmpty)
        store.submit(amounts: [amount(5)], opened: open(1))
        store.submit(amounts: [amount(9, 3)], opened: open(2))
        let ticket = store.submit(amounts: [], closed: 1)
        #expect(await isWritten(store, ticket))
        #expect(store.hasWritten(ticket))
        store.close()
        let (again, kept) = try LimitStore.open(path: path)
        #expect(kept.amounts == [amount(9, 3)])
        #expect(kept.open == [open(2)])
        again.close()
    }

    @Test func `nobody else may read it, also where an older gateway let them`() async throws {
        func rights(_ suffix: String) throws -> Int {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            return try #require(attributes[.posixPermissions] as? Int)
        }
        for suffix in ["", "-wal"] {
            #expect(FileManager.default.createFile(atPath: path + suffix, contents: nil))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path + suffix)
        }
        let (store, _) = try LimitStore.open(path: path)
        #expect(await isWritten(store, store.submit(amounts: [amount(5)])))
        #expect(try rights("") == 0o600)
        #expect(try rights("-wal") == 0o600)
        store.close()
    }

    @Test(arguments: [(LimitStore.Durability.process, 1), (.power, 2)])
    func `each commit is synced where a loss of power is to lose nothing`(
        _ durability: LimitStore.Durability, _ level: Int
    ) throws {
        let file = try LimitFile(path: path, durability: durability)
        #expect(try file.queue.read { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == level)
        try file.close()
    }

    @Test func `buckets by the minute are kept until they are surely full`() async throws {
        func bucket(_ name: String, _ second: Int64) -> StoredAmount {
            StoredAmount(
                account: LimitAccount(scope: .team(name, tenant: "acme"), measure: .tokensPerMinute), period: second,
                spent: Money(nanoUSD: 7), assumed: Money(nanoUSD: 0))
        }
        let now = Int64(Date.now.timeIntervalSince1970)
        let (store, _) = try LimitStore.open(path: path)
        let ticket = store.submit(amounts: [amount(5), bucket("new", now), bucket("old", now - 3_500_000)])
        #expect(await isWritten(store, ticket))
        store.close()
        let (again, kept) = try LimitStore.open(path: path)
        #expect(Set(kept.amounts) == [amount(5), bucket("new", now)])
        again.close()
    }

    @Test func `a file that another one has open is refused`() async throws {
        let (store, _) = try LimitStore.open(path: path)
        let ticket = store.submit(amounts: [amount(1)])
        #expect(await isWritten(store, ticket))
        #expect(throws: LimitStoreError.self) { try LimitStore.open(path: path) }
        store.close()
    }

    @Test func `a file that is no database is refused with its name`() throws {
        try Data(repeating: 7, count: 8_192).write(to: URL(filePath: path))
        let error = #expect(throws: LimitStoreError.self) { try LimitStore.open(path: path) }
        #expect(error?.description.contains("limits.sqlite") == true)
    }

    @Test func `many attempts at a time are each on disk when it says so`() async throws {
        let (store, _) = try LimitStore.open(path: path)
        let written = await withTaskGroup(of: Bool.self) { group in
            for id in 1...200 as ClosedRange<Int64> {
                group.addTask { await isWritten(store, store.submit(amounts: [amount(id)], opened: open(id))) }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(written == 200)
        store.close()
        let (again, kept) = try LimitStore.open(path: path)
        #expect(kept.open.map(\.id) == Array(1...200))
        again.close()
    }
}
