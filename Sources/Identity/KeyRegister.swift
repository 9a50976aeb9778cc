private import Cryptography
private import Inference
private import JSONText

/// The list of all keys as it stands in `var/keys.jsonl`: one JSON object a line, in the order in which the keys were made.
///
/// Pure: whoever owns the file reads and writes it. A line of version 1:
/// `{"v":1,"id":"key_…","digest":"64 hex digits","kind":"user|service","principal":"alice","teams":["support"],`
/// `"tenant":"default","models":["gpt-*"],"from":["10.0.0.0/8"],"attributes":{"floor":3},"created":1790000000,`
/// `"expires":1800000000,"revoked":1795000000}`, those behind `tenant`, but for `created`, only where they apply.
/// Members not named here are refused: one that we do not understand might restrict the key.
public struct KeyRegister: Sendable {
    /// What became of a wish to revoke a key.
    public enum Revocation: Hashable, Sendable {
        /// It is revoked from now on.
        case revoked(APIKeyRecord)
        /// It was already, since the time named in the record.
        case alreadyRevoked(APIKeyRecord)
        /// There is no key of that name.
        case unknown
    }

    /// The keys, those expired and revoked included.
    public private(set) var records: [APIKeyRecord] = []
    private var digests: Set<Digest32> = []

    /// A list without keys.
    public init() {}

