internal import JSONText

/// Records as cases of a suite: what was said before the answer is asked, and the answer is what is expected.
public enum SuiteForm {
    /// A case, a line of `CaseReader`'s layout. `scorer`: how texts are scored; calls of tools are compared.
    public static func line(_ record: DataRecord, number: Int, scorer: String) -> [UInt8] {
        let answer = record.answer
        var asked = record
        asked.messages.removeLast()
        asked.messages = asked.messages.map(escaped)
        var writer = JSONWriter(capacity: 1_024)
        writer.beginObject()
        writer.key("id")
        writer.string("\(number)")
        writer.key("messages")
        messages(asked, to: &writer)
        if !record.tools.isEmpty {
            writer.key("tools")
            writer.raw(record.tools)
        }
        if answer.calls.isEmpty {
            writer.key("expected")
            writer.string(answer.content)
        } else {
            writer.key("expected_calls")
            writer.beginArray()
            for call in answer.calls { write(call, to: &writer) }
            writer.endArray()
        }
        writer.key("scorers")
        writer.beginArray()
        writer.string(answer.calls.isEmpty ? scorer : "tool_calls")
        writer.endArray()
        if !record.tags.isEmpty {
            writer.key("tags")
            writer.beginArray()
            for tag in record.tags { writer.string(tag) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes + [0x0A]
    }

    /// The suite's file, beside which its cases lie.
    public static func file(name: String, cases: String, source: String) -> String {
        """
        # Made by `sallyport dataset import` of \(source.split(whereSeparator: \.isNewline).joined(separator: " ")).
        name: \(name)
        cases: \(cases)

        """
    }

    /// Texts of cases are templates; here they stand for themselves.
    private static func escaped(_ message: DataMessage) -> DataMessage {
        var message = message
        var text = ""
        let scalars = Array(message.content.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            let next = index + 1 < scalars.count ? scalars[index + 1] : " "
            let opens = scalar == "{" && (next == "{" || next == "%" || next == "#")
            if opens { text += "{{'{'}}" } else { text.unicodeScalars.append(scalar) }
        }
        message.content = text
        return message
    }

    /// As OpenAI's form has them, but without a content that is `null`.
    private static func messages(_ record: DataRecord, to writer: inout JSONWriter) {
        writer.beginArray()
        for message in record.messages {
            writer.beginObject()
            writer.key("role")
            writer.string(message.role.rawValue)
            if !message.content.isEmpty || message.calls.isEmpty {
                writer.key("content")
                writer.string(message.content)
            }
            if !message.calls.isEmpty {
                writer.key("tool_calls")
                writer.beginArray()
                for call in message.calls {
                    writer.beginObject()
                    writer.key("id")
                    writer.string(call.id)
                    writer.key("function")
                    write(call, to: &writer)
                    writer.endObject()
                }
                writer.endArray()
            }
            if let id = message.callID {
                writer.key("tool_call_id")
                writer.string(id)
            }
            writer.endObject()
        }
        writer.endArray()
    }

    private static func write(_ call: DataMessage.Call, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(call.name)
        writer.key("arguments")
        writer.string(call.arguments)
        writer.endObject()
    }
}
