internal import JSONText
internal import Suggestions

/// What is wrong with a JSON form, and where: bytes from the beginning of the text.
struct JSONFault: Error {
    let offset: Int
    let message: String
}

/// A JSON text with its name, ready to be read.
struct JSONSource {
    let source: SourceText
    let root: JSONValue

    /// Values nest as deep as expressions may; readers that follow chains without recursion allow more.
    init(_ text: String, name: String, maximumDepth: Int = 128) throws(PolicyErrors) {
        let source = SourceText(name: name, text: text)
        let limits = JSONLimits(maximumBytes: 256 << 20, maximumDepth: maximumDepth, maximumNodes: 16 << 20)
        do throws(JSONSyntaxError) {
            root = try JSONDocument(parsing: source.bytes, limits: limits).root
        } catch {
            throw PolicyErrors([
                PolicyError(source: name, position: source.position(at: error.offset), message: error.reason.text)
            ])
        }
        self.source = source
    }

    /// Runs a reader; its fault becomes an error with line and column.
    func read<Result>(_ body: (JSONValue) throws(JSONFault) -> Result) throws(PolicyErrors) -> Result {
        do throws(JSONFault) {
            return try body(root)
        } catch {
            throw errors([error])
        }
    }

    func errors(_ faults: [JSONFault]) -> PolicyErrors {
        PolicyErrors(
            faults.map {
                PolicyError(source: source.name, position: source.position(at: $0.offset), message: $0.message)
            })
    }
}

extension JSONValue {
    var offset: Int { range.lowerBound }

    func fault(_ message: String) -> JSONFault { JSONFault(offset: offset, message: message) }

    /// As messages show it; never its content.
    var shown: String {
        switch kind {
        case .null: "`null`"
        case .true, .false: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// Itself, if it is an object.
    func object(_ what: String) throws(JSONFault) -> JSONValue {
        guard kind == .object else { throw fault("expected an object (\(what)), found \(shown)") }
        return self
    }

    /// Its elements, if it is an array.
    func list(_ what: String) throws(JSONFault) -> [JSONValue] {
        guard kind == .array else { throw fault("expected an array (\(what)), found \(shown)") }
        return Array(elements)
    }

    /// Its text, if it is a string.
    func text(_ what: String) throws(JSONFault) -> String {
        guard kind == .string, let string else { throw fault("expected a string (\(what)), found \(shown)") }
        return string
    }

    /// The member of that name.
    func member(_ name: String) throws(JSONFault) -> JSONValue {
        guard let value = self[name] else { throw fault("the member `\(name)` is missing") }
        return value
    }

    /// Its members with their names.
    func namedMembers() throws(JSONFault) -> [(name: String, value: JSONValue)] {
        var result: [(name: String, value: JSONValue)] = []
        result.reserveCapacity(count)
        for (key, value) in members { result.append((try key.text("a name"), value)) }
        return result
    }

    /// Refuses members that nobody reads.
    func onlyMembers(_ known: [String]) throws(JSONFault) {
        for (key, _) in members {
            let name = try key.text("a name")
            if !known.contains(where: { sameBytes($0, name) }) {
                throw key.fault("unknown member `\(name.prefix(64))`" + Spelling.question(name, among: known))
            }
        }
    }
}
