import Foundation
import Inference
import JSONText
import PrivacyTesting
import Testing

@testable import Privacy

/// Of values that are found in a disguise, how many are recorded as what they are.
@Suite struct FingerprintRecallTests {
    private static let values: [(before: String, value: String, after: String)] = [
        ("write to ", "maria.lopez@example.org", " please"), ("my card number is ", "4111 1111 1111 1111", ", thanks"),
        ("my card number is ", "5555555555554444", ", thanks"), ("the IBAN: ", "DE89 3704 0044 0532 0130 00", "."),
        ("her SSN is ", "536-90-4399", " I think"), ("call ", "+49 30 901820", " today"),
        ("phone: ", "(415) 555-0132", " or so"), ("the password = ", "Xk29vQ7pLm4z", " it is"),
        ("my passport number is ", "912803456", "."), ("token ", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", " leaked"),
    ]

    private static func isRecorded(_ value: String, _ text: [UInt8]) throws -> (found: Bool, recorded: Bool) {
        let body = [UInt8](#"{"content":""#.utf8) + JSONEscape.escaped(text) + Array(#""}"#.utf8)
        let request = try Fixtures.request(body)
        let findings = try Fixtures.engine.inspect(request)
        guard !findings.isEmpty else { return (false, false) }
        let key = try Fixtures.tenantKey()
        let treated = try Fixtures.engine.treat(
            request, findings: findings, requestID: Fixtures.identifier, form: .raw, destination: Fixtures.destination,
            tenantKey: key)
        let exposure = try Fixtures.engine.exposure(
            of: request, findings: findings, treated: treated, key: key.fingerprints, limit: 1_000)
        let prints = Set(key.fingerprints.fingerprints(of: value))
        return (true, exposure.values.contains { !prints.isDisjoint(with: $0.fingerprints) })
    }

    @Test(arguments: EvasionTransform.families.map(\.name))
    func `a value found in disguise is recorded as what it is`(family: String) throws {
        var missed: [String] = []
        var total = 0
        for transform in EvasionTransform.families.first(where: { $0.name == family })?.transforms ?? [] {
            var random = FuzzText.Random(seed: 7)
            for sample in Self.values {
                guard
                    let disguised = transform.apply(
                        before: sample.before, value: sample.value, after: sample.after, &random)
                else { continue }
                let result = try Self.isRecorded(sample.value, disguised.text)
                guard result.found else { continue }
                total += 1
                if !result.recorded {
                    missed.append("\(transform.name): \(String(decoding: disguised.text, as: UTF8.self))")
                }
            }
        }
        for text in missed { print("MISSED \(text)") }
        print("\(family): \(missed.count) of \(total) not recorded as what they are")
        #expect(total >= 10)
        #expect(Double(missed.count) <= 0.03 * Double(total), "\(missed.count) of \(total)")
    }
}
