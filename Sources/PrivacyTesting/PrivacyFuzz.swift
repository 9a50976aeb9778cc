import Inference
import JSONText
public import Privacy

/// What must hold for every text, whoever wrote it: tried on texts by chance.
///
/// It knows no test framework and no clock: it gives back what is wrong. A round depends on its seed alone, so whoever sees one fail can
/// run it again.
public struct PrivacyFuzz: Sendable {
    /// A promise that was broken.
    public struct Violation: Sendable, Hashable, CustomStringConvertible {
        /// Which, in words.
        public let promise: String
        /// The bytes that broke it.
        public let text: [UInt8]

        /// The promise and the text.
        public var description: String { "\(promise): \(String(decoding: text, as: UTF8.self).debugDescription)" }
    }

    private let all: PrivacyEngine
    private let usual: PrivacyEngine
    private let doubtful: PrivacyEngine
    private let treating: [(treatment: Treatment?, engine: PrivacyEngine)]
    /// Engines that refuse one class each.
    private let blocking: [(dataClass: DataClass, engine: PrivacyEngine)]
    private let key: TenantKey
    private let fragments: [[UInt8]]

    /// Makes engines with all classes, words and patterns of one's own.
    ///
    /// `scanner` makes what finds the settings' patterns; `fragments` stand in the texts beside the built-in ones.
    public init(
        key: TenantKey, names: NameTagger, fragments: [[UInt8]] = [],
        scanner: (PrivacySettings) throws -> any CandidateScanner
    ) throws {
        func engine(_ change: (inout PrivacySettings) -> Void) throws -> PrivacyEngine {
            var settings = PrivacySettings(classes: Set(SensitiveClass.allCases.map(\.dataClass)))
            settings.terms = [
                .init(dataClass: DataClass("project"), words: ["Project Nightjar", "Nightjar", "Ärztehaus"]),
                .init(dataClass: DataClass("customer"), words: ["Contoso", "XK-4711-AB"], isCaseSensitive: true),
            ]
            settings.patterns = [.init(dataClass: DataClass("ticket"), expression: "[A-Z]{2,5}-[0-9]{3,6}")]
            settings.redactedInAnswers = AnswerRules.immediateClasses
            change(&settings)
            return try PrivacyEngine(scanner: scanner(settings), names: names, settings: settings)
        }
        func treatment(_ choose: (Int) -> Treatment) throws -> PrivacyEngine {
            try engine { settings in
                // Half of them take every class out of answers, the others those that need few words around.
                if treating.count % 2 == 0 { settings.redactedInAnswers = Set(settings.knownClasses) }
                for (index, dataClass) in settings.knownClasses.enumerated() {
                    settings.treatments[dataClass] = choose(index)
                }
            }
        }
        self.key = key
        self.fragments = fragments
        var treating: [(Treatment?, PrivacyEngine)] = []
        all = try engine { _ in }
        usual = try engine { $0.classes = PrivacySettings.usualClasses }
        doubtful = try engine { settings in
            settings.threshold = 1
            settings.allowed = ["*@example.org", "4111*", "berlin"]
        }
        for one in Treatment.allCases { treating.append((one, try treatment { _ in one })) }
        treating.append((nil, try treatment { $0 % 2 == 0 ? .realistic : .surrogate }))
        self.treating = treating
        let settings = all.settings
        let shared = try scanner(settings)
        blocking = try settings.knownClasses.map { dataClass in
            var settings = settings
            settings.treatments = [dataClass: .block]
            return (dataClass, try PrivacyEngine(scanner: shared, names: names, settings: settings))
        }
    }

    /// Everything that is wrong with what a seed makes. Throws what the engine throws.
    public func violations(seed: UInt64) throws -> [Violation] {
        var round = Round(fuzz: self, text: FuzzText(seed: seed, fragments: fragments))
        try round.run()
        return round.violations
    }

