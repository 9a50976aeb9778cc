import Cryptography
import Inference
import JSONText
import Ledger
import Testing

@Suite struct LedgerEntryTests {
    @Test(arguments: LedgerSamples.all.indices)
    func `an entry is the line that the schema says`(index: Int) throws {
        let (entry, line) = LedgerSamples.all[index]
        let lines = try LedgerSamples.log([entry])
        #expect(lines.map { String(decoding: $0, as: UTF8.self) } == [line])
    }

    @Test(arguments: LedgerSamples.all.indices)
    func `names are sorted at every depth, as RFC 8785 wants`(index: Int) throws {
        let line = try #require(LedgerSamples.log([LedgerSamples.all[index].entry]).first)
        func check(_ value: JSONValue) {
            switch value.kind {
            case .object:
                let names = value.members.map { $0.key.string ?? "" }
                #expect(names == names.sorted())
                for member in value.members { check(member.value) }
            case .array:
                for element in value.elements { check(element) }
            default: break
            }
        }
        check(try JSONDocument(parsing: line).root)
        #expect(!line.contains(UInt8(ascii: " ")))
    }

    @Test func `what is unknown of a result is null or missing`() throws {
        var result = LedgerSamples.result
        result.usage = nil
        result.cost = nil
        result.status = nil
        result.firstByteMicroseconds = nil
        let line = try #require(LedgerSamples.log([.result(result)]).first)
        let root = try JSONDocument(parsing: line).root
        #expect(root["usage"]?.isNull == true)
        #expect(root["cost_nano_usd"]?.isNull == true)
        #expect(root["status"] == nil)
        #expect(root["first_byte_us"] == nil)
    }

    @Test func `a name that a caller chose is cut at a whole character`() throws {
        var intent = LedgerSamples.intent
        intent.asked.model = ModelID(String(repeating: "a", count: 255) + "€uro")
        intent.asked.traceparent = String(repeating: "\"", count: 10_000)
        let line = try #require(LedgerSamples.log([.intent(intent)]).first)
        let root = try JSONDocument(parsing: line).root
        #expect(root["model"]?.string == String(repeating: "a", count: 255) + "…")
        #expect(root["traceparent"]?.string == String(repeating: "\"", count: 256) + "…")
    }

    @Test(arguments: [
        "maria@example.org", "00-maria-miller-01", "00-\(String(repeating: "g", count: 32))-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-maria", "",
    ])
    func `what is no trace context is not recorded as one`(text: String) {
        let asked = LedgerEntry.Asked(
            requestID: LedgerSamples.requestID, traceparent: text, principal: LedgerSamples.asked.principal,
            clientAddress: "192.0.2.17", dialect: .openAI, operation: .chat, model: ModelID("m"), isStreaming: false,
            estimatedInputTokens: 1, data: LedgerSamples.asked.data, policySet: "aa11")
        #expect(asked.traceparent == nil)
        #expect(LedgerSamples.asked.traceparent != nil)
    }

    @Test func `an entry that no line holds is refused`() throws {
        var intent = LedgerSamples.intent
        intent.destination = Destination(provider: ProviderID("openai"), model: String(repeating: "m", count: 65_000))
        #expect(throws: LedgerEntryTooLong.self) { try LedgerEntry.intent(intent).encoded() }
        #expect(throws: LedgerEntryTooLong.self) { try EncodedIntent(intent) }
        intent.destination = Destination(provider: ProviderID("openai"), model: String(repeating: "m", count: 63_800))
        let line = try #require(LedgerSamples.log([.intent(intent)]).first)
        #expect(line.count <= LedgerSchema.maximumLineBytes)
    }

    @Test func `numbers that readers of JSON would round are brought to the end of the exact ones`() throws {
        var result = LedgerSamples.result
        result.cost = Money(nanoUSD: .max)
        result.totalMicroseconds = .min
        let line = try #require(LedgerSamples.log([.result(result)]).first)
        let root = try JSONDocument(parsing: line).root
        #expect(root["cost_nano_usd"]?.int == 9_007_199_254_740_991)
        #expect(root["total_us"]?.int == -9_007_199_254_740_991)
    }

    @Test func `names with quotes, line feeds and other scripts are escaped`() throws {
        var intent = LedgerSamples.intent
        intent.asked.principal = Principal(
            kind: .user, name: "a\"b\\c\nd\u{1}é漢", teams: [], tenant: "t", method: .certificate, credential: "c")
        let lines = try LedgerSamples.log([.intent(intent), .intent(intent)])
        #expect(lines.count == 2)
        let root = try JSONDocument(parsing: lines[1]).root
        #expect(root["principal"]?["name"]?.string == "a\"b\\c\nd\u{1}é漢")
        #expect(root["seq"]?.int == 1)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_709_164_800_007, "2024-02-29T00:00:00.007Z"), (1_735_689_599_999, "2024-12-31T23:59:59.999Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (.max, "9999-12-31T23:59:59.999Z"), (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func `times are written as ISO 8601`(milliseconds: Int64, text: String) {
        #expect(LedgerTime(milliseconds: milliseconds).description == text)
    }
}
