internal import JSONText

/// An event of the Open Cybersecurity Schema Framework, version 1.6.0, class API Activity (6003): `https://schema.ocsf.io/1.6.0/classes/api_activity`.
///
/// What of an entry has an attribute there is given in it; all the rest stands under its own names in `unmapped` (that of a result in
/// `unmapped.result`), so that nothing is lost. `metadata.event_code` is the entry's kind.
enum OCSFEvent {
    private enum Code {
        static let version: StaticString = "1.6.0"
        static let category = 6
        static let apiActivity = 6_003
        static let create = 1
        static let read = 2
        static let update = 3
        static let other = 99
        static let unknown = 0
        static let success = 1
        static let failure = 2
        static let informational = 1
        static let low = 2
        static let user = 1
        static let service = 4
    }

    /// An attempt with its result, if it has one.
    static func append(_ attempt: LedgerExport.Attempt, result: JSONValue?, to output: inout [UInt8]) {
        let intent = attempt.intent.root
        let outcome = result?["outcome"]?.string
        var event = Writer(intent, attempt.place)
        event.head(
            activity: Code.create, severity: Code.informational,
            status: outcome == nil ? Code.unknown : outcome == "completed" ? Code.success : Code.failure)
        event.text("status_detail", outcome ?? "unknown")
        event.number("status_code", result?["status"], asText: true)
        event.api(
            operation: intent["operation"], service: intent["destination"]?["provider"], status: result?["status"])
        event.destination(intent["destination"])
        event.times(end: result?["time"], microseconds: result?["total_us"]?.int)
        event.finish(
            leavingOut: ["client", "kind", "operation", "request", "seq", "time"],
            result: result.map { ($0, ["attempt", "kind", "outcome", "request", "status", "time", "total_us"]) },
            &output)
    }

    /// A denial.
    static func append(denial: JSONValue, _ place: LedgerExport.Place, to output: inout [UInt8]) {
        var event = Writer(denial, place)
        event.head(activity: Code.create, severity: Code.low, status: Code.failure)
        event.text("status_detail", denial["reason"]?.string ?? "denied")
        event.number("status_code", denial["status"], asText: true)
        event.api(operation: denial["operation"], service: nil, status: denial["status"])
        event.finish(
            leavingOut: ["client", "kind", "operation", "reason", "request", "seq", "status", "time"], result: nil,
            &output)
    }

    /// An administrative act, or any other entry.
    static func append(other entry: JSONValue, _ place: LedgerExport.Place, to output: inout [UInt8]) {
        let kind = entry["kind"]?.string ?? ""
        let isAct = kind == "administered"
        let isGood = entry["ok"]?.bool ?? !["refused", "unidentified"].contains(kind)
        var event = Writer(entry, place)
        event.head(
            activity: isAct ? (entry["function"]?.string == "reload" ? Code.update : Code.read) : Code.other,
            severity: isGood ? Code.informational : Code.low, status: isGood ? Code.success : Code.failure)
        event.api(operation: isAct ? entry["function"] : entry["kind"], service: nil, status: nil)
        var mapped = ["client", "kind", "request", "seq", "time"]
        if isAct { mapped.append("function") }
        event.finish(leavingOut: mapped, result: nil, &output)
    }

    /// Writes one event.
    private struct Writer {
        private let entry: JSONValue
        private let place: LedgerExport.Place
        private var json = JSONWriter(capacity: 2_048)

        init(_ entry: JSONValue, _ place: LedgerExport.Place) {
            self.entry = entry
            self.place = place
            json.beginObject()
        }

        /// Everything that all events have, but for `api`.
        mutating func head(activity: Int, severity: Int, status: Int) {
            integer("activity_id", activity)
            if activity == Code.other, let kind = entry["kind"]?.string { text("activity_name", kind) }
            integer("category_uid", Code.category)
            integer("class_uid", Code.apiActivity)
            integer("type_uid", Code.apiActivity * 100 + activity)
            integer("severity_id", severity)
            integer("status_id", status)
            integer("time", milliseconds(entry["time"]) ?? 0)
            metadata()
            actor()
            json.key("src_endpoint")
            json.beginObject()
            if let client = entry["client"]?.string {
                text("ip", client)
            } else {
                text("name", "sallyport")
            }
            json.endObject()
        }

