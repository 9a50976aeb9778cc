internal import Cryptography
internal import Inference
internal import JSONText

/// Writes one entry's members, which its user gives in the order of their names, and remembers where `seq` goes.
struct EntryWriter {
    /// The line so far.
    var json: JSONWriter
    private var sequenceOffset = 0

    private enum Bounds {
        /// More destinations than an alias has.
        static let considered = 32
        /// What a principal's attributes may take, an eighth of a line.
        static let attributeBytes = 8_192
        /// What is kept of a name that a caller chose freely.
        static let foreignBytes = 256
        /// The integers that every reader of JSON keeps exactly: IEEE 754 doubles have 53 bits (RFC 8785 §3.2.2.3).
        static let integers: ClosedRange<Int64> = -9_007_199_254_740_991...9_007_199_254_740_991
    }

    init(capacity: Int) {
        json = JSONWriter(capacity: capacity)
        json.beginObject()
    }

    // MARK: Members of one value

    mutating func member(_ name: StaticString, _ text: String) {
        json.key(name)
        json.string(text)
    }

    mutating func member(_ name: StaticString, _ value: Int) {
        json.key(name)
        number(Int64(value))
    }

    mutating func member(_ name: StaticString, _ value: Int64) {
        json.key(name)
        number(value)
    }

