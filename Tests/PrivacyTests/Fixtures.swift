import Cryptography
import Foundation
import Glibc
import Inference
import JSONText
import NameModel
import PatternScanner
import Privacy
import SharedMaterial
import Testing

/// What tests of this target share.
enum Fixtures {
    static let scanner: any CandidateScanner = {
        do { return try PatternScanner() } catch { return BrokenScanner() }
    }()
    /// The tagger with the model that is shipped.
    static let names = try? NameTagger(model: NameModel.bytes)
    static let engine: PrivacyEngine = {
        do { return try PrivacyEngine(scanner: scanner) } catch { fatalError("\(error)") }
    }()
    static let identifier = RequestID(high: 1, low: 2)
    static let destination = Destination(provider: ProviderID("openai"), model: "gpt-5-mini")

    static func tenantKey(_ tenant: String = "acme", generation: Int = 1) throws -> TenantKey {
        try TenantKey(
            master: SymmetricKey([UInt8](repeating: 7, count: 32)), tenant: tenant, generation: generation)
    }

    /// A request whose texts are all strings and names of the body; strings under `arguments` that are JSON become documents.
    static func request(_ json: String) throws -> InferenceRequest { try request([UInt8](json.utf8)) }

    static func request(_ json: [UInt8]) throws -> InferenceRequest {
        var documents = [InferenceRequest.Document(json: try JSONDocument(parsing: json), parent: nil)]
        var texts: [InferenceRequest.Text] = []
        var number = 0
        while number < documents.count {
            let document = documents[number].json
            for node in 0..<document.nodeCount {
                if document.kind(at: node) == .number, document.range(at: node).count >= 7 {
                    texts.append(.init(document: number, node: node, place: .user))
                }
                guard document.kind(at: node) == .string else { continue }
                let isArguments =
                    node > 0 && document.isKey(at: node - 1) && document.value(at: node - 1).equals("arguments")
                if isArguments, let inner = try? JSONDocument(parsing: document.value(at: node).decodedUTF8()) {
                    documents.append(.init(json: inner, parent: .init(document: number, node: node)))
                } else {
                    texts.append(.init(document: number, node: node, place: .user))
                }
            }
            number += 1
        }
        return InferenceRequest(
            dialect: .openAI, operation: .chat, model: ModelID("demo"), isStreaming: false, wantsStreamUsage: false,
            documents: documents, texts: texts, unscannable: [], tools: [], estimatedInputTokens: 1,
            maximumOutputTokens: nil)
    }

    static func treat(
        _ request: InferenceRequest, _ form: SendingForm, tenant: String = "acme", edits: [JSONReplacement] = []
    ) throws -> TreatedRequest {
        try engine.treat(
            request, findings: engine.inspect(request), requestID: identifier, form: form, destination: destination,
            tenantKey: tenantKey(tenant), edits: edits)
    }

    /// Findings in one text, with what they cover.
    static func find(_ text: String, _ engine: PrivacyEngine = engine) throws -> [(DataClass, String)] {
        let bytes = [UInt8](text.utf8)
        return try bytes.withUnsafeBytes { buffer in
            try engine.inspect(text: buffer).map {
                ($0.dataClass, String(decoding: buffer[$0.range], as: UTF8.self))
            }
        }
    }

    static func values(_ text: String, of dataClass: DataClass) throws -> [String] {
        let engine = try PrivacyEngine(scanner: scanner, names: names, settings: PrivacySettings(classes: [dataClass]))
        return try find(text, engine).map(\.1)
    }

    private struct BrokenScanner: CandidateScanner {
        func scan(_ text: UnsafeRawBufferPointer, into matches: inout [CandidateMatch]) throws {
            throw PatternScannerError.outOfMemory
        }
    }

    static func threadNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    // MARK: Corpora

    /// The bytes of a file of `../shared`, unpacked by gzip if its name ends in `gz`.
    static func read(_ path: String) throws -> Data? {
        guard let file = SharedMaterial.place(path, for: "what \(path) tests") else { return nil }
        guard path.hasSuffix(".gz") else { return try Data(contentsOf: file) }
        return Data(try SharedMaterial.unpacked(file))
    }

    /// A corpus line.
    struct Case: Decodable {
        let entity: String
        let text: String
        let spans: [[Int]]?
        let positive: Bool?
    }

    static func cases(_ path: String) throws -> [Case]? {
        guard let data = try read(path) else { return nil }
        return try data.split(separator: 0x0A).map { try JSONDecoder().decode(Case.self, from: $0) }
    }

    /// Spans in code points as ranges of UTF-8 bytes.
    static func byteRange(_ span: [Int], in text: String) -> Range<Int> {
        let scalars = Array(text.unicodeScalars)
        func length(_ count: Int) -> Int { scalars.prefix(count).reduce(0) { $0 + UTF8.width($1) } }
        return length(span[0])..<length(span[1])
    }
}
