import Cryptography
internal import Suggestions

/// One reading of a configuration: collects what is wrong, so that all of it is told at once, and what is worth a log line.
final class ConfigurationReading {
    typealias ReadFile = (String) throws(ConfigurationFileError) -> [UInt8]

    let environment: [String: String]
    /// Whether secrets count as there without being looked for.
    let assumesSecrets: Bool
    private let replacement: PolicyReplacement?
    private let readFile: ReadFile
    private var errors: [ConfigurationError] = []
    private(set) var notes: [String] = []
    /// Every file that was asked for, secrets left out, in the order of asking; `nil` for one that could not be read.
    private(set) var files: [(path: String, digest: Digest32?)] = []

    init(
        environment: [String: String], assumesSecrets: Bool = false, replacement: PolicyReplacement? = nil,
        readFile: @escaping ReadFile
    ) {
        self.environment = environment
        self.assumesSecrets = assumesSecrets
        self.replacement = replacement
        self.readFile = readFile
    }

    func report(_ source: String, _ position: YAMLNode.Position?, _ message: String) {
        let error = ConfigurationError(source: source, position: position, message: message)
        // What several others refer to is read for each of them.
        if !errors.contains(error) { errors.append(error) }
    }

    /// The file that takes the place of one of the policies' files, or that file itself.
    func policyFile(_ path: String, isAccess: Bool) -> String {
        switch replacement {
        case nil: return path
        case .access(let file): return isAccess ? file : path
        case .folder(let folder):
            let other = "\(folder)/\(path.split(separator: "/").last.map(String.init) ?? path)"
            return (try? readFile(other)) == nil ? path : other
        }
    }

    func note(_ text: String) { notes.append(text) }

    /// Throws what was collected: file by file as they were read, and by line in each.
    func finish() throws(ConfigurationErrors) {
        guard !errors.isEmpty else { return }
        let sources = errors.map(\.source).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let sorted = sources.flatMap { source in
            errors.filter { $0.source == source }.enumerated()
                .sorted {
                    let (left, right) = ($0.element.position ?? .start, $1.element.position ?? .start)
                    return left == right ? $0.offset < $1.offset : left < right
                }
                .map(\.element)
        }
        throw ConfigurationErrors(errors: sorted)
    }

    /// The whole content of a file; `nil` if it can't be read, which is reported at the place that names the file.
    func bytes(_ path: String, namedAt field: ConfigurationField? = nil, isSecret: Bool = false) -> [UInt8]? {
        do throws(ConfigurationFileError) {
            let bytes = try readFile(path)
            if !isSecret { files.append((path, SHA256.hash(bytes))) }
            return bytes
        } catch {
            if !isSecret { files.append((path, nil)) }
            if let field {
                field.report("can't read `\(path)`: \(error.reason)")
            } else {
                report(path, nil, "can't be read: \(error.reason)")
            }
            return nil
        }
    }

    /// The text of a file; `nil` if it can't be read or is no UTF-8, which is reported.
    func text(_ path: String, namedAt field: ConfigurationField? = nil, isSecret: Bool = false) -> String? {
        guard let bytes = bytes(path, namedAt: field, isSecret: isSecret) else { return nil }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            report(path, nil, "is not UTF-8")
            return nil
        }
        return text
    }

    /// The text of a file that need not be there; `nil` if it is not.
    func optionalText(_ path: String) -> String? {
        guard (try? readFile(path)) != nil else {
            files.append((path, nil))
            return nil
        }
        return text(path)
    }

    /// The top of a YAML file; empty if the file is, and also if it can't be read, which is reported.
    func document(_ path: String, namedAt field: ConfigurationField? = nil) -> ConfigurationSection {
        document(path, text(path, namedAt: field))
    }

    /// The top of a YAML file that need not be there.
    func optionalDocument(_ path: String) -> ConfigurationSection { document(path, optionalText(path)) }

    private func document(_ path: String, _ text: String?) -> ConfigurationSection {
        guard let text else { return ConfigurationSection(self, source: path) }
        do throws(YAMLNode.SyntaxError) {
            guard let node = try YAMLNode.parse(text) else { return ConfigurationSection(self, source: path) }
            return ConfigurationSection(self, source: path, name: "", node: node)
        } catch {
            report(path, error.position, error.message)
            return ConfigurationSection(self, source: path)
        }
    }
}

