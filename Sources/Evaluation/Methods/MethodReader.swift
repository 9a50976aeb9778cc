/// Reads methods: a mapping of names to `system`, `examples: {count, choice}`, `retrieve: {count, index}`, `votes`,
/// `temperature`, `top_p`, `max_tokens`, `stop`, `parameters` (other members of the request).
public enum MethodReader {
    /// Reads a mapping of methods; the plain one, `zero-shot`, is put before them unless the file describes it.
    public static func methods(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) -> [Method] {
        guard let members = value.members else {
            problems.report(source, value.position, "`methods`: expected a mapping, found \(value.kindInWords)")
            return [Method()]
        }
        var methods: [Method] = []
        for member in members {
            guard member.key.isPlainWord else {
                problems.report(source, member.position, "a method's name: expected letters, digits, `_` and `-`")
                continue
            }
            methods.append(method(member.key, member.value, source, &problems))
        }
        let hasPlain = methods.contains { $0.name == "zero-shot" }
        return (hasPlain ? [] : [Method()]) + methods
    }

    private static func method(
        _ name: String, _ value: ValueTree, _ source: String, _ problems: inout SuiteProblems
    ) -> Method {
        var method = Method(name: name)
        guard !value.isNull else { return method }
        var reader = MappingReader(value, source: source, &problems)
        method.systemPrompt = reader.optional("system").flatMap {
            MessageReader.template($0, true, source, &problems)
        }
        if let examples = reader.optional("examples") {
            var reader = MappingReader(examples, source: source, &problems)
            let count = reader.int("count", in: 1...1000, &problems)
            let choice = reader.choice("choice", FewShot.Choice.self, &problems) ?? .fixed
            if count == nil { _ = reader.required("count", "how many examples", &problems) }
            reader.finish(&problems)
            method.examples = count.map { FewShot(count: $0, choice: choice) }
        }
        if let retrieval = reader.optional("retrieve") {
            var reader = MappingReader(retrieval, source: source, &problems)
            let count = reader.int("count", in: 1...1000, &problems) ?? 5
            let index = reader.required("index", "the folder to search", &problems)?.text
            reader.finish(&problems)
            method.retrieval = index.map { Retrieval(count: count, index: $0) }
        }
        method.votes = reader.int("votes", in: 1...1000, &problems) ?? 1
        method.sampling = sampling(&reader, &problems)
        reader.finish(&problems)
        if method.votes > 1, method.sampling.temperature == 0 {
            problems.report(source, value.position, "`votes` at a `temperature` of 0 are all the same")
        }
        return method
    }

    private static func sampling(_ reader: inout MappingReader, _ problems: inout SuiteProblems) -> Sampling {
        var sampling = Sampling()
        sampling.temperature = reader.number("temperature", in: 0...2, &problems)
        sampling.topP = reader.number("top_p", in: 0...1, &problems)
        sampling.maximumTokens = reader.int("max_tokens", in: 1...10_000_000, &problems)
        sampling.stop = reader.texts("stop", &problems)
        guard let others = reader.optional("parameters") else { return sampling }
        let own = [
            "model", "messages", "tools", "response_format", "temperature", "top_p", "max_tokens", "stop", "seed",
            "stream",
        ]
        for member in others.members ?? [] {
            guard !own.contains(member.key) else {
                problems.report(reader.source, member.position, "`\(member.key)` can't stand among other parameters")
                continue
            }
            sampling.others[member.key] = member.value.json
        }
        if others.members == nil {
            problems.report(
                reader.source, others.position, "`parameters`: expected a mapping, found \(others.kindInWords)")
        }
        return sampling
    }
}
