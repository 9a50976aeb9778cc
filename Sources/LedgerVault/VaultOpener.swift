public import Cryptography
public import Inference
public import Ledger

/// A payload's text, as it was before it was sealed. It does not print.
public struct OpenedPayload: Sendable, CustomStringConvertible {
    /// Where and when it was sealed, and for which request.
    public let record: VaultRecord
    /// The text: a body of JSON or, of an answer, a stream of events.
    public let text: [UInt8]
    /// What its request's commitment was made with; nothing to an answer.
    let salt: Digest32

    /// The commitment to the request's body, as its intent has it; `nil` for what is no request as it left.
    public var commitment: Digest32? {
        record.kind == .request ? PromptCommitter.commitment(to: text, salt: salt) : nil
    }

    /// The kind and the size, never the text.
    public var description: String { "OpenedPayload(\(record.kind), \(text.count) bytes)" }
}

/// Opens sealed payloads with the master key. Keeps the keys of the days it has opened, so that a token is asked once for each.
public final class VaultOpener {
    private let reader: VaultReader
    private let master: VaultMasterKey
    private var keys: [VaultSegment: Result<DayKey, VaultError>] = [:]

    /// Opens what a reader finds.
    public init(_ reader: VaultReader, master: VaultMasterKey) {
        self.reader = reader
        self.master = master
    }

    /// The text of a payload. Throws where it was shredded, where it is not as it was sealed, and where the master key is another.
    public func open(_ record: VaultRecord) throws(VaultError) -> OpenedPayload {
        let what = "the \(record.kind) of \(record.requestID)"
        guard !record.isShredded else { throw .shredded(what: what) }
        let key = try key(of: record.segment)
        let file = try VaultFile.reading(reader.folder.sealed(record.segment))
        let bytes = try file.bytes(at: record.offset, count: record.end - record.offset)
        guard let opened = SealedText.open(bytes, record, under: key) else {
            let now = VaultRecord(bytes, at: record.offset, in: record.segment)
            if now?.isShredded == true { throw .shredded(what: what) }
            throw .damaged(path: file.path, problem: "\(what) at byte \(record.offset) is not as it was sealed")
        }
        return OpenedPayload(record: record, text: opened.text, salt: opened.salt)
    }

    /// Whether a body is the one that an intent of an unsealed request commits to; `nil` where the keys of that time are gone.
    public func verifies(_ body: [UInt8], of request: RequestID, at time: LedgerTime, is commitment: Digest32)
        throws(VaultError)
        -> Bool?
    {
        let day = VaultDay(time)
        let days = day.advanced(by: -1)...day.advanced(by: 1)
        var isOpen = false
        for segment in try reader.segments() where segment.hasKey && days.contains(segment.name.day) {
            let key: DayKey
            do throws(VaultError) {
                key = try self.key(of: segment.name)
            } catch {
                if case .shredded = error { continue }
                throw error
            }
            isOpen = isOpen || segment.name.day == day
            if constantTimeEqual(key.salts.commitment(to: body, of: request), commitment) { return true }
        }
        return isOpen ? false : nil
    }

    private func key(of segment: VaultSegment) throws(VaultError) -> DayKey {
        if let known = keys[segment] { return try known.get() }
        let result = Result { () throws(VaultError) in try read(segment) }
        keys[segment] = result
        return try result.get()
    }

    private func read(_ segment: VaultSegment) throws(VaultError) -> DayKey {
        let file = try DayKeyFile(segment, in: reader.folder)
        let path = reader.folder.key(segment)
        guard file.master == master.fingerprint else {
            throw .otherMaster(path: path, sealed: file.master, given: master.fingerprint)
        }
        guard let key = master.unwrap(file) else {
            throw .damaged(path: path, problem: "does not open with its master key: it is not as it was written")
        }
        return try DayKey(key, of: segment)
    }
}
