public import Cryptography

/// What a paid answer is kept under, so that it is asked for once: a digest of everything that the answer depends on.
///
/// Suite, case, vote and the request's body, model and parameters included; not the method's name nor the candidate's
/// place in the run, so that a renamed or added candidate pays for nothing twice. `gateway` stands for what the gateway
/// does to requests on their way: the shell gives a digest of the policies that treat them, or nothing.
public enum CaseDigest {
    /// The digest.
    public static func of(
        _ request: EvaluationRequest, suite: String, caseID: String, gateway: String = ""
    ) -> Digest32 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(request.chatBody.count + suite.utf8.count + caseID.utf8.count + gateway.utf8.count + 96)
        for part in ["sallyport-evaluation-1", suite, caseID, "\(request.vote)", gateway] {
            append(part.utf8, to: &bytes)
        }
        append(request.chatBody, to: &bytes)
        return SHA256.hash(bytes)
    }

    /// With its length before it, so that no two lists of parts are the same bytes.
    private static func append(_ part: some Collection<UInt8>, to bytes: inout [UInt8]) {
        let count = UInt64(part.count)
        for shift in stride(from: UInt64(56), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: count >> shift))
        }
        bytes += part
    }
}
