import AnswerCache
import Cryptography
import Logging
import RedisClient
import Synchronization

/// Answers in a Redis or Valkey, each sealed under its tenant's key, since the server is outside: it sees names without meaning, lengths and
/// times.
///
/// While the server can't be asked every look is a miss, and for a second after each failure it is not even asked, so that a request
/// loses at most one timeout a second to it. What it gives that does not open is a miss, too, and is told.
final class RedisAnswers: Sendable {
    /// For so long it is left alone after a failure, in nanoseconds.
    private static let rest: UInt64 = 1_000_000_000
    /// More bytes of answers must not wait to be written.
    private static let mostWaiting = 16 << 20

    private let client: RedisClient
    private let prefix: String
    private let logger: Logger
    private let mostSealed: Int
    private let restsUntil = Atomic<UInt64>(0)
    private let isTold = Atomic<Bool>(false)
    private let waiting = Atomic<Int>(0)

    init(_ server: RedisServerSettings, maximumAnswerBytes: Int, logger: Logger) throws(RedisClient.Failure) {
        client = try RedisClient(server.client)
        prefix = server.prefix
        // The longest answer with all that stands around it.
        mostSealed = maximumAnswerBytes + 2_048
        self.logger = logger
    }

    var trouble: String? { client.trouble.map { "answers that were kept can't be had: \($0)" } }

    func find(_ key: AnswerKey, _ keys: AnswerKeys, at now: Int64) async -> KeptAnswer? {
        guard isAsked else { return nil }
        let name = name(key)
        let reply = await withCheckedContinuation { continuation in
            client.send(["GET", name]) { continuation.resume(returning: $0) }
        }
        note(reply)
        guard case .success(.text(let sealed)) = reply else { return nil }
        guard sealed.count <= mostSealed, let answer = keys.open(sealed, as: key) else {
            logger.warning("a kept answer was changed or is another's, so it is not given out")
            drop(key)
            return nil
        }
        return answer.age(at: now) == nil ? nil : answer
    }

    func put(_ answer: KeptAnswer, as key: AnswerKey, _ keys: AnswerKeys) {
        let lifetime = answer.expires - answer.made
        guard isAsked, lifetime > 0, waiting.load(ordering: .relaxed) < Self.mostWaiting,
            let nonce = try? SecureRandom.bytes(AESGCM.nonceLength),
            let sealed = try? keys.seal(answer, as: key, nonce: nonce)
        else { return }
        let command: [[UInt8]] = [
            Array("SET".utf8), Array(name(key).utf8), sealed, Array("PX".utf8), Array(String(lifetime).utf8),
        ]
        waiting.add(sealed.count, ordering: .relaxed)
        client.send(bytes: command) { [self] reply in
            waiting.subtract(sealed.count, ordering: .relaxed)
            note(reply)
        }
    }

    func drop(_ key: AnswerKey) {
        guard isAsked else { return }
        client.send(["DEL", name(key)]) { [self] in note($0) }
    }

    func close() { client.close() }

    private func name(_ key: AnswerKey) -> String { "\(prefix)answer:\(key.digest.hex)" }

    private var isAsked: Bool { Clock.monotone() >= restsUntil.load(ordering: .relaxed) }

    /// Says once, not for each request, that the server does not answer as it should.
    private func note(_ reply: Result<RedisClient.Reply, RedisClient.Failure>) {
        let words: String
        switch reply {
        case .success(.error(let error)): words = String(error.prefix(200))
        case .success: return isTold.store(false, ordering: .relaxed)
        case .failure(let failure):
            words = failure.description
            restsUntil.store(Clock.monotone() &+ Self.rest, ordering: .relaxed)
        }
        guard !isTold.exchange(true, ordering: .relaxed) else { return }
        logger.warning("answers can't be kept in Redis, or not be had from there", metadata: ["reason": "\(words)"])
    }
}
