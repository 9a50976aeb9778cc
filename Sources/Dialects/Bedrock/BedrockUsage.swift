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
        usage.output = output ?? 0
        // Figures come from a provider: they may be absurd, and must not overflow.
        let (some, over) = (input ?? 0).addingReportingOverflow(usage.cacheRead)
        let (all, overToo) = some.addingReportingOverflow(usage.cacheWrite)
        usage.input = over || overToo ? .max : all
        return usage
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
