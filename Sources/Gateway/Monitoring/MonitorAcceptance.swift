/// An operator's word that what traffic is like from now on is what it is compared with.
public enum MonitorAcceptance {
    /// Tells the gateway that runs with a configuration: of all streams, those of an alias, or of its one destination
    /// (`provider/model`). Whether it took it, within ten seconds. Blocks.
    public static func ask(
        of configuration: GatewayConfiguration, alias: String?, destination: String?
    ) throws -> Bool {
        try TrafficMonitor.ask(configuration.monitoring, alias: alias, destination: destination)
    }
}
