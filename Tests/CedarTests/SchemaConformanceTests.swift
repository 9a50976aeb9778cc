import Cedar
import Foundation
import SharedMaterial
import Testing

/// The Cedar project's own corpus, and cedar-go's verdicts on it: schemas in both forms, policies strictly and permissively
/// checked, entities and requests.
@Suite struct SchemaConformanceTests {
    /// A sixteenth in the usual run; the whole with SALLYPORT_LONG=1.
    private static let isLong = ProcessInfo.processInfo.environment["SALLYPORT_LONG"] == "1"

    @Test func `the handwritten tests validate as the reference does`() throws {
        guard let cases = try Cases("handwritten-tests.tar.gz", { $0.hasPrefix("tests/") }) else { return }
        for name in cases.names { try cases.check(name) }
        #expect(cases.names.count > 10)
    }

    @Test func `the generated corpus validates as the reference does`() throws {
        guard let cases = try Cases("corpus-tests.tar.gz", { Self.isLong || $0.hasPrefix("corpus-tests/0") }),
            let schemas = try Cases.archive("corpus-tests-json-schemas.tar.gz"),
            let verdicts = try Cases.archive("corpus-tests-validation.tar.gz")
        else { return }
        var compared = 0
        for name in cases.names {
            let base = name.dropFirst("corpus-tests/".count).dropLast(".json".count)
            let checked = try cases.check(name)
            if let json = schemas["corpus-tests-json-schemas/\(base).cedarschema.json"] {
                let schema = try Schema(json: String(decoding: json, as: UTF8.self), source: String(base))
                #expect(schema == checked.validator.schema, "\(name): the JSON form means something else")
            }
            guard let file = verdicts["corpus-tests-validation/\(base).validation.json"] else { continue }
            compared += 1
            try checked.compare(try TestJSON.parse(file), name)
        }
        print("cedar corpus: \(cases.names.count) schemas and policy sets validated, \(compared) in both modes")
        #expect(cases.names.count > (Self.isLong ? 7_800 : 400))
        #expect(compared > (Self.isLong ? 7_700 : 400))
    }
}

/// The test cases of an archive.
private struct Cases {
    let names: [String]
    private let archive: Archive

    /// One case, read and validated.
    struct Checked {
        let validator: Validator
        let policies: PolicySet
        let entities: [Entity]
        let requests: [Request]

        /// cedar-go's verdicts: per policy and mode, per entity, per request.
        func compare(_ verdict: TestJSON, _ name: String) throws {
            let numbers = policies.policies.enumerated().map { ("policy\($0)", $1.id) }
            for mode in Validator.Mode.allCases {
                let report = validator.validate(policies, mode: mode)
                #expect(
                    report.isValid == verdict["policyValidation"]?[mode.rawValue]?.bool, "\(name), \(mode): \(report)")
                for (number, id) in numbers {
                    let expected = verdict["policyValidation"]?["perPolicy"]?[number]?[mode.rawValue]?.bool
                    #expect(report.isValid(policy: id) == expected, "\(name), \(mode), \(number): \(report)")
                }
            }
            let perEntity = Dictionary(
                (verdict["entityValidation"]?["perEntity"]?.members ?? []).map { ($0.key, $0.value.members.isEmpty) },
                uniquingKeysWith: { first, _ in first })
            for error in validator.validate(try Entities(entities)) {
                #expect(perEntity.values.contains(false), "\(name): \(error)")
            }
            let expected = verdict["requestValidation"]?.elements ?? []
            #expect(expected.count == requests.count)
            for (request, verdict) in zip(requests, expected) {
                let errors = validator.validate(request)
                #expect(errors.isEmpty == verdict["strict"]?.bool, "\(name): \(errors)")
            }
        }
    }

    /// `nil` where there is no shared material.
    init?(_ name: String, _ wanted: (String) -> Bool) throws {
        guard let archive = try Self.archive(name) else { return nil }
        self.archive = archive
        names = archive.files.keys.filter {
            $0.hasSuffix(".json") && !$0.hasSuffix(".entities.json") && wanted($0)
        }.sorted()
    }

    static func archive(_ name: String) throws -> Archive? {
        try SharedMaterial.place("data/cedar/\(name)", for: "Cedar's validation tests").map { try Archive($0) }
    }

    /// Reads a case, and compares the verdict on its policies; its schema means the same when it is written and read again.
    @discardableResult
    func check(_ name: String) throws -> Checked {
        let test = try TestJSON.parse(try #require(archive[name]))
        let schemaFile = try #require(test["schema"]?.string)
        let schema = try Schema(parsing: text(try #require(archive[schemaFile])), source: schemaFile)
        #expect(try Schema(parsing: schema.text, source: "text") == schema, "\(name): the text means something else")
        #expect(try Schema(json: schema.json, source: "json") == schema, "\(name): the JSON means something else")
        let policyFile = try #require(test["policies"]?.string)
        let policies = try PolicySet(parsing: text(try #require(archive[policyFile])), source: policyFile)
        let validator = Validator(schema)
        let report = validator.validate(policies)
        #expect(report.isValid == test["shouldValidate"]?.bool, "\(name): \(report)")
        let entityFile = try #require(test["entities"]?.string)
        let entities = try Entity.list(json: text(try #require(archive[entityFile])), source: entityFile)
        let requests = try (test["requests"]?.elements ?? []).map { try $0.request() }
        return Checked(validator: validator, policies: policies, entities: entities, requests: requests)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
