import AnswerCache
import Cryptography
import Logging
import Synchronization

/// The answers that may be given again, as the pipeline uses them: in memory, or in a Redis that several gateways share. Whatever goes wrong
/// here is a miss, never an error.
final class GatewayCache: Sendable {
    private enum Place {
        case memory(AnswerShelves)
        case redis(RedisAnswers)
    }

    private let place: Place
    /// The most bytes that one answer may have.
    let maximumAnswerBytes: Int

    init(_ settings: CacheSettings, logger: Logger) throws {
        maximumAnswerBytes = settings.maximumAnswerBytes
        place =
            if let server = settings.redis {
                .redis(try RedisAnswers(server, maximumAnswerBytes: settings.maximumAnswerBytes, logger: logger))
            } else {
                .memory(
                    AnswerShelves(
                        maximumBytes: settings.maximumBytes, maximumAnswerBytes: settings.maximumAnswerBytes))
            }
    }

    /// What was kept under a name, if it may be given out at a time in milliseconds since 1970.
    func find(_ key: AnswerKey, _ keys: AnswerKeys, at now: Int64) async -> KeptAnswer? {
        switch place {
        case .memory(let shelves): shelves.find(key, at: now)
        case .redis(let answers): await answers.find(key, keys, at: now)
        }
    }

    /// Keeps an answer under a name, without waiting.
    func keep(_ answer: KeptAnswer, as key: AnswerKey, _ keys: AnswerKeys) {
        guard answer.body.count <= maximumAnswerBytes else { return }
        switch place {
        case .memory(let shelves): shelves.put(answer, as: key)
        case .redis(let answers): answers.put(answer, as: key, keys)
        }
    }

    /// Forgets what was kept under a name, without waiting.
    func drop(_ key: AnswerKey) {
        switch place {
        case .memory(let shelves): shelves.drop(key)
        case .redis(let answers): answers.drop(key)
        }
    }

    /// How many answers lie in memory, their bytes, and how many had to make room; `nil` where they lie elsewhere.
    var figures: (answers: Int, bytes: Int, evictions: Int)? {
        if case .memory(let shelves) = place { shelves.figures } else { nil }
    }

    /// Why answers can't be had that were kept; `nil` while all is well.
    var trouble: String? { if case .redis(let answers) = place { answers.trouble } else { nil } }

    /// Ends. Blocks.
    func close() {
        if case .redis(let answers) = place { answers.close() }
    }
}

/// The answers in memory, on several shelves with a lock each, so that event loops seldom wait for one another, and never for long.
final class AnswerShelves: Sendable {
    private final class Shelf: Sendable {
        let content: Mutex<AnswerShelf>

        init(maximumBytes: Int) { content = Mutex(AnswerShelf(maximumBytes: maximumBytes)) }
    }

    private static let most = 16

    private let shelves: [Shelf]

    /// As many shelves as leave room for four of the longest answers on each.
    init(maximumBytes: Int, maximumAnswerBytes: Int) {
        let count = min(Self.most, max(1, maximumBytes / (4 * max(1, maximumAnswerBytes))))
        shelves = (0..<count).map { _ in Shelf(maximumBytes: maximumBytes / count) }
    }

    func find(_ key: AnswerKey, at now: Int64) -> KeptAnswer? { shelf(key).content.withLock { $0.find(key, at: now) } }

    func put(_ answer: KeptAnswer, as key: AnswerKey) { _ = shelf(key).content.withLock { $0.put(answer, as: key) } }

    func drop(_ key: AnswerKey) { shelf(key).content.withLock { $0.drop(key) } }

    var figures: (answers: Int, bytes: Int, evictions: Int) {
        shelves.reduce(into: (0, 0, 0)) { sum, shelf in
            let (count, bytes, evictions) = shelf.content.withLock { ($0.count, $0.bytes, $0.evictions) }
            sum = (sum.0 + count, sum.1 + bytes, sum.2 + evictions)
        }
    }

    private func shelf(_ key: AnswerKey) -> Shelf {
        let number = key.digest.withBytes { Int($0[31]) }
        return shelves[number % shelves.count]
    }
}
