internal import JSONText

/// Writes a `response`.
enum ResponsesReplyWriter: ReplyWriter {
    static func write(
        _ reply: Reply, as caller: TranslatedAnswer, losses: inout Losses
    ) throws(TranslationFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        let items = try items(of: reply, caller, &losses)
        write(
            reply.id, reply.model, stop: reply.settledStop, items: items, usage: reply.usage, caller, to: &writer)
        return writer.bytes
    }

    /// A whole response; one whose stop is unknown is still in progress.
    static func write(
        _ id: EscapedText?, _ model: EscapedText?, stop: Reply.Stop?, items: [[UInt8]], usage: ReplyUsage?,
        _ caller: TranslatedAnswer, to writer: inout JSONWriter
    ) {
        writer.beginObject()
        writer.key("id")
        writer.string("resp_\(caller.identifier)")
        writer.key("object")
        writer.string("response")
        writer.key("created_at")
        writer.int(caller.created)
        writer.key("status")
        writer.string(status(stop))
        writer.key("error")
        writer.null()
        writer.key("incomplete_details")
        if let reason = reason(stop) {
            writer.beginObject()
            writer.key("reason")
            writer.string(reason)
            writer.endObject()
        } else {
            writer.null()
        }
        writer.key("instructions")
        writer.null()
        writer.key("metadata")
        writer.beginObject()
        writer.endObject()
        writer.key("model")
        writer.string(model ?? EscapedText(caller.model))
        writer.key("output")
        writer.beginArray()
        for item in items { writer.raw(item) }
        writer.endArray()
        // What was asked for is not repeated here; the SDKs insist on these members.
        writer.key("parallel_tool_calls")
        writer.bool(true)
        writer.key("tool_choice")
        writer.string("auto")
        writer.key("tools")
        writer.beginArray()
        writer.endArray()
        writer.key("usage")
        if let usage { writeUsage(usage, to: &writer) } else { writer.null() }
        writer.endObject()
    }

    static func status(_ stop: Reply.Stop?) -> StaticString {
        guard let stop else { return "in_progress" }
        return reason(stop) == nil ? "completed" : "incomplete"
    }

    private static func reason(_ stop: Reply.Stop?) -> StaticString? {
        switch stop {
        case .length?: "max_output_tokens"
        case .refusal?: "content_filter"
        default: nil
        }
    }

    private static func writeUsage(_ usage: ReplyUsage, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("input_tokens")
        writer.int(usage.input)
        writer.key("input_tokens_details")
        writer.beginObject()
        writer.key("cached_tokens")
        writer.int(usage.cacheRead)
        writer.key("cache_write_tokens")
        writer.int(usage.cacheWrite)
        writer.endObject()
        writer.key("output_tokens")
        writer.int(usage.output)
        writer.key("output_tokens_details")
        writer.beginObject()
        writer.key("reasoning_tokens")
        writer.int(usage.reasoning ?? 0)
        writer.endObject()
        writer.key("total_tokens")
        writer.int(usage.total)
        writer.endObject()
    }

    // MARK: - Items

    private static func items(
        of reply: Reply, _ caller: TranslatedAnswer, _ losses: inout Losses
    ) throws(TranslationFault) -> [[UInt8]] {
        var items: [[UInt8]] = []
        // Places are the whole answer's, and each text is an item of its own here.
        var before = 0
        for (index, part) in reply.parts.enumerated() {
            if case .image(let media) = part {
                items.append(try picture(media, caller, items.count))
                continue
            }
            guard var item = Item(part) else { continue }
            if case .text(let text) = part {
                for citation in reply.citations(behind: index) { item.cite(citation, textFrom: before, &losses) }
                before += text.scalarCount
            }
            items.append(
                item.written(id: item.identifier(caller, items.count), status: "completed", isWhole: true))
        }
        return items
    }

    /// A picture is a call of a tool of OpenAI's own, with its result.
    static func picture(
        _ media: Conversation.Media, _ caller: TranslatedAnswer, _ index: Int
    ) throws(TranslationFault) -> [UInt8] {
        guard case .base64(_, let data) = media else {
            throw TranslationFault("a picture of the answer's is not inline")
        }
        var writer = JSONWriter(capacity: data.bytes.count + 128)
        writer.beginObject()
        writer.key("type")
        writer.string("image_generation_call")
        writer.key("id")
        writer.string("ig_\(caller.identifier)_\(index)")
        writer.key("status")
        writer.string("completed")
        writer.key("result")
        writer.string(data)
        writer.endObject()
        return writer.bytes
    }

