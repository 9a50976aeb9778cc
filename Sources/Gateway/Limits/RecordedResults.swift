import Inference
import JSONText
import LedgerStore
import Limits

/// What the ledger says of attempts whose gateway ended before it could settle them: those whose result it had recorded by then took what that
/// says, and no more. Results are recorded as attempts are settled, so only the last moments' matter.
enum RecordedResults {
    /// More entries are not looked through: some seconds of the busiest gateway.
    private static let entries = 20_000

    /// What attempts took, by the names of their requests and their numbers. Nothing where the ledger can't be read: then everything stays
    /// at its most.
    static func last(in directory: String) -> [String: [Int: AttemptUse]] {
        guard let reader = try? LedgerReader(directory: directory), let last = try? reader.lastEntries(entries) else {
            return [:]
        }
        var found: [String: [Int: AttemptUse]] = [:]
        for entry in last {
            guard let (request, attempt, use) = read(entry.bytes) else { continue }
            found[request, default: [:]][attempt] = use
        }
        return found
    }

    /// Reads a result; `nil` for other entries, and for those that say not enough.
    static func read(_ bytes: [UInt8]) -> (request: String, attempt: Int, use: AttemptUse)? {
        guard let document = try? JSONDocument(parsing: bytes), document.root["kind"]?.equals("result") == true,
            let request = document.root["request"]?.string, let attempt = document.root["attempt"]?.int,
            let sent = document.root["bytes_sent"]?.int, let outcome = document.root["outcome"]?.string
        else { return nil }
        if sent == 0 { return (request, attempt, .nothing) }
        // What the pipeline takes for known when it settles (`RequestPipeline.use`), read back.
        guard outcome == "completed", let usage = document.root["usage"], let input = usage["input"]?.int,
            let output = usage["output"]?.int, let cost = document.root["cost_nano_usd"]?.int, cost >= 0
        else { return nil }
        let tokens = input.addingReportingOverflow(output).partialValue
        return (request, attempt, .actual(tokens: tokens, cost: Money(nanoUSD: Int64(cost))))
    }
}
