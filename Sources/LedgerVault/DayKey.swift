internal import Cryptography
internal import Inference
internal import Ledger

/// The key of a segment: wraps the keys of single payloads, and makes the salts of requests that are not sealed.
struct DayKey: Sendable {
    static let length = 32

    let segment: VaultSegment
    let payloadKeys: AESGCM
    let salts: PromptCommitter

    /// Derives both from the key itself. The segment's name goes in, so that a key that was put into another one's file opens nothing.
    init(_ key: SymmetricKey, of segment: VaultSegment) throws(VaultError) {
        self.segment = segment
        do {
            func derive(_ purpose: String) throws -> SymmetricKey {
                try HKDF.derive(
                    master: key, salt: [], info: Array("sallyport vault \(purpose) 1\n\(segment)".utf8),
                    count: Self.length)
            }
            guard let cipher = AESGCM(key: try derive("payload keys")) else { throw AESGCM.Failure() }
            payloadKeys = cipher
            salts = PromptCommitter(key: try derive("salts"))
        } catch {
            throw .cryptography("\(error)")
        }
    }
}

/// The file of a day's key: five short lines of text, of which the last is the key, wrapped.
struct DayKeyFile: Sendable {
    private static let title = "sallyport-vault-key 1"
    private static let maximumBytes = 16 << 10

    let segment: VaultSegment
    /// How it is wrapped.
    let word: String
    /// Which master key wraps it.
    let master: String
    let wrapped: [UInt8]

    init(wrapping key: SymmetricKey, of segment: VaultSegment, under master: VaultMaster) throws(VaultError) {
        self.segment = segment
        self.master = master.fingerprint
        (word, wrapped) = try master.wrap(key, for: segment)
    }

    /// Reads the file; throws where it was shredded, and for one that is none.
    init(_ segment: VaultSegment, in folder: VaultFolder) throws(VaultError) {
        let path = folder.key(segment)
        guard let file = try VaultFile.found({ () throws(VaultError) in try .reading(path) }) else {
            throw .shredded(what: "\(segment)")
        }
        let bytes = try file.bytes(at: 0, count: Self.maximumBytes)
        guard bytes.contains(where: { $0 != 0 }) else { throw .shredded(what: "\(segment)") }
        let lines = bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
        func value(_ index: Int, _ name: String) -> String? {
            guard lines.count == 5, lines[index].hasPrefix(name + " ") else { return nil }
            return String(lines[index].dropFirst(name.utf8.count + 1))
        }
        guard lines.first == Self.title, value(1, "segment") == "\(segment)", let word = value(2, "wrapped-by"),
            let master = value(3, "master"), let wrapped = value(4, "key").flatMap({ Base64.decode($0.utf8) })
        else { throw .damaged(path: path, problem: "is no key of the vault, or is damaged") }
        self.segment = segment
        self.word = word
        self.master = master
        self.wrapped = wrapped
    }

    var text: [UInt8] {
        Array(
            """
            \(Self.title)
            segment \(segment)
            wrapped-by \(word)
            master \(master)
            key \(Base64.encode(wrapped))

            """.utf8)
    }
}
