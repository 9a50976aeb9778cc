import ArgumentParser

/// `sallyport dataset`.
struct DataSetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset",
        abstract: "Make data sets of what was asked and answered, with proof that nothing personal is in them.",
        subcommands: [DataSetExport.self, DataSetImport.self, DataSetVerify.self])
}
