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
        LedgerTrust(keys: try keys.flatMap { try Self.read($0) })
    }

    private static func read(_ text: String) throws -> [NoteVerifier] {
        if let key = try? NoteVerifier(text: text) { return [key] }
        guard let contents = try? String(contentsOfFile: text, encoding: .utf8) else {
            throw ValidationError("--key: expected a key `name+hash+base64`, or a file with one, found `\(text)`")
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
