import ArgumentParser
import Cedar
import Foundation

/// The two ways to write policies and schemas.
enum CedarFileFormat: String, ExpressibleByArgument, CaseIterable { case cedar, json }

/// A text that a verb reads; `nil` for standard input.
func cedarText(_ path: String?) throws -> (name: String, text: String) {
    let input = try InputText.read(path ?? "-")
    guard let text = String(validating: input.bytes, as: UTF8.self) else {
        throw ValidationError("\(input.name): not UTF-8")
    }
    return (path == nil ? "<stdin>" : input.name, text)
}

/// `--policies`, `--policy-format`, `--template-linked`.
struct CedarPoliciesOption: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Policies and templates; standard input unless given.", valueName: "FILE"))
    var policies: String?

    @Option(help: "How the policies are written.")
    var policyFormat = CedarFileFormat.cedar

    @Option(
        name: [.customShort("k"), .long],
        help: ArgumentHelp(
            "Links of templates: a JSON array of {\"template_id\", \"link_id\", \"args\"}.", valueName: "FILE"))
    var templateLinked: String?

    func policySet() throws -> PolicySet {
        let (name, text) = try cedarText(policies)
        let policies =
            switch policyFormat {
            case .cedar: try PolicySet(parsing: text, source: name)
            case .json: try PolicySet(json: text, source: name)
            }
        guard let templateLinked else { return policies }
        let links = try cedarText(templateLinked)
        // As the official command has it, an empty file has no links.
        guard !links.text.isEmpty else { return policies }
        do {
            return try policies.linking(try TemplateLink.list(json: links.text, source: links.name))
        } catch let error as TemplateLinkError {
            throw CedarFailure(message: "\(links.name): \(error)")
        }
    }
}

/// `--schema`, `--schema-format`.
struct CedarSchemaOption: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("What entities, actions and contexts there are.", valueName: "FILE"))
    var schema: String?

    @Option(help: "How the schema is written.")
    var schemaFormat = CedarFileFormat.cedar

    /// The schema; `nil` if none is given.
    func read() throws -> Schema? {
        guard let schema else { return nil }
        let (name, text) = try cedarText(schema)
        return switch schemaFormat {
        case .cedar: try Schema(parsing: text, source: name)
        case .json: try Schema(json: text, source: name)
        }
    }
}

/// `--entities`.
struct CedarEntitiesOption: ParsableArguments {
    @Option(help: ArgumentHelp("Entities as JSON; none unless given.", valueName: "FILE"))
    var entities: String?

    func hierarchy(_ schema: Schema?) throws -> Entities {
        guard let entities else { return try Entities(schema?.actionEntities ?? []) }
        let (name, text) = try cedarText(entities)
        return try Entities(json: text, source: name, schema: schema)
    }
}

/// `--principal`, `--action`, `--resource`, `--context`, `--request-json`.
struct CedarRequestOption: ParsableArguments {
    @Option(name: [.customShort("l"), .long], help: ArgumentHelp("Who asks.", valueName: "User::\"alice\""))
    var principal: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("What shall be done.", valueName: "Action::\"view\""))
    var action: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("To what.", valueName: "File::\"a.txt\""))
    var resource: String?

    @Option(name: .shortAndLong, help: ArgumentHelp("The circumstances: a JSON object.", valueName: "FILE"))
    var context: String?

    @Option(
        help: ArgumentHelp(
            "The whole request: a JSON object with principal, action, resource and context.", valueName: "FILE"))
    var requestJson: String?

    @Option(help: ArgumentHelp("Whether a request has to conform to the schema.", valueName: "true|false"))
    var requestValidation = true

    /// Whether any of them is given.
    var isGiven: Bool {
        [principal, action, resource, context, requestJson].contains { $0 != nil }
    }

    /// Refuses a request that is not what the schema says.
    func check(_ request: Request, _ schema: Schema?) throws {
        guard requestValidation, let schema else { return }
        let errors = Validator(schema).validate(request)
        if !errors.isEmpty { throw CedarFailure(message: errors.map { "request: \($0)" }.joined(separator: "\n")) }
    }

    func request(_ schema: Schema?) throws -> Request {
        let request = try unchecked(schema)
        try check(request, schema)
        return request
    }

    private func unchecked(_ schema: Schema?) throws -> Request {
        if let requestJson {
            guard principal == nil, action == nil, resource == nil, context == nil else {
                throw ValidationError("--request-json stands for --principal, --action, --resource and --context")
            }
            let (name, text) = try cedarText(requestJson)
            return try Request(json: text, source: name, schema: schema)
        }
        guard let principal, let action, let resource else {
            throw ValidationError("a request needs --principal, --action and --resource, or --request-json")
        }
        var request = Request(
            principal: try Self.uid(principal, "--principal"), action: try Self.uid(action, "--action"),
            resource: try Self.uid(resource, "--resource"))
        if let context {
            let (name, text) = try cedarText(context)
            request.context = try Record(json: text, source: name, schema: schema, action: request.action)
        }
        return request
    }

    private static func uid(_ text: String, _ option: String) throws -> EntityUID {
        guard let uid = EntityUID(parsing: text) else {
            throw ValidationError("\(option): expected an entity such as User::\"alice\", found `\(text)`")
        }
        return uid
    }
}

/// What a verb says when it can't go on.
struct CedarFailure: Error, CustomStringConvertible {
    let message: String
    var description: String { message }
}

/// Everything that is wrong with several inputs, said at once.
struct CedarInputs {
    private var messages: [String] = []

    /// What a reader gives; `nil` if it fails, which is remembered.
    mutating func read<Input>(_ reader: () throws -> Input) throws -> Input? {
        do {
            return try reader()
        } catch let error as PolicyErrors {
            messages.append("\(error)")
        } catch let error as CedarFailure {
            messages.append(error.message)
        }
        return nil
    }

    /// Ends the verb if something failed.
    func finish() throws {
        if !messages.isEmpty { throw CedarFailure(message: messages.joined(separator: "\n")) }
    }
}
