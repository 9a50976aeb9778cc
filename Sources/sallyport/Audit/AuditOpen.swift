import ArgumentParser
import Cryptography
import Foundation
import Gateway
import Inference
import Ledger
import LedgerStore
import LedgerVault

/// `sallyport audit open`.
struct AuditOpen: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "open",
        abstract: "Show what a sealed request and its answer said.",
        discussion: """
            For whoever holds the vault's master key. Each request is checked against the commitment of its intent in the ledger. That \
            it was opened is recorded in the ledger. Exits with 1 where the body is not the one that the ledger commits to, and where \
            nothing can be opened.

              sallyport audit open req_0123456789abcdef0123456789abcdef
              sallyport audit open req_… --key 'pkcs11:token=vault;object=master' --part answer > answer.json
            """)

    @OptionGroup var ledger: LedgerOption

    @Argument(help: ArgumentHelp("The request's identifier, as its answer had it in `x-request-id`.", valueName: "id"))
    var id: String

    @OptionGroup var vault: VaultOption

    @Option(
        help: ArgumentHelp(
            "Where the master key is, unless it is where `ledger.vault_key` says: a file, or a pkcs11: URI.",
            valueName: "place"))
    var key: String?

    @Option(help: "Print this part alone, as it was: request, answer or original.")
    var part: Part?

    @Option(
        help: ArgumentHelp(
            "For a request that was not sealed: check whether this file is the body that left, by its commitment.",
            valueName: "file"))
    var body: String?

    @Flag(help: "One JSON object, for scripts.")
    var json = false

    enum Part: String, ExpressibleByArgument, CaseIterable {
        case request, answer, original

        var kind: VaultRecord.Kind {
            switch self {
            case .request: .request
            case .answer: .answer
            case .original: .original
            }
        }
    }

    func run() throws {
        try ledger.configuration.reporting {
            guard let request = RequestID(id) else {
                throw ValidationError(
                    "expected a request's identifier, `req_` and 32 hexadecimal digits, found `\(id)`")
            }
            let intents = try ledger.readers().flatMap { try RecordedIntent.all(of: request, in: $0) }
            let settings = try vault.settings(ledger.configuration)
            let reader = try VaultReader(directory: settings.directory)
            let opener = VaultOpener(reader, master: try VaultKeys.opening(settings.key, place: key))
            if let body { return try check(body, request, intents, opener) }
            let records = try records(of: request, intents, reader)
            // Recorded before anybody sees a word of it.
            record(request, settings.directory)
            try show(request, records, intents, opener)
        }
    }

    private func records(
        of request: RequestID, _ intents: [RecordedIntent], _ reader: VaultReader
    ) throws -> [VaultRecord] {
        var records = try reader.records(of: request, near: intents.first?.time)
        if records.isEmpty, intents.isEmpty { records = try reader.records(of: request) }
        guard records.isEmpty else { return records }
        guard let intent = intents.first else {
            throw ValidationError("`\(id)` stands neither in the ledger nor in the vault")
        }
        complain(
            intent.isSealed
                ? "\(id) was sealed on \(VaultDay(intent.time)), and was shredded: nobody can read it any more"
                : "\(id) was not sealed: policies/privacy.yaml said nothing of it under `payloads`")
        throw ExitCode.failure
    }

    private func record(_ request: RequestID, _ directory: String) {
        do {
            let now = LedgerTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000))
            try VaultActs(directory: directory).add(VaultAct(.opened, at: now, request: request.description))
        } catch {
            complain("not recorded in the ledger, since the vault can't be written to: \(error)")
        }
    }

    // MARK: What is shown

    private struct Shown {
        let record: VaultRecord
        let text: [UInt8]?
        /// Whether the ledger commits to it; `nil` for what it does not commit to.
        let isCommitted: Bool?
        let note: String
    }

    private func show(
        _ request: RequestID, _ records: [VaultRecord], _ intents: [RecordedIntent], _ opener: VaultOpener
    ) throws {
        var shown: [Shown] = []
        for record in records where part == nil || record.kind == part?.kind {
            shown.append(try open(record, intents, opener))
        }
        if part != nil {
            for entry in shown { FileHandle.standardOutput.write(Data(entry.text ?? [])) }
        } else if json {
            print(try JSONLine.text(shown.map(Line.init)))
        } else {
            for entry in shown { describe(entry, intents.first { $0.attempt == entry.record.attempt }) }
        }
        guard shown.contains(where: { $0.text != nil }), !shown.contains(where: { $0.isCommitted == false }) else {
            if part != nil { for entry in shown where !entry.note.isEmpty { complain(entry.note) } }
            throw ExitCode.failure
        }
    }

    private func open(
        _ record: VaultRecord, _ intents: [RecordedIntent], _ opener: VaultOpener
    ) throws -> Shown {
        let payload: OpenedPayload
        do throws(VaultError) {
            payload = try opener.open(record)
        } catch {
            guard case .shredded = error else { throw error }
            return Shown(record: record, text: nil, isCommitted: nil, note: "\(error)")
        }
        guard let commitment = payload.commitment else {
            return Shown(record: record, text: payload.text, isCommitted: nil, note: "")
        }
        guard let intent = intents.first(where: { $0.attempt == record.attempt }) else {
            return Shown(
                record: record, text: payload.text, isCommitted: nil,
                note: "there is no intent of it in the ledger: it never left, or its entries were pruned")
        }
        let isCommitted = constantTimeEqual(commitment, intent.commitment)
        return Shown(
            record: record, text: payload.text, isCommitted: isCommitted,
            note: isCommitted
                ? "this is the body that entry \(intent.position.index) of log \(intent.position.log) commits to"
                : "NOT the body that entry \(intent.position.index) of log \(intent.position.log) commits to")
    }

    private func describe(_ entry: Shown, _ intent: RecordedIntent?) {
        let record = entry.record
        var line = "--- \(record.kind) of attempt \(record.attempt), \(record.time), \(record.textBytes) bytes"
        if record.isCut { line += ", cut" }
        if let intent, record.kind == .request {
            line += ", from \(intent.principal) to \(intent.destination), \(intent.form)"
        }
        print(TerminalText.harmless(line))
        if !entry.note.isEmpty { print("    \(entry.note)") }
        if let text = entry.text {
            for line in text.split(separator: 0x0A, omittingEmptySubsequences: false) {
                print(TerminalText.harmless(String(decoding: line, as: UTF8.self)))
            }
        }
    }

    private struct Line: Encodable {
        let kind, time: String
        let attempt: Int
        let cut, stream, shredded: Bool
        let committed: Bool?
        let text, base64: String?

        init(_ shown: Shown) {
            let text = shown.text.flatMap { String(validating: $0, as: UTF8.self) }
            kind = "\(shown.record.kind)"
            time = "\(shown.record.time)"
            attempt = shown.record.attempt
            cut = shown.record.isCut
            stream = shown.record.isStream
            shredded = shown.text == nil
            committed = shown.isCommitted
            self.text = text
            base64 = text == nil ? shown.text.map { Base64.encode($0) } : nil
        }
    }

    // MARK: Requests that were not sealed

    private func check(
        _ file: String, _ request: RequestID, _ intents: [RecordedIntent], _ opener: VaultOpener
    ) throws {
        let body = Array(try Data(contentsOf: URL(fileURLWithPath: file)))
        guard !intents.isEmpty else { throw ValidationError("`\(request)` does not stand in the ledger") }
        var isGone = false
        for intent in intents {
            switch try opener.verifies(body, of: request, at: intent.time, is: intent.commitment) {
            case true:
                return print(
                    "this is the body that entry \(intent.position.index) of log \(intent.position.log) commits to")
            case nil: isGone = true
            case false: break
            }
        }
        complain(
            isGone
                ? "nobody can tell: the salts of that day were shredded"
                : "not the body that the ledger commits to")
        throw ExitCode.failure
    }
}
