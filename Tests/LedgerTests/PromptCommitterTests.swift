import Cryptography
import Inference
import Ledger
import Testing

@Suite struct PromptCommitterTests {
    private let requestID = LedgerSamples.requestID

    @Test func `a commitment is SHA-256 of the salt and the body`() {
        let committer = PromptCommitter(key: SymmetricKey(Array("key".utf8)))
        let salt = HMACSHA256.authenticate(
            key: SymmetricKey(Array("key".utf8)), Array("0123456789abcdeffedcba9876543210".utf8))
        #expect(committer.salt(for: requestID) == salt)
        #expect(
            committer.commitment(to: Array("body".utf8), of: requestID) == SHA256.hash(salt.bytes + Array("body".utf8)))
    }

    @Test func `the same body has another commitment in another request and under another key`() {
        let body = Array("body".utf8)
        let committer = PromptCommitter(key: SymmetricKey(Array("key".utf8)))
        let other = PromptCommitter(key: SymmetricKey(Array("other".utf8)))
        let commitments = [
            committer.commitment(to: body, of: requestID), other.commitment(to: body, of: requestID),
            committer.commitment(to: body, of: RequestID(high: 1, low: 2)),
            committer.commitment(to: body + [0], of: requestID), SHA256.hash(body),
        ]
        #expect(Set(commitments).count == 5)
    }
}
