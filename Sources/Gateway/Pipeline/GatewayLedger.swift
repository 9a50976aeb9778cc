import Cryptography
import Inference
import Ledger
import LedgerStore
import Logging
import NIOCore
import Synchronization

/// The ledger as the pipeline uses it: an intent is awaited on the request's event loop, everything else is handed over.
final class GatewayLedger: Sendable {
    private let store: LedgerStore
    private let tally = Mutex(UnidentifiedTally())
    private let refusals = Mutex(RefusalTally())
    private let mailboxes: [ObjectIdentifier: LedgerMailbox]
    private let logger: Logger

    init(store: LedgerStore, loops: [any EventLoop], logger: Logger) {
        self.store = store
        self.logger = logger
        let abandoned: @Sendable (IntentReceipt) -> Void = { receipt in
            let result = LedgerEntry.Result(
                time: LedgerTime(milliseconds: Clock.epochMilliseconds()), requestID: receipt.requestID,
                attempt: receipt.attempt, intent: receipt.sequence, outcome: .failed, status: nil, usage: nil,
                cost: nil,
                firstByteMicroseconds: nil,
                totalMicroseconds: 0, bytesSent: 0, bytesReceived: 0)
            _ = try? store.append(.result(result))
        }
        mailboxes = Dictionary(
            uniqueKeysWithValues: loops.map {
                (ObjectIdentifier($0), LedgerMailbox(loop: $0, abandoned: abandoned))
            })
    }

    /// Records an intent and returns once it is on disk. On `loop` only.
    func record(_ intent: LedgerEntry.Intent, on loop: any EventLoop) async throws -> IntentReceipt {
        guard let mailbox = mailboxes[ObjectIdentifier(loop)] else { throw LedgerUnavailable.closed }
        let encoded = try EncodedIntent(intent)
        return try await mailbox.receipt { store.record(encoded, token: $0, to: mailbox) }
    }

    /// Records anything else without waiting; false if that can't be.
    @discardableResult
    func append(_ entry: LedgerEntry) -> Bool {
        do {
            if try store.append(entry) { return true }
            logger.error("ledger entry not recorded", metadata: ["reason": "the ledger has failed"])
        } catch {
            logger.error("ledger entry not recorded", metadata: ["reason": "\(error)"])
        }
        return false
    }

    /// Counts a caller without a proven identity; a flood of them makes one entry a second.
    func unidentified(reason: String, clientAddress: String) {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        let due = tally.withLock { $0.count(reason: reason, clientAddress: clientAddress, at: now) }
        if let due { append(.unidentified(due)) }
    }

    /// Counts a request of a known principal that was turned away and has no entry of its own; a flood of them makes one entry a second.
    func refused(reason: String, _ principal: Principal) {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        if let due = refusals.withLock({ $0.count(reason: reason, principal, at: now) }) { append(.refused(due)) }
    }

    /// Whether a denial for a spent limit may be an entry of its own; if not, it is to be counted.
    func admitsLimitDenial() -> Bool {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        return refusals.withLock { $0.admitsLimitDenial(at: now) }
    }

    /// Records what was counted and not yet recorded. Call now and then.
    func recordTally() {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        if let due = tally.withLock({ $0.take(at: now) }) { append(.unidentified(due)) }
        if let due = refusals.withLock({ $0.take(at: now) }) { append(.refused(due)) }
    }

    /// Why nothing can be recorded, and so nothing sent; `nil` while all is well.
    var trouble: String? {
        switch store.status {
        case .healthy: nil
        case .noSpace(let reason): "the ledger has no room: \(reason)"
        case .failed(let reason): "the ledger failed: \(reason)"
        case .closed: "the ledger is closed"
        }
    }

    /// Why entries have no place in the log yet, though they are on disk; `nil` while all is well.
    var sequencingTrouble: String? { store.sequencingTrouble.map { "the ledger's log is behind: \($0)" } }

    /// Ends the present log and begins the next one; `done` is called on a thread of the ledger.
    func rotate(_ done: @escaping @Sendable (Result<LedgerStore.Rotation, LedgerStoreError>) -> Void) {
        store.rotate(at: LedgerTime(milliseconds: Clock.epochMilliseconds()), done)
    }

    /// Writes all that waits and records the stop. Blocks.
    func close(reason: String) {
        let now = LedgerTime(milliseconds: Clock.epochMilliseconds())
        if let rest = tally.withLock({ $0.takeAll(at: now) }) { append(.unidentified(rest)) }
        if let rest = refusals.withLock({ $0.takeAll(at: now) }) { append(.refused(rest)) }
        store.close(LedgerEntry.Stop(time: now, reason: reason))
    }
}

/// Brings what became of intents back to the event loop that waits for them, and waits no longer than ten seconds: a disk
/// that hangs rather than fails must not hang the callers. Confined to the loop but for `deliver`.
private final class LedgerMailbox: LedgerCompletionQueue, @unchecked Sendable {
    private struct Waiting {
        let continuation: CheckedContinuation<IntentReceipt, any Error>
        let since: UInt64
    }

    private static let patience: UInt64 = 10_000_000_000

    private let loop: any EventLoop
    private let abandoned: @Sendable (IntentReceipt) -> Void
    private var waiting: [UInt64: Waiting] = [:]
    private var lastToken: UInt64 = 0

    /// `abandoned` is told of receipts that nobody waits for any more, so that those intents get their result too.
    init(loop: any EventLoop, abandoned: @escaping @Sendable (IntentReceipt) -> Void) {
        self.loop = loop
        self.abandoned = abandoned
        loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] task in
            guard let self else { return task.cancel() }
            giveUp()
        }
    }

    /// Waits for the completion of what `record` records under the token it is given. On the loop only.
    func receipt(_ record: (UInt64) -> Void) async throws -> IntentReceipt {
        loop.preconditionInEventLoop()
        return try await withCheckedThrowingContinuation { continuation in
            lastToken += 1
            waiting[lastToken] = Waiting(continuation: continuation, since: Clock.monotone())
            record(lastToken)
        }
    }

    func deliver(_ completions: [LedgerCompletion]) {
        loop.execute {
            for completion in completions {
                if let waiting = self.waiting.removeValue(forKey: completion.token) {
                    waiting.continuation.resume(with: completion.result.mapError { $0 as any Error })
                } else if case .success(let receipt) = completion.result {
                    self.abandoned(receipt)
                }
            }
        }
    }

    private func giveUp() {
        let now = Clock.monotone()
        for (token, entry) in waiting where now - entry.since > Self.patience {
            waiting[token] = nil
            entry.continuation.resume(throwing: LedgerUnavailable.overloaded)
        }
    }
}
