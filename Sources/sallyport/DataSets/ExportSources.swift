import Cryptography
import Foundation
import Inference
import JSONText
import Ledger
import LedgerIndex
import LedgerReport
import LedgerStore
import LedgerVault

/// The attempts of the ledger of which a data set is made, and what the vault holds of each.
struct ExportSources {
    /// An attempt that was answered.
    struct Attempt {
        let request: RequestID
        let number: Int
        let provider, model: String
        let operation: String
        let time: LedgerTime
        var commitment: Digest32?
        var purpose: String?
        var position: LedgerPosition?
        var ledger = 0
        var requestRecord, answerRecord: VaultRecord?
    }

    /// Where an attempt stands: a request, and which of its attempts.
    struct Key: Hashable {
        let request: RequestID
        let number: Int
    }

    /// In the order of time.
    private(set) var attempts: [Attempt] = []
    /// Attempts that match, sealed or not.
    private(set) var matching = 0
    /// Those of them that were not sealed, or not with their answer.
    private(set) var unsealed = 0
    /// Those that were shredded.
    private(set) var shredded = 0
    /// Those whose answer was cut.
    private(set) var cut = 0
    /// Requests of the gateway's own that were left out: shadows, questions to judges, probes, daily questions.
    private(set) var own = 0

    /// Finds them; `progress` is told how many entries were looked at. Requests that the gateway made by itself are left out unless
    /// `takesOwn`.
    init(
        _ indexes: [LedgerIndex], _ filter: LedgerFilter, _ vault: VaultReader, limit: Int, takesOwn: Bool,
        progress: (Int) -> Void
    ) throws {
        var found: [Key: Attempt] = [:]
        var filter = filter
        filter.decision = .permitted
        for index in indexes {
            try index.forEach(filter) { event in
                guard event.result?.outcome == "completed", let request = RequestID(event.request) else { return true }
                found[Key(request: request, number: event.attempt)] = Attempt(
                    request: request, number: event.attempt, provider: event.destination?.provider ?? "",
                    model: event.model, operation: event.operation, time: event.time)
                return found.count < limit
            }
        }
        matching = found.count
        let made = try commit(&found, indexes.map(\.reader), progress)
        if !takesOwn {
            own = made.count
            for key in made { found[key] = nil }
        }
        try seal(&found, vault)
        for attempt in found.values.sorted(by: { ($0.time, $0.request.description) < ($1.time, $1.request.description) }
        ) {
            take(attempt)
        }
    }

    private mutating func take(_ attempt: Attempt) {
        guard let request = attempt.requestRecord, let answer = attempt.answerRecord else {
            unsealed += 1
            return
        }
        if request.isShredded || answer.isShredded {
            shredded += 1
        } else if answer.isCut || request.isCut {
            cut += 1
        } else {
            attempts.append(attempt)
        }
    }

    /// What the ledger commits to, and what for. Returns those that the gateway made by itself.
    private func commit(
        _ found: inout [Key: Attempt], _ readers: [LedgerReader], _ progress: (Int) -> Void
    ) throws -> Set<Key> {
        guard let first = found.values.map(\.time).min() else { return [] }
        var count = 0
        var own: Set<Key> = []
        for (number, reader) in readers.enumerated() {
            try reader.entries(holding: [Array(#""kind":"intent""#.utf8)]) { position, entry in
                count += 1
                if count % 10_000 == 0 { progress(count) }
                guard let document = try? JSONDocument(parsing: [UInt8](entry)),
                    document.root["kind"]?.string == "intent",
                    let time = document.root["time"]?.string.flatMap({ LedgerTime($0) }), time >= first,
                    let request = document.root["request"]?.string.flatMap({ RequestID($0) })
                else { return true }
                let key = Key(request: request, number: document.root["attempt"]?.int ?? 1)
                guard found[key] != nil else { return true }
                found[key]?.commitment = document.root["prompt"]?.string.flatMap { Digest32(hex: $0) }
                found[key]?.purpose = document.root["purpose"]?.string
                found[key]?.position = position
                found[key]?.ledger = number
                if Self.isOwn(document.root) { own.insert(key) }
                return true
            }
        }
        return own
    }

    /// Whether nobody but the gateway asked: by itself, or the same as a caller once more for a shadow.
    private static func isOwn(_ intent: JSONValue) -> Bool {
        intent["principal"]?["method"]?.equals("gateway") ?? false
            || intent["route"]?["reason"]?.string?.contains("; arm=shadow; of=req_") ?? false
    }

    private func seal(_ found: inout [Key: Attempt], _ vault: VaultReader) throws {
        let times = found.values.map(\.time)
        guard let first = times.min(), let last = times.max() else { return }
        // A long answer is sealed when it ends; a request before its intent.
        let days = VaultDay(first).advanced(by: -1)...VaultDay(last).advanced(by: 1)
        try vault.records(of: days) { record in
            let key = Key(request: record.requestID, number: record.attempt)
            switch record.kind {
            case .request: found[key]?.requestRecord = record
            case .answer: found[key]?.answerRecord = record
            case .original: break
            }
            return true
        }
    }
}