    /// Pieces that take more than linear time when they are repeated: four times the text may take eight times as long.
    ///
    /// `time` is a clock of nanoseconds of work.
    public func superlinear(_ unit: [UInt8], bytes: Int = 64_000, time: () -> Int) throws -> [Violation] {
        func repeated(_ count: Int) -> [UInt8] {
            var text: [UInt8] = []
            text.reserveCapacity(count + unit.count)
            while text.count < count { text += unit }
            return text
        }
        func check(_ work: String, _ body: ([UInt8]) throws -> Void) rethrows -> [Violation] {
            let short = repeated(bytes / 4)
            let long = repeated(bytes)
            var least = (short: Int.max, long: Int.max)
            for _ in 0..<4 {
                var start = time()
                try body(short)
                least.short = min(least.short, time() - start)
                start = time()
                try body(long)
                least.long = min(least.long, time() - start)
                if least.long <= 8 * max(least.short, 200_000) { return [] }
            }
            return [
                Violation(
                    promise: "\(work) takes linear time (\(least.short) ns, four times: \(least.long) ns)", text: unit)
            ]
        }
        let request = try Request([[UInt8]("alice@example.org".utf8)], nested: []).request
        let findings = try all.inspect(request)
        let treated = try Round.treat(all, request, findings, .pseudonymised, key)
        let rules = AnswerRules(engine: all, request: request, findings: findings, restoration: treated.restoration)
        return try check("inspecting") { text in _ = try text.withUnsafeBytes { try all.inspect(text: $0) } }
            + check("restoring") { _ = treated.restoration.restored($0) }
            + check("answering in pieces of 64 bytes") { text in
                var answer = AnswerText(treated.restoration, rules: rules)
                var output: [UInt8] = []
                var start = 0
                while start < text.count {
                    let end = min(text.count, start + 64)
                    try text[start..<end].withUnsafeBytes { try answer.push($0, into: &output) }
                    start = end
                }
                try answer.finish(into: &output)
            }
    }

    // MARK: A request

    /// Texts as a request, an embedded document among them.
    struct Request {
        let request: InferenceRequest

        init(_ texts: [[UInt8]], nested: [[UInt8]]) throws {
            var inner = JSONWriter()
            inner.beginObject()
            for (index, text) in nested.enumerated() {
                inner.key("\(index)")
                inner.string(utf8: text)
            }
            inner.endObject()
            var writer = JSONWriter()
            writer.beginArray()
            for text in texts.dropLast() { writer.string(utf8: text) }
            writer.beginObject()
            writer.key(String(decoding: texts.last ?? [], as: UTF8.self))
            writer.int(1)
            writer.key("arguments")
            writer.string(utf8: inner.bytes)
            writer.endObject()
            writer.endArray()
            request = try Self.read(writer.bytes)
        }

        /// Every string, and those of JSON texts under `arguments`.
        static func read(_ body: [UInt8]) throws -> InferenceRequest {
            var documents = [InferenceRequest.Document(json: try JSONDocument(parsing: body), parent: nil)]
            var texts: [InferenceRequest.Text] = []
            var number = 0
            while number < documents.count {
                let json = documents[number].json
                for node in 0..<json.nodeCount where json.kind(at: node) == .string {
                    let isArguments = number == 0 && node > 0 && !json.isKey(at: node) && json.isKey(at: node - 1)
                    if isArguments, let inner = try? JSONDocument(parsing: json.value(at: node).decodedUTF8()) {
                        documents.append(.init(json: inner, parent: .init(document: number, node: node)))
                    } else {
                        texts.append(.init(document: number, node: node, place: .user))
                    }
                }
                number += 1
            }
            return InferenceRequest(
                dialect: .openAI, operation: .chat, model: ModelID("demo"), isStreaming: false,
                wantsStreamUsage: false, documents: documents, texts: texts, unscannable: [], tools: [],
                estimatedInputTokens: 1, maximumOutputTokens: nil)
        }

        static func texts(_ request: InferenceRequest) -> [[UInt8]] {
            request.texts.map { request.documents[$0.document].json.value(at: $0.node).decodedUTF8() }
        }
    }

    // MARK: One round

    private struct Round {
        let fuzz: PrivacyFuzz
        var text: FuzzText
        var violations: [Violation] = []

        mutating func run() throws {
            for engine in [fuzz.all, fuzz.usual, fuzz.doubtful] { try inspect(text.next(), engine) }
            let choice = fuzz.treating[text.number(0...fuzz.treating.count - 1)]
            let treated = try treat(choice.treatment, choice.engine)
            try answer(choice.engine, treated)
            let (dataClass, engine) = fuzz.blocking[text.number(0...fuzz.blocking.count - 1)]
            try refuse(dataClass, engine)
        }

        private mutating func expect(_ isKept: Bool, _ promise: @autoclosure () -> String, _ text: [UInt8]) {
            if !isKept { violations.append(Violation(promise: promise(), text: text)) }
        }

        // MARK: Inspecting

