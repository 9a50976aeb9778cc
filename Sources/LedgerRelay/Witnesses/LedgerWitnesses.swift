public import LedgerStore
private import Synchronization
public import TransparencyLog

/// Asks the witnesses of a ledger, all at the same time, to cosign its checkpoints, and knows how each is doing.
///
/// A witness sees names, sizes and hashes, never an entry. One that is away costs its time limit, and nothing waits for it
/// but the cosignatures of this checkpoint.
public final class LedgerWitnesses: CheckpointCosigner {
    private struct Witness: @unchecked Sendable {
        // Unchecked: one thread at a time has the client, since checkpoints are cosigned one after the other.
        let client: WitnessClient
        let record: RelayRecord
    }

    private let witnesses: [Witness]
    private let quorum: Int
    private let stop = StopSignal()
    private let log: RelayLog

    /// Prepares; nobody is asked yet. `quorum` is how many must cosign for all to be well.
    public init(_ settings: [WitnessSettings], quorum: Int, log: RelayLog) throws(RelayFailure) {
        self.quorum = quorum
        self.log = log
        var witnesses: [Witness] = []
        for witness in settings {
            witnesses.append(
                Witness(
                    client: try WitnessClient(witness, stop: stop),
                    record: RelayRecord(name: witness.key.name.description, kind: "witness")))
        }
        self.witnesses = witnesses
    }

    /// The signatures of those witnesses that gave one. Waits for the slowest, at most its time limit.
    ///
    /// - Parameter directory: The log's folder, for tiles.
    public func cosignatures(for checkpoint: SignedCheckpoint, directory: String) -> [NoteSignature] {
        let found = Mutex<[String: [NoteSignature]]>([:])
        let threads = witnesses.map { witness in
            LedgerThread {
                let signatures = self.ask(witness, checkpoint, directory)
                found.withLock { $0[witness.record.condition.name] = signatures }
            }
        }
        for thread in threads { thread?.join() }
        // In the order of the configuration, so that the same checkpoint looks the same.
        return found.withLock { found in witnesses.flatMap { found[$0.record.condition.name] ?? [] } }
    }

    /// How each is doing.
    public var conditions: [RelayCondition] { witnesses.map(\.record.condition) }

    /// What is wrong with the quorum; `nil` while it stands, and before anybody was asked.
    public var trouble: String? {
        let conditions = conditions
        let well = conditions.count { $0.isWell != false }
        guard well < quorum else { return nil }
        let reasons = conditions.compactMap { condition in condition.trouble.map { "\(condition.name) \($0)" } }
        return "\(well) of \(quorum) witnesses cosign the ledger: \(reasons.joined(separator: "; "))"
    }

    /// Lets questions under way end soon.
    public func end() { stop.set() }

    private func ask(_ witness: Witness, _ checkpoint: SignedCheckpoint, _ directory: String) -> [NoteSignature] {
        let (record, size) = (witness.record, checkpoint.checkpoint.size)
        do {
            let folder = try LedgerFolder(directory)
            let local = LocalLog(source: folder, number: try folder.logNumbers().first ?? 1)
            let signatures = try witness.client.cosign(checkpoint) { old in
                guard var reader = local.tileReader(size: size) else { return [] }
                return try reader.consistencyProof(from: old).hashes
            }
            record.note {
                $0.delivered = size
                $0.lag = 0
            }
            if record.succeeded() { log(.info, "witness `\(record.condition.name)`: cosigns again") }
            return signatures
        } catch {
            if (error as? RelayFailure)?.kind == .stopped { return [] }
            record.note { $0.lag = size - min(size, $0.delivered) }
            if record.failed("\(error)") { log(.warning, "witness `\(record.condition.name)`: \(error)") }
            return []
        }
    }
}
