internal import JSONText
private import Ledger
internal import LedgerStore

/// Entries as an `ExportLogsServiceRequest` of OTLP/HTTP in JSON (opentelemetry.io/docs/specs/otlp, "JSON Protobuf
/// Encoding"): whole numbers of 64 bits are texts, trace and span are hexadecimal.
enum OpenTelemetryRecords {
    /// The most attributes made of an entry's members.
    private static let maximumAttributes = 100

    /// The request's body. The body of each record is the entry's JSON, byte for byte as its hash in the tree is made of,
    /// or nothing, where a receiver takes no record of its length. Members that are texts, numbers or switches are
    /// attributes too, `destination.provider` as `sallyport.destination.provider`.
    static func body(_ entries: [StreamEntry], hostname: String, withoutBodies: Bool = false) -> [UInt8] {
        var json = JSONWriter(capacity: entries.reduce(1_024) { $0 + 2 * $1.json.count + 512 })
        json.beginObject()
        json.key("resourceLogs")
        json.beginArray()
        json.beginObject()
        json.key("resource")
        json.beginObject()
        json.key("attributes")
        json.beginArray()
        attribute("service.name", "sallyport", &json)
        attribute("host.name", hostname, &json)
        json.endArray()
        json.endObject()
        json.key("scopeLogs")
        json.beginArray()
        json.beginObject()
        json.key("scope")
        json.beginObject()
        json.key("name")
        json.string("sallyport.ledger")
        json.endObject()
        json.key("logRecords")
        json.beginArray()
        for entry in entries { record(entry, withoutBody: withoutBodies, &json) }
        json.endArray()
        json.endObject()
        json.endArray()
        json.endObject()
        json.endArray()
        json.endObject()
        return json.bytes
    }

    private static func record(_ entry: StreamEntry, withoutBody: Bool, _ json: inout JSONWriter) {
        json.beginObject()
        if let time = entry.time, time.milliseconds >= 0 {
            json.key("timeUnixNano")
            json.string("\(time.milliseconds)000000")
        }
        json.key("observedTimeUnixNano")
        json.string("\(max(0, RelayClock.epochMilliseconds()))000000")
        json.key("severityNumber")
        json.int(entry.severity == .warning ? 13 : entry.severity == .notice ? 10 : 9)
        json.key("severityText")
        json.string(entry.severity == .warning ? "WARN" : "INFO")
        json.key("eventName")
        json.string("sallyport.ledger.\(entry.kind)")
        if !withoutBody {
            json.key("body")
            json.beginObject()
            json.key("stringValue")
            json.string(utf8: entry.json)
            json.endObject()
        }
        json.key("attributes")
        json.beginArray()
        attribute("sallyport.ledger.origin", entry.origin, &json)
        attribute("sallyport.ledger.index", entry.position.index, &json)
        if withoutBody { attribute("sallyport.ledger.body_bytes", UInt64(entry.json.count), &json) }
        if let root = entry.root {
            var count = 0
            attributes(of: root, "sallyport", &count, &json)
        }
        json.endArray()
        trace(entry, &json)
        json.endObject()
    }

    /// Members that stand for themselves; those of objects with the object's name before. Lists are in the body only.
    /// Entries are no deeper than this.
    private static func attributes(
        of value: JSONValue, _ name: String, depth: Int = 0, _ count: inout Int, _ json: inout JSONWriter
    ) {
        for (key, member) in value.members {
            guard count < maximumAttributes, let key = key.string else { return }
            let full = "\(name).\(key)"
            switch member.kind {
            case .object: if depth < 4 { attributes(of: member, full, depth: depth + 1, &count, &json) }
            case .string: attribute(full, member.string ?? "", &json)
            case .number:
                if let whole = member.int {
                    attribute(full, Int64(whole), &json)
                } else {
                    attribute(full, member.double ?? 0, &json)
                }
            case .true, .false: attribute(full, member.bool ?? false, &json)
            default: continue
            }
            count += 1
        }
    }

    /// `traceparent` (W3C Trace Context §3.2) as trace and span.
    private static func trace(_ entry: StreamEntry, _ json: inout JSONWriter) {
        let parts = (entry.text("traceparent") ?? "").split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[1].utf8.count == 32, parts[2].utf8.count == 16,
            [parts[1], parts[2]].allSatisfy({
                $0.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
            })
        else { return }
        json.key("traceId")
        json.string(String(parts[1]))
        json.key("spanId")
        json.string(String(parts[2]))
    }

    // MARK: - Attributes

    private static func attribute(_ name: String, _ value: String, _ json: inout JSONWriter) {
        attribute(name, &json) {
            $0.key("stringValue")
            $0.string(value)
        }
    }

    private static func attribute(_ name: String, _ value: some BinaryInteger, _ json: inout JSONWriter) {
        attribute(name, &json) {
            $0.key("intValue")
            $0.string("\(value)")
        }
    }

    private static func attribute(_ name: String, _ value: Double, _ json: inout JSONWriter) {
        attribute(name, &json) {
            $0.key("doubleValue")
            $0.double(value)
        }
    }

    private static func attribute(_ name: String, _ value: Bool, _ json: inout JSONWriter) {
        attribute(name, &json) {
            $0.key("boolValue")
            $0.bool(value)
        }
    }

    private static func attribute(_ name: String, _ json: inout JSONWriter, _ value: (inout JSONWriter) -> Void) {
        json.beginObject()
        json.key("key")
        json.string(name)
        json.key("value")
        json.beginObject()
        value(&json)
        json.endObject()
        json.endObject()
    }
}
