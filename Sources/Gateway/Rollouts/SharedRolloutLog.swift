import Cryptography
import Foundation
import RedisClient
import Rollout

/// Events of several gateways in one order, in Redis or Valkey: whichever gateway sees what, all take the same steps at the same event.
///
/// What is known of it is written to this gateway's own journal, too: where Redis loses its data, the first gateway that notices begins a new
/// log with what it knows, and the others add what they know more. Events have numbers, so that one whose answer was lost counts once.
final class SharedRolloutLog: RolloutLog {
    /// Redis can't be asked, or answers nonsense.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    fileprivate enum Name {
        case exchange, seed, fold
    }

    /// So many events are asked for at once, and put there at once.
    private static let mostRows = 1_000
    private static let mostEvents = 500
    /// A gateway that was not heard of for so long does not count, in milliseconds.
    private static let silence = 10_000
    /// After so many events the state is kept, and so many before it stay for those who are behind.
    private static let foldsAfter: Int64 = 20_000
    private static let stays: Int64 = 20_000
    /// Longer than this nobody waits for Redis, in milliseconds: a candidate that fails must not wait for it.
    private static let mostWaiting = 1_000

    private let journal: RolloutJournal
    private let client: RedisClient
    private let prefix: String
    /// This gateway, over restarts, and this run of it.
    private let node: String
    private let run: String
    private var digests: [Name: String] = [:]
    private var place: RolloutJournal.Place?
    private var foldedAt: Int64 = 0
    private var countedGateways = 1
    private let encoder = JSONEncoder()
    private let decoder = JSONDecoder()

    /// Shares what a journal keeps for this gateway.
    init(_ journal: RolloutJournal, _ server: RedisServerSettings) throws {
        self.journal = journal
        prefix = server.prefix + "rollouts:"
        node = try Self.node(journal.path + ".gateway")
        run = try node + "." + Self.word()
        let settings = server.client
        client = try RedisClient(
            RedisClient.Settings(
                host: settings.host, port: settings.port, password: settings.password, user: settings.user,
                timeoutMilliseconds: min(settings.timeoutMilliseconds, Self.mostWaiting)))
    }

    deinit { client.close() }

    var gateways: Int? { countedGateways }

    private static func word() throws -> String {
        try SecureRandom.bytes(9).withUnsafeBytes { Hexadecimal.encode($0) }
    }

    /// What this gateway is called, which it keeps.
    private static func node(_ path: String) throws -> String {
        try KeyFile.makeFolder(of: path)
        if let kept = try? ConfigurationFiles.read(path) {
            let text = String(decoding: kept, as: UTF8.self)
            if text.utf8.count == 18, text.allSatisfy(\.isHexDigit) { return text }
        }
        let made = try word()
        try KeyFile.replace(path, with: Array(made.utf8))
        return made
    }

    func begin() throws -> RolloutBeginning {
        let beginning = try journal.begin()
        place = journal.place
        foldedAt = place?.position ?? 0
        return beginning
    }

    func keep(_ verdict: LocalVerdict) throws { try journal.keep(verdict) }

    func recorded() throws { try journal.recorded() }

    func keep(_ book: RolloutBook, isLast: Bool) throws {
        try journal.keep(book, isLast: isLast)
        guard let place, place.position - foldedAt >= Self.foldsAfter else { return }
        foldedAt = place.position
        let state = String(decoding: try encoder.encode(book), as: UTF8.self)
        _ = try ask(.fold, [place.epoch, String(place.position), state, String(Self.stays)])
    }

    // MARK: - Events

    func add(_ events: [NumberedEvent], at now: Int64, knowing book: RolloutBook) throws -> [RolloutNews] {
        var news: [RolloutNews] = []
        var rest = events[...]
        // What was lost or replaced is found out at most a few times in a row.
        var losses = 0
        while true {
            let some = rest.prefix(Self.mostEvents)
            let reply = try exchange(some)
            switch reply.first?.integer {
            case 0: try seed(over: "", Self.state(after: news, of: book))
            case 1: news.append(.book(try load(reply)))
            case 2: try seed(over: place?.epoch ?? "", Self.state(after: news, of: book))
            case 3:
                rest = rest.dropFirst(some.count)
                if try take(reply, &news), rest.isEmpty { return news }
                continue
            default: throw Failure(description: "Redis answered what can't be understood")
            }
            losses += 1
            guard losses < 8 else { throw Failure(description: "Redis loses what it is given") }
        }
    }

    private func exchange(_ events: ArraySlice<NumberedEvent>) throws -> [RedisClient.Reply] {
        var arguments = [
            place?.epoch ?? "", String(place?.position ?? 0), place?.tag ?? "", run, node, String(Self.silence),
            String(Self.mostRows),
        ]
        for event in events {
            arguments += [String(event.number), String(decoding: try encoder.encode(event.event), as: UTF8.self)]
        }
        guard case .list(let reply) = try ask(.exchange, arguments), reply.count >= 2 else {
            throw Failure(description: "Redis answered what can't be understood")
        }
        countedGateways = Int(clamping: max(1, reply[1].integer ?? 1))
        return reply
    }

    /// Takes what is new; whether that is all.
    private func take(_ reply: [RedisClient.Reply], _ news: inout [RolloutNews]) throws -> Bool {
        guard reply.count == 4, let last = reply[2].integer, case .list(let rows) = reply[3], rows.count % 4 == 0,
            var place
        else { throw Failure(description: "Redis answered what can't be understood") }
        var entries: [RolloutJournal.Entry] = []
        var fresh: [RolloutNews] = []
        for at in stride(from: 0, to: rows.count, by: 4) {
            guard let position = rows[at].integer, position > place.position, let time = rows[at + 1].integer,
                case .text(let tag) = rows[at + 2], case .text(let json) = rows[at + 3]
            else { throw Failure(description: "Redis answered what can't be understood") }
            place.position = position
            place.tag = String(decoding: tag, as: UTF8.self)
            let parts = place.tag.split(separator: ":", maxSplits: 1)
            let isOurs = place.tag.hasPrefix(node + ".")
            let event = (try? decoder.decode(RolloutBook.Event.self, from: Data(json))) ?? .nothing
            let number = parts.count == 2 && parts[0] == run ? UInt64(parts[1]) : nil
            entries.append(RolloutJournal.Entry(event: event, at: time, isOthers: !isOurs, place: place))
            fresh.append(.event(event, at: time, isOurs: isOurs, number: number))
        }
        try journal.write(entries)
        self.place = place
        news += fresh
        return place.position >= last || rows.isEmpty
    }

    // MARK: - Beginnings

    private static func state(after news: [RolloutNews], of book: RolloutBook) -> RolloutBook {
        var book = book
        for one in news {
            switch one {
            case .book(let other): book = other
            case .event(let event, let at, _, _): _ = book.apply(event, at: at)
            }
        }
        return book
    }

    /// Begins a log with what is known here, unless somebody else does.
    private func seed(over epoch: String, _ book: RolloutBook) throws {
        _ = try ask(.seed, [epoch, try Self.word(), String(decoding: try encoder.encode(book), as: UTF8.self)])
    }

    /// Takes the state that all share in place of what is known here.
    private func load(_ reply: [RedisClient.Reply]) throws -> RolloutBook {
        guard reply.count == 5, case .text(let epoch) = reply[2], let position = reply[3].integer, position >= 0,
            case .text(let json) = reply[4], let shared = try? decoder.decode(RolloutBook.self, from: Data(json))
        else { throw Failure(description: "Redis answered what can't be understood") }
        let place = RolloutJournal.Place(
            epoch: String(decoding: epoch, as: UTF8.self), position: position, tag: "")
        try journal.replace(by: shared, at: place)
        (self.place, foldedAt) = (place, position)
        return shared
    }

    // MARK: - Scripts

    /// Runs a script; one that the server does not know (any more) is loaded first.
    private func ask(_ name: Name, _ arguments: [String]) throws -> RedisClient.Reply {
        for isLast in [false, true] {
            let digest = try digests[name] ?? load(name)
            let reply = try call(["EVALSHA", digest, "1", prefix] + arguments)
            guard case .error(let words) = reply else { return reply }
            digests[name] = nil
            guard words.hasPrefix("NOSCRIPT"), !isLast else {
                throw Failure(description: "Redis: \(words.prefix(200))")
            }
        }
        throw Failure(description: "Redis keeps no scripts")
    }

    private func load(_ name: Name) throws -> String {
        switch try call(["SCRIPT", "LOAD", name.text]) {
        case .text(let digest):
            digests[name] = String(decoding: digest, as: UTF8.self)
            return String(decoding: digest, as: UTF8.self)
        case .error(let words): throw Failure(description: "Redis: \(words.prefix(200))")
        default: throw Failure(description: "Redis answered what can't be understood")
        }
    }

    private func call(_ parts: [String]) throws -> RedisClient.Reply {
        let client = client
        let result: Result<RedisClient.Reply, RedisClient.Failure> = RedisClient.waiting { client.send(parts, $0) }
        return try result.get()
    }
}

extension SharedRolloutLog.Name {
    fileprivate var text: String {
        switch self {
        case .exchange: RolloutScripts.exchange
        case .seed: RolloutScripts.seed
        case .fold: RolloutScripts.fold
        }
    }
}

extension RedisClient.Reply {
    fileprivate var integer: Int64? {
        if case .integer(let value) = self { return value }
        return nil
    }
}