extension YAMLNode.Position {
    /// The top of a file.
    fileprivate static let start = YAMLNode.Position(line: 0, column: 0)
}

/// A mapping whose keys we know. Each key is asked for by name; `finish` reports all that nobody asked for.
final class ConfigurationSection {
    let reading: ConfigurationReading
    let source: String
    /// The path of keys that leads here, such as `providers.openai`; empty at the top.
    let name: String
    /// Where it stands; `nil` if it is not in the file.
    let position: YAMLNode.Position?
    private let entries: [YAMLNode.Entry]
    private var asked: [String] = []

    /// A section that is not in the file, so that every default applies.
    init(_ reading: ConfigurationReading, source: String, name: String = "") {
        self.reading = reading
        self.source = source
        self.name = name
        position = nil
        entries = []
    }

    /// A section that is in the file; reports what is no mapping.
    init(_ reading: ConfigurationReading, source: String, name: String, node: YAMLNode) {
        self.reading = reading
        self.source = source
        self.name = name
        position = node.position
        switch node.content {
        case .mapping(let entries): self.entries = entries
        case .null: entries = []
        case .scalar, .sequence:
            entries = []
            let what = name.isEmpty ? "expected" : "`\(name)`: expected"
            reading.report(source, node.position, "\(what) a mapping of keys to values, found \(node.content.words)")
        }
    }

    /// Whether it is in the file.
    var isPresent: Bool { position != nil }

    /// The value of a key; `nil` if the key is absent or its value empty.
    func field(_ key: String) -> ConfigurationField? {
        asked.append(key)
        guard let entry = entries.first(where: { $0.key == key }), entry.value.content != .null else { return nil }
        return field(entry)
    }

    /// The value of a key that must be there; its absence is reported.
    func required(_ key: String, _ expectation: String) -> ConfigurationField? {
        if let field = field(key) { return field }
        reading.report(source, position, "`\(path(key))` is missing: expected \(expectation)")
        return nil
    }

    /// The mapping under a key, empty if absent.
    func section(_ key: String) -> ConfigurationSection {
        field(key)?.section ?? ConfigurationSection(reading, source: source, name: path(key))
    }

    /// All keys with their values, where keys are names that the writer chose. Empty values are kept.
    var named: [ConfigurationField] {
        asked += entries.map(\.key)
        return entries.map(field)
    }

    /// Reports the keys that nobody asked for. Call it last.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let place = name.isEmpty ? "" : " in `\(name)`"
            let hint =
                Spelling.closest(to: entry.key, among: asked).map { ", did you mean `\($0)`?" }
                ?? ": known are \(Spelling.alternatives(Set(asked).sorted()).replacing(" or ", with: " and "))"
            reading.report(source, entry.position, "unknown key `\(entry.key)`\(place)\(hint)")
        }
    }

    private func field(_ entry: YAMLNode.Entry) -> ConfigurationField {
        ConfigurationField(
            reading: reading, source: source, name: path(entry.key), key: entry.key, keyPosition: entry.position,
            node: entry.value)
    }

    private func path(_ key: String) -> String { name.isEmpty ? key : "\(name).\(key)" }
}

extension YAMLNode.Content {
    /// What it is, for messages; texts are cut, since nobody needs a long one to find it.
    var words: String {
        switch self {
        case .null: return "nothing"
        case .mapping: return "a mapping"
        case .sequence: return "a list"
        case .scalar(let text, _):
            let isShort = text.unicodeScalars.count <= 60
            let visible = text.unicodeScalars.prefix(60).map {
                $0.properties.generalCategory == .control ? "·" : String($0)
            }
            return "`\(visible.joined())\(isShort ? "" : "…")`"
        }
    }
}
