import Cryptography
import Drift
import Foundation
import Inference
import LedgerRelay
import LedgerStore
import Logging
import Synchronization

/// Watches what requests and answers are like, on a thread of its own: a request pays for a note in a queue, and where the queue
/// is full the note is dropped and counted. What is kept are counts, bounded samples of numbers and the names of models, in
/// memory and in a file of the operator's; no text of anybody's.
final class TrafficMonitor: Sendable {
    private enum Bounds {
        /// Notes that wait.
        static let waiting = 4_096
        /// Bytes of texts that wait with them.
        static let textBytes = 8 << 20
        /// Requests that are looked at in a second, of all streams; of further ones only the rates count. So all of the
        /// watching together takes some hundredths of one core, however many requests come.
        static let requestsASecond = 500
        /// Those of them whose languages and topics are looked at, and those in which a refusal is looked for.
        static let wordsASecond = 50
        static let refusalsASecond = 20
        /// A longer body's text is not looked at.
        static let longestText = 256 << 10
        /// Streams of aliases with a wildcard, whose models callers name.
        static let wildcards = 64
        static let pauseMicroseconds: UInt32 = 50_000
        static let saveMilliseconds: Int64 = 5_000
    }

    private struct Queue {
        var notes: [ObservedRequest] = []
        var textBytes = 0
    }

    /// What is known; written down but for what is under way.
    struct State: Sendable {
        var book: DriftBook
        var rates: [StreamName: TrafficRates] = [:]
        var isChanged = false
        /// When the file was written last, in milliseconds since 1970.
        var saved: Int64 = 0
        var canaries = CanaryMemory()
    }

    /// What is written down.
    struct Memory: Codable {
        var book: DriftBook
        var canaries: CanaryMemory
    }

    let settings: MonitoringSettings
    let alerts: AlertSender?
    let began = Clock.epochMilliseconds()
    private let logger: Logger
    private let queue = Mutex(Queue())
    private let state: Mutex<State>
    private let droppedNotes = Atomic<Int>(0)
    /// The second in which texts are counted, and how many there were: both in one number.
    private let texts = Atomic<UInt64>(0)
    private let isStopping = Atomic<Bool>(false)
    private let thread = Mutex<LedgerThread?>(nil)

    /// Reads what is remembered. Throws where there is no randomness.
    init(_ settings: MonitoringSettings, logger: Logger) throws {
        self.settings = settings
        self.logger = logger
        let seed = try SecureRandom.bytes(8).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
        var state = State(book: DriftBook(settings.drift, seed: seed))
        if settings.isOn, let bytes = FileManager.default.contents(atPath: settings.state) {
            if let memory = try? JSONDecoder().decode(Memory.self, from: bytes),
                memory.book.version == DriftBook.version
            {
                state.book = memory.book
                state.canaries = memory.canaries
                state.book.adopt(settings.drift)
            } else {
                logger.warning(
                    "what traffic was like is not known: the file is no file of this version's",
                    metadata: ["file": "\(settings.state)"])
            }
        }
        self.state = Mutex(state)
        let log = RelayLog { level, line in
            switch level {
            case .info: logger.info("\(line)")
            case .warning: logger.warning("\(line)")
            }
        }
        alerts = settings.targets.isEmpty ? nil : AlertSender(settings.targets, log: log)
    }

    /// Begins to watch.
    func begin() {
        guard settings.isOn else { return }
        alerts?.begin()
        let started = LedgerThread { self.run() }
        if started == nil { logger.warning("traffic is not watched: no thread to work on") }
        thread.withLock { $0 = started }
    }

    /// Looks at what is left, writes it down, and ends. Waits.
    func end() {
        isStopping.store(true, ordering: .relaxed)
        thread.withLock { $0.take() }?.join()
        alerts?.end()
    }

    /// Notes that were dropped, since they came faster than they were looked at.
    var dropped: Int { droppedNotes.load(ordering: .relaxed) }

    // MARK: - Requests

