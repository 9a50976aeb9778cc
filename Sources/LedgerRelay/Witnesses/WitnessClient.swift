internal import Cryptography
internal import TransparencyLog

/// What a witness did not do, for people.
enum WitnessRefusal: Error, Hashable, CustomStringConvertible {
    /// It has cosigned more entries than this log has.
    case isAhead(witness: UInt64, log: UInt64)
    /// It has cosigned another tree of the same size, or one that this log's does not follow from.
    case otherHistory(size: UInt64)
    /// It does not know the log, or not its key.
    case unknown(String)
    /// Anything else.
    case other(String)

    var description: String {
        switch self {
        case .isAhead(let witness, let log):
            "has cosigned \(witness) entries, and this log has \(log): the log was rolled back or replaced"
        case .otherHistory(let size):
            "has cosigned another log of \(size) entries under this name: the log was rewritten, or another gateway has "
                + "its name"
        case .unknown(let what): "\(what): give its operator the line in the log's file `vkey`"
        case .other(let what): what
        }
    }
}

/// Asks one witness to cosign checkpoints (c2sp.org/tlog-witness). Confined to one thread at a time.
final class WitnessClient {
    /// Asked so often at most for one checkpoint: once from what is remembered, and again from where the witness says.
    private static let tries = 3

    let settings: WitnessSettings
    private let client: HTTPClient
    /// What the witness has last cosigned of each log, by the log's name.
    private var known: [[UInt8]: UInt64] = [:]

    init(_ settings: WitnessSettings, stop: StopSignal) throws(RelayFailure) {
        self.settings = settings
        client = try HTTPClient(
            settings.endpoint, stop: stop, retries: .none, idleMilliseconds: settings.timeoutMilliseconds,
            totalMilliseconds: settings.timeoutMilliseconds)
    }

    /// The witness's signatures of a checkpoint, which hold. `prove` makes consistency proofs from a size to the
    /// checkpoint's.
    func cosign(
        _ checkpoint: SignedCheckpoint, prove: (UInt64) throws -> [Digest32]
    ) throws -> [NoteSignature] {
        let origin = checkpoint.checkpoint.origin
        let size = checkpoint.checkpoint.size
        for _ in 0..<Self.tries {
            let old = known[origin] ?? 0
            guard old <= size else { throw WitnessRefusal.isAhead(witness: old, log: size) }
            let hashes = old > 0 && old < size ? try prove(old) : []
            let request = AddCheckpointRequest(oldSize: old, hashes: hashes, checkpoint: checkpoint)
            switch try post(request) {
            case .cosigned(let signatures):
                known[origin] = size
                return signatures.map(\.signature)
            case .conflict(let theirs):
                guard let theirs, theirs != old else { throw WitnessRefusal.otherHistory(size: theirs ?? old) }
                // Asked again in this call and in later ones: a witness that is behind may have lost its memory.
                known[origin] = theirs
            case .inconsistent:
                known[origin] = nil
                throw WitnessRefusal.otherHistory(size: old)
            case .unknownLog: throw WitnessRefusal.unknown("does not know this log")
            case .unknownKey: throw WitnessRefusal.unknown("does not know this log's key")
            case .refused: throw WitnessRefusal.other("says that the request is wrong")
            case .invalid(let reason): throw WitnessRefusal.other("answers with no signature of its key: \(reason)")
            case .unexpected(let status): throw WitnessRefusal.other("status \(status)")
            }
        }
        throw WitnessRefusal.other("changes its mind about what it has cosigned")
    }

    private func post(_ asked: AddCheckpointRequest) throws -> AddCheckpointAnswer {
        var request = HTTPRequest(method: .post, url: settings.endpoint.address(of: "add-checkpoint"))
        request.headers = ["content-type: text/plain; charset=utf-8"]
        request.body = asked.bytes
        let answer = try client.send(request)
        return AddCheckpointAnswer(
            status: answer.status, body: answer.body, to: asked.checkpoint, keys: [settings.key])
    }
}
