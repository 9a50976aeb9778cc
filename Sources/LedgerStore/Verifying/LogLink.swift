internal import Cryptography
private import JSONText
internal import TransparencyLog

/// What a log's first entry, `continued`, says of the log before: how it is called, and how it ended.
struct LogLink {
    let origin: String
    let size: Int
    private let root: String

    /// Reads an entry; `nil` for any other.
    init?(_ entry: [UInt8]) {
        guard let document = try? JSONDocument(parsing: entry), document.root["kind"]?.string == "continued",
            let after = document.root["after"], let origin = after["origin"]?.string, let size = after["size"]?.int,
            let root = after["root"]?.string
        else { return nil }
        (self.origin, self.size, self.root) = (origin, size, root)
    }

    /// Whether this is the end of the log before.
    func leads(to end: Checkpoint) -> Bool {
        origin == String(decoding: end.origin, as: UTF8.self) && size == Int(clamping: end.size)
            && (root == Base64.encode(end.root.bytes) || Digest32(hex: root) == end.root)
    }
}
