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

/// `--entities`.
struct CedarEntitiesOption: ParsableArguments {
    @Option(help: ArgumentHelp("Entities as JSON; none unless given.", valueName: "FILE"))
    var entities: String?

    func hierarchy() throws -> Entities {
        guard let entities else { return .none }
        let (name, text) = try cedarText(entities)
        return try Entities(json: text, source: name)
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

    /// Whether any of them is given.
    var isGiven: Bool {
        [principal, action, resource, context, requestJson].contains { $0 != nil }
    }

    func request() throws -> Request {
        if let requestJson {
            guard principal == nil, action == nil, resource == nil, context == nil else {
                throw ValidationError("--request-json stands for --principal, --action, --resource and --context")
            }
            let (name, text) = try cedarText(requestJson)
            return try Request(json: text, source: name)
        }
        guard let principal, let action, let resource else {
            throw ValidationError("a request needs --principal, --action and --resource, or --request-json")
        }
        var request = Request(
            principal: try Self.uid(principal, "--principal"), action: try Self.uid(action, "--action"),
            resource: try Self.uid(resource, "--resource"))
        if let context {
            let (name, text) = try cedarText(context)
            request.context = try Record(json: text, source: name)
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
