import Foundation
import Inference
import Privacy
import Testing

@Suite("Classes of data in the policy files") struct PrivacyVocabularyTests {
    private static let policies = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "policies")

    @Test func `the schema counts every class, and no other`() throws {
        let schema = try String(contentsOf: Self.policies.appending(path: "access.cedarschema"), encoding: .utf8)
        let counts = try #require(schema.firstMatch(of: /type Counts = \{([^}]*)\}/)).1
        let named = Set(counts.matches(of: /(\w+): Long/).map { String($0.1) })
        #expect(named == Set(SensitiveClass.allCases.map(\.dataClass.rawValue) + ["unscannable"]))
    }

    @Test func `labels are short, and none is the end of another`() {
        let labels = SensitiveClass.allCases.map { "\($0.label)" }
        for label in labels {
            #expect(label.utf8.count <= 8 && label.allSatisfy { $0.isASCII && $0.isUppercase })
            #expect(!labels.contains { $0 != label && $0.hasSuffix(label) }, "\(label)")
        }
        #expect(Set(labels).count == labels.count)
    }
}
