import Cryptography
import DataSets
import Gateway
import Inference
import JSONText
import LedgerVault
import Privacy

/// How often each of some names occurs.
struct Tally {
    private var sums: [String: Int] = [:]

    mutating func add(_ name: String, _ count: Int = 1) { sums[name, default: 0] += count }

    /// The most frequent first.
    var counts: [Datasheet.Count] {
        sums.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Datasheet.Count($0.key, $0.value) }
    }
}

/// Makes records of what the vault holds: opened, compared with the ledger, treated.
struct RecordReading {
    private let configuration: GatewayConfiguration
    private let cleaner: RecordCleaner
    private let opener: VaultOpener
    private let redacts: Bool

    /// The records, in order.
    private(set) var records: [DataRecord] = []
    /// What was taken out by the settings in force, and what beyond them.
    private(set) var treated = Tally(), scrubbed = Tally()
    /// Why there is no record of a request.
    private(set) var gaps = Tally()
    /// By which models.
    private(set) var models = Tally()
    /// What becomes of purposes.
    private var tags: [String: String] = [:]

    init(_ configuration: GatewayConfiguration, _ cleaner: RecordCleaner, _ opener: VaultOpener, redacts: Bool) {
        self.configuration = configuration
        self.cleaner = cleaner
        self.opener = opener
        self.redacts = redacts
    }

    /// Takes an attempt. Throws where the vault can't be read; what can't be exported is counted by its reason.
    mutating func take(_ attempt: ExportSources.Attempt) throws {
        guard let requestRecord = attempt.requestRecord, let answerRecord = attempt.answerRecord else { return }
        let request: OpenedPayload
        let answer: OpenedPayload
        do throws(VaultError) {
            request = try opener.open(requestRecord)
            answer = try opener.open(answerRecord)
        } catch {
            guard case .shredded = error else { throw error }
            return gaps.add("shredded meanwhile")
        }
        guard let commitment = attempt.commitment, let made = request.commitment, constantTimeEqual(made, commitment)
        else {
            return gaps.add("not what the ledger commits to")
        }
        guard let operation = Operation(rawValue: attempt.operation) else { return gaps.add("no conversation") }
        let exchange = SealedExchange(
            request: request.text, answer: answer.text, isStream: answerRecord.isStream, provider: attempt.provider,
            operation: operation, configuration: configuration)
        do {
            try take(try exchange.chat(), attempt)
        } catch let gap as RecordGap {
            gaps.add("left out: \(gap)")
        } catch let error as TreatmentError {
            // What may not be sent in any form stays here. Whatever else fails, a detector say, ends the export.
            gaps.add("left out: \(error)")
        }
    }

    private mutating func take(_ chat: [UInt8], _ attempt: ExportSources.Attempt) throws {
        let first = try cleaner.treated(chat)
        let second = redacts ? try cleaner.scrubbed(first.record) : (first.record, [])
        guard let document = try? JSONDocument(parsing: second.0, limits: JSONLimits(maximumBytes: 64 << 20))
        else {
            throw RecordGap.malformed
        }
        var record = try RecordReader.read(document.root)
        record.tags = attempt.purpose.map { [tag($0)] } ?? []
        records.append(record)
        models.add(attempt.model)
        for count in first.counts { treated.add(count.dataClass, count.count) }
        for count in second.1 { scrubbed.add(count.dataClass, count.count) }
    }

    /// A purpose as a tag: callers name it, so a word in which any class is found is not told, nor one that can't be looked at.
    private mutating func tag(_ purpose: String) -> String {
        if let known = tags[purpose] { return known }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        // As it is, and as the words that are joined in it.
        for text in [purpose, purpose.replacing(/[-._:\/]/, with: " ")] {
            writer.beginObject()
            writer.key("role")
            writer.string("user")
            writer.key("content")
            writer.string(text)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        var tag = "withheld"
        if let first = try? cleaner.treated(writer.bytes), first.counts.isEmpty,
            let second = try? cleaner.scrubbed(first.record), second.1.isEmpty
        {
            tag = purpose
        }
        if tags.count < Self.mostTags { tags[purpose] = tag }
        return tag
    }

    private static let mostTags = 10_000
}
