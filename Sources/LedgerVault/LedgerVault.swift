public import Cryptography
public import Inference
public import Ledger
internal import LedgerStore
private import Synchronization

/// Keeps what requests and answers say, sealed, apart from the ledger, so that it can be destroyed while the ledger's tree stays whole.
///
///     master key ──wraps──▶ a key for each day ──wraps──▶ a key and a salt for each request, a key for each answer
///                                    └──derives──▶ the salts of requests that are not sealed
///
/// Whoever destroys the wrapped key at any place of this picture destroys all that is on its right. Each run of a gateway has a day
/// key of its own, so it needs no more than the public half of the master key.
///
/// `seal` and `commitment` neither block nor touch the disk: where `prepare` could not make a new day's key, they refuse.
/// `write` and `append` do not either: one thread writes what all others hand over, many payloads with one
/// synchronisation.
public final class LedgerVault: Sendable {
    /// How the vault is.
    public enum Status: Hashable, Sendable {
        /// Payloads are taken.
        case healthy
        /// The last payload found no room; the next may.
        case noSpace
        /// Writing failed. Final.
        case failed(String)
        /// `close` was called.
        case closed
    }

    /// A request's payload, sealed, and not on disk yet.
    public struct SealedRequest: Sendable {
        /// SHA-256(salt ‖ body), with a salt of its own that is sealed with it.
        public let commitment: Digest32
        let record: VaultRecord
        let key: DayKey
        let records: [[UInt8]]

        var bytes: Int { records.reduce(0) { $0 + $1.count } }
    }

    /// The proof that a request's payload is on disk; its answer is sealed with it.
    public struct Receipt: Sendable {
        let record: VaultRecord
        let key: DayKey
    }

    private struct Keys {
        var current: DayKey
        var next: DayKey?
        /// Why the last key that was needed was not made.
        var problem: String?
    }

    private enum Bounds {
        /// How long before midnight the next day's key is made, in milliseconds.
        static let ahead: Int64 = 3_600_000
    }

    private let settings: VaultSettings
    private let folder: VaultFolder
    private let keys: Mutex<Keys>
    /// Held while a key is made; nothing else is locked meanwhile.
    private let making = Mutex<Void>(())
    private let writer: VaultWriter
    private let thread: LedgerThread

    /// Takes the folder for this process and makes a key for today, on disk. Blocks. Throws if another process writes there.
    public static func open(_ settings: VaultSettings, at now: LedgerTime) throws(VaultError) -> LedgerVault {
        try open(settings, at: now, operations: SystemVaultOperations())
    }

    static func open(
        _ settings: VaultSettings, at now: LedgerTime, operations: any VaultOperations
    ) throws(VaultError) -> LedgerVault {
        let folder = VaultFolder(path: settings.directory)
        try folder.make()
        let lock = try VaultFile.locking(folder.lock)
        guard try lock.lock(waits: false) else { throw .inUse(directory: settings.directory) }
        let key = try makeKey(of: VaultDay(now), settings, folder)
        let writer = VaultWriter(settings, folder, lock: lock, operations: operations)
        guard let thread = LedgerThread({ writer.run() }) else {
            throw .system(operation: "start a thread for the vault", path: settings.directory, code: 11)
        }
        return LedgerVault(settings, folder, key, writer, thread)
    }

    private init(
        _ settings: VaultSettings, _ folder: VaultFolder, _ key: DayKey, _ writer: VaultWriter, _ thread: LedgerThread
    ) {
        self.settings = settings
        self.folder = folder
        keys = Mutex(Keys(current: key))
        self.writer = writer
        self.thread = thread
    }

    deinit { close() }

    /// How the vault is.
    public var status: Status { writer.status }

    /// Answers that could not be written.
    public var lostAnswers: Int { writer.lostAnswers }

    // MARK: Sealing

    /// The commitment to the body of a request that is not sealed: SHA-256(salt ‖ body), with a salt of the day's key.
    public func commitment(
        to body: [UInt8], of request: RequestID, at time: LedgerTime
    ) throws(VaultUnavailable) -> Digest32 {
        try key(at: time).salts.commitment(to: body, of: request)
    }

