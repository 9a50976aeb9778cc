import Cedar
import Foundation
import SharedMaterial
import Testing

/// The Cedar project's own conformance tests: every decision, the policies that decided, and the policies that failed.
///
/// Nothing is out of scope: the core language and the extension types decimal, ipaddr, datetime and duration.
@Suite struct ConformanceTests {
    @Test func `the handwritten tests decide as the reference does`() throws {
        let tally = try run("handwritten-tests.tar.gz") { $0.hasPrefix("tests/") }
        guard let tally else { return }
        #expect(tally.requests > 50)
    }

    @Test func `the generated corpus decides as the reference does`() throws {
        // A sixteenth in the usual run; the whole with SALLYPORT_LONG=1.
        let isLong = ProcessInfo.processInfo.environment["SALLYPORT_LONG"] == "1"
        let tally = try run("corpus-tests.tar.gz") { isLong || $0.hasPrefix("corpus-tests/0") }
        guard let tally else { return }
        print("cedar corpus: \(tally.requests) requests in \(tally.files) files agree")
        #expect(tally.requests > (isLong ? 62_000 : 3_000))
    }

    struct Tally {
        var files = 0
        var requests = 0
    }

    private func run(_ name: String, _ wanted: (String) -> Bool) throws -> Tally? {
        guard let file = SharedMaterial.place("data/cedar/\(name)", for: "Cedar's conformance tests") else {
            return nil
        }
        let archive = try Archive(file)
        var tally = Tally()
        let names = archive.files.keys.filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".entities.json") && wanted($0)
        }
        for name in names.sorted() {
            tally.files += 1
            try runFile(name, archive, &tally)
        }
        return tally
    }

    /// The JSON form, the printed text and the formatted text give the same policies again; what is formatted stays.
    private func checkForms(_ policies: PolicySet, _ text: String, _ name: String) throws {
        let formatted = try PolicyFormatter().format(text, source: name)
        #expect(try PolicyFormatter().format(formatted, source: name) == formatted, "\(name)")
        var compact = PolicyFormatter()
        compact.isCompact = true
        let packed = try compact.format(text, source: name)
        #expect(try compact.format(packed, source: name) == packed, "\(name)")
        #expect(try PolicyFormatter().format(packed, source: name) == formatted, "\(name)")
        #expect(try PolicySet(parsing: formatted, source: name).json == policies.json, "\(name)")
        let json = policies.json
        #expect(try PolicySet(json: json, source: name).json == json, "\(name)")
        #expect(try PolicySet(parsing: policies.text, source: name).json == json, "\(name)")
    }

    private func schema(of test: TestJSON, _ archive: Archive) throws -> Schema {
        let file = try #require(test["schema"]?.string)
        return try Schema(parsing: String(decoding: try #require(archive[file]), as: UTF8.self), source: file)
    }

    private func runFile(_ name: String, _ archive: Archive, _ tally: inout Tally) throws {
        let test = try TestJSON.parse(try #require(archive[name]))
        let policyFile = try #require(test["policies"]?.string)
        let text = String(decoding: try #require(archive[policyFile]), as: UTF8.self)
        let requests = try #require(test["requests"]).elements
        let policies: PolicySet
        do {
            policies = try PolicySet(parsing: text, source: policyFile)
        } catch {
            Issue.record("\(error)")
            return
        }
        let entityFile = try #require(test["entities"]?.string)
        // The handwritten tests lean on their schemas to know entities without escapes.
        let schema = name.hasPrefix("tests/") ? try schema(of: test, archive) : nil
        let read = try Entity.list(
            json: String(decoding: try #require(archive[entityFile]), as: UTF8.self), source: entityFile, schema: schema
        )
        #expect(Entity.json(try Entity.list(json: Entity.json(read), source: "again")) == Entity.json(read))
        let entities = try Entities(read)
        try checkForms(policies, text, policyFile)
        for request in requests {
            tally.requests += 1
            let response = policies.isAuthorized(try request.request(schema: schema), entities: entities)
            let label = "\(name): \(request["description"]?.string ?? "")"
            // The reference numbers policies; ours may have names by `@id`.
            let numbers = Dictionary(
                uniqueKeysWithValues: policies.policies.enumerated().map { ($1.id, "policy\($0)") })
            #expect(response.decision.rawValue == request["decision"]?.string, "\(label)")
            #expect(
                Set(response.determining.compactMap { numbers[$0] })
                    == Set((request["reason"]?.elements ?? []).compactMap(\.string)), "\(label)")
            #expect(
                Set(response.errors.compactMap { numbers[$0.policy] })
                    == Set((request["errors"]?.elements ?? []).compactMap(\.string)), "\(label): \(response.errors)")
        }
    }
}
