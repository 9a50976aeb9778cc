/// A schema as it was written, names not yet resolved: what both forms are read into and written from.
struct SchemaSyntax: Sendable {
    /// A name and where it stands.
    struct Name: Sendable {
        /// One identifier, or several joined by `::`; for actions and attributes any text.
        let text: String
        /// Bytes from the beginning of the text.
        let offset: Int
    }

    struct Namespace: Sendable {
        /// Empty for what stands outside of all namespaces.
        let name: Name
        var annotations: [Policy.Annotation] = []
        var commonTypes: [CommonType] = []
        var entityTypes: [EntityType] = []
        var actions: [Action] = []
    }

    /// A type with a name of its own.
    struct CommonType: Sendable {
        let name: Name
        let annotations: [Policy.Annotation]
        let type: TypeSyntax
    }

    struct EntityType: Sendable {
        enum Kind: Sendable {
            case standard(parents: [Name], shape: TypeSyntax?, tags: TypeSyntax?)
            /// The only identifiers that there are.
            case enumerated([String])
        }

        let name: Name
        let annotations: [Policy.Annotation]
        let kind: Kind
    }

    struct Action: Sendable {
        /// The type may be left out.
        struct Parent: Sendable {
            let type: Name?
            let id: Name
        }

        struct AppliesTo: Sendable {
            let principals: [Name]
            let resources: [Name]
            let context: TypeSyntax?
        }

        let name: Name
        let annotations: [Policy.Annotation]
        let parents: [Parent]
        /// Absent for actions that can't be asked for, such as groups.
        let appliesTo: AppliesTo?
    }

    /// In the order of the text, each name once.
    var namespaces: [Namespace] = []
}

/// A type as it was written.
struct TypeSyntax: Sendable {
    /// What a name may stand for.
    enum Reference: Sendable {
        case entity
        case common
        case entityOrCommon
    }

    struct Attribute: Sendable {
        let name: SchemaSyntax.Name
        let annotations: [Policy.Annotation]
        let isRequired: Bool
        let type: TypeSyntax
    }

    indirect enum Kind: Sendable {
        /// A type of the language, written so that no declaration can shadow it.
        case builtIn(Schema.BuiltInType)
        case name(String, Reference)
        case set(TypeSyntax)
        /// Each name once.
        case record([Attribute])
    }

    let kind: Kind
    let offset: Int
}

extension Schema {
    /// The types that the language brings; `__cedar::` and these names stand for them always.
    enum BuiltInType: String, Sendable, CaseIterable {
        case bool = "Bool"
        case long = "Long"
        case string = "String"
        case ipAddress = "ipaddr"
        case decimal
        case dateTime = "datetime"
        case duration

        var valueType: ValueType {
            switch self {
            case .bool: .bool
            case .long: .long
            case .string: .string
            case .ipAddress: .extension(.ipAddress)
            case .decimal: .extension(.decimal)
            case .dateTime: .extension(.dateTime)
            case .duration: .extension(.duration)
            }
        }
    }
}

/// What is wrong with a schema, collected on the way.
struct SchemaProblems {
    let source: SourceText
    /// Errors reported before reading gives up.
    let maximumErrors: Int
    private(set) var errors: [(offset: Int, message: String)] = []

    init(source: SourceText, maximumErrors: Int = 50) {
        self.source = source
        self.maximumErrors = maximumErrors
    }

    var areTooMany: Bool { errors.count >= maximumErrors }

    mutating func report(_ message: String, at offset: Int) {
        guard !areTooMany else { return }
        if errors.contains(where: { $0.offset == offset && $0.message == message }) { return }
        errors.append((offset, message))
    }

    /// Throws what was found, in the order of the text.
    func throwIfAny() throws(PolicyErrors) {
        guard !errors.isEmpty else { return }
        throw PolicyErrors(
            errors.sorted { $0.offset < $1.offset }.map {
                PolicyError(source: source.name, position: source.position(at: $0.offset), message: $0.message)
            })
    }
}

/// The rules for names in schemas.
enum SchemaNames {
    /// Identifiers that no path may have; the policy language reserves them.
    static let reserved: Set<String> = ["true", "false", "if", "then", "else", "in", "is", "like", "has"]
    /// Names that no common type may have, so that JSON can't mistake one for the other.
    static let keywords: Set<String> = [
        "Bool", "Boolean", "Entity", "Extension", "Long", "Record", "Set", "String",
    ]
    /// The namespace of what the language brings.
    static let internalNamespace = "__cedar"

    /// Joins a namespace, which may be empty, and a name.
    static func qualified(_ name: String, in namespace: String) -> String {
        namespace.isEmpty ? name : namespace + "::" + name
    }

    /// Whether a type is one of actions.
    static func isActionType(_ type: String) -> Bool { type == "Action" || type.hasSuffix("::Action") }

    /// The last part of a path.
    static func baseName(_ path: String) -> Substring {
        guard let colon = path.utf8.lastIndex(of: UInt8(ascii: ":")) else { return path[...] }
        return path[path.utf8.index(after: colon)...]
    }

    /// Whether a text is one identifier.
    static func isIdentifier(_ text: some StringProtocol) -> Bool {
        guard let first = text.utf8.first, isLetter(first) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// The identifiers of a path, `nil` if it is none.
    static func parts(ofPath text: String) -> [Substring]? {
        var parts: [Substring] = []
        var rest = text[...]
        while let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) {
            parts.append(rest[..<colon])
            let next = rest.utf8.index(after: colon)
            guard next < rest.endIndex, rest.utf8[next] == UInt8(ascii: ":") else { return nil }
            rest = rest[rest.utf8.index(after: next)...]
        }
        parts.append(rest)
        return parts.allSatisfy { isIdentifier($0) } ? parts : nil
    }
}