    /// Seals a request's body as it leaves and, where `original` is given, as it came.
    public func seal(
        _ body: [UInt8], original: [UInt8]? = nil, of request: RequestID, attempt: Int, at time: LedgerTime
    ) throws(VaultUnavailable) -> SealedRequest {
        let key = try key(at: time)
        do {
            var salt = Digest32()
            try salt.withUnsafeMutableBytes { try SecureRandom.fill($0) }
            func sealed(_ kind: VaultRecord.Kind, _ text: [UInt8], _ salt: Digest32) throws -> (VaultRecord, [UInt8]) {
                let record = VaultRecord(
                    kind, [], of: request, attempt: attempt, at: time, textBytes: text.count, in: key.segment)
                return (
                    record,
                    try text.withUnsafeBytes { try SealedText.bytes(record, text: $0, salt: salt, under: key) }
                )
            }
            let (record, bytes) = try sealed(.request, body, salt)
            var records = [bytes]
            if let original { records.append(try sealed(.original, original, Digest32()).1) }
            return SealedRequest(
                commitment: PromptCommitter.commitment(to: body, salt: salt), record: record, key: key, records: records
            )
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Writes a sealed request; `completion` is called once, on the vault's own thread or at once on this one, when it is on disk, or
    /// with the reason why nothing may be sent. It must only hand over.
    public func write(
        _ sealed: SealedRequest, completion: @escaping @Sendable (Result<Receipt, VaultUnavailable>) -> Void
    ) {
        writer.submit(.request(sealed, completion))
    }

    /// Seals the answer to a request as it came, without waiting. It is dropped where the request was shredded meanwhile.
    ///
    /// - Parameters:
    ///   - isCut: Whether this is but the beginning of it.
    ///   - isStream: Whether it is a stream of events.
    public func append(answer text: [UInt8], isCut: Bool, isStream: Bool, at time: LedgerTime, to receipt: Receipt) {
        writer.submit(.answer(Answer(text: text, isCut: isCut, isStream: isStream, time: time, receipt: receipt)))
    }

    struct Answer: Sendable {
        let text: [UInt8]
        let isCut, isStream: Bool
        let time: LedgerTime
        let receipt: Receipt
    }

    // MARK: Days

    /// Makes the next day's key ahead of need, and today's where that is missing. Call once a second, on no event loop: while there
    /// is nothing to do it costs nothing, and without today's key nothing is sealed. Blocks.
    public func prepare(at now: LedgerTime) throws(VaultError) {
        let today = VaultDay(now)
        let next = today.advanced(by: 1)
        do throws(VaultError) {
            if keys.withLock({ $0.current.segment.day < today && $0.next?.segment.day != today }) {
                let made = try makeKey(of: today)
                keys.withLock { ($0.current, $0.next, $0.problem) = (made, nil, nil) }
            }
            if next.start.milliseconds - now.milliseconds < Bounds.ahead,
                keys.withLock({ $0.current.segment.day < next && ($0.next?.segment.day ?? today) == today })
            {
                let made = try makeKey(of: next)
                keys.withLock { keys in
                    if let waiting = keys.next, waiting.segment.day == today { keys.current = waiting }
                    (keys.next, keys.problem) = (made, nil)
                }
            }
        } catch {
            keys.withLock { $0.problem = "\(error)" }
            throw error
        }
    }

    /// As `prepare`, and shreds the days that ended longer ago than `milliseconds`, if given. Call now and then, on no event loop. Blocks.
    public func maintain(at now: LedgerTime, keeping milliseconds: Int64? = nil) throws(VaultError) {
        try prepare(at: now)
        guard let milliseconds else { return }
        let border = VaultDay(LedgerTime(milliseconds: now.milliseconds - milliseconds)).start
        let shredder = try VaultShredder(directory: settings.directory)
        let plan = try shredder.plan(.before(border))
        if !plan.isEmpty { _ = try shredder.carryOut(plan, by: .retention, at: now) }
    }

    private func key(at time: LedgerTime) throws(VaultUnavailable) -> DayKey {
        let day = VaultDay(time)
        let result: Result<DayKey, VaultUnavailable> = keys.withLock { keys in
            // A clock that was put back changes nothing.
            if day <= keys.current.segment.day { return .success(keys.current) }
            guard let next = keys.next, next.segment.day == day else {
                return .failure(.noKey(keys.problem ?? "it is being made"))
            }
            (keys.current, keys.next) = (next, nil)
            return .success(next)
        }
        return try result.get()
    }

    /// One after the other, since a key's number is one more than that of its day's last file.
    private func makeKey(of day: VaultDay) throws(VaultError) -> DayKey {
        try making.withLock { _ in Result { () throws(VaultError) in try Self.makeKey(of: day, settings, folder) } }
            .get()
    }

    private static func makeKey(
        of day: VaultDay, _ settings: VaultSettings, _ folder: VaultFolder
    ) throws(VaultError) -> DayKey {
        let taken = try folder.segments(with: VaultFolder.keyEnding) + folder.segments(with: VaultFolder.sealedEnding)
        let last = taken.filter { $0.day == day }.map(\.number).max() ?? 0
        let segment = VaultSegment(day: day, number: last + 1)
        let key: SymmetricKey
        do {
            key = try SymmetricKey(randomCount: DayKey.length)
        } catch {
            throw .cryptography("\(error)")
        }
        let file = try DayKeyFile(wrapping: key, of: segment, under: settings.master)
        try folder.replace(folder.key(segment), with: file.text, synchronises: settings.isDurable)
        return try DayKey(key, of: segment)
    }

    /// Writes all that waits and gives the folder free. Blocks until done; later calls do nothing.
    public func close() {
        guard writer.beginClosing() else { return }
        thread.join()
    }
}
