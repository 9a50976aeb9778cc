internal import Suggestions

/// A value in a configuration file, with everything needed to say what is wrong with it. Each reader reports and returns `nil`
/// where the value is not what it expects.
struct ConfigurationField {
    let reading: ConfigurationReading
    let source: String
    /// The path of keys that leads here, such as `listen.port`.
    let name: String
    /// The last of those keys.
    let key: String
    let keyPosition: YAMLNode.Position
    let node: YAMLNode

    func report(_ message: String) { reading.report(source, node.position, "`\(name)`: \(message)") }

    /// Reports a wrong key, where keys are names that the writer chose.
    func reportKey(_ message: String) { reading.report(source, keyPosition, message) }

    private func expected<Value>(_ what: String, hint: String = "") -> Value? {
        report("expected \(what), found \(node.content.words)\(hint)")
        return nil
    }

    /// The mapping; an empty one with a report for anything else.
    var section: ConfigurationSection { ConfigurationSection(reading, source: source, name: name, node: node) }

    /// The elements of a list.
    func elements(of what: String) -> [ConfigurationField]? {
        guard case .sequence(let nodes) = node.content else { return expected("a list of \(what)") }
        return nodes.enumerated().map { index, node in
            ConfigurationField(
                reading: reading, source: source, name: "\(name)[\(index)]", key: key, keyPosition: node.position,
                node: node)
        }
    }

    /// Any text that is not empty, quoted or not.
    func string(_ what: String) -> String? {
        guard case .scalar(let text, _) = node.content, !text.isEmpty else { return expected(what) }
        return text
    }

    /// A word of ASCII letters, digits, `_`, `-` and `.`, at most 64 of them.
    func word(_ what: String) -> String? {
        guard let text = string(what) else { return nil }
        return ConfigurationField.isWord(text) ? text : expected("\(what) of letters, digits, `_`, `-` and `.`")
    }

    /// One of some words.
    func choice<Value: RawRepresentable & CaseIterable>(_: Value.Type) -> Value? where Value.RawValue == String {
        let words = Value.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = node.content else { return expected(Spelling.alternatives(words)) }
        if let value = Value(rawValue: text) { return value }
        let hint = Spelling.question(text, among: words)
        return expected(Spelling.alternatives(words), hint: hint)
    }

    /// A whole number.
    func integer(in range: ClosedRange<Int>) -> Int? {
        guard let value = plain.flatMap({ ScalarText.integer($0) }), range.contains(value) else {
            return expected("a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    /// A switch.
    func bool() -> Bool? { plain.flatMap(ScalarText.bool) ?? expected("`true` or `false`") }

    /// A duration, in milliseconds.
    func milliseconds(in range: ClosedRange<Int>) -> Int? {
        guard let value = plain.flatMap(ScalarText.milliseconds) else {
            return expected("a duration such as `30s` or `500ms`")
        }
        guard range.contains(value) else {
            return expected(
                "a duration from \(ScalarText.text(milliseconds: range.lowerBound)) to "
                    + ScalarText.text(milliseconds: range.upperBound))
        }
        return value
    }

    /// A size, in bytes.
    func bytes(in range: ClosedRange<Int>) -> Int? {
        guard let value = plain.flatMap(ScalarText.bytes) else { return expected("a size such as `32MiB` or `64KiB`") }
        guard range.contains(value) else {
            return expected(
                "a size from \(ScalarText.text(bytes: range.lowerBound)) to \(ScalarText.text(bytes: range.upperBound))"
            )
        }
        return value
    }

    /// A price in US dollars per million tokens, as pico-USD per token.
    func picoUSDPerToken() -> Int64? {
        plain.flatMap { ScalarText.decimal($0, places: 6) }
            ?? expected("US dollars per million tokens such as `2.5` or `0.125`, with at most six decimal places")
    }

    /// An amount of US dollars, as nano-USD.
    func nanoUSD() -> Int64? {
        plain.flatMap { ScalarText.decimal($0, places: 9) }
            ?? expected("US dollars such as `0.05`, with at most nine decimal places")
    }

    /// Whether it is a mapping.
    var isMapping: Bool { if case .mapping = node.content { true } else { false } }

    /// The path of a file, seen from the folder of the file that names it.
    func path() -> String? { string("the path of a file").map { ConfigurationPath.resolve($0, besides: source) } }

    /// A secret, from the environment or a file. Its text in the configuration is refused, and not repeated.
    ///
    /// - Returns: `.absent` if the variable is not set or empty: the caller knows whether that is an error.
    func secret() -> SecretReference? {
        guard case .mapping = node.content else {
            report("expected `{env: NAME}` or `{file: path}`: secrets do not stand in configuration files")
            return nil
        }
        let section = section
        let (variable, file) = (section.field("env"), section.field("file"))
        section.finish()
        switch (variable, file) {
        case (let variable?, nil):
            guard let name = variable.string("the name of an environment variable") else { return nil }
            if reading.assumesSecrets { return Secret("assumed").map { .present($0) } }
            guard let text = reading.environment[name], !text.isEmpty else {
                return .absent("environment variable `\(name)` is not set")
            }
            guard let secret = Secret(text) else {
                variable.report("environment variable `\(name)` holds other than visible ASCII characters")
                return nil
            }
            return .present(secret)
        case (nil, let file?):
            guard let path = file.path() else { return nil }
            if reading.assumesSecrets { return Secret("assumed").map { .present($0) } }
            guard let text = reading.text(path, namedAt: file, isSecret: true) else { return nil }
            guard let secret = Secret(String(text.drop(while: \.isNewline).trimmingLineEnd)) else {
                file.report("`\(path)` is empty or holds other than visible ASCII characters")
                return nil
            }
            return .present(secret)
        default:
            report("expected either `{env: NAME}` or `{file: path}`")
            return nil
        }
    }

    /// The text of a scalar that is not quoted.
    private var plain: String? {
        guard case .scalar(let text, isQuoted: false) = node.content else { return nil }
        return text
    }

    static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x2E: true
                default: false
                }
            }
    }
}

/// Where a secret was looked for, and what was there.
enum SecretReference {
    case present(Secret)
    /// Why it is not there, in words.
    case absent(String)
}

extension Substring {
    /// Without the line ends after it.
    fileprivate var trimmingLineEnd: Substring {
        var text = self
        while text.last?.isNewline == true { text = text.dropLast() }
        return text
    }
}

/// Paths in configuration files.
enum ConfigurationPath {
    /// A path as seen from the folder of the file that names it.
    static func resolve(_ path: String, besides file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }
}
