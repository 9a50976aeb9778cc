import ArgumentParser
import Foundation
import LedgerStore
import TransparencyLog

/// `--key VKEY`, for verbs that check what a ledger says.
struct KeyOption: ParsableArguments {
    @Option(
        name: .customLong("key"),
        help: ArgumentHelp(
            "The ledger's public key as `sallyport audit key` printed it, or a file with it, kept elsewhere. May be given "
                + "again.", valueName: "vkey"))
    var keys: [String] = []

    /// The keys.
    func trust() throws -> LedgerTrust {
        LedgerTrust(keys: try keys.flatMap { try Self.read($0, "--key") })
    }

    /// The keys of an option: one, or a file with one a line.
    static func read(_ text: String, _ option: String) throws -> [NoteVerifier] {
        if let key = try? NoteVerifier(text: text) { return [key] }
        guard let contents = try? String(contentsOfFile: text, encoding: .utf8) else {
            throw ValidationError("\(option): expected a key `name+hash+base64`, or a file with one, found `\(text)`")
        }
        let lines = contents.split(separator: "\n")
        guard !lines.isEmpty else { throw FileProblem("\(text): expected a key `name+hash+base64`") }
        return try lines.enumerated().map { number, line in
            do {
                return try NoteVerifier(text: String(line))
            } catch {
                throw FileProblem("\(text):\(number + 1): \(error)")
            }
        }
    }
}

/// `--witness VKEY`: whose cosignatures a checkpoint must have.
struct WitnessOption: ParsableArguments {
    @Option(
        name: .customLong("witness"),
        help: ArgumentHelp(
            "A witness's public key (c2sp.org/tlog-cosignature), or a file with some: the last checkpoint must have its "
                + "cosignature. May be given again.", valueName: "vkey"))
    var witnesses: [String] = []

    /// The keys.
    func keys() throws -> [NoteVerifier] {
        try witnesses.flatMap { text in
            let keys = try KeyOption.read(text, "--witness")
            guard let other = keys.first(where: { $0.type != .cosignatureV1 }) else { return keys }
            throw ValidationError(
                "--witness: `\(other.name)` is no witness's key: expected one of type 4, for cosignature/v1")
        }
    }
}
