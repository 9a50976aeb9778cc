internal import Inference
internal import JSONText

/// `{"inputTokens","outputTokens","totalTokens","cacheReadInputTokens","cacheWriteInputTokens"}`: as with Anthropic, `inputTokens`
/// are those that neither came from the cache nor went into it.
enum BedrockUsage {
    static func read(_ node: Int, of tape: Tape) -> ReplyUsage? {
        func count(_ name: StaticString) -> Int? {
            tape.member(name, of: node).flatMap { tape.value($0).int }.map { max(0, $0) }
        }
        let (input, output) = (count("inputTokens"), count("outputTokens"))
        guard input != nil || output != nil else { return nil }
        var usage = ReplyUsage()
        usage.cacheRead = count("cacheReadInputTokens") ?? 0
        usage.cacheWrite = count("cacheWriteInputTokens") ?? 0
        usage.cacheWriteForHour = hourly(node, of: tape)
        usage.output = output ?? 0
        // Figures come from a provider: they may be absurd, and must not overflow.
        let (some, over) = (input ?? 0).addingReportingOverflow(usage.cacheRead)
        let (all, overToo) = some.addingReportingOverflow(usage.cacheWrite)
        usage.input = over || overToo ? .max : all
        return usage
    }

    /// Whether an answer, or the event with its figures, says that it was served at more than list price.
    static func isDearer(_ tape: Tape) -> Bool {
        func word(_ object: StaticString, _ name: StaticString) -> String? {
            tape.member(object, of: 0).flatMap { tape.member(name, of: $0) }.flatMap { tape.value($0).string }
        }
        return [word("serviceTier", "type"), word("performanceConfig", "latency")].contains {
            $0.map(ServiceTier.isDearer) ?? false
        }
    }

    /// Of those written to the cache the ones that stay for an hour, which cost more: `cacheDetails` lists them by their time.
    private static func hourly(_ node: Int, of tape: Tape) -> Int {
        guard let details = tape.member("cacheDetails", of: node) else { return 0 }
        for detail in tape.elements(of: details) {
            guard let time = tape.member("ttl", of: detail), "1h" ~= tape.word(time) else { continue }
            return max(0, tape.member("inputTokens", of: detail).flatMap { tape.value($0).int } ?? 0)
        }
        return 0
    }

    static func write(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("inputTokens")
        writer.int(usage.uncached)
        writer.key("outputTokens")
        writer.int(usage.output)
        writer.key("totalTokens")
        writer.int(usage.total)
        if usage.cacheRead > 0 || usage.cacheWrite > 0 {
            writer.key("cacheReadInputTokens")
            writer.int(usage.cacheRead)
            writer.key("cacheWriteInputTokens")
            writer.int(usage.cacheWrite)
        }
        writer.endObject()
    }
}