        private mutating func inspect(_ text: [UInt8], _ engine: PrivacyEngine) throws {
            let found = try text.withUnsafeBytes { try engine.inspect(text: $0) }
            expect(Self.areInPlace(found, text), "findings lie in the text, in order, on borders of characters", text)
            expect(
                found.allSatisfy {
                    (1...100).contains($0.score) && engine.settings.knownClasses.contains($0.dataClass)
                },
                "findings have a score and a known class", text)
            let reasons = try text.withUnsafeBytes { try engine.explain(text: $0) }
            expect(
                reasons.allSatisfy { $0.range.lowerBound >= 0 && $0.range.upperBound <= text.count },
                "what is explained lies in the text", text)
            // Two findings that overlap become one, whose range neither had.
            expect(
                found.allSatisfy { finding in reasons.contains { $0.range.overlaps(finding.range) } },
                "each finding is explained", text)
        }

        private static func areInPlace(_ findings: [Finding], _ text: [UInt8]) -> Bool {
            // Only where text is UTF-8 a character has borders.
            let isText = String(validating: text, as: UTF8.self) != nil
            func isBorder(_ place: Int) -> Bool { !isText || place >= text.count || text[place] & 0xC0 != 0x80 }
            var last = 0
            for finding in findings {
                guard finding.range.lowerBound >= last, finding.range.upperBound <= text.count, !finding.range.isEmpty,
                    isBorder(finding.range.lowerBound), isBorder(finding.range.upperBound)
                else { return false }
                last = finding.range.upperBound
            }
            return true
        }

        // MARK: Treating

        static func treat(
            _ engine: PrivacyEngine, _ request: InferenceRequest, _ findings: Findings, _ form: SendingForm,
            _ key: TenantKey
        ) throws(TreatmentError) -> TreatedRequest {
            try engine.treat(
                request, findings: findings, requestID: RequestID(high: 1, low: 2), form: form,
                destination: Destination(provider: ProviderID("fuzz"), model: "fuzz"), tenantKey: key)
        }

        /// Gives back the pseudonymised request where there is one.
        private mutating func treat(
            _ treatment: Treatment?, _ engine: PrivacyEngine
        ) throws -> (request: InferenceRequest, findings: Findings, treated: TreatedRequest)? {
            let texts = (0..<text.number(1...3)).map { _ in Array(text.nextString().utf8) }
            let nested = (0..<text.number(0...2)).map { _ in Array(text.nextString().utf8) }
            let request = try Request(texts, nested: nested).request
            let findings = try engine.inspect(request)
            var pseudonymised: TreatedRequest?
            for form in SendingForm.allCases {
                guard let treated = try treat(engine, request, findings, form, treatment) else { continue }
                expect(treatment != .block || findings.isEmpty, "what blocks is refused", request.body.bytes)
                if form == .raw { expect(treated.body == request.body.bytes, "raw stays raw", request.body.bytes) }
                try compare(request, findings, treated)
                if form == .pseudonymised { pseudonymised = treated }
            }
            guard let treated = pseudonymised else { return nil }
            if treatment == nil || treatment == .surrogate || treatment == .realistic { try restore(request, treated) }
            if let echo = Self.readable(treated) { for text in Request.texts(echo) { self.text.remember(text) } }
            return (request, findings, treated)
        }

        /// A request is refused in every form if a class that blocks is in it, and in none if it is not.
        private mutating func refuse(_ dataClass: DataClass, _ engine: PrivacyEngine) throws {
            let texts = (0..<text.number(1...2)).map { _ in Array(text.nextString().utf8) }
            let request = try Request(texts, nested: []).request
            let findings = try engine.inspect(request)
            let isIn = findings.summary.counts.contains { $0.dataClass == dataClass }
            for form in SendingForm.allCases {
                let refused = try Self.refusal(engine, request, findings, form, fuzz.key)
                expect(
                    refused == (isIn ? dataClass : nil), "\(dataClass) alone is refused (\(form))", request.body.bytes)
            }
        }

        /// The class for which a request is refused.
        private static func refusal(
            _ engine: PrivacyEngine, _ request: InferenceRequest, _ findings: Findings, _ form: SendingForm,
            _ key: TenantKey
        ) throws -> DataClass? {
            do {
                _ = try treat(engine, request, findings, form, key)
                return nil
            } catch {
                if case .blocked(let dataClass) = error { return dataClass }
                if error == .ambiguousNames { return nil }
                throw error
            }
        }

        /// `nil` where the engine may refuse.
        private func treat(
            _ engine: PrivacyEngine, _ request: InferenceRequest, _ findings: Findings, _ form: SendingForm,
            _ treatment: Treatment?
        ) throws -> TreatedRequest? {
            do {
                return try Self.treat(engine, request, findings, form, fuzz.key)
            } catch {
                if error == .ambiguousNames { return nil }
                if case .blocked = error, treatment == .block, !findings.isEmpty { return nil }
                throw error
            }
        }