    /// Reads the whole text of the file; empty lines are skipped, and the last line may lack its end.
    ///
    /// - Parameter source: The file's name, for errors.
    public init(parsing text: [UInt8], source: String) throws(KeyRegisterError) {
        var line = 0
        for bytes in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
            guard !bytes.isEmpty else { continue }
            let record: APIKeyRecord
            do throws(LineError) {
                record = try Self.parse(Array(bytes))
            } catch {
                throw KeyRegisterError(source: source, line: line, column: error.column, reason: error.reason)
            }
            guard add(record) else {
                throw KeyRegisterError(
                    source: source, line: line, column: nil, reason: "the key `\(record.id)` stands here twice")
            }
        }
    }

    /// Adds a key; `false`, and nothing is added, if its digest is in the list already.
    public mutating func add(_ record: APIKeyRecord) -> Bool {
        guard digests.insert(record.digest).inserted else { return false }
        records.append(record)
        return true
    }

    /// Revokes a key by its public name, at a time in seconds since 1970.
    public mutating func revoke(id: String, now: Int64) -> Revocation {
        guard let index = records.firstIndex(where: { $0.id == id }) else { return .unknown }
        guard records[index].revoked == nil else { return .alreadyRevoked(records[index]) }
        records[index].revoked = now
        return .revoked(records[index])
    }

    /// The whole text of the file: one line a key, each with its end.
    public var text: [UInt8] {
        records.reduce(into: []) { text, record in
            text += Self.line(record)
            text.append(UInt8(ascii: "\n"))
        }
    }

    private static func line(_ record: APIKeyRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("v")
        writer.int(1)
        writer.key("id")
        writer.string(record.id)
        writer.key("digest")
        writer.string(record.digest.hex)
        writer.key("kind")
        writer.string(record.kind.rawValue)
        writer.key("principal")
        writer.string(record.principal)
        writer.key("teams")
        writer.beginArray()
        for team in record.teams { writer.string(team) }
        writer.endArray()
        writer.key("tenant")
        writer.string(record.tenant)
        Self.write("models", record.models.map(\.description), to: &writer)
        Self.write("from", record.from.map(\.description), to: &writer)
        Self.write(record.attributes, to: &writer)
        writer.key("created")
        writer.int64(record.created)
        if let expires = record.expires {
            writer.key("expires")
            writer.int64(expires)
        }
        if let revoked = record.revoked {
            writer.key("revoked")
            writer.int64(revoked)
        }
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ name: StaticString, _ texts: [String], to writer: inout JSONWriter) {
        guard !texts.isEmpty else { return }
        writer.key(name)
        writer.beginArray()
        for text in texts { writer.string(text) }
        writer.endArray()
    }

    private static func write(_ attributes: [PrincipalAttribute], to writer: inout JSONWriter) {
        guard !attributes.isEmpty else { return }
        writer.key("attributes")
        writer.beginObject()
        for attribute in attributes {
            writer.key(attribute.name)
            switch attribute.value {
            case .string(let text): writer.string(text)
            case .long(let number): writer.int64(number)
            case .bool(let flag): writer.bool(flag)
            case .strings(let texts):
                writer.beginArray()
                for text in texts { writer.string(text) }
                writer.endArray()
            }
        }
        writer.endObject()
    }

    private struct LineError: Error {
        var column: Int?
        let reason: String

        init(column: Int? = nil, _ reason: String) {
            self.column = column
            self.reason = reason
        }
    }

    private static func parse(_ bytes: [UInt8]) throws(LineError) -> APIKeyRecord {
        let document: JSONDocument
        do throws(JSONSyntaxError) {
            document = try JSONDocument(parsing: bytes)
        } catch {
            // The error's own place counts from this line; its text says `line:column: reason`.
            let reason = error.description.dropFirst("\(error.line):\(error.column): ".count)
            throw LineError(column: error.column, "not a JSON object: \(reason)")
        }
        let root = document.root
        guard root.kind == .object else { throw LineError("expected a JSON object") }
        let known = [
            "v", "id", "digest", "kind", "principal", "teams", "tenant", "models", "from", "attributes", "created",
            "expires", "revoked",
        ]
        for member in root.members {
            let name = member.key.string ?? ""
            guard known.contains(name) else {
                throw LineError(column: member.key.range.lowerBound + 1, "unknown member")
            }
        }
        guard root["v"]?.int == 1 else { throw LineError("expected version 1 in member `v`") }
        let digestText = try string(root, "digest")
        guard let digest = Digest32(hex: digestText) else {
            throw LineError("expected 64 hexadecimal digits in member `digest`")
        }
        guard try string(root, "id") == APIKeyRecord.id(of: digest) else {
            throw LineError("member `id` does not fit member `digest`")
        }
        guard let kind = Principal.Kind(rawValue: try string(root, "kind")) else {
            throw LineError("expected `user` or `service` in member `kind`")
        }
        guard let created = try time(root, "created") else { throw LineError("member `created` is missing") }
        let (principal, teams, tenant) = (
            try string(root, "principal"), try strings(root, "teams"), try string(root, "tenant")
        )
        let (expires, revoked) = (try time(root, "expires"), try time(root, "revoked"))
        let models = try parsed(root, "models", "names of models", ModelScope.Pattern.init)
        let from = try parsed(root, "from", "ranges of IP addresses", AddressRange.init)
        let attributes = try attributes(root)
        do throws(APIKeyRecordError) {
            return try APIKeyRecord(
                digest: digest, kind: kind, principal: principal, teams: teams, tenant: tenant, created: created,
                models: models, from: from, attributes: attributes, expires: expires, revoked: revoked)
        } catch {
            throw LineError(error.description)
        }
    }

    private static func string(_ object: JSONValue, _ name: String) throws(LineError) -> String {
        guard let text = object[name]?.string else { throw LineError("expected a string in member `\(name)`") }
        return text
    }

    private static func strings(_ object: JSONValue, _ name: String) throws(LineError) -> [String] {
        guard let list = object[name], list.kind == .array else {
            throw LineError("expected an array in member `\(name)`")
        }
        var texts: [String] = []
        for element in list.elements {
            guard let text = element.string else { throw LineError("expected strings in member `\(name)`") }
            texts.append(text)
        }
        return texts
    }

    /// A list of texts that may be absent; an empty one would say that nothing is allowed, which nobody means.
    private static func parsed<Value>(
        _ object: JSONValue, _ name: String, _ expectation: String, _ parse: (String) -> Value?
    ) throws(LineError) -> [Value] {
        guard object[name] != nil else { return [] }
        var values: [Value] = []
        for text in try strings(object, name) {
            guard let value = parse(text) else { throw LineError("expected \(expectation) in member `\(name)`") }
            values.append(value)
        }
        guard !values.isEmpty else { throw LineError("expected \(expectation) in member `\(name)`, found none") }
        return values
    }

    private static func attributes(_ object: JSONValue) throws(LineError) -> [PrincipalAttribute] {
        guard let list = object["attributes"] else { return [] }
        let failure = LineError(
            "expected an object of texts, numbers, booleans or lists of texts in member `attributes`")
        guard list.kind == .object else { throw failure }
        var attributes: [PrincipalAttribute] = []
        for member in list.members {
            guard let name = member.key.string else { throw failure }
            let value: PrincipalAttribute.Value
            if let text = member.value.string {
                value = .string(text)
            } else if let flag = member.value.bool {
                value = .bool(flag)
            } else if let number = member.value.int {
                value = .long(Int64(number))
            } else if member.value.kind == .array {
                value = .strings(try strings(list, name))
            } else {
                throw failure
            }
            attributes.append(PrincipalAttribute(name, value))
        }
        return attributes
    }

    private static func time(_ object: JSONValue, _ name: String) throws(LineError) -> Int64? {
        guard let value = object[name] else { return nil }
        guard let seconds = value.int else { throw LineError("expected seconds since 1970 in member `\(name)`") }
        return Int64(seconds)
    }
}

/// What is wrong with the file of keys, and where. Quotes nothing of the file but a key's public name.
public struct KeyRegisterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file.
    public let source: String
    /// The line, from 1.
    public let line: Int
    /// The byte in the line, from 1, where that is known.
    public let column: Int?
    /// What is wrong.
    public let reason: String

    /// `file:line:column: reason`.
    public var description: String { "\(source):\(line):\(column.map { "\($0):" } ?? "") \(reason)" }
}
