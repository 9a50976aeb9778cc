import ArgumentParser
import DataSets

/// Which of the records are taken, and into which files.
struct DataSetChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp("With this tag, the purpose that the caller named. May be given again.", valueName: "tag"))
    var tag: [String] = []

    @Option(help: ArgumentHelp("At most so many requests are opened, the newest.", valueName: "number"))
    var limit = 100_000

    @Flag(
        help:
            "Take the gateway's own requests as well: shadows of rollouts, questions to judges, probes, daily questions."
    )
    var ownRequests = false

    @Option(help: ArgumentHelp("At most so many records, drawn by lot.", valueName: "number"))
    var sample: Int?

    @Option(help: ArgumentHelp("As many records of each `tag` as of the rarest.", valueName: "tag"))
    var balance: Balance?

    @Option(help: ArgumentHelp("What lots are drawn by: the same seed, the same draw.", valueName: "number"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp(
            "Shares in percent of training, validation and test, such as 90/5/5; a conversation and what continues it stay together.",
            valueName: "shares"))
    var split: String?

    @Option(
        help: ArgumentHelp("Similarity, 0.5 to 1, from which on a record is a near duplicate.", valueName: "number"))
    var nearDuplicates = NearDuplicates.usualThreshold

    /// By what records are balanced.
    enum Balance: String, ExpressibleByArgument, CaseIterable { case tag }

    func validate() throws {
        guard limit > 0, sample ?? 1 > 0 else {
            throw ValidationError("--limit, --sample: expected a number from 1 on")
        }
        guard (0.5...1).contains(nearDuplicates) else {
            throw ValidationError("--near-duplicates: expected a number from 0.5 to 1")
        }
    }

    func selection() throws -> DataSelection {
        var selection = DataSelection()
        selection.tags = Set(tag)
        selection.threshold = nearDuplicates
        selection.isBalanced = balance != nil
        selection.sample = sample
        selection.seed = seed
        return selection
    }

    func parts() throws -> DataSplit? {
        guard let split else { return nil }
        guard let parts = DataSplit(split, seed: seed) else {
            throw ValidationError("--split: expected shares that make 100 together, such as 90/5/5, found `\(split)`")
        }
        return parts
    }

    /// What was asked for, `name=value`.
    var asked: [String] {
        var parts = tag.map { "tag=\($0)" }
        if ownRequests { parts.append("own-requests") }
        if let sample { parts.append("sample=\(sample)") }
        if let balance { parts.append("balance=\(balance.rawValue)") }
        if let split { parts.append("split=\(split)") }
        return parts
    }
}

/// The formats of `DataFormat`, by their names.
enum DataFormatOption: String, ExpressibleByArgument, CaseIterable {
    case openAIChat = "openai-chat"
    case anthropic, sharegpt, jsonl, csv

    var format: DataFormat {
        switch self {
        case .openAIChat: .openAIChat
        case .anthropic: .anthropic
        case .sharegpt: .shareGPT
        case .jsonl: .jsonl
        case .csv: .csv
        }
    }
}