        private static func readable(_ treated: TreatedRequest) -> InferenceRequest? {
            try? Request.read(treated.body)
        }

        /// What is no finding stays as it was, in its order.
        private mutating func compare(
            _ request: InferenceRequest, _ findings: Findings, _ treated: TreatedRequest
        ) throws {
            let body = request.body.bytes
            guard let read = Self.readable(treated) else { return expect(false, "what is sent is JSON", body) }
            let sent = Request.texts(read)
            let texts = Request.texts(request)
            guard sent.count == texts.count else { return expect(false, "every text is sent", body) }
            for (index, text) in texts.enumerated() {
                var rest = sent[index][...]
                var place = 0
                var isKept = true
                for finding in findings.items where finding.text == index {
                    let gap = text[place..<finding.range.lowerBound]
                    guard let found = Self.first(gap, in: rest) else {
                        isKept = false
                        break
                    }
                    isKept = isKept && (place > 0 || found == rest.startIndex)
                    rest = rest[(found + gap.count)...]
                    place = finding.range.upperBound
                }
                let tail = text[place...]
                isKept =
                    isKept && (place > 0 ? rest.count >= tail.count && rest.suffix(tail.count) == tail : rest == tail)
                expect(
                    isKept,
                    "what is no finding is sent as it was (\(treated.form)\(Self.difference(sent[index], text)))",
                    text)
            }
        }

        private static func first(_ part: ArraySlice<UInt8>, in whole: ArraySlice<UInt8>) -> Int? {
            guard let head = part.first else { return whole.startIndex }
            var place = whole.startIndex
            while place + part.count <= whole.endIndex {
                if whole[place] == head, whole[place..<place + part.count] == part { return place }
                place += 1
            }
            return nil
        }

        // MARK: Restoring

        private mutating func restore(_ request: InferenceRequest, _ treated: TreatedRequest) throws {
            guard let read = Self.readable(treated) else { return }
            for (text, sent) in zip(Request.texts(request), Request.texts(read)) {
                let whole = treated.restoration.restored(sent)
                expect(whole == text, "what was pseudonymised comes back\(Self.difference(whole, text))", text)
                for cuts in self.cuts(sent.count) {
                    var restorer = StreamRestorer(treated.restoration)
                    var output: [UInt8] = []
                    for piece in Self.pieces(sent, cuts) {
                        if piece.withUnsafeBytes({ restorer.passes($0) }) {
                            output += piece
                        } else {
                            piece.withUnsafeBytes { restorer.push($0, into: &output) }
                        }
                    }
                    restorer.finish(into: &output)
                    expect(output == whole, "restoring is the same at the cuts \(cuts.prefix(9))", sent)
                }
            }
            let document = try JSONDocument(parsing: treated.body)
            // A string that only became JSON by its treatment is none when it comes back from a model: there it would be escaped.
            func nested(_ request: InferenceRequest) -> [Int] {
                request.documents.compactMap { $0.parent?.document == 0 ? $0.parent?.node : nil }
            }
            let before = nested(request)
            let nested = nested(read)
            guard Set(nested).isSubset(of: before) else { return }
            let restored = document.replacing(treated.restoration.restore(in: document, jsonTexts: nested))
            // In JSON inside a text the escape of a control character, `\\u001b`, looks like a word's beginning, and a stand-in of
            // letters right behind it like its end: a known limit.
            guard Self.first(Array("\\\\u00".utf8)[...], in: request.body.bytes[...]) == nil else { return }
            expect(
                restored == request.body.bytes,
                "a whole body comes back\(Self.difference(restored, request.body.bytes))", request.body.bytes)
        }

        /// Where two texts begin to differ, in words.
        private static func difference(_ found: [UInt8], _ expected: [UInt8]) -> String {
            let start = max(0, (zip(found, expected).enumerated().first { $1.0 != $1.1 }?.offset ?? 0) - 20)
            func excerpt(_ text: [UInt8]) -> String {
                String(decoding: text.dropFirst(start).prefix(80), as: UTF8.self).debugDescription
            }
            return " (from \(start) on \(excerpt(found)), expected \(excerpt(expected)))"
        }

        /// Every byte alone, one cut, and some.
        private mutating func cuts(_ count: Int) -> [[Int]] {
            guard count > 0 else { return [] }
            return [
                Array(0..<count), [text.number(0...count)],
                (0..<6).map { _ in text.number(0...count) }.sorted(),
                (0..<text.number(1...40)).map { _ in text.number(0...count) }.sorted(),
            ]
        }

