import Access
import Cryptography
import Dialects
import Inference
import JSONText
import Ledger
import LedgerVault
import Logging
import Privacy
import Synchronization

/// What is kept of a request, by the section `payloads` of `policies/privacy.yaml`, and in any case its commitment.
struct Keeping: Sendable {
    let vault: GatewayVault
    let parts: Set<PayloadSettings.Part>
    let answerLimit: Int
    let requestID: RequestID
    let attempt: Int

    /// How much of the answer is kept, in bytes.
    var answerBytes: Int { parts.contains(.answer) ? answerLimit : 0 }

    /// Commits to a body that is about to leave and, where it is to be kept, seals it.
    func seal(_ body: [UInt8], of request: InferenceRequest) throws(VaultUnavailable) -> Commitment {
        guard !parts.isEmpty else { return Commitment(digest: try vault.commitment(to: body, of: requestID)) }
        let original = parts.contains(.original) ? request.documents.first?.json.bytes : nil
        let sealed = try vault.seal(body, original: original, of: requestID, attempt: attempt)
        return Commitment(digest: sealed.commitment, sealed: sealed, answerBytes: answerBytes)
    }

    /// What the ledger keeps of a body, and what the vault does.
    struct Commitment: Sendable {
        let digest: Digest32
        /// The body, sealed and not on disk yet; `nil` where it is not kept.
        var sealed: LedgerVault.SealedRequest?
        /// How much of the answer is kept, in bytes.
        var answerBytes = 0
    }
}

extension RequestPipeline {
    func keeping(
        _ request: InferenceRequest, _ permit: Permit, attempt: Int, _ inquiry: Inquiry
    ) -> Keeping {
        let payloads = inquiry.activeSet.configuration.payloads
        return Keeping(
            vault: vault, parts: payloads.parts(request.model, permit.destination, permit.form, inquiry.principal),
            answerLimit: payloads.answerBytes, requestID: inquiry.id, attempt: attempt)
    }

    /// 10. Puts what is to be kept of the request on disk, sealed; returns once it is durable.
    func keep(_ commitment: Keeping.Commitment, _ inquiry: Inquiry) async throws(Refusal) -> GatewayVault.Kept? {
        guard let sealed = commitment.sealed else { return nil }
        do {
            let kept = try await vault.write(sealed, answerBytes: commitment.answerBytes, on: inquiry.exchange.loop)
            if vaultIsDown.load(ordering: .relaxed) { vaultIsDown.store(false, ordering: .relaxed) }
            return kept
        } catch {
            throw unkept(error)
        }
    }

    /// Says once, not for each request that it stops, that the vault can't be written.
    func unkept(_ error: any Error) -> Refusal {
        if !vaultIsDown.exchange(true, ordering: .relaxed) {
            logger.critical(
                "the vault can't be written, what needs it is not sent", metadata: ["error": "\(error)"])
        }
        return Refusal(RequestError(.unavailable, "the vault can't be written, so nothing is sent"))
    }

    /// What the ledger would have to say of the request does not fit an entry: no trouble of the ledger's.
    func unrecordable(_ error: LedgerEntryTooLong, _ inquiry: Inquiry) -> Refusal {
        logger.warning(
            "a request's entry is too long", metadata: ["request": "\(inquiry.id)", "bytes": "\(error.bytes)"])
        return Refusal(
            RequestError(
                .unprocessable,
                "the names that the ledger records of this request (the model's, tools', candidates', policies') are too many or too "
                    + "long: \(error); nothing is sent"))
    }

    /// Why requests that are to be kept are refused; `nil` while they are not, or none is to be kept.
    var vaultTrouble: String? { activeSet.configuration.payloads.rules.isEmpty ? nil : vault.trouble }
}
