/// A JSON Schema, of the subset of draft 2020-12 that OpenAI's structured outputs use, and what composes schemas.
///
/// Keywords: `type`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`, `maxItems`,
/// `uniqueItems`, `enum`, `const`, `anyOf`, `allOf`, `oneOf`, `not`, `$ref` inside the document, `$defs`,
/// `definitions`, `minimum`, `maximum`, `exclusiveMinimum`, `exclusiveMaximum`, `multipleOf`, `minLength`, `maxLength`,
/// `pattern`, `format`; those that only describe are passed over. Any other keyword is an error: a schema that is read
/// in part would call answers right that are not.
public struct JSONSchema: Sendable {
    /// One thing wrong in a schema.
    public struct Failure: Error, Sendable, Hashable {
        /// Where in the file.
        public let position: ValueTree.Position
        /// What is wrong.
        public let message: String
    }

    let nodes: [SchemaNode]
    let root: Int

    /// Reads a schema.
    public init(_ value: ValueTree) throws(Failure) {
        var builder = SchemaBuilder(value)
        root = try builder.node(for: value, depth: 0)
        try builder.finish()
        nodes = builder.nodes
    }

    /// Why a value does not follow the schema: the place in the schema and what it asks; `nil` where it does.
    public func violation(in value: ValueTree) -> String? {
        var validator = SchemaValidator(nodes: nodes)
        return validator.violation(of: value, by: root, depth: 0)
    }

    /// Whether the text is JSON that follows a schema: the given one, the case's, or none.
    static func score(_ text: String, _ schema: JSONSchema?, of test: EvaluationCase) -> Score {
        // An answer that was asked for as JSON is nothing but JSON; no fence is passed over.
        guard let value = ValueTree(json: text.trimmingBlanks) else { return Score(0, "the answer is no JSON") }
        guard let schema = schema ?? test.schema.flatMap({ try? JSONSchema($0) }) else { return Score(1, "JSON") }
        guard let violation = schema.violation(in: value) else { return Score(1, "follows the schema") }
        return Score(0, violation)
    }

    /// Reports what is wrong with a schema.
    static func check(_ value: ValueTree, source: String, _ problems: inout SuiteProblems) {
        do throws(Failure) {
            _ = try JSONSchema(value)
        } catch {
            problems.report(source, error.position, error.message)
        }
    }
}

/// What one schema of a document asks.
struct SchemaNode: Sendable {
    /// The seven words of `type`.
    enum Kind: String, Sendable, CaseIterable {
        case null, boolean, object, array, number, string, integer
    }

    /// Where it stands in the document, as a JSON pointer.
    var place = ""
    /// `false`: nothing follows it.
    var isNever = false
    var kinds: [Kind]?
    var properties: [(name: String, node: Int)] = []
    var required: [String] = []
    var additional: Int?
    var items: Int?
    var prefixItems: [Int] = []
    var itemCount: (least: Int, most: Int) = (0, .max)
    var isUnique = false
    var choices: [ValueTree]?
    var anyOf: [Int] = []
    var allOf: [Int] = []
    var oneOf: [Int] = []
    var not: Int?
    var reference: Int?
    var minimum: Double?
    var maximum: Double?
    var exclusiveMinimum: Double?
    var exclusiveMaximum: Double?
    var multipleOf: Double?
    var length: (least: Int, most: Int) = (0, .max)
    var pattern: Pattern?
    var format: TextFormat?
}