        private mutating func metadata() {
            json.key("metadata")
            json.beginObject()
            text("version", "\(Code.version)")
            json.key("product")
            json.beginObject()
            text("name", "Sallyport")
            text("vendor_name", "Sallyport")
            json.endObject()
            text("uid", "\(place.log)/\(entry["seq"]?.int ?? 0)")
            integer("sequence", entry["seq"]?.int ?? 0)
            text("event_code", entry["kind"]?.string ?? "")
            text("original_time", entry["time"]?.string ?? "")
            text("log_name", String(place.log))
            text("log_version", String(LedgerSchema.version))
            if let request = entry["request"]?.string { text("correlation_uid", request) }
            if let tenant = entry["principal"]?["tenant"]?.string { text("tenant_uid", tenant) }
            json.endObject()
        }

        /// Who: the principal, or this program.
        private mutating func actor() {
            json.key("actor")
            json.beginObject()
            if let principal = entry["principal"], let name = principal["name"]?.string {
                json.key("user")
                json.beginObject()
                text("name", name)
                integer("type_id", principal["kind"]?.string == "service" ? Code.service : Code.user)
                if let credential = principal["credential"]?.string { text("credential_uid", credential) }
                json.key("groups")
                json.beginArray()
                for team in principal["teams"]?.elements.compactMap(\.string) ?? [] {
                    json.beginObject()
                    text("name", team)
                    json.endObject()
                }
                json.endArray()
                json.endObject()
            } else {
                text("app_name", "sallyport")
            }
            json.endObject()
        }

        mutating func api(operation: JSONValue?, service: JSONValue?, status: JSONValue?) {
            json.key("api")
            json.beginObject()
            text("operation", operation?.string ?? "")
            if let service = service?.string {
                json.key("service")
                json.beginObject()
                text("name", service)
                json.endObject()
            }
            if let request = entry["request"]?.string {
                json.key("request")
                json.beginObject()
                text("uid", request)
                json.endObject()
            }
            if let status = status?.int {
                json.key("response")
                json.beginObject()
                integer("code", status)
                json.endObject()
            }
            json.endObject()
        }

        /// The provider, and its model as the resource that is used.
        mutating func destination(_ destination: JSONValue?) {
            guard let destination, let provider = destination["provider"]?.string,
                let model = destination["model"]?.string
            else { return }
            json.key("dst_endpoint")
            json.beginObject()
            text("svc_name", provider)
            if let region = destination["region"]?.string { text("zone", region) }
            json.endObject()
            json.key("resources")
            json.beginArray()
            json.beginObject()
            text("name", "\(provider)/\(model)")
            text("type", "model")
            json.endObject()
            json.endArray()
        }

        mutating func times(end: JSONValue?, microseconds: Int?) {
            if let start = milliseconds(entry["time"]) { integer("start_time", start) }
            if let end = milliseconds(end) { integer("end_time", end) }
            if let microseconds { integer("duration", microseconds / 1_000) }
        }

        mutating func text(_ name: StaticString, _ value: String) {
            json.key(name)
            json.string(value)
        }

        mutating func number(_ name: StaticString, _ value: JSONValue?, asText: Bool) {
            guard let value = value?.int else { return }
            text(name, String(value))
        }

        private mutating func integer(_ name: StaticString, _ value: Int) {
            json.key(name)
            json.int(value)
        }

        private func milliseconds(_ time: JSONValue?) -> Int? {
            time?.string.flatMap(LedgerTime.init).map { Int($0.milliseconds) }
        }

        /// Closes the event with what has no attribute.
        mutating func finish(
            leavingOut mapped: [String], result: (entry: JSONValue, mapped: [String])?, _ output: inout [UInt8]
        ) {
            json.key("unmapped")
            json.beginObject()
            members(entry, leavingOut: mapped)
            if let result {
                json.key("result")
                json.beginObject()
                members(result.entry, leavingOut: result.mapped)
                json.endObject()
            }
            json.endObject()
            json.endObject()
            output.append(contentsOf: json.bytes)
            output.append(UInt8(ascii: "\n"))
        }

        private mutating func members(_ object: JSONValue, leavingOut mapped: [String]) {
            for member in object.members {
                guard let name = member.key.string, !mapped.contains(name) else { continue }
                json.key(name)
                json.raw(object.document.bytes[member.value.range])
            }
        }
    }
}
