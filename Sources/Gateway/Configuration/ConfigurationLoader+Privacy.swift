import Inference
import Privacy
internal import Suggestions

/// `policies/privacy.yaml`: what to look for, how sure to be, and what to do with it.
extension ConfigurationLoader {
    private enum Bounds {
        static let words = 200_000
        static let wordBytes = 200
        static let patterns = 500
        static let expressionBytes = 1_000
    }

    /// Reads a `privacy.yaml` alone.
    static func privacySettings(path: String) throws(ConfigurationErrors) -> PrivacySettings {
        let reading = ConfigurationReading(environment: [:]) { path throws(ConfigurationFileError) in
            try ConfigurationFiles.read(path)
        }
        let root = reading.document(path)
        let settings = privacy(root)
        // The analyser's section and that of the vault are read by the gateway, which has more to do with them.
        _ = root.field("analyzer")
        _ = root.field("payloads")
        root.finish()
        try reading.finish()
        return settings
    }

    static func privacy(_ root: ConfigurationSection) -> PrivacySettings {
        var settings = PrivacySettings()
        if let threshold = root.field("threshold")?.integer(in: 0...100) { settings.threshold = threshold }
        // Countries first: what stands under `classes` has the last word.
        if let field = root.field("countries") { countries(field, &settings) }
        settings.terms = root.field("terms")?.elements(of: "word lists")?.compactMap(termList) ?? []
        settings.patterns = root.field("patterns")?.elements(of: "patterns")?.compactMap(termPattern) ?? []
        if settings.patterns.count > Bounds.patterns {
            root.field("patterns")?.report("expected at most \(Bounds.patterns), found \(settings.patterns.count)")
        }
        let own = Set(settings.terms.map(\.dataClass) + settings.patterns.map(\.dataClass))
        let known = SensitiveClass.allCases.map(\.dataClass.rawValue) + own.map(\.rawValue).sorted()
        settings.classes.formUnion(own)
        for field in root.section("classes").named { sensitiveClass(field, known, &settings) }
        settings.allowed = root.field("allowed")?.elements(of: "values")?.compactMap(allowedValue) ?? []
        let answers = root.section("answers")
        let redact = answers.field("redact")?.elements(of: "classes")
        if redact != nil { settings.redactedInAnswers = [] }
        for element in redact ?? [] {
            guard let name = element.string("a class") else { continue }
            if !known.contains(name) {
                element.report(unknown("class", name, among: known))
            } else if !settings.classes.contains(DataClass(name)) {
                element.report("`\(name)` is off under `classes`: it is looked for nowhere")
            }
            settings.redactedInAnswers.insert(DataClass(name))
        }
        answers.finish()
        if let undoes = root.field("evasion")?.bool() { settings.undoesEvasion = undoes }
        return settings
    }

    /// `on`, `off`, a treatment, or all of it in a mapping.
    private static func sensitiveClass(
        _ field: ConfigurationField, _ known: [String], _ settings: inout PrivacySettings
    ) {
        let name = DataClass(field.key)
        if !known.contains(field.key) { field.reportKey(unknown("class", field.key, among: known)) }
        switch field.node.content {
        case .mapping:
            let section = field.section
            settings.classes.insert(name)
            if section.field("enabled")?.bool() == false { settings.classes.remove(name) }
            if let threshold = section.field("threshold")?.integer(in: 0...100) {
                settings.thresholds[name] = threshold
            }
            if let treatment = section.field("treatment")?.choice(Treatment.self) {
                settings.treatments[name] = treatment
            }
            section.finish()
        case .scalar(let text, _) where ScalarText.bool(text) == nil:
            settings.classes.insert(name)
            if let treatment = Treatment(rawValue: text) {
                settings.treatments[name] = treatment
            } else {
                let words = ["on", "off"] + Treatment.allCases.map(\.rawValue)
                let hint = Spelling.question(text, among: words)
                field.report(
                    "expected \(Spelling.alternatives(words)), or a mapping of `enabled`, `threshold` and `treatment`, "
                        + "found \(field.node.content.words)\(hint)")
            }
        default:
            guard let isOn = field.bool() else { return }
            if isOn { settings.classes.insert(name) } else { settings.classes.remove(name) }
        }
    }

