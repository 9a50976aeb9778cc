import Inference
import Privacy
import RemoteAnalyzer
import Upstream

/// The section `analyzer` of `policies/privacy.yaml`: a service that looks through the texts as well.
extension ConfigurationLoader {
    /// The settings; `nil` where the section is absent, so that no service is asked.
    static func analyzer(_ section: ConfigurationSection, _ privacy: PrivacySettings) -> RemoteAnalyzer.Settings? {
        guard section.isPresent else { return nil }
        let example = "an address such as `http://127.0.0.1:5002/analyze`"
        let address = section.required("url", example)
        let url = address?.string(example)
        var settings = RemoteAnalyzer.Settings(url: url ?? "")
        connection(section, &settings)
        question(section, &settings)
        entities(section, privacy, &settings)
        section.finish()
        guard let address, url != nil else { return nil }
        // The client itself is the judge of addresses, so that there is one opinion about what is safe.
        do throws(UpstreamEndpointError) {
            try RemoteAnalyzer.check(settings)
        } catch {
            address.report(error.problem)
        }
        return settings
    }

    private static func connection(_ section: ConfigurationSection, _ settings: inout RemoteAnalyzer.Settings) {
        if let allows = section.field("plaintext")?.bool() { settings.allowsPlaintext = allows }
        settings.authorities = section.field("ca_file")?.path()
        if let field = section.field("token") {
            switch field.secret() {
            case .present(let secret):
                settings.authorization = UpstreamHeader("authorization", "Bearer \(secret.reveal())")
            case .absent(let reason): field.report(reason)
            case nil: break
            }
        }
        if let deadline = section.field("deadline")?.milliseconds(in: 1...300_000) {
            settings.deadlineMilliseconds = deadline
        }
        if let count = section.field("connections")?.integer(in: 1...1_000) { settings.connections = count }
        let circuit = section.section("circuit")
        if let failures = circuit.field("failures")?.integer(in: 1...1_000) { settings.failuresToOpen = failures }
        if let pause = circuit.field("pause")?.milliseconds(in: 100...3_600_000) { settings.openMilliseconds = pause }
        circuit.finish()
    }

    private static func question(_ section: ConfigurationSection, _ settings: inout RemoteAnalyzer.Settings) {
        if let language = section.field("language")?.word("a language such as `en`") { settings.language = language }
        if let threshold = section.field("threshold")?.integer(in: 0...100) { settings.scoreThreshold = threshold }
        if let bytes = section.field("bytes_per_call")?.bytes(in: 1_024...(16 << 20)) { settings.bytesPerCall = bytes }
        if let count = section.field("texts_per_call")?.integer(in: 1...10_000) { settings.textsPerCall = count }
        if let bytes = section.field("bytes_per_request")?.bytes(in: 1_024...(1 << 30)) {
            settings.bytesPerAnalysis = bytes
        }
    }

    private static func entities(
        _ section: ConfigurationSection, _ privacy: PrivacySettings, _ settings: inout RemoteAnalyzer.Settings
    ) {
        let known = privacy.knownClasses
        for field in section.section("entities").named {
            settings.entities.classes.updateValue(entityClass(field, known), forKey: field.key)
        }
        if let field = section.field("unknown_entities") { settings.entities.unknown = entityClass(field, known) }
        // What a class that is off holds is passed over, wherever it was found; of names that may surprise.
        let off = [DataClass("person"), DataClass("place")].filter { name in
            !privacy.classes.contains(name) && settings.entities.classes.values.contains(name)
        }
        if !off.isEmpty {
            let names = off.map { "`\($0)`" }.joined(separator: ", ")
            section.reading.note(
                "privacy.yaml: what the analyzer finds of \(names) is passed over: set the class to `on`")
        }
    }

    /// A class, or `nil` for `off`.
    private static func entityClass(_ field: ConfigurationField, _ known: [DataClass]) -> DataClass? {
        if case .scalar("off", _) = field.node.content { return nil }
        guard let name = field.string("a class, or `off`") else { return nil }
        let names = known.map(\.rawValue)
        if !names.contains(name) { field.report(unknown("class", name, among: names)) }
        return DataClass(name)
    }
}
