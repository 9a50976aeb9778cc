import ArgumentParser
import Foundation
import Gateway

/// `sallyport monitor`.
struct MonitorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "monitor",
        abstract: "Watch what a gateway that runs is doing, and what of its traffic has changed.",
        subcommands: [MonitorShow.self, MonitorAccept.self], defaultSubcommand: MonitorShow.self)
}

/// `sallyport monitor show`.
struct MonitorShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Requests, errors, latency, spend, cache hits and drift, live.",
        discussion: """
            In a terminal the table is drawn anew each time; elsewhere there is one line a time. The figures come from the \
            operators' port of the gateway that runs with this configuration, and are those of its last minute. Drift is \
            `learning` until the reference is complete, then `steady`, or `drifting` with what changed below.

            Example: sallyport monitor
            Example: sallyport monitor --once --json
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Flag(help: "Once, and end.") var once = false
    @Flag(help: "The gateway's whole answer as one line of JSON a time.") var json = false
    @Option(help: ArgumentHelp("Seconds from one time to the next.", valueName: "seconds")) var every = 2.0

    func validate() throws {
        guard every >= 0.1, every <= 3_600 else { throw ValidationError("--every: expected 0.1 to 3600 seconds") }
    }

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            let isTerminal = isatty(STDOUT_FILENO) == 1
            while true {
                let body = try AdminClient.get("/monitor", of: loaded)
                if json {
                    write(String(decoding: body, as: UTF8.self))
                } else {
                    let report = try ModelsList.decoder.decode(MonitorFigures.self, from: Data(body))
                    if once || isTerminal {
                        // Home, and clear what is below: no flicker, and nothing is left of the last time.
                        write((once ? "" : "\u{1B}[H\u{1B}[J") + MonitorText.table(report))
                    } else {
                        write(MonitorText.line(report))
                    }
                }
                if once { return }
                usleep(UInt32(every * 1_000_000))
            }
        }
    }

    /// At once, also into a pipe.
    private func write(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}

/// `sallyport monitor accept`.
struct MonitorAccept: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Take what traffic is like from now on as the reference.",
        discussion: """
            Ends the alerts about it. The gateway that runs with this configuration is told by a file beside its own, which \
            only those can write who may write there.

            Example: sallyport monitor accept chat --destination openai/gpt-5-mini
            """)

    @OptionGroup var configuration: ConfigurationOption
    @Argument(help: "The alias; all of them unless given.") var alias: String?
    @Option(help: ArgumentHelp("One candidate of it.", valueName: "provider/model")) var destination: String?

    func run() throws {
        try configuration.reporting {
            let loaded = try ConfigurationLoader.load(
                path: configuration.path, environment: configuration.environment, assumesSecrets: true)
            guard try MonitorAcceptance.ask(of: loaded, alias: alias, destination: destination) else {
                complain("no gateway that runs with this configuration took it within ten seconds")
                throw ExitCode.failure
            }
            print("accepted: what comes next is the reference")
        }
    }
}
