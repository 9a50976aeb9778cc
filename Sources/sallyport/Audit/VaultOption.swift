import ArgumentParser
import Gateway

/// `--vault FOLDER`: the configured one unless given.
struct VaultOption: ParsableArguments {
    @Option(
        name: .customLong("vault"),
        help: ArgumentHelp("The vault's folder, a copy say; the configured one unless given.", valueName: "folder"))
    var folder: String?

    /// The folder, and where its master key is said to be.
    func settings(_ option: ConfigurationOption) throws -> (directory: String, key: VaultKeySettings) {
        let ledger = try ConfigurationLoader.load(path: option.path, environment: option.environment).ledger
        return (folder ?? ledger.vault, ledger.vaultKey)
    }
}
