public import Cryptography
internal import Glibc
public import Ledger

/// Something that was done to the vault, and that belongs in the ledger. It waits in the vault's folder until the gateway, which alone
/// writes the ledger, has recorded it. No text and no value stands in it.
public struct VaultAct: Hashable, Sendable {
    /// What was done.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Keys were destroyed.
        case shredded
        /// A payload was opened.
        case opened
        /// A data set was made of payloads.
        case exported
    }

    /// How it was chosen what to shred.
    public enum Reason: String, Hashable, Sendable, CaseIterable {
        /// By age, as an operator said.
        case before
        /// By age, as the settings say.
        case retention
        /// By a value that left in it.
        case subject
        /// By the request's identifier.
        case request
        /// By having no intent in the ledger: sealed right before a crash, or recorded in entries that were pruned.
        case unrecorded
    }

    /// What was done.
    public var kind: Kind
    /// When.
    public var time: LedgerTime
    /// How it was chosen what to shred; `nil` for what was opened.
    public var reason: Reason?
    /// How many sealed requests it concerns.
    public var requests: Int
    /// How many keys were destroyed: of days, requests and answers.
    public var keys: Int
    /// The border, where it was chosen by age.
    public var before: LedgerTime?
    /// The request, `req_…`, where it concerns one by name.
    public var request: String?
    /// Fingerprints of the value by which it was chosen, one for each tenant.
    public var subjects: [String]
    /// The account on the machine, of an export.
    public var user = ""
    /// How an export's records are written.
    public var format = ""
    /// What an export was chosen by, `name=value`.
    public var filters: [String] = []
    /// How many records an export has.
    public var records = 0
    /// SHA-256 of an export's datasheet; zeros where there is none.
    public var digest = Digest32()
    /// Whether it came to its end; otherwise it was broken off, and has to be done again.
    public var isComplete: Bool

    /// Puts it together.
    public init(
        _ kind: Kind, at time: LedgerTime, reason: Reason? = nil, requests: Int = 0, keys: Int = 0,
        before: LedgerTime? = nil,
        request: String? = nil, subjects: [String] = [], isComplete: Bool = true
    ) {
        self.kind = kind
        self.time = time
        self.reason = reason
        self.requests = requests
        self.keys = keys
        self.before = before
        self.request = request
        self.subjects = subjects
        self.isComplete = isComplete
    }

    static let title = "sallyport-vault-act 1"
    var text: [UInt8] {
        var lines = [Self.title, "kind \(kind.rawValue)", "time \(time)"]
        if let reason { lines.append("reason \(reason.rawValue)") }
        lines += ["requests \(requests)", "keys \(keys)"]
        if let before { lines.append("before \(before)") }
        if let request { lines.append("request \(request)") }
        lines += subjects.map { "subject \($0)" }
        if kind == .exported {
            lines += ["user \(Self.oneLine(user))", "format \(format)"] + filters.map { "filter \(Self.oneLine($0))" }
            lines += ["records \(records)", "digest \(digest.hex)"]
        }
        // Words of one length: what is written over the text of an act that began is never shorter.
        lines.append(isComplete ? "state ended" : "state begun")
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    init?(text: [UInt8]) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n")
        guard lines.first == Self.title[...] else { return nil }
        var values: [Substring: [Substring]] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            values[parts[0], default: []].append(parts[1])
        }
        func one(_ name: Substring) -> String? { values[name]?.first.map(String.init) }
        guard let kind = one("kind").flatMap(Kind.init(rawValue:)), let time = one("time").flatMap({ LedgerTime($0) }),
            let requests = one("requests").flatMap({ Int($0) }), let keys = one("keys").flatMap({ Int($0) }),
            let state = one("state")
        else { return nil }
        self.init(
            kind, at: time, reason: one("reason").flatMap(Reason.init(rawValue:)), requests: requests, keys: keys,
            before: one("before").flatMap { LedgerTime($0) }, request: one("request"),
            subjects: values["subject"]?.map(String.init) ?? [], isComplete: state == "ended")
        user = one("user") ?? ""
        format = one("format") ?? ""
        filters = values["filter"]?.map(String.init) ?? []
        records = one("records").flatMap { Int($0) } ?? 0
        digest = one("digest").flatMap { Digest32(hex: $0) } ?? Digest32()
    }
}

/// The acts that wait for the ledger.
public struct VaultActs: Sendable {
    private static let ending = ".act"
    private static let maximumBytes = 1 << 20

    private let folder: VaultFolder

    /// Those of a vault.
    public init(directory: String) { folder = VaultFolder(path: directory) }

    /// Puts an act that is over in line.
    public func add(_ act: VaultAct) throws(VaultError) { _ = try begin(act) }

    /// An act under way: held until its owner lets go of it, so that it counts neither as ended nor as broken off.
    public struct Open {
        fileprivate let file: VaultFile

        /// Says how it ended. Its numbers are no smaller than when it began.
        public func end(_ act: VaultAct) throws(VaultError) {
            try file.write(act.text, at: 0)
            try file.synchronise()
        }
    }

    /// Puts an act in line that only begins: one which never ends is recorded as broken off.
    public func begin(_ act: VaultAct) throws(VaultError) -> Open {
        let random: String
        do {
            random = Hexadecimal.encode(try SecureRandom.bytes(8))
        } catch {
            throw .cryptography("\(error)")
        }
        try folder.make()
        let path = "\(folder.acts)/\(act.time.milliseconds)-\(random)"
        let file = try VaultFile.creating(path + ".new")
        _ = try file.lock(waits: true)
        try file.write(act.text, at: 0)
        try file.synchronise()
        guard rename(path + ".new", path + Self.ending) == 0 else {
            throw .system(operation: "rename", path: path, code: errno)
        }
        try VaultFolder.synchronise(folder.acts)
        return Open(file: file)
    }

    /// Those that are over, or were broken off, in their order, each under a name by which it is removed.
    public func waiting() throws(VaultError) -> [(name: String, act: VaultAct)] {
        var found: [(String, VaultAct)] = []
        for name in try VaultFolder.names(folder.acts).sorted() where name.hasSuffix(Self.ending) {
            let file = try VaultFile.reading("\(folder.acts)/\(name)")
            guard try file.lock(waits: false) else { continue }
            guard let act = VaultAct(text: try file.bytes(at: 0, count: Self.maximumBytes)) else { continue }
            found.append((name, act))
        }
        return found
    }

    /// Takes one away that is in the ledger for good.
    public func remove(_ name: String) throws(VaultError) { try VaultFolder.remove("\(folder.acts)/\(name)") }
}
