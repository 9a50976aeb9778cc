internal import Cryptography
internal import Foundation
internal import NIOHTTP1
public import Rollout

/// Starts rollouts and says what becomes of them, for the command line: asks the gateway that runs on this machine, at its admin port.
///
/// Whoever may change something proves that they can read the master key, as who makes keys must be able to write their file: the port itself
/// is open to every user of the machine.
public struct RolloutAdministration: Sendable {
    /// Why something was not done.
    public struct Refusal: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    /// What is asked for.
    struct Order: Codable {
        var start: RolloutPlan?
        var name: String?
        var command: RolloutBook.Command?
    }

    private let configuration: GatewayConfiguration

    /// Reads the configuration, which says where the gateway is.
    public init(configuration path: String, environment: [String: String]) throws {
        configuration = try ConfigurationLoader.load(path: path, environment: environment, assumesSecrets: true)
    }

    /// How all rollouts stand.
    public func report() throws -> RolloutsReport {
        try RolloutsReport(json: try AdminClient.get("/rollouts", of: configuration))
    }

    /// Begins a rollout.
    public func start(_ plan: RolloutPlan) throws {
        if let fault = plan.fault { throw Refusal(description: fault) }
        try order(Order(start: plan))
    }

    /// Says what becomes of one.
    public func say(_ command: RolloutBook.Command, of name: String) throws {
        try order(Order(name: name, command: command))
    }

    private func order(_ order: Order) throws {
        let master = try KeyFile.readMaster(configuration.keys.masterKey, makes: false)
        let (status, body) = try AdminClient.post(
            "/rollouts", Array(try JSONEncoder().encode(order)),
            bearer: try OperatorProof(master: master.key).text, of: configuration)
        guard status != 200 else { return }
        throw Refusal(description: String(decoding: body, as: UTF8.self).trimmingCharacters(in: .newlines))
    }
}

/// What shows at the admin port that somebody can read the master key: derived from it, and good for nothing else.
struct OperatorProof: Sendable {
    private let key: SymmetricKey

    init(master: SymmetricKey) throws {
        key = try HKDF.derive(master: master, salt: [], info: Array("sallyport admin port".utf8), count: 32)
    }

    /// As it stands behind `Bearer `.
    var text: String { key.withBytes { Hexadecimal.encode([UInt8]($0)) } }

    /// Whether a request's head has it.
    func isShown(in headers: HTTPHeaders) -> Bool {
        let values = headers["authorization"]
        guard values.count == 1, let shown = values.first, shown.hasPrefix("Bearer ") else { return false }
        let (ours, theirs) = (Array(text.utf8), Array(shown.dropFirst(7).utf8))
        return ours.withUnsafeBytes { first in theirs.withUnsafeBytes { constantTimeEqual(first, $0) } }
    }
}
