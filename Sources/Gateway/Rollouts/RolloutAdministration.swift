internal import Foundation
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
        let (path, text) = ("/rollouts", Array(try JSONEncoder().encode(order)))
        let proof = try OperatorProof(master: master.key).text("POST", path, text, at: Clock.epochMilliseconds())
        let (status, body) = try AdminClient.post(path, text, proof: proof, of: configuration)
        guard status != 200 else { return }
        throw Refusal(description: String(decoding: body, as: UTF8.self).trimmingCharacters(in: .newlines))
    }
}
