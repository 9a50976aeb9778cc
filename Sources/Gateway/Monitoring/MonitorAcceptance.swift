internal import Inference

/// An operator's word that what traffic is like from now on is what it is compared with.
public enum MonitorAcceptance {
    /// Why nothing was accepted: there is no such alias or provider.
    public struct Refusal: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    /// Tells the gateway that runs with a configuration: of all streams, those of an alias, or of its one destination
    /// (`provider/model`). Whether it took it, within ten seconds. Blocks.
    public static func ask(
        of configuration: GatewayConfiguration, alias: String?, destination: String?
    ) throws -> Bool {
        if let alias, !configuration.aliasNames.contains(alias) {
            throw Refusal(description: ConfigurationLoader.unknown("alias", alias, among: configuration.aliasNames))
        }
        if let destination {
            guard let place = Destination(text: destination) else {
                throw Refusal(description: "expected `PROVIDER/MODEL`, found `\(destination)`")
            }
            let providers = configuration.providers.map(\.id.rawValue)
            guard providers.contains(place.provider.rawValue) else {
                throw Refusal(
                    description: ConfigurationLoader.unknown("provider", place.provider.rawValue, among: providers))
            }
        }
        return try TrafficMonitor.ask(configuration.monitoring, alias: alias, destination: destination)
    }
}
