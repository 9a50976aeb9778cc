import ArgumentParser
import Foundation
import Gateway
import LedgerStore

/// `--ledger FOLDER`, the same for all verbs that read the ledger: the configured one unless given.
struct LedgerOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(
        name: .customLong("ledger"),
        help: ArgumentHelp(
            "A ledger's folder, or that of one of its logs; the configured one unless given. May be given again.",
            valueName: "folder"))
    var folders: [String] = []

    /// The folders, in the order in which they were given.
    func resolved() throws -> [String] {
        folders.isEmpty ? [try settings().directory] : folders
    }

    /// The one folder, for verbs that take no more.
    func only() throws -> String {
        guard folders.count <= 1 else { throw ValidationError("--ledger: expected one folder, found \(folders.count)") }
        return try resolved()[0]
    }

    /// Readers of the folders.
    func readers() throws -> [LedgerReader] {
        try resolved().map { try LedgerReader(directory: $0) }
    }

    /// The folders, with the files that remember their last checkpoints: of the configured ledger the configured one, of
    /// another `FOLDER.seen`; `nil` where there is none.
    func remembering() throws -> [(folder: String, remembered: String?)] {
        func existing(_ path: String) -> String? { FileManager.default.fileExists(atPath: path) ? path : nil }
        guard !folders.isEmpty else {
            let settings = try settings()
            return [(settings.directory, existing(settings.remembered))]
        }
        return folders.map { folder in
            (folder, existing((folder.hasSuffix("/") ? String(folder.dropLast()) : folder) + ".seen"))
        }
    }

    /// What is configured.
    func settings() throws -> GatewayConfiguration.LedgerSettings {
        try ConfigurationLoader.load(path: configuration.path, environment: configuration.environment).ledger
    }
}