        private static func pieces(_ text: [UInt8], _ cuts: [Int]) -> [ArraySlice<UInt8>] {
            var start = 0
            return (cuts + [text.count]).map { cut in
                defer { start = cut }
                return text[start..<cut]
            }
        }

        // MARK: Answers

        private mutating func answer(
            _ engine: PrivacyEngine,
            _ context: (request: InferenceRequest, findings: Findings, treated: TreatedRequest)?
        ) throws {
            guard let context else { return }
            let restoration = context.treated.restoration
            guard
                let rules = AnswerRules(
                    engine: engine, request: context.request, findings: context.findings, restoration: restoration)
            else { return expect(false, "rules are made", []) }
            try redact(text.next(), rules, restoration, .plain)
            var writer = JSONWriter()
            writer.beginObject()
            writer.key(text.nextString())
            writer.string(text.nextString())
            writer.key("card")
            writer.int(4_111_111_111_111_111)
            writer.endObject()
            let output = try redact(writer.bytes, rules, restoration, .json)
            expect(Self.isJSON(output), "JSON stays JSON\(Self.difference(output, writer.bytes))", writer.bytes)
            try plant(engine, rules, restoration)
        }

        /// Two names with a secret each become the same name, which RFC 8259 §4 advises against: a known limit.
        private static func isJSON(_ text: [UInt8]) -> Bool {
            do throws(JSONSyntaxError) {
                _ = try JSONDocument(parsing: text)
                return true
            } catch {
                return error.reason == .duplicateKey
            }
        }

        @discardableResult
        private mutating func redact(
            _ text: [UInt8], _ rules: AnswerRules, _ restoration: RestorationMap,
            _ encoding: RestorationMap.Encoding
        ) throws -> [UInt8] {
            func output(_ cuts: [Int]) throws -> [UInt8] {
                var answer = AnswerText(restoration, rules: rules, encoding: encoding)
                var output: [UInt8] = []
                for piece in Self.pieces(text, cuts) {
                    try piece.withUnsafeBytes { try answer.push($0, into: &output) }
                }
                try answer.finish(into: &output)
                return output
            }
            let whole = try output([])
            for cuts in self.cuts(text.count) {
                expect(
                    try output(cuts) == whole, "an answer is the same at the cuts \(cuts.prefix(9)) (\(encoding))", text
                )
            }
            return whole
        }

        /// A value that nobody else has: none of it may be seen in an answer where the engine finds it in the whole text.
        private mutating func plant(
            _ engine: PrivacyEngine, _ rules: AnswerRules, _ restoration: RestorationMap
        ) throws {
            let (head, secret, tail) = newValue()
            let before = text.next() + Array("\n\nHere it is: ".utf8)
            let whole = before + head + secret + tail + Array(" as you asked.\n\n".utf8) + text.next()
            let place = before.count..<before.count + head.count + secret.count + tail.count
            let found = try whole.withUnsafeBytes { try engine.inspect(text: $0) }
            guard found.contains(where: { $0.range == place && AnswerRules.immediateClasses.contains($0.dataClass) })
            else { return }
            let output = try redact(whole, rules, restoration, .plain)
            let leaks = [secret.prefix(9), secret.suffix(9)].contains { Self.first($0, in: output[...]) != nil }
            expect(!leaks, "no part of \(String(decoding: secret, as: UTF8.self)) is given out", whole)
        }

        /// A value in three parts, of which the middle one is by chance.
        private mutating func newValue() -> (head: [UInt8], secret: [UInt8], tail: [UInt8]) {
            let letters = "abcdefghijkmnpqrstuvwxyz"
            let mixed = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
            func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
            switch text.number(0...4) {
            case 0: return ([], text.run(of: letters, 12) + [0x40] + text.run(of: letters, 14), bytes(".com"))
            case 1: return (bytes("ghp_"), text.run(of: mixed, 36), [])
            case 2:
                let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIx"
                return (
                    bytes(head), text.run(of: mixed, text.number(20...1_200)) + [0x2E] + text.run(of: mixed, 43), []
                )
            case 3:
                return (
                    bytes("-----BEGIN PRIVATE KEY-----\n"), text.run(of: mixed, text.number(20...1_500)),
                    bytes("\n-----END PRIVATE KEY-----")
                )
            default: return ([], card(), [])
            }
        }

        private mutating func card() -> [UInt8] {
            var digits = [4] + (0..<14).map { _ in text.number(0...9) }
            var sum = 0
            for (index, digit) in digits.enumerated() {
                sum += index % 2 == 0 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
            }
            digits.append((10 - sum % 10) % 10)
            return digits.map { UInt8(0x30 + $0) }
        }
    }
}
