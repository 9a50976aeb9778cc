private import JSONText
internal import Ledger

/// Whether bytes that a log holds are an entry: JSON of a version of the schema that we know, which says its own place.
enum EntryForm {
    /// The index that an entry says it has; `nil` for what is no entry.
    static func index(_ bytes: [UInt8], in range: Range<Int>) -> UInt64? {
        guard let document = try? JSONDocument(parsing: bytes, in: range) else { return nil }
        return document.root["seq"]?.int.flatMap { UInt64(exactly: $0) }
    }

    /// What is wrong with the entry at an index; `nil` if nothing is.
    static func problem(_ bytes: [UInt8], in range: Range<Int>, at index: UInt64) -> String? {
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: bytes, in: range)
        } catch {
            return "not JSON: \(error)"
        }
        guard document.root.kind == .object else { return "not a JSON object" }
        guard let version = document.root["v"]?.int else { return "no schema version `v`" }
        guard LedgerSchema.known.contains(version) else {
            return "schema version \(version), known are those to \(LedgerSchema.version)"
        }
        guard document.root["kind"]?.string != nil else { return "no `kind`" }
        guard let sequence = document.root["seq"]?.int.flatMap({ UInt64(exactly: $0) }) else { return "no index `seq`" }
        guard sequence == index else {
            return "it says that it is entry \(sequence): an entry is missing, doubled or moved"
        }
        return nil
    }
}
