internal import Glibc
public import Inference
public import Ledger

/// Destroys keys in a vault, so that what was sealed under them is gone for good. Needs no key itself, and works beside a gateway that
/// writes.
///
/// Keys are overwritten in their places and the disk is told to write that down (`fsync`) before anything counts as shredded; then the
/// sealed texts are overwritten too, or their files removed. What a copy-on-write file system, a solid-state disk's spare cells or a
/// backup still hold are wrapped keys and sealed texts: nothing without the master key, and everything with it.
public struct VaultShredder: Sendable {
    /// What to shred.
    public enum Scope: Sendable {
        /// What was sealed before a moment. Days that were over by then go as a whole, with the salts of requests that were not sealed.
        case before(LedgerTime)
        /// What was sealed of these requests.
        case requests(Set<RequestID>)
    }

    /// What will be shredded.
    public struct Plan: Sendable {
        /// Whole segments.
        public let segments: [VaultSegment]
        /// Single payloads of others.
        public let records: [VaultRecord]
        /// How many sealed requests that concerns.
        public let requests: Int
        let scope: Scope
        let ends: [VaultSegment: Int]

        /// Whether there is nothing to shred.
        public var isEmpty: Bool { segments.isEmpty && records.isEmpty }
    }

    private let reader: VaultReader
    private let acts: VaultActs
    private var folder: VaultFolder { reader.folder }

    /// Takes a vault's folder; throws where there is none.
    public init(directory: String) throws(VaultError) {
        reader = try VaultReader(directory: directory)
        acts = VaultActs(directory: directory)
    }

    /// Looks for what to shred, and changes nothing.
    public func plan(_ scope: Scope) throws(VaultError) -> Plan {
        var whole: [VaultSegment] = []
        var records: [VaultRecord] = []
        var requests: Set<RequestID> = []
        var ends: [VaultSegment: Int] = [:]
        for segment in try reader.segments() {
            let isWhole: Bool
            switch scope {
            case .before(let time):
                guard segment.name.day.start < time else { continue }
                isWhole = segment.name.day.advanced(by: 1).start <= time
            case .requests: isWhole = false
            }
            if isWhole { whole.append(segment.name) }
            ends[segment.name] = try scan(segment.name, from: 0) { record in
                guard !record.isShredded, Self.takes(record, scope) else { return }
                if record.kind == .request { requests.insert(record.requestID) }
                if !isWhole { records.append(record) }
            }
        }
        return Plan(segments: whole, records: records, requests: requests.count, scope: scope, ends: ends)
    }

    /// The requests of which something was sealed before a moment and is not shredded. Changes nothing.
    public func sealedRequests(before time: LedgerTime) throws(VaultError) -> Set<RequestID> {
        var requests: Set<RequestID> = []
        for segment in try reader.segments() where segment.name.day.start < time {
            _ = try scan(segment.name, from: 0) { record in
                if record.time < time, !record.isShredded { requests.insert(record.requestID) }
            }
        }
        return requests
    }

    private static func takes(_ record: VaultRecord, _ scope: Scope) -> Bool {
        switch scope {
        case .before(let time): record.time < time
        case .requests(let chosen): chosen.contains(record.requestID)
        }
    }

    private func scan(
        _ segment: VaultSegment, from start: Int, _ body: (VaultRecord) -> Void
    ) throws(VaultError) -> Int {
        do {
            return try reader.records(in: segment, from: start) { record in
                body(record)
                return true
            }
        } catch let error as VaultError {
            throw error
        } catch {
            throw .damaged(path: folder.sealed(segment), problem: "\(error)")
        }
    }

    /// Destroys the keys, and puts the act in line for the ledger: first as begun, so that one which is broken off is recorded as well.
    /// Returns the act. What is broken off can be done again.
    public func carryOut(
        _ plan: Plan, by reason: VaultAct.Reason, at now: LedgerTime, request: RequestID? = nil, subjects: [String] = []
    ) throws(VaultError) -> VaultAct {
        var act = VaultAct(
            .shredded, at: now, reason: reason, requests: plan.requests, keys: plan.segments.count + plan.records.count,
            request: request?.description, subjects: subjects, isComplete: false)
        if case .before(let time) = plan.scope { act.before = time }
        let open = try acts.begin(act)
        try shred(plan.segments)
        try shred(plan.records)
        act.keys += try shredTail(plan)
        act.isComplete = true
        try open.end(act)
        return act
    }

    private func shred(_ segments: [VaultSegment]) throws(VaultError) {
        for segment in segments {
            guard let file = try updating(folder.key(segment)) else { continue }
            try file.erase(0..<(try file.size()))
            try file.synchronise()
        }
        for segment in segments {
            try VaultFolder.remove(folder.key(segment))
            try VaultFolder.remove(folder.sealed(segment))
        }
        if !segments.isEmpty { try folder.synchronise() }
    }

    private func shred(_ records: [VaultRecord]) throws(VaultError) {
        for (segment, records) in Dictionary(grouping: records, by: \.segment) {
            guard let file = try updating(folder.sealed(segment)) else { continue }
            for record in records { try file.erase(record.slotRange) }
            try file.synchronise()
            for record in records { try file.erase(record.textRange) }
            try file.synchronise()
        }
    }

    private func updating(_ path: String) throws(VaultError) -> VaultFile? {
        try VaultFile.found { () throws(VaultError) in try .updating(path) }
    }

    /// Answers that came while their requests were being shredded. The gateway looks at its request's key before it writes an answer, and
    /// does so while nobody holds this lock.
    private func shredTail(_ plan: Plan) throws(VaultError) -> Int {
        let gate = try VaultFile.locking(folder.shredding)
        _ = try gate.lock(waits: true)
        var requests: [VaultSegment: Set<RequestID>] = [:]
        for record in plan.records { requests[record.segment, default: []].insert(record.requestID) }
        var late: [VaultRecord] = []
        for (segment, chosen) in requests {
            _ = try scan(segment, from: plan.ends[segment] ?? 0) { record in
                if chosen.contains(record.requestID), !record.isShredded { late.append(record) }
            }
        }
        try shred(late)
        return late.count
    }
}