    mutating func member(_ name: StaticString, _ texts: [String]) {
        json.key(name)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    mutating func member(_ name: StaticString, _ time: LedgerTime) {
        json.key(name)
        time.withText { json.string($0) }
    }

    mutating func member(_ name: StaticString, _ digest: Digest32) {
        json.key(name)
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { text in
            digest.withBytes { bytes in
                for index in 0..<32 {
                    text[2 * index] = Self.digit(bytes[index] &>> 4)
                    text[2 * index + 1] = Self.digit(bytes[index] & 15)
                }
            }
            json.string(UnsafeRawBufferPointer(text))
        }
    }

    mutating func member(_ name: StaticString, _ reasons: [LedgerEntry.ReasonCount]) {
        json.key(name)
        json.beginObject()
        for reason in reasons {
            json.key(reason.reason)
            number(Int64(reason.count))
        }
        json.endObject()
    }

    mutating func member(_ name: StaticString, _ fingerprints: some Collection<ValueFingerprint>) {
        json.key(name)
        json.beginArray()
        for fingerprint in fingerprints { fingerprint.withText { json.string($0) } }
        json.endArray()
    }

    /// A name that somebody outside chose freely, cut where it is too long.
    mutating func foreign(_ name: StaticString, _ text: String) {
        guard text.utf8.count > Bounds.foreignBytes else { return member(name, text) }
        // An index within a character means the character's beginning.
        let end = text.utf8.index(text.startIndex, offsetBy: Bounds.foreignBytes)
        member(name, text[..<end] + "…")
    }

    mutating func number(_ value: Int64) {
        json.int64(min(max(value, Bounds.integers.lowerBound), Bounds.integers.upperBound))
    }

    /// An array of objects, of each of which `write` gives the members in the order of their names.
    @inline(__always)
    mutating func objects<Element>(
        _ name: StaticString, _ elements: some Sequence<Element>, _ write: (inout Self, Element) -> Void
    ) {
        json.key(name)
        json.beginArray()
        for element in elements {
            json.beginObject()
            write(&self, element)
            json.endObject()
        }
        json.endArray()
    }

    // MARK: Members that many entries have

    mutating func kind(_ word: StaticString) {
        json.key("kind")
        json.string(word)
    }

    mutating func request(_ requestID: RequestID) {
        member("request", requestID.description)
    }

    mutating func principal(_ principal: Principal) {
        json.key("principal")
        json.beginObject()
        if !principal.attributes.isEmpty { attributes(principal.attributes) }
        member("credential", principal.credentials)
        member("kind", principal.kind.rawValue)
        member("method", principal.methods)
        member("name", principal.name)
        member("teams", principal.teams)
        member("tenant", principal.tenant)
        json.endObject()
    }

    /// The members `attributes` and `attributes_left_out` of a principal: each attribute as it is, or not at all.
    private mutating func attributes(_ all: [PrincipalAttribute]) {
        var room = Bounds.attributeBytes
        var leftOut = 0
        json.key("attributes")
        json.beginObject()
        for attribute in all.sorted(by: { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }) {
            let bytes = Self.bytes(of: attribute)
            guard bytes <= room, Self.isExact(attribute.value) else {
                leftOut += 1
                continue
            }
            room -= bytes
            json.key(attribute.name)
            value(attribute.value)
        }
        json.endObject()
        if leftOut > 0 { member("attributes_left_out", leftOut) }
    }

    private mutating func value(_ value: PrincipalAttribute.Value) {
        switch value {
        case .string(let text): json.string(text)
        case .long(let number): self.number(number)
        case .bool(let bool): json.bool(bool)
        case .strings(let texts):
            json.beginArray()
            for text in texts { json.string(text) }
            json.endArray()
        }
    }

    /// An estimate from above.
    private static func bytes(of attribute: PrincipalAttribute) -> Int {
        let value =
            switch attribute.value {
            case .string(let text): bytes(of: text)
            case .long, .bool: 20
            case .strings(let texts): texts.reduce(0) { $0 + bytes(of: $1) + 3 }
            }
        return attribute.name.utf8.count + value + 6
    }

    /// What a text takes in JSON: control characters up to six bytes each.
    private static func bytes(of text: String) -> Int {
        text.utf8.reduce(0) { bytes, letter in
            switch letter {
            case 0x00...0x1F, 0x7F: bytes + 6
            case 0x22, 0x5C: bytes + 2
            default: bytes + 1
            }
        }
    }

    private static func isExact(_ value: PrincipalAttribute.Value) -> Bool {
        guard case .long(let number) = value else { return true }
        return Bounds.integers.contains(number)
    }

    /// The member `considered`.
    mutating func considered(_ all: [LedgerEntry.Considered]) {
        objects("considered", all.prefix(Bounds.considered)) { line, candidate in
            line.json.key("destination")
            line.json.beginObject()
            line.foreign("model", candidate.destination.model)
            line.member("provider", candidate.destination.provider.rawValue)
            line.json.endObject()
            if let form = candidate.form { line.member("form", form.rawValue) }
            line.member("policies", candidate.policies)
        }
    }

    /// The member `destination`: where the request went, or would have gone.
    mutating func destination(_ destination: Destination, region: String?, isInternal: Bool) {
        json.key("destination")
        json.beginObject()
        json.key("internal")
        json.bool(isInternal)
        member("model", destination.model)
        member("provider", destination.provider.rawValue)
        if let region { member("region", region) }
        json.endObject()
    }

    /// The member `route`.
    mutating func route(_ choice: LedgerEntry.Choice) {
        json.key("route")
        json.beginObject()
        member("passed_over", choice.passedOver)
        member("reason", choice.reason)
        member("strategy", choice.strategy)
        json.endObject()
    }

    /// The members `tools` and `tools_left_out`.
    mutating func tools(_ tools: LedgerEntry.Tools) {
        member("tools", tools.names)
        if tools.leftOut > 0 { member("tools_left_out", tools.leftOut) }
    }

    /// The member `coverage`.
    mutating func coverage(_ coverage: Coverage) {
        objects("coverage", coverage.lines) { line, part in
            line.member("count", part.count)
            line.member("place", part.place.rawValue)
            if !part.reason.isEmpty { line.member("reason", part.reason) }
            line.member("verdict", part.verdict.rawValue)
        }
    }

    /// The member `data` of what did not leave.
    mutating func data(_ counts: [DataSummary.Count]) {
        objects("data", counts) { line, count in line.count(count.dataClass, count.place, count.count) }
    }

    /// The member `data` of what leaves.
    mutating func data(_ counts: [Exposure.Count]) {
        objects("data", counts) { line, count in
            line.count(count.dataClass, count.place, count.count)
            line.member("treatment", count.treatment.rawValue)
        }
    }

    private mutating func count(_ dataClass: DataClass, _ place: InferenceRequest.Place, _ count: Int) {
        member("class", dataClass.rawValue)
        member("count", count)
        member("place", place.rawValue)
    }

    /// The member `exposed`.
    mutating func exposed(_ slices: [ExposureSlices.Slice]) {
        objects("exposed", slices) { line, slice in
            line.member("class", slice.dataClass.rawValue)
            line.member("treatment", slice.treatment.rawValue)
            line.member("values", slice.fingerprints)
        }
    }

    /// The member `stages_us`.
    mutating func stages(_ stages: LedgerEntry.StageTimes) {
        json.key("stages_us")
        json.beginObject()
        if let authorise = stages.authorise { member("authorise", authorise) }
        if let inspect = stages.inspect { member("inspect", inspect) }
        if let read = stages.read { member("read", read) }
        if let treat = stages.treat { member("treat", treat) }
        json.endObject()
    }

    // MARK: The place in the log

    mutating func sequence() {
        json.key("seq")
        json.raw("")
        sequenceOffset = json.bytes.count
    }

    mutating func version() {
        member("v", LedgerSchema.version)
    }

    /// Closes the line. `v` is the last member, unless it is written already.
    consuming func finish(versionIsWritten: Bool = false) throws(LedgerEntryTooLong) -> EncodedEntry {
        if !versionIsWritten { version() }
        json.endObject()
        return try EncodedEntry(bytes: json.bytes, sequenceOffset: sequenceOffset)
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 &+ value : 0x57 &+ value }
}