    /// `all`, or a list: the classes of other countries are off.
    private static func countries(_ field: ConfigurationField, _ settings: inout PrivacySettings) {
        if case .scalar("all", _) = field.node.content { return }
        let known = Set(SensitiveClass.allCases.compactMap(\.details.country)).sorted()
        var chosen: Set<String> = []
        for element in field.elements(of: "countries such as `[us, de]`, or `all`") ?? [] {
            guard let country = element.string("a country such as `de`") else { continue }
            if !known.contains(country) { element.report(unknown("country", country, among: known)) }
            chosen.insert(country)
        }
        for sensitiveClass in SensitiveClass.allCases {
            if let country = sensitiveClass.details.country, !chosen.contains(country) {
                settings.classes.remove(sensitiveClass.dataClass)
            }
        }
    }

    private static func className(_ section: ConfigurationSection) -> DataClass? {
        guard let field = section.required("class", "a class of the list above, or a name of your own"),
            let name = field.word("a name")
        else { return nil }
        guard name.utf8.allSatisfy({ $0 >= 0x61 && $0 <= 0x7A || $0 >= 0x30 && $0 <= 0x39 || $0 == 0x5F }) else {
            field.report("`\(name)`: expected lower-case letters, digits and `_`")
            return nil
        }
        return DataClass(name)
    }

    /// Words in the file itself, or one a line in a file beside it.
    private static func termList(_ field: ConfigurationField) -> PrivacySettings.TermList? {
        let section = field.section
        let name = className(section)
        var words = section.field("words")?.elements(of: "words")?.compactMap { $0.string("a word") } ?? []
        if let file = section.field("file"), let path = file.path(), let text = field.reading.text(path, namedAt: file)
        {
            for line in text.split(whereSeparator: \.isNewline) {
                let word = line.trimmingSpaces
                if !word.isEmpty, !word.hasPrefix("#") { words.append(String(word)) }
            }
        }
        let isCaseSensitive = section.field("case_sensitive")?.bool() ?? false
        section.finish()
        if words.isEmpty { field.report("expected `words` or a `file` with one a line, found none") }
        if words.count > Bounds.words { field.report("expected at most \(Bounds.words) words, found \(words.count)") }
        if let word = words.first(where: { !(1...Bounds.wordBytes).contains($0.utf8.count) }) {
            field.report("expected words of 1 to \(Bounds.wordBytes) bytes, found one of \(word.utf8.count)")
        }
        guard let name else { return nil }
        return PrivacySettings.TermList(dataClass: name, words: words, isCaseSensitive: isCaseSensitive)
    }

    private static func termPattern(_ field: ConfigurationField) -> PrivacySettings.TermPattern? {
        let section = field.section
        let name = className(section)
        let expression = section.required("expression", "a regular expression")?.string("a regular expression")
        let score = section.field("score")?.integer(in: 1...100) ?? 80
        section.finish()
        guard let name, let expression else { return nil }
        if expression.utf8.count > Bounds.expressionBytes {
            field.report("expected at most \(Bounds.expressionBytes) bytes, found \(expression.utf8.count)")
        }
        return PrivacySettings.TermPattern(dataClass: name, expression: expression, score: score)
    }

    private static func allowedValue(_ field: ConfigurationField) -> String? {
        guard let text = field.string("a value") else { return nil }
        let inner = text.utf8.dropFirst(text.hasPrefix("*") ? 1 : 0).dropLast(
            text.hasSuffix("*") && text.utf8.count > 1 ? 1 : 0)
        if inner.isEmpty || inner.contains(UInt8(ascii: "*")) {
            field.report("expected a value with at most a `*` at either end, found `\(text)`")
            return nil
        }
        return text
    }
}

extension Substring {
    /// Without blanks at either end.
    fileprivate var trimmingSpaces: Substring {
        var text = drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text = text.dropLast() }
        return text
    }
}
