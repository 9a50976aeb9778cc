internal import JSONText
internal import Ledger
internal import LedgerStore

/// An entry on its way to a receiver.
struct StreamEntry {
    /// Where it stands.
    let position: LedgerPosition
    /// Its log's name.
    let origin: String
    /// Its canonical JSON, exactly as its hash in the tree is made of.
    let json: [UInt8]

    private let document: JSONDocument?

    init(position: LedgerPosition, origin: String, json: [UInt8]) {
        self.position = position
        self.origin = origin
        self.json = json
        document = try? JSONDocument(parsing: json)
    }

    /// Its members; `nil` for what is no JSON.
    var root: JSONValue? { document?.root }

    /// What it is about, such as `intent`.
    var kind: String { text("kind") ?? "entry" }

    /// When it was recorded; `nil` if it does not say.
    var time: LedgerTime? { text("time").flatMap { LedgerTime($0) } }

    /// How much it asks for attention.
    var severity: Severity {
        switch kind {
        case "denied", "unidentified": .warning
        case "intent", "result", "exposure": .informational
        default: .notice
        }
    }

    /// A member that is a text.
    func text(_ name: StaticString) -> String? { root?[name]?.string }

    /// How much an entry asks for attention.
    enum Severity {
        case informational
        case notice
        case warning
    }
}
