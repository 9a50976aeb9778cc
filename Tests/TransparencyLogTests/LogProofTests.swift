import Cryptography
import Testing
import TransparencyLog

@Suite struct LogProofTests {
    private let log = PlainLog(200)

    private func checkpoint(_ size: Int, _ signers: [NoteSigner]) throws -> SignedCheckpoint {
        let root = size == 0 ? MerkleTree.emptyRoot : log.root(0..<size)
        let checkpoint = try #require(Checkpoint(origin: "log.example", size: UInt64(size), root: root))
        return try checkpoint.signed(by: signers, time: 1_700_000_000)
    }

    private func read(_ node: TreeNode) -> Digest32 {
        let start = Int(node.index << UInt64(node.level))
        return log.root(start..<(start + 1 << node.level))
    }

    @Test func `a checkpoint is read as it is written, with extensions too`() throws {
        let made = try #require(
            Checkpoint(origin: "log.example", size: 3, root: log.root(0..<3), extensions: ["a b", "c"]))
        #expect(try Checkpoint(parsing: made.text) == made)
        #expect(Checkpoint(origin: "", size: 3, root: made.root) == nil)
        #expect(Checkpoint(origin: "a\nb", size: 3, root: made.root) == nil)
        #expect(Checkpoint(origin: "a", size: 1 << 63, root: made.root) == nil)
        #expect(Checkpoint(origin: "a", size: 1, root: made.root, extensions: [""]) == nil)
    }

    @Test(arguments: [
        "", "a\n", "a\n0\n", "\n0\nROOT\n", "a\n00\nROOT\n", "a\n-1\nROOT\n", "a\n+1\nROOT\n", "a\n 1\nROOT\n",
        "a\n\nROOT\n",
        "a\n01\nROOT\n", "a\n9223372036854775808\nROOT\n", "a\n99999999999999999999\nROOT\n", "a\n1\nROOT",
        "a\n1\nROOT=\n", "a\n1\nAAAA\n", "a\n1\nROOT\n\n", "a\n1\nROOT\nx\n\ny\n", "a\n1\nROOT\nx", "a\n1\n\n",
    ])
    func `what is no checkpoint is refused`(_ text: String) {
        let text = text.replacing("ROOT", with: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        #expect(throws: LogFormatError.self) { try Checkpoint(parsing: text.bytes) }
    }

    @Test func `the greatest size is a size`() throws {
        let text = "a\n9223372036854775807\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
        #expect(try Checkpoint(parsing: text.bytes).size == MerkleTree.maximumSize)
    }

    @Test func `a receipt shows offline that an entry is in the log, and any flipped bit spoils it`() throws {
        let signer = try Keys.signer("log.example", 1)
        let signed = try checkpoint(77, [signer])
        let proof = try #require(InclusionProof(index: 33, size: 77, read: read))
        let receipt = LogProof(extra: "more".bytes, index: 33, hashes: proof.hashes, checkpoint: signed)
        let bytes = receipt.bytes
        #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("c2sp.org/tlog-proof@v1\nextra bW9yZQ==\nindex 33\n"))
        let trust = LogTrust(logKeys: [signer.verifier])
        #expect(try LogProof(parsing: bytes) == receipt)
        #expect(try LogProof(parsing: bytes).verified(log.leaves[33], by: trust).count == 1)
        #expect(throws: LogVerificationError.notIncluded) { try receipt.verified(log.leaves[34], by: trust) }
        let bare = LogProof(index: 33, hashes: proof.hashes, checkpoint: signed)
        #expect(try LogProof(parsing: bare.bytes) == bare)
        for position in bare.bytes.indices {
            for bit in 0..<8 {
                var changed = bare.bytes
                changed[position] ^= 1 << UInt8(bit)
                #expect(
                    (try? LogProof(parsing: changed).verified(log.leaves[33], by: trust)) == nil, "byte \(position)")
            }
        }
        let other = LogTrust(logKeys: [signer.verifier], origin: "other.example")
        #expect(throws: LogVerificationError.otherOrigin) { try receipt.verified(log.leaves[33], by: other) }
        let stranger = LogTrust(logKeys: [try Keys.signer("log.example", 9).verifier])
        #expect(throws: LogVerificationError.signatures(.unsigned)) {
            try receipt.verified(log.leaves[33], by: stranger)
        }
    }

    @Test func `a quorum counts witnesses that one knows, by name`() throws {
        let signer = try Keys.signer("log.example", 1)
        let first = try Keys.signer("w1", 2, .cosignatureV1)
        let again = try Keys.signer("w1", 3, .cosignatureV1)
        let second = try Keys.signer("w2", 4, .cosignatureV1)
        let keys = [first, again, second].map(\.verifier)
        func trust(_ quorum: Int) -> LogTrust {
            LogTrust(logKeys: [signer.verifier], witnessKeys: keys, quorum: quorum)
        }
        try checkpoint(5, [signer]).verified(by: trust(0))
        #expect(throws: LogVerificationError.tooFewWitnesses(0, of: 1)) {
            try checkpoint(5, [signer]).verified(by: trust(1))
        }
        let two = try checkpoint(5, [signer, first, again])
        #expect(try two.verified(by: trust(1)).count == 3)
        #expect(throws: LogVerificationError.tooFewWitnesses(1, of: 2)) { try two.verified(by: trust(2)) }
        try checkpoint(5, [second, signer, first]).verified(by: trust(2))
        #expect(throws: LogVerificationError.signatures(.unsigned)) {
            try checkpoint(5, [first, second]).verified(by: trust(2))
        }
        let stray = try Keys.signer("w3", 5, .cosignatureV1)
        #expect(throws: LogVerificationError.tooFewWitnesses(0, of: 1)) {
            try checkpoint(5, [signer, stray]).verified(by: trust(1))
        }
    }

    @Test(arguments: [
        "c2sp.org/tlog-proof@v2\nindex 0\n\nNOTE", "c2sp.org/tlog-proof@v1\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 00\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nindex 0\nNOTE", "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nNOTE",
        "c2sp.org/tlog-proof@v1\nextra AAAA\nextra AAAA\nindex 0\n\nNOTE", "c2sp.org/tlog-proof@v1\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 9223372036854775808\n\nNOTE", "c2sp.org/tlog-proof@v1\r\nindex 0\n\nNOTE",
    ])
    func `what is no receipt is refused`(_ text: String) throws {
        let note = String(decoding: try checkpoint(1, [try Keys.signer("log.example", 1)]).bytes, as: UTF8.self)
        #expect(throws: LogFormatError.self) { try LogProof(parsing: text.replacing("NOTE", with: note).bytes) }
        let long =
            "c2sp.org/tlog-proof@v1\nindex 0\n"
            + String(repeating: "\(Base64.encode(log.leaves[0].bytes))\n", count: 64)
        #expect(throws: LogFormatError.self) { try LogProof(parsing: (long + "\n" + note).bytes) }
    }

    private func request(_ old: Int, _ new: Int, _ signer: NoteSigner, proofFrom: Int? = nil) throws
        -> AddCheckpointRequest
    {
        let from = UInt64(proofFrom ?? old)
        let hashes = ConsistencyProof(oldSize: from, newSize: UInt64(new), read: read)?.hashes ?? []
        return AddCheckpointRequest(oldSize: UInt64(old), hashes: hashes, checkpoint: try checkpoint(new, [signer]))
    }

    @Test func `a witness cosigns growth, says where it stands, and the log takes its cosignatures only`() throws {
        let signer = try Keys.signer("log.example", 1)
        let cosigner = try Keys.signer("w1", 2, .cosignatureV1)
        var witness = Witness(signers: [cosigner])
        func ask(_ request: AddCheckpointRequest) throws -> AddCheckpointAnswer {
            #expect(try AddCheckpointRequest(parsing: request.bytes) == request)
            let answer = try witness.addCheckpoint(request.bytes, time: 1_700_000_000)
            return AddCheckpointAnswer(
                status: answer.status, body: answer.body, to: request.checkpoint, keys: [cosigner.verifier])
        }
        func isCosigned(_ answer: AddCheckpointAnswer) -> Bool {
            if case .cosigned(let signatures) = answer { return signatures.map(\.time) == [1_700_000_000] }
            return false
        }
        #expect(try ask(request(0, 5, signer)) == .unknownLog)
        witness.add(origin: "log.example", keys: [signer.verifier])
        #expect(try ask(request(0, 5, Keys.signer("log.example", 7))) == .unknownKey)
        #expect(try ask(request(3, 5, signer)) == .conflict(size: 0))
        #expect(try ask(request(0, 5, signer, proofFrom: 2)) == .inconsistent)
        #expect(isCosigned(try ask(request(0, 5, signer))))
        #expect(witness.head(of: "log.example")?.size == 5)
        #expect(try ask(request(0, 9, signer)) == .conflict(size: 5))
        #expect(try ask(request(5, 9, signer, proofFrom: 4)) == .inconsistent)
        #expect(try ask(request(6, 5, signer)) == .refused)
        #expect(isCosigned(try ask(request(5, 5, signer))))
        #expect(isCosigned(try ask(request(5, 9, signer))))
        // Another tree of the same size.
        let fork = try #require(Checkpoint(origin: "log.example", size: 9, root: log.root(1..<10))).signed(by: [signer])
        #expect(try ask(AddCheckpointRequest(oldSize: 9, hashes: [], checkpoint: fork)) == .conflict(size: 9))
        let rewritten = try #require(Checkpoint(origin: "log.example", size: 12, root: log.root(1..<13)))
        let lie = AddCheckpointRequest(
            oldSize: 9, hashes: try request(9, 12, signer).hashes, checkpoint: try rewritten.signed(by: [signer]))
        #expect(try ask(lie) == .inconsistent)
        #expect(witness.head(of: "log.example")?.size == 9)
        #expect(try witness.addCheckpoint("old 9\n".bytes, time: 0).status == 400)
    }

    @Test func `a witness's answer counts only if it is right`() throws {
        let signed = try checkpoint(5, [try Keys.signer("log.example", 1)])
        let cosigner = try Keys.signer("w1", 2, .cosignatureV1)
        let stranger = try Keys.signer("w2", 3, .cosignatureV1)
        func answer(_ status: Int, _ body: [UInt8]) -> AddCheckpointAnswer {
            AddCheckpointAnswer(status: status, body: body, to: signed, keys: [cosigner.verifier])
        }
        let good = try cosigner.sign(signed.text, time: 9)
        let other = try stranger.sign(signed.text, time: 9)
        guard case .cosigned(let signatures) = answer(200, other.line + good.line) else {
            Issue.record("not taken")
            return
        }
        #expect(signatures.map(\.signature) == [good])
        var cosigned = signed
        cosigned.append(good)
        #expect(try SignedCheckpoint(parsing: cosigned.bytes) == cosigned)
        let wrong = try cosigner.sign(checkpoint(6, []).text, time: 9)
        for body in [[], "\n".bytes, other.line, wrong.line, good.line.dropLast(), good.line + "x\n".bytes] {
            guard case .invalid = answer(200, Array(body)) else {
                Issue.record("taken: \(body)")
                continue
            }
        }
        #expect(answer(409, "12\n".bytes) == .conflict(size: 12))
        for body in ["", "12", "012\n", "-1\n", "9223372036854775808\n", "12\n\n"] {
            #expect(answer(409, body.bytes) == .conflict(size: nil))
        }
        #expect(
            [400, 403, 404, 422, 500].map { answer($0, []) }
                == [.refused, .unknownKey, .unknownLog, .inconsistent, .unexpected(status: 500)])
    }
}
