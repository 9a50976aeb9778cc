import Inference
import Testing

@testable import Upstream

/// Permit, treated request, receipt and endpoint belong together, or nothing is sent.
@Suite struct ProofTests {
    private let right = UpstreamCall.Proof(
        RequestID(high: 1, low: 2), Destination(provider: ProviderID("openai"), model: "gpt"), .pseudonymised)

    @Test func `three words for the same are a proof`() throws {
        try UpstreamCall.Proof.agree(permit: right, treated: right, receipt: right, provider: ProviderID("openai"))
    }

    static let wrong = [
        UpstreamCall.Proof(
            RequestID(high: 1, low: 3), Destination(provider: ProviderID("openai"), model: "gpt"), .pseudonymised),
        UpstreamCall.Proof(
            RequestID(high: 1, low: 2), Destination(provider: ProviderID("other"), model: "gpt"), .pseudonymised),
        UpstreamCall.Proof(
            RequestID(high: 1, low: 2), Destination(provider: ProviderID("openai"), model: "gpt-2"), .pseudonymised),
        UpstreamCall.Proof(RequestID(high: 1, low: 2), Destination(provider: ProviderID("openai"), model: "gpt"), .raw),
    ]

    @Test(arguments: wrong)
    func `one that differs is none`(_ wrong: UpstreamCall.Proof) {
        for (permit, treated, receipt) in [(wrong, right, right), (right, wrong, right), (right, right, wrong)] {
            let failure = #expect(throws: UpstreamFailure.self) {
                try UpstreamCall.Proof.agree(
                    permit: permit, treated: treated, receipt: receipt, provider: ProviderID("openai"))
            }
            #expect(failure?.kind == .unproven)
        }
    }

    @Test func `another provider's endpoint is refused`() {
        let failure = #expect(throws: UpstreamFailure.self) {
            try UpstreamCall.Proof.agree(permit: right, treated: right, receipt: right, provider: ProviderID("cheap"))
        }
        #expect(failure?.kind == .unproven)
    }
}
