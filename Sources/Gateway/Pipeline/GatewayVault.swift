import Cryptography
import Inference
import Ledger
import LedgerVault
import NIOCore

/// The vault as the pipeline uses it: a request that is to be kept is awaited on its event loop, its answer is handed over.
final class GatewayVault: Sendable {
    /// What was sealed of a request, to which its answer belongs.
    struct Kept: Sendable {
        fileprivate let receipt: LedgerVault.Receipt
        /// How much of the answer is kept, in bytes; 0 for nothing.
        let answerBytes: Int
    }

    /// A disk that hangs rather than fails must not hang the callers.
    private static let patience = TimeAmount.seconds(10)

    let vault: LedgerVault
    let directory: String

    /// Opens the vault, and makes its master key on the first run. Blocks.
    init(_ settings: GatewayConfiguration.LedgerSettings) throws {
        directory = settings.vault
        vault = try LedgerVault.open(
            VaultSettings(
                directory: settings.vault, master: try VaultKeys.master(settings.vaultKey, makes: true),
                isDurable: settings.durability == .power), at: Self.now)
    }

    private static var now: LedgerTime { LedgerTime(milliseconds: Clock.epochMilliseconds()) }

    /// The commitment to a body that is not kept, which the intent carries in its place. No disk is touched.
    func commitment(to body: [UInt8], of request: RequestID) throws(VaultUnavailable) -> Digest32 {
        try vault.commitment(to: body, of: request, at: Self.now)
    }

    /// Seals a body, and what the caller sent where that is kept as well. No disk is touched.
    func seal(
        _ body: [UInt8], original: [UInt8]?, of request: RequestID, attempt: Int
    ) throws(VaultUnavailable) -> LedgerVault.SealedRequest {
        try vault.seal(body, original: original, of: request, attempt: attempt, at: Self.now)
    }

    /// Returns once a sealed request is on disk. On `loop` only.
    func write(
        _ sealed: LedgerVault.SealedRequest, answerBytes: Int, on loop: any EventLoop
    ) async throws -> Kept {
        let receipt = try await withCheckedThrowingContinuation { continuation in
            let wait = Wait(continuation)
            let timer = loop.assumeIsolated().scheduleTask(in: Self.patience) { wait.end(.failure(.overloaded)) }
            vault.write(sealed) { result in
                loop.execute {
                    timer.cancel()
                    wait.end(result)
                }
            }
        }
        return Kept(receipt: receipt, answerBytes: answerBytes)
    }

    /// Seals an answer as it came, without waiting.
    func keep(answer: [UInt8], isCut: Bool, isStream: Bool, with kept: Kept) {
        vault.append(answer: answer, isCut: isCut, isStream: isStream, at: Self.now, to: kept.receipt)
    }

    /// Why requests that are to be kept can't be, and so are not sent; `nil` while all is well.
    var trouble: String? {
        switch vault.status {
        case .healthy: nil
        case .noSpace: "the vault's disk is full"
        case .failed(let reason): "the vault failed: \(reason)"
        case .closed: "the vault is closed"
        }
    }

    /// Ends once. Confined to an event loop.
    private final class Wait: @unchecked Sendable {
        private var continuation: CheckedContinuation<LedgerVault.Receipt, any Error>?

        init(_ continuation: CheckedContinuation<LedgerVault.Receipt, any Error>) { self.continuation = continuation }

        func end(_ result: Result<LedgerVault.Receipt, VaultUnavailable>) {
            continuation?.resume(with: result.mapError { $0 as any Error })
            continuation = nil
        }
    }
}
