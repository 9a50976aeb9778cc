import DataSets
import JSONText
import Testing

struct FormatTests {
    private static let record = DataRecord(
        messages: [
            DataMessage(.system, "Be brief."), DataMessage(.user, "Rain \"tomorrow\"?\n"),
            DataMessage(
                .assistant, "", calls: [DataMessage.Call(id: "call_1", name: "rain", arguments: #"{"day":1}"#)]),
            DataMessage(.tool, "no", callID: "call_1"), DataMessage(.assistant, "=No, dry"),
        ],
        tools: Array(#"[{"type":"function","function":{"name":"rain","parameters":{"type":"object"}}}]"#.utf8),
        tags: ["weather"], feedback: 0.5)

    private static func text(_ format: DataFormat) -> String {
        String(decoding: format.line(record), as: UTF8.self)
    }

    @Test func `OpenAI's form has messages and tools`() {
        #expect(
            Self.text(.openAIChat) == #"{"messages":[{"role":"system","content":"Be brief."},"#
                + #"{"role":"user","content":"Rain \"tomorrow\"?\n"},{"role":"assistant","content":null,"#
                + #""tool_calls":[{"id":"call_1","type":"function","#
                + #""function":{"name":"rain","arguments":"{\"day\":1}"}}]},"#
                + #"{"role":"tool","content":"no","tool_call_id":"call_1"},"#
                + #"{"role":"assistant","content":"=No, dry"}],"#
                + #""tools":[{"type":"function","function":{"name":"rain","parameters":{"type":"object"}}}]}"# + "\n")
    }

    @Test func `Anthropic's form has turns that take turns`() throws {
        let root = try JSONDocument(parsing: DataFormat.anthropic.line(Self.record)).root
        #expect(root["system"]?.string == "Be brief.")
        let roles = root["messages"]?.elements.map { $0["role"]?.string } ?? []
        #expect(roles == ["user", "assistant", "user", "assistant"])
        #expect(root["messages"]?[1]?["content"]?[0]?["input"]?["day"]?.int == 1)
        #expect(root["messages"]?[2]?["content"]?[0]?["tool_use_id"]?.string == "call_1")
        #expect(root["tools"]?[0]?["input_schema"]?["type"]?.string == "object")
    }

    @Test func `ShareGPT's form names the sides`() throws {
        let root = try JSONDocument(parsing: DataFormat.shareGPT.line(Self.record)).root
        let sides = root["conversations"]?.elements.map { $0["from"]?.string } ?? []
        #expect(sides == ["system", "human", "function_call", "observation", "gpt"])
    }

    @Test func `a row of CSV is no formula`() {
        let row = Self.text(.csv)
        #expect(row.hasPrefix("\"Rain \"\"tomorrow\"\"?\n\",\"'=No, dry\","))
        #expect(row.hasSuffix(",weather,0.5\r\n"))
    }

    @Test func `calls lose their provider's names and results keep their calls`() throws {
        let json = #"""
            {"messages":[{"role":"developer","content":[{"type":"text","text":"a"}]},{"role":"user","content":"b"},
            {"role":"assistant","content":null,"tool_calls":[{"id":"toolu_01ABCDEF","function":{"name":"f","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"toolu_01ABCDEF","content":"c"},{"role":"assistant","content":"d"}]}
            """#
        let record = try RecordReader.read(JSONDocument(parsing: Array(json.utf8)).root)
        #expect(record.messages.map(\.role) == [.system, .user, .assistant, .tool, .assistant])
        #expect(record.messages[2].calls.first?.id == "call_1")
        #expect(record.messages[3].callID == "call_1")
    }

    @Test(arguments: [
        (#"{"messages":[]}"#, RecordGap.unanswered), (#"{"messages":[{"role":"user","content":"x"}]}"#, .unanswered),
        (#"{"messages":[{"role":"robot","content":"x"}]}"#, .malformed), ("[]", .malformed),
        (#"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}"#, .unscannable),
        (#"{"messages":[{"role":"user","content":"x"},{"role":"assistant","content":""}]}"#, .unanswered),
    ])
    func `what is no whole conversation of texts is told by its reason`(_ json: String, _ gap: RecordGap) {
        #expect(throws: gap) { try RecordReader.read(JSONDocument(parsing: Array(json.utf8)).root) }
    }
}

struct SelectionTests {
    private static func record(_ number: Int, _ tag: String, feedback: Double? = nil) -> DataRecord {
        // A number spelled in words that no other has.
        let words = (0..<12).map { "w\(number)x\($0)" }.joined(separator: " ")
        return DataRecord(
            messages: [DataMessage(.user, words), DataMessage(.assistant, "yes")], tags: [tag], feedback: feedback)
    }

    @Test func `as many records of each tag as of the rarest`() {
        var selection = DataSelection()
        selection.isBalanced = true
        let records = (0..<40).map { Self.record($0, $0 % 4 == 0 ? "rare" : "frequent") }
        let outcome = selection.choose(from: records)
        #expect(outcome.records.filter { $0.tags == ["rare"] }.count == 10)
        #expect(outcome.records.count == 20)
        #expect(outcome.unsampled == 20)
    }

    @Test func `a sample grows with the data and keeps its order`() {
        var selection = DataSelection()
        selection.sample = 10
        let records = (0..<100).map { Self.record($0, "a") }
        let sample = selection.choose(from: records).records
        #expect(sample.count == 10)
        let kept = records.filter(sample.contains)
        #expect(kept == sample)
        selection.seed = 2
        #expect(selection.choose(from: records).records != sample)
    }

    @Test func `tags and feedback choose and duplicates are counted`() {
        var selection = DataSelection()
        selection.tags = ["a"]
        selection.leastFeedback = 0.5
        let records = [
            Self.record(1, "a", feedback: 1), Self.record(1, "a", feedback: 1), Self.record(2, "a", feedback: 0.2),
            Self.record(3, "a"), Self.record(4, "b", feedback: 1),
        ]
        let outcome = selection.choose(from: records)
        #expect(outcome.records.count == 1)
        #expect(outcome.exactDuplicates == 1)
        #expect(outcome.unwanted == 3)
    }
}
