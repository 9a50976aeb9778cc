private import Cryptography
public import Evaluation
private import Glibc

/// Reads a suite's file and the files that it names, which are seen from its folder.
public struct SuiteFolder: Sendable {
    /// A suite, ready to run.
    public struct Loaded: Sendable {
        /// The suite.
        public let suite: Suite
        /// The methods that candidates may have.
        public let methods: [Method]
        /// The aliases that `*` stands for, and that are asked where the command line names none.
        public let models: [String]
        /// The folder that paths in it are seen from.
        public let folder: String
        /// The digest of all files that it was read from and of how, in hexadecimal.
        public internal(set) var digest = ""
    }

    /// The most bytes of a file.
    static let mostBytes = 1 << 30

    /// Reads a suite; throws everything that is wrong with it. `judge`: the alias that judges where promptfoo's rubrics name none.
    /// `prompt`: which of promptfoo's prompts, from 1.
    public static func load(
        path: String, judge: String = "", prompt: Int = 1
    ) throws(SuiteErrors) -> Loaded {
        var problems = SuiteProblems()
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        var loaded: Loaded?
        switch read(path) {
        case .failure(let reason): problems.report(path, .start, "can't be read: \(reason)")
        case .bytes(let bytes):
            if let text = String(validating: bytes, as: UTF8.self) {
                if let tree = YAMLTree.parse(text, source: path, &problems) {
                    var digests = SHA256.hash(bytes).hex
                    loaded = load(tree, path, folder, judge, prompt, &digests, &problems)
                    loaded?.digest = SHA256.hash("\(digests) \(prompt) \(judge)").hex
                }
            } else {
                problems.report(path, .start, "is not UTF-8")
            }
        }
        try problems.finish()
        guard let loaded else { preconditionFailure("a suite that is not read has problems") }
        return loaded
    }

    private static func load(
        _ tree: ValueTree, _ path: String, _ folder: String, _ judge: String, _ prompt: Int,
        _ digests: inout String, _ problems: inout SuiteProblems
    ) -> Loaded {
        if tree["prompts"] != nil, tree["tests"] != nil {
            return promptfoo(tree, path, folder, judge, prompt, &problems)
        }
        let file = SuiteFile(tree, source: path, &problems)
        let suite = file.suite(&problems) { name in
            let content = read(name.hasPrefix("/") ? name : folder + name)
            if case .bytes(let bytes) = content { digests += SHA256.hash(bytes).hex }
            return content
        }
        return Loaded(suite: suite, methods: file.methods, models: file.models, folder: folder)
    }

    private static func promptfoo(
        _ tree: ValueTree, _ path: String, _ folder: String, _ judge: String, _ number: Int,
        _ problems: inout SuiteProblems
    ) -> Loaded {
        let layout = PromptfooLayout(tree, source: path, judge: judge, &problems)
        if !layout.prompts.indices.contains(number - 1) {
            problems.report(path, .start, "there is no prompt \(number): the file has \(layout.prompts.count)")
        }
        let name = path.split(separator: "/").last?.split(separator: ".").first.map(String.init) ?? "promptfoo"
        let suite = Suite(
            name: layout.prompts.count > 1 ? "\(name)-\(number)" : name,
            prompt: layout.prompts.indices.contains(number - 1) ? layout.prompts[number - 1] : nil,
            cases: layout.cases, scorers: [], source: path, &problems)
        return Loaded(suite: suite, methods: [Method()], models: [], folder: folder)
    }

    static func read(_ path: String) -> SuiteFile.Loaded {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return .failure(reason()) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(reason()) }
            if count == 0 { return .bytes(bytes) }
            bytes += buffer[..<count]
            guard bytes.count <= mostBytes else { return .failure("it is larger than 1 GiB") }
        }
    }

    private static func reason() -> String { String(cString: strerror(errno)).lowercased() }
}
