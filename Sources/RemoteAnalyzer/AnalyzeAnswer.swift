private import JSONText

/// Reads answers of `POST /analyze` (Presidio's REST API, `presidio-analyzer/app.py`) strictly.
///
/// One text was asked about: a list of entities. Several: a list of such lists, one for each text. An entity is an object with
/// `entity_type` (a string), `start` and `end` (whole numbers, in code points of the text, `end` exclusive and above `start`)
/// and `score` (0 to 1); whatever else it has (explanations, metadata) is passed over. Anything else is no answer.
enum AnalyzeAnswer {
    /// Something found in a text, as the service says it.
    struct Entity: Sendable, Hashable {
        let type: String
        /// Code points.
        let start: Int
        /// Code points.
        let end: Int
        /// 0 to 100.
        let score: Int
    }

    /// The entities of each text.
    static func read(
        _ bytes: [UInt8], texts: Int, _ settings: RemoteAnalyzer.Settings
    ) throws(RemoteAnalyzerError) -> [[Entity]] {
        let document: JSONDocument
        do {
            document = try JSONDocument(
                parsing: bytes, limits: JSONLimits(maximumBytes: settings.bytesPerAnswer, maximumDepth: 32))
        } catch {
            throw RemoteAnalyzerError(.malformed, "the answer is not JSON")
        }
        guard texts > 1 else { return [try entities(document.root)] }
        let root = document.root
        guard root.kind == .array, root.count == texts else {
            throw RemoteAnalyzerError(
                .malformed, "expected a list of \(texts) lists, one for each text, found \(words(root))")
        }
        var found: [[Entity]] = []
        found.reserveCapacity(texts)
        for list in root.elements { found.append(try entities(list)) }
        return found
    }

    private static func entities(_ list: JSONValue) throws(RemoteAnalyzerError) -> [Entity] {
        guard list.kind == .array else {
            throw RemoteAnalyzerError(.malformed, "expected a list of entities, found \(words(list))")
        }
        var found: [Entity] = []
        found.reserveCapacity(list.count)
        for element in list.elements { found.append(try entity(element)) }
        return found
    }

    private static func entity(_ value: JSONValue) throws(RemoteAnalyzerError) -> Entity {
        guard let type = value["entity_type"]?.string, !type.isEmpty else {
            throw RemoteAnalyzerError(.malformed, "an entity has no `entity_type`")
        }
        guard let start = value["start"]?.int, let end = value["end"]?.int, start >= 0, start < end else {
            throw RemoteAnalyzerError(.malformed, "`start` and `end` of an entity are no range")
        }
        guard let score = value["score"]?.double, score >= 0, score <= 1 else {
            throw RemoteAnalyzerError(.malformed, "the `score` of an entity is not between 0 and 1")
        }
        return Entity(type: type, start: start, end: end, score: Int((score * 100).rounded()))
    }

    /// What a value is, without its content.
    private static func words(_ value: JSONValue) -> String {
        switch value.kind {
        case .array: "a list of \(value.count)"
        case .object: "an object"
        default: "neither list nor object"
        }
    }
}
