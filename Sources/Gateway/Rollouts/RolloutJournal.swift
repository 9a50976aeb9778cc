import Foundation
import Glibc
import Rollout

/// Events in a file of this gateway alone: a snapshot, and a journal of what came after it, one JSON object a line. A line is on its way to the
/// disk before its event counts, so that the end of the process loses none.
///
/// Where several gateways share a log (`SharedRolloutLog`), this is the record of what this one knows of it, with its place there.
final class RolloutJournal: RolloutLog {
    /// A place in a log that gateways share.
    struct Place: Hashable, Codable {
        /// Which log: one that lost its data is another one.
        var epoch: String
        /// The last event known of it.
        var position: Int64
        /// What that event is called.
        var tag: String
    }

    private struct Snapshot: Codable {
        var sequence: Int
        var recorded: Int
        var book: RolloutBook
        var place: Place?
        var verdicts: [LocalVerdict]?
    }

    private struct Line: Codable {
        var n: Int
        var t: Int64
        /// `nil`, where nothing else is there: the steps of all lines before are in the ledger.
        var e: RolloutBook.Event?
        /// Whether another gateway's event it was.
        var o: Bool?
        /// The place after it in the shared log.
        var p: Place?
        /// What was decided here alone.
        var v: LocalVerdict?
    }

    /// What is to be written of an event.
    struct Entry {
        let event: RolloutBook.Event
        let at: Int64
        var isOthers = false
        var place: Place?
    }

    /// A failure with a file.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// A journal of this size is folded into the snapshot.
    private static let mostBytes = 4 << 20

    let path: String
    private var file: Int32 = -1
    private var bytes = 0
    private var sequence = 0
    private var recordedTo = 0
    private var verdicts: [LocalVerdict] = []
    /// The last place that was written down.
    private(set) var place: Place?
    private let encoder = JSONEncoder()

    /// Keeps it in a folder, which is made.
    init(directory: String) { path = directory + "/rollouts" }

    deinit { if file >= 0 { close(file) } }

    var gateways: Int? { nil }
    private var journalPath: String { path + ".journal" }

    func begin() throws -> RolloutBeginning {
        try KeyFile.makeFolder(of: path)
        let decoder = JSONDecoder()
        var beginning = RolloutBeginning()
        if access(path + ".json", F_OK) == 0 {
            do {
                let kept = try decoder.decode(Snapshot.self, from: Data(try ConfigurationFiles.read(path + ".json")))
                (beginning.book, sequence, recordedTo) = (kept.book, kept.sequence, kept.recorded)
                (place, verdicts) = (kept.place, kept.verdicts ?? [])
            } catch {
                throw Failure(description: "\(path).json: can't be read; move it away to begin without rollouts")
            }
        }
        var steps: [(line: Int, step: TakenStep)] = []
        let text = access(journalPath, F_OK) == 0 ? try ConfigurationFiles.read(journalPath) : []
        var whole = 0
        for line in text.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast() {
            // The last line may be a part of one, and so may one before it where the disk was full.
            whole += line.count + 1
            guard let line = try? decoder.decode(Line.self, from: Data(line)), line.n > sequence else { continue }
            sequence = line.n
            place = line.p ?? place
            if let verdict = line.v {
                verdicts.append(verdict)
            } else if let event = line.e {
                for step in beginning.book.apply(event, at: line.t).steps {
                    steps.append((line.n, TakenStep(step: step, follows: line.o ?? false)))
                }
            } else {
                recordedTo = line.n
            }
        }
        file = open(journalPath, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0, ftruncate(file, off_t(whole)) == 0, lseek(file, 0, SEEK_END) >= 0 else {
            throw Failure(description: "\(journalPath): \(String(cString: strerror(errno)))")
        }
        bytes = whole
        dropOldVerdicts(beginning.book)
        beginning.verdicts = verdicts
        beginning.unrecorded = steps.filter { $0.line > recordedTo }.map(\.step)
        return beginning
    }

    func add(_ events: [NumberedEvent], at now: Int64, knowing book: RolloutBook) throws -> [RolloutNews] {
        try write(events.map { Entry(event: $0.event, at: now) })
        return events.map { .event($0.event, at: now, isOurs: true, number: $0.number) }
    }

    /// Writes events down.
    func write(_ entries: [Entry]) throws {
        guard !entries.isEmpty else { return }
        var text: [UInt8] = []
        for (index, entry) in entries.enumerated() {
            let line = Line(
                n: sequence + 1 + index, t: entry.at, e: entry.event, o: entry.isOthers ? true : nil, p: entry.place)
            text += try encoder.encode(line)
            text.append(0x0A)
        }
        try write(text)
        sequence += entries.count
        place = entries.last?.place ?? place
    }

    func keep(_ verdict: LocalVerdict) throws {
        verdicts.append(verdict)
        sequence += 1
        try write(Array(try encoder.encode(Line(n: sequence, t: 0, v: verdict))) + [0x0A])
        fdatasync(file)
    }

    func recorded() throws {
        sequence += 1
        recordedTo = sequence
        try write(Array(try encoder.encode(Line(n: sequence, t: 0))) + [0x0A])
        fdatasync(file)
    }

    func keep(_ book: RolloutBook, isLast: Bool) throws {
        guard bytes > Self.mostBytes || (isLast && bytes > 0) else { return }
        try replace(by: book, at: place)
    }

    /// Keeps a state in place of all that was there.
    func replace(by book: RolloutBook, at place: Place?) throws {
        dropOldVerdicts(book)
        let snapshot = Snapshot(
            sequence: sequence, recorded: recordedTo, book: book, place: place,
            verdicts: verdicts.isEmpty ? nil : verdicts)
        try KeyFile.replace(path + ".json", with: Array(try encoder.encode(snapshot)))
        guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) >= 0 else {
            throw Failure(description: "\(journalPath): \(String(cString: strerror(errno)))")
        }
        bytes = 0
        self.place = place
    }

    /// What all know by now need not be told again.
    private func dropOldVerdicts(_ book: RolloutBook) {
        verdicts.removeAll { verdict in
            guard let state = book.rollout(verdict.name), state.identity == verdict.identity else { return true }
            return state.phase == .rolledBack
        }
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
