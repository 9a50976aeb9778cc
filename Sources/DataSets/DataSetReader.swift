internal import JSONText

/// Reads records of the forms that are written a JSON object a line: which one it is, a line tells by its members.
public enum DataSetReader {
    /// What is wrong with a line.
    public struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
        /// The line, from 1 on.
        public let line: Int
        /// What is wrong; no text.
        public let message: String

        /// `line 3: it is no conversation of messages`.
        public var description: String { "line \(line): \(message)" }
    }

    /// Reads all lines; throws for the first that is no record.
    public static func records(_ bytes: [UInt8]) throws(Problem) -> [DataRecord] {
        var records: [DataRecord] = []
        var number = 0
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { continue }
            let document: JSONDocument
            do throws(JSONSyntaxError) {
                document = try JSONDocument(parsing: Array(line), limits: JSONLimits(maximumBytes: 64 << 20))
            } catch {
                throw Problem(line: number, message: "it is no JSON object: \(error)")
            }
            do throws(RecordGap) {
                records.append(try record(document.root))
            } catch {
                throw Problem(line: number, message: "\(error)")
            }
        }
        return records
    }

    static func record(_ value: JSONValue) throws(RecordGap) -> DataRecord {
        guard value.kind == .object else { throw .malformed }
        if let turns = value["conversations"] { return try ShareGPTForm.read(turns, tools: value["tools"]) }
        let isAnthropic =
            value["system"] != nil
            || value["messages"]?.elements.contains { message in
                message["content"]?.elements.contains { $0["type"]?.string?.hasPrefix("tool_") ?? false } ?? false
            } ?? false
        var record = try isAnthropic ? AnthropicForm.read(value) : RecordReader.read(value)
        record.tags = value["tags"]?.elements.compactMap(\.string) ?? []
        record.feedback = value["feedback"]?.double
        return record
    }
}

extension ShareGPTForm {
    static func read(_ turns: JSONValue, tools: JSONValue?) throws(RecordGap) -> DataRecord {
        guard turns.kind == .array else { throw .malformed }
        var record = DataRecord(messages: [])
        var calls = 0
        for turn in turns.elements {
            guard let text = turn["value"]?.string else { throw .malformed }
            switch turn["from"]?.string {
            case "system": record.messages.append(DataMessage(.system, text))
            case "human", "user": record.messages.append(DataMessage(.user, text))
            case "gpt", "assistant": record.messages.append(DataMessage(.assistant, text))
            case "observation", "tool":
                record.messages.append(DataMessage(.tool, text, callID: "call_\(max(calls, 1))"))
            case "function_call":
                calls += 1
                let call = try call(text, number: calls)
                // Calls of one answer follow its words.
                if let last = record.messages.indices.last, record.messages[last].role == .assistant {
                    record.messages[last].calls.append(call)
                } else {
                    record.messages.append(DataMessage(.assistant, "", calls: [call]))
                }
            default: throw .malformed
            }
        }
        if let text = tools?.string { record.tools = Array(text.utf8) }
        guard record.messages.last?.role == .assistant else { throw .unanswered }
        return record
    }

    private static func call(_ text: String, number: Int) throws(RecordGap) -> DataMessage.Call {
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), let name = document.root["name"]?.string,
            let arguments = document.root["arguments"]
        else { throw .malformed }
        return DataMessage.Call(
            id: "call_\(number)", name: name,
            arguments: arguments.string ?? arguments.withRawBytes { String(decoding: $0, as: UTF8.self) })
    }
}

extension AnthropicForm {
    static func read(_ value: JSONValue) throws(RecordGap) -> DataRecord {
        guard let messages = value["messages"], messages.kind == .array else { throw .malformed }
        var record = DataRecord(messages: [])
        if let system = value["system"]?.string { record.messages.append(DataMessage(.system, system)) }
        for message in messages.elements {
            guard let role = message["role"]?.string.flatMap({ DataMessage.Role(rawValue: $0) }),
                role == .user || role == .assistant, let content = message["content"]
            else { throw .malformed }
            if let text = content.string {
                record.messages.append(DataMessage(role, text))
            } else {
                record.messages += try blocks(content, role)
            }
        }
        if let tools = value["tools"], tools.kind == .array { record.tools = chatTools(tools) }
        guard let last = record.messages.last, last.role == .assistant else { throw .unanswered }
        return record
    }

    private static func blocks(_ content: JSONValue, _ role: DataMessage.Role) throws(RecordGap) -> [DataMessage] {
        guard content.kind == .array else { throw .malformed }
        var results: [DataMessage] = []
        var message = DataMessage(role, "")
        for block in content.elements {
            switch block["type"]?.string {
            case "text":
                let text = block["text"]?.string ?? ""
                message.content += message.content.isEmpty ? text : "\n" + text
            case "tool_use":
                let input = block["input"].map { $0.withRawBytes { String(decoding: $0, as: UTF8.self) } }
                message.calls.append(
                    DataMessage.Call(
                        id: block["id"]?.string ?? "", name: block["name"]?.string ?? "", arguments: input ?? "{}"))
            case "tool_result":
                results.append(
                    DataMessage(.tool, block["content"]?.string ?? "", callID: block["tool_use_id"]?.string ?? ""))
            default: throw .unscannable
            }
        }
        return message.content.isEmpty && message.calls.isEmpty ? results : results + [message]
    }

    private static func chatTools(_ tools: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for tool in tools.elements {
            writer.beginObject()
            writer.key("type")
            writer.string("function" as StaticString)
            writer.key("function")
            writer.beginObject()
            writer.key("name")
            writer.string(tool["name"]?.string ?? "")
            if let description = tool["description"]?.string {
                writer.key("description")
                writer.string(description)
            }
            if let schema = tool["input_schema"] {
                writer.key("parameters")
                writer.raw(schema.withRawBytes { Array($0) })
            }
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        return writer.bytes
    }
}