    /// One item of the output, and its text so far, as it stands inside a JSON string.
    struct Item: Sendable {
        enum Kind: Sendable, Equatable {
            case text
            case refusal
            case reasoning
            case call(id: EscapedText, name: EscapedText)
        }
        let kind: Kind
        var text: [UInt8]
        /// The annotations of a text, written.
        private(set) var annotations: [[UInt8]] = []

        init(_ kind: Kind, text: [UInt8] = []) {
            self.kind = kind
            self.text = text
        }

        init?(_ part: Reply.Part) {
            switch part {
            case .text(let text): self.init(.text, text: Array(text.bytes))
            case .refusal(let text): self.init(.refusal, text: Array(text.bytes))
            case .reasoning(let text, _) where text.isEmpty: return nil
            case .reasoning(let text, _): self.init(.reasoning, text: Array(text.bytes))
            case .sealedReasoning: return nil
            // The one stands in its text's item, the other is no text.
            case .citation, .image: return nil
            case .toolCall(let call):
                self.init(.call(id: call.id, name: call.name), text: JSONEscape.escaped(Array(call.arguments.bytes)))
            }
        }

        /// Adds what the text rests on, if it has a form here; `start` code points of the answer's text stand in other items. Gives the
        /// annotation.
        @discardableResult
        mutating func cite(_ citation: Citation, textFrom start: Int, _ losses: inout Losses) -> [UInt8]? {
            guard OpenAIAnnotation.canWrite(citation, &losses) else { return nil }
            var citation = citation
            let (lower, upper) = (citation.scalars.lowerBound, citation.scalars.upperBound)
            let scalars = max(0, lower - start)..<max(0, lower - start, upper - start)
            citation.span = .placed(scalars: scalars, bytes: citation.bytes)
            var writer = JSONWriter()
            OpenAIAnnotation.write(citation, isNested: false, to: &writer)
            annotations.append(writer.bytes)
            return writer.bytes
        }

        /// Its name in this response.
        func identifier(_ caller: TranslatedAnswer, _ index: Int) -> String {
            switch kind {
            case .text, .refusal: "msg_\(caller.identifier)_\(index)"
            case .reasoning: "rs_\(caller.identifier)_\(index)"
            case .call: "fc_\(caller.identifier)_\(index)"
            }
        }

        /// The item, with its text or, at its beginning, without.
        func written(id: String, status: StaticString, isWhole: Bool) -> [UInt8] {
            var writer = JSONWriter(capacity: text.count + 256)
            writer.beginObject()
            writer.key("type")
            switch kind {
            case .text, .refusal: writer.string("message")
            case .reasoning: writer.string("reasoning")
            case .call: writer.string("function_call")
            }
            writer.key("id")
            writer.string(id)
            switch kind {
            case .text, .refusal:
                writer.key("role")
                writer.string("assistant")
                writer.key("content")
                writer.beginArray()
                if isWhole { writer.raw(part(isWhole: true)) }
                writer.endArray()
            case .reasoning:
                writer.key("summary")
                writer.beginArray()
                if isWhole { writer.raw(part(isWhole: true)) }
                writer.endArray()
            case .call(let call, let name):
                writer.key("call_id")
                writer.string(call)
                writer.key("name")
                writer.string(name)
                writer.key("arguments")
                writer.string(escaped: isWhole ? text[...] : [])
            }
            if kind != .reasoning {
                writer.key("status")
                writer.string(status)
            }
            writer.endObject()
            return writer.bytes
        }

        /// The part that holds the text of a message or a thought.
        func part(isWhole: Bool) -> [UInt8] {
            var writer = JSONWriter(capacity: text.count + 96)
            writer.beginObject()
            writer.key("type")
            writer.string(kind == .text ? "output_text" : kind == .refusal ? "refusal" : "summary_text")
            writer.key(kind == .refusal ? "refusal" : "text")
            writer.string(escaped: isWhole ? text[...] : [])
            if kind == .text {
                writer.key("annotations")
                writer.beginArray()
                if isWhole { for annotation in annotations { writer.raw(annotation) } }
                writer.endArray()
                writer.key("logprobs")
                writer.beginArray()
                writer.endArray()
            }
            writer.endObject()
            return writer.bytes
        }
    }
}