    /// Whether the text of a request that begins or ends now is to be looked at.
    func takesText(_ bytes: Int) -> Bool {
        guard settings.isOn, bytes <= Bounds.longestText else { return false }
        let second = Clock.monotone() / 1_000_000_000
        let now = texts.load(ordering: .relaxed)
        guard now >> 16 == second & 0xFFFF_FFFF_FFFF else {
            texts.store(second << 16 | 1, ordering: .relaxed)
            return true
        }
        guard now & 0xFFFF < UInt64(Bounds.requestsASecond) else { return false }
        texts.add(1, ordering: .relaxed)
        return true
    }

    /// Takes note of a request that has ended. From any thread; waits for nobody.
    func note(_ request: ObservedRequest) {
        guard settings.isOn else { return }
        let isTaken = queue.withLock { queue in
            guard queue.notes.count < Bounds.waiting, queue.textBytes <= Bounds.textBytes else { return false }
            queue.notes.append(request)
            queue.textBytes += request.textBytes
            return true
        }
        if !isTaken { droppedNotes.add(1, ordering: .relaxed) }
    }

    // MARK: - Looking

    /// What may still be looked at in this second.
    private struct Budget {
        enum Matter: Int, CaseIterable { case requests, words, refusals }
        private var second: UInt64 = 0
        private var left: [Int] = []

        mutating func takes(_ matter: Matter) -> Bool {
            let now = Clock.monotone() / 1_000_000_000
            if now != second || left.isEmpty {
                second = now
                left = [Bounds.requestsASecond, Bounds.wordsASecond, Bounds.refusalsASecond]
            }
            guard left[matter.rawValue] > 0 else { return false }
            left[matter.rawValue] -= 1
            return true
        }
    }

    private func run() {
        var budget = Budget()
        while !isStopping.load(ordering: .relaxed) {
            look(&budget)
            usleep(Bounds.pauseMicroseconds)
        }
        look(&budget)
        state.withLock { save(&$0, at: Clock.epochMilliseconds()) }
    }

    private func look(_ budget: inout Budget) {
        let notes = queue.withLock { queue in
            defer { queue = Queue() }
            return queue.notes
        }
        let accepted = acceptances()
        // Features are made outside of the lock: who asks for a report does not wait for them.
        for note in notes {
            let isWatched = note.figures.isWatched && (budget.takes(.requests) || note.figures.canary != nil)
            let care = ObservedRequest.Care(
                words: isWatched && budget.takes(.words), refusal: isWatched && budget.takes(.refusals))
            let glimpse = isWatched ? note.glimpse : nil
            let features = isWatched ? note.features(glimpse, care) : nil
            let events = state.withLock { take(note.figures, features, glimpse, &$0) }
            for event in events { tell(event) }
        }
        for (alias, destination) in accepted { accept(alias, destination) }
        let now = Clock.epochMilliseconds()
        alerts?.refresh(at: now) { self.state.withLock { $0.book.alerts.map { AlertText($0) } } }
        state.withLock { state in
            guard state.isChanged, now - state.saved >= Bounds.saveMilliseconds else { return }
            save(&state, at: now)
        }
    }

    private func take(
        _ figures: ObservedRequest.Figures, _ features: RequestFeatures?, _ glimpse: AnswerGlimpse?,
        _ state: inout State
    ) -> [DriftEvent] {
        let name = figures.stream
        guard state.rates[name] != nil || state.rates.count < settings.drift.streams else { return [] }
        if name.alias.contains("*"), state.rates[name] == nil {
            // Who is asked for by names that callers make up answers once before it is anybody.
            let others = state.rates.keys.count { $0.alias.contains("*") }
            guard figures.failed == false, others < Bounds.wildcards else { return [] }
        }
        let tokens = figures.usage.map { $0.input &+ $0.output } ?? 0
        state.rates[name, default: TrafficRates()].add(
            at: figures.time, failed: figures.failed ?? false, isHit: figures.cacheHit == true,
            nanoUSD: max(0, figures.cost?.nanoUSD ?? 0), tokens: min(max(tokens, 0), 1 << 40),
            milliseconds: figures.milliseconds)
        guard var features else { return [] }
        state.isChanged = true
        if let question = figures.canary {
            state.canaries.spend(figures.cost?.nanoUSD ?? 0, at: figures.time)
            if figures.failed == false, let text = glimpse?.text, !text.isEmpty {
                features[.distance] = state.canaries.distance(of: text, to: question, in: name)
            }
        }
        return state.book.add(features, to: name)
    }

