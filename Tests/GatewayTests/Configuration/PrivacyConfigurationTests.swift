import Inference
import Privacy
import Testing

@testable import Gateway

@Suite("Reading privacy.yaml") struct PrivacyConfigurationTests {
    private func read(_ text: String, files: [String: String] = [:]) throws -> PrivacySettings {
        let reading = ConfigurationReading(environment: [:]) { path throws(ConfigurationFileError) in
            if path == "p/privacy.yaml" { return Array(text.utf8) }
            guard let file = files[path] else { throw ConfigurationFileError(reason: "no such file") }
            return Array(file.utf8)
        }
        let root = reading.document("p/privacy.yaml")
        let settings = ConfigurationLoader.privacy(root)
        root.finish()
        try reading.finish()
        return settings
    }

    private func fault(_ text: String) -> String {
        do {
            _ = try read(text)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test func `an empty file means the usual settings`() throws {
        #expect(try read("") == PrivacySettings())
    }

    @Test func `a class is on, off, a treatment, or all of it`() throws {
        let settings = try read(
            """
            classes:
              url: on
              phone: off
              card: mask
              email: { threshold: 70, treatment: hash }
              iban: { enabled: off }
            """)
        #expect(settings.classes.contains(DataClass("url")) && settings.classes.contains(.card))
        #expect(!settings.classes.contains(.phone) && !settings.classes.contains(.iban))
        #expect(settings.treatments == [.card: .mask, .email: .hash])
        #expect(settings.thresholds == [.email: 70])
    }

    @Test func `countries switch off the identifiers of all others, and classes have the last word`() throws {
        let settings = try read("countries: [de]\nclasses: { br_cpf: on }")
        #expect(settings.classes.contains(DataClass("de_tax_id")) && settings.classes.contains(DataClass("br_cpf")))
        #expect(!settings.classes.contains(.ssn) && !settings.classes.contains(DataClass("fr_nir")))
        #expect(settings.classes.contains(.email))
    }

    @Test func `words stand in the file or beside it`() throws {
        let settings = try read(
            """
            terms:
              - { class: project, words: [Blue Heron], file: names.txt }
            patterns:
              - { class: employee, expression: 'EMP-[0-9]{6}' }
            classes: { project: block }
            """, files: ["p/names.txt": "# projects\n\n  Kestrel \nOsprey\n"])
        #expect(settings.terms.map(\.words) == [["Blue Heron", "Kestrel", "Osprey"]])
        #expect(settings.patterns.map(\.expression) == ["EMP-[0-9]{6}"])
        #expect(settings.ownClasses == [DataClass("project"), DataClass("employee")])
        #expect(settings.treatments == [DataClass("project"): .block])
    }

    @Test(arguments: [
        ("classes: { emial: on }", "1:12: unknown class `emial`, did you mean `email`?"),
        ("classes: { email: maskk }", "did you mean `mask`?"),
        ("countries: [xx]", "unknown country `xx`"),
        ("answers: { redact: [emails] }", "did you mean `email`?"),
        ("answers: { redakt: [email] }", "unknown key `redakt`"),
        ("terms: [{ class: a }]", "expected `words` or a `file`"),
        ("terms: [{ class: Big, words: [x] }]", "lower-case letters"),
        ("patterns: [{ class: a }]", "`patterns[0].expression` is missing"),
        ("allowed: ['*']", "at most a `*` at either end"),
        ("threshold: 101", "from 0 to 100"),
        ("tresholds: 3", "unknown key `tresholds`"),
    ]) func `a fault is told with its place`(text: String, expected: String) {
        let fault = fault(text)
        #expect(fault.contains(expected) && fault.hasPrefix("p/privacy.yaml:1:"), "\(fault)")
    }
}
