import Cryptography
import Inference
import Testing

@testable import Identity

struct KeyTableTests {
    let key: APIKey
    let record: APIKeyRecord
    let table: KeyTable

    init() throws {
        key = try #require(APIKey.make(random: APIKeyTests.random))
        record = try APIKeyRecord(
            key: key, kind: .user, principal: "alice", teams: ["support"], tenant: "acme", created: 100, expires: 200)
        table = KeyTable([record])
    }

    private func identify(_ text: String, now: Int64 = 150) -> Result<ProvenIdentity, IdentityFailure> {
        table.identify(presented: text, from: "192.0.2.1", now: now)
    }

    @Test func `a known key identifies its principal`() {
        let alice = ProvenIdentity(
            kind: .user, name: "alice", teams: ["support"], tenant: "acme", proof: Principal.Proof(.apiKey, record.id))
        #expect(identify(key.reveal()) == .success(alice))
    }

    @Test func `an expired key is rejected, from its second on`() {
        #expect(identify(key.reveal(), now: 200) == .failure(.expired))
        #expect((try? identify(key.reveal(), now: 199).get()) != nil)
    }

    @Test func `a revoked key is rejected`() {
        var register = KeyRegister()
        _ = register.add(record)
        _ = register.revoke(id: record.id, now: 160)
        let table = KeyTable(register.records)
        #expect(table.identify(presented: key.reveal(), from: "192.0.2.1", now: 150) == .failure(.revoked))
    }

    @Test func `an unknown key is rejected`() throws {
        let other = try #require(APIKey.make(random: [UInt8](repeating: 9, count: 24)))
        #expect(identify(other.reveal()) == .failure(.unknown))
        #expect(KeyTable([]).identify(presented: key.reveal(), from: "192.0.2.1", now: 150) == .failure(.unknown))
    }

    @Test func `what is no key is rejected`() {
        #expect(identify("") == .failure(.malformed))
        #expect(identify("sk-1234") == .failure(.malformed))
        #expect(identify(String(key.reveal().dropLast())) == .failure(.malformed))
    }

    @Test func `a digest is not a key`() {
        #expect(identify(record.digest.hex) == .failure(.malformed))
        #expect(identify(record.id) == .failure(.malformed))
    }

    @Test func `each key among many finds its own principal`() throws {
        let keys = try (0..<200).map { number in
            try #require(APIKey.make(random: (0..<24).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* number) }))
        }
        let records = try keys.enumerated().map { number, key in
            try APIKeyRecord(key: key, kind: .service, principal: "p\(number)", teams: [], tenant: "t", created: 0)
        }
        let table = KeyTable(records)
        #expect(table.count == 200)
        for (number, key) in keys.enumerated() {
            #expect(try table.identify(presented: key.reveal(), from: "192.0.2.1", now: 1).get().name == "p\(number)")
        }
    }

    @Test(arguments: IdentityFailure.allCases)
    func `a failure tells what is wrong and nothing else`(failure: IdentityFailure) {
        #expect(!failure.description.isEmpty)
        #expect(!failure.description.contains("sp_"))
    }
}
