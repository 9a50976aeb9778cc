public import Cryptography

/// A witness's own judgement (c2sp.org/tlog-witness): for each log that it knows it cosigns one line of growth, and
/// nothing that does not follow from what it cosigned before. Without a network; whoever serves it persists it before
/// the answer goes out.
public struct Witness: Sendable {
    /// An answer as HTTP carries it.
    public struct Response: Hashable, Sendable {
        /// The status.
        public let status: Int
        /// The type of the body; `nil` if there is none.
        public let contentType: String?
        /// The body.
        public let body: [UInt8]
    }

    /// What it has last cosigned of a log.
    public struct Head: Hashable, Sendable {
        /// The size.
        public let size: UInt64
        /// The root at that size.
        public let root: Digest32
    }

    private struct Log {
        var keys: [NoteVerifier]
        var head: Head?
    }

    private let signers: [NoteSigner]
    private var logs: [[UInt8]: Log] = [:]

    /// A witness that knows no log. Signers of other types than cosignatures are passed over.
    public init(signers: [NoteSigner]) {
        self.signers = signers.filter { $0.verifier.type == .cosignatureV1 }
    }

    /// Makes a log known, with the head that was persisted, if any.
    public mutating func add(origin: String, keys: [NoteVerifier], head: Head? = nil) {
        logs[Array(origin.utf8)] = Log(keys: keys, head: head)
    }

    /// What it has last cosigned of a log; `nil` if nothing.
    public func head(of origin: String) -> Head? { logs[Array(origin.utf8)]?.head }

    /// Answers the body of `POST …/add-checkpoint` at a time in seconds since 1970.
    public mutating func addCheckpoint(_ body: [UInt8], time: UInt64) throws(SigningError) -> Response {
        guard let request = try? AddCheckpointRequest(parsing: body) else { return refusal(400) }
        let checkpoint = request.checkpoint.checkpoint
        guard let log = logs[checkpoint.origin] else { return refusal(404) }
        guard (try? request.checkpoint.note(request.checkpoint.signatures).verified(by: log.keys)) != nil else {
            return refusal(403)
        }
        guard request.oldSize <= checkpoint.size else { return refusal(400) }
        guard request.oldSize == log.head?.size ?? 0 else { return conflict(log) }
        if let head = log.head, head.size == checkpoint.size, head.root != checkpoint.root { return conflict(log) }
        guard Witness.follows(request, log.head) else { return refusal(422) }
        var lines: [UInt8] = []
        for signer in signers { try signer.sign(request.checkpoint.text, time: time).append(to: &lines) }
        logs[checkpoint.origin]?.head = Head(size: checkpoint.size, root: checkpoint.root)
        return Response(status: 200, contentType: "text/plain; charset=utf-8", body: lines)
    }

    private static func follows(_ request: AddCheckpointRequest, _ head: Head?) -> Bool {
        let checkpoint = request.checkpoint.checkpoint
        if checkpoint.size == 0 { return request.hashes.isEmpty && checkpoint.root == MerkleTree.emptyRoot }
        guard let head, head.size > 0 else { return request.hashes.isEmpty }
        let proof = ConsistencyProof(oldSize: request.oldSize, newSize: checkpoint.size, hashes: request.hashes)
        return proof.verifies(oldRoot: head.root, newRoot: checkpoint.root)
    }

    private func conflict(_ log: Log) -> Response {
        Response(
            status: 409, contentType: AddCheckpointAnswer.sizeContentType, body: Array("\(log.head?.size ?? 0)\n".utf8))
    }

    private func refusal(_ status: Int) -> Response { Response(status: status, contentType: nil, body: []) }
}
