import Foundation
import Glibc
import Rollout

/// Where events of rollouts are put in their one order, and kept. Used by one thread.
protocol RolloutLog: AnyObject {
    /// What was kept before, and the steps of it that may not be in the ledger yet.
    func begin() throws -> (book: RolloutBook, unrecorded: [RolloutStep])
    /// Puts events behind all others, and returns what is new, those of others included, each with its time. Where it throws,
    /// nothing is known of the events given: they are kept by the caller.
    func add(_ events: [RolloutBook.Event], at now: Int64) throws -> [(
        event: RolloutBook.Event, at: Int64, isOurs: Bool
    )]
    /// Keeps the state that the events so far led to, when that is due or `isLast`.
    func keep(_ book: RolloutBook, isLast: Bool) throws
    /// Notes that all steps so far are in the ledger.
    func recorded() throws
    /// Where nobody shares it: `false`.
    var isShared: Bool { get }
}

/// Events in a file of this gateway alone: a snapshot, and a journal of what came after it, one JSON object a line. A line is on its way to the
/// disk before its event counts, so that the end of the process loses none.
final class RolloutJournal: RolloutLog {
    private struct Snapshot: Codable {
        var sequence: Int
        var recorded: Int
        var book: RolloutBook
    }

    private struct Line: Codable {
        var n: Int
        var t: Int64
        /// `nil`: the steps of all lines before are in the ledger.
        var e: RolloutBook.Event?
    }

    /// A failure with a file.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A journal of this size is folded into the snapshot.
    private static let mostBytes = 4 << 20

    private let path: String
    private var file: Int32 = -1
    private var bytes = 0
    private var sequence = 0
    private var recordedTo = 0
    private let encoder = JSONEncoder()

    /// Keeps it in a folder, which is made.
    init(directory: String) { path = directory + "/rollouts" }

    deinit { if file >= 0 { close(file) } }

    var isShared: Bool { false }
    private var journalPath: String { path + ".journal" }

    func begin() throws -> (book: RolloutBook, unrecorded: [RolloutStep]) {
        try KeyFile.makeFolder(of: path)
        let decoder = JSONDecoder()
        var book = RolloutBook()
        if access(path + ".json", F_OK) == 0 {
            do {
                let kept = try decoder.decode(Snapshot.self, from: Data(try ConfigurationFiles.read(path + ".json")))
                (book, sequence, recordedTo) = (kept.book, kept.sequence, kept.recorded)
            } catch {
                throw Failure(description: "\(path).json: can't be read; move it away to begin without rollouts")
            }
        }
        var steps: [(Int, RolloutStep)] = []
        let text = access(journalPath, F_OK) == 0 ? try ConfigurationFiles.read(journalPath) : []
        var whole = 0
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            // The last line may be a part of one, and so may one before it where the disk was full.
            whole += line.count + 1
            guard let line = try? decoder.decode(Line.self, from: Data(line)), line.n > sequence else { continue }
            sequence = line.n
            guard let event = line.e else {
                recordedTo = line.n
                continue
            }
            for step in book.apply(event, at: line.t).steps { steps.append((line.n, step)) }
        }
        file = open(journalPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, ftruncate(file, off_t(whole)) == 0, lseek(file, 0, SEEK_END) >= 0 else {
            throw Failure(description: "\(journalPath): \(String(cString: strerror(errno)))")
        }
        bytes = whole
        return (book, steps.filter { $0.0 > recordedTo }.map(\.1))
    }

    func add(_ events: [RolloutBook.Event], at now: Int64) throws -> [(
        event: RolloutBook.Event, at: Int64, isOurs: Bool
    )] {
        guard !events.isEmpty else { return [] }
        var text: [UInt8] = []
        for (index, event) in events.enumerated() {
            text += try encoder.encode(Line(n: sequence + 1 + index, t: now, e: event))
            text.append(0x0A)
        }
        try write(text)
        sequence += events.count
        return events.map { ($0, now, true) }
    }

    func recorded() throws {
        sequence += 1
        recordedTo = sequence
        try write(Array(try encoder.encode(Line(n: sequence, t: 0))) + [0x0A])
        fdatasync(file)
    }

    func keep(_ book: RolloutBook, isLast: Bool) throws {
        guard bytes > Self.mostBytes || (isLast && bytes > 0) else { return }
        let snapshot = Snapshot(sequence: sequence, recorded: recordedTo, book: book)
        try KeyFile.replace(path + ".json", with: Array(try encoder.encode(snapshot)))
        guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) >= 0 else {
            throw Failure(description: "\(journalPath): \(String(cString: strerror(errno)))")
        }
        bytes = 0
    }

    private func write(_ text: [UInt8]) throws {
        var rest = text[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else {
                let reason = String(cString: strerror(errno))
                // A part of a line must not stay before the next one.
                if ftruncate(file, off_t(bytes)) == 0 { lseek(file, 0, SEEK_END) }
                throw Failure(description: "\(journalPath): \(reason)")
            }
            rest = rest.dropFirst(count)
        }
        bytes += text.count
    }
}