    private func save(_ state: inout State, at now: Int64) {
        guard state.isChanged else { return }
        state.saved = now
        do {
            let memory = Memory(book: state.book, canaries: state.canaries)
            try KeyFile.makeFolder(of: settings.state)
            try KeyFile.replace(settings.state, with: Array(try JSONEncoder().encode(memory)))
            state.isChanged = false
        } catch {
            logger.warning("what traffic is like is not written down", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Alerts

    private func tell(_ event: DriftEvent) {
        let (alert, reason): (DriftAlert, DriftEvent.Reason?) =
            switch event {
            case .raised(let alert): (alert, nil)
            case .resolved(let alert, let reason): (alert, reason)
            }
        if settings.logsAlerts {
            let metadata: Logger.Metadata = [
                "alert": "\(alert.id)", "since": "\(AlertText.time(alert.since))", "requests": "\(alert.requests)",
            ]
            if let reason {
                logger.notice("drift is over (\(reason.rawValue)): \(alert.summary)", metadata: metadata)
            } else {
                logger.warning("drift: \(alert.summary)", metadata: metadata)
            }
        }
        alerts?.send(AlertText(alert, resolved: reason, at: Clock.epochMilliseconds()).message)
    }

    // MARK: - Acceptance

    /// The file by which an operator's command says that what comes next is the reference: who may write beside the gateway's
    /// own files may say so.
    static func acceptanceFile(_ settings: MonitoringSettings) -> String { settings.state + ".accept" }

    private struct Acceptance: Codable {
        var alias: String?
        var destination: String?
    }

    /// Asks a gateway that runs with this configuration; returns whether it did so within ten seconds.
    static func ask(_ settings: MonitoringSettings, alias: String?, destination: String?) throws -> Bool {
        let file = acceptanceFile(settings)
        try KeyFile.makeFolder(of: file)
        let text = try JSONEncoder().encode(Acceptance(alias: alias, destination: destination))
        try KeyFile.replace(file, with: Array(text))
        for _ in 0..<200 {
            if access(file, F_OK) != 0 { return true }
            usleep(50_000)
        }
        unlink(file)
        return false
    }

    private func acceptances() -> [(String?, String?)] {
        let file = Self.acceptanceFile(settings)
        guard access(file, F_OK) == 0 else { return [] }
        let bytes = FileManager.default.contents(atPath: file)
        defer { unlink(file) }
        guard let asked = bytes.flatMap({ try? JSONDecoder().decode(Acceptance.self, from: $0) }) else { return [] }
        return [(asked.alias, asked.destination)]
    }

    private func accept(_ alias: String?, _ destination: String?) {
        let now = Clock.epochMilliseconds()
        let (count, events) = state.withLock { state in
            let accepted = state.book.accept(alias: alias, destination: destination)
            state.canaries.forget(alias: alias, destination: destination)
            state.isChanged = true
            // At once: an operator's word is not to be forgotten.
            save(&state, at: now)
            return accepted
        }
        for event in events { tell(event) }
        logger.notice("what comes next is what traffic is compared with", metadata: ["streams": "\(count)"])
    }

    // MARK: - Reading

    /// A copy of what is known.
    var snapshot: State { state.withLock { $0 } }

    /// Reads and changes what is remembered of canaries.
    func withCanaries<Result: Sendable>(_ body: (inout CanaryMemory) -> Result) -> Result {
        state.withLock { state in
            state.isChanged = true
            return body(&state.canaries)
        }
    }
}
