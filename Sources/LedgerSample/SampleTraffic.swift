import JSONText
import Ledger

/// Makes up what a gateway of a middling company records: the same for the same seed. Entries are version 3 of the schema.
struct SampleTraffic {
    struct Destination {
        let provider, model, region: String
        let isInternal: Bool
        /// Nano-USD a token; `nil` where no price is known.
        let price: (input: Int64, output: Int64)?
        let weight: Int
    }

    struct Person {
        let name, tenant, team: String
        let isService: Bool
    }

    /// An intent that waits for its result.
    private struct Open {
        let request: String
        let attempt: Int
        let intent: Int
        let due: Int
        let destination: Destination
    }

    static let destinations = [
        Destination(
            provider: "openai", model: "gpt-5-mini", region: "us", isInternal: false, price: (250, 2_000), weight: 30),
        Destination(
            provider: "openai", model: "gpt-5", region: "us", isInternal: false, price: (1_250, 10_000), weight: 12),
        Destination(
            provider: "anthropic", model: "claude-sonnet-4-5", region: "eu", isInternal: false, price: (3_000, 15_000),
            weight: 22),
        Destination(
            provider: "mistral", model: "mistral-large", region: "eu", isInternal: false, price: (2_000, 6_000),
            weight: 8),
        Destination(provider: "house", model: "llama-3.3-70b", region: "", isInternal: true, price: nil, weight: 25),
        Destination(provider: "house", model: "qwen3-embedding", region: "", isInternal: true, price: nil, weight: 3),
    ]
    static let treatments = [
        "email": ["surrogate", "surrogate", "raw", "label"], "name": ["surrogate", "raw", "realistic"],
        "phone": ["surrogate", "mask"], "iban": ["mask", "surrogate"], "card": ["remove", "mask"],
        "secret": ["remove", "label"], "health": ["label", "raw"], "ssn": ["hash"],
    ]
    static let classes = [
        "email", "email", "email", "name", "name", "name", "phone", "iban", "card", "secret", "health", "ssn",
    ]
    static let places = ["user", "user", "user", "system", "tool_result"]
    private static let set = String(repeating: "5a", count: 32)

    var random: SplitMix
    let people: [Person]
    private var open: [Open] = []
    private var again: [Open] = []
    private var time: Int64
    private let step: Int64
    private let hostile: Bool
    private(set) var written = 0

    init(count: Int, seed: UInt64, end: Int64, days: Int, hostile: Bool) {
        random = SplitMix(state: seed)
        let span = Int64(days) * 86_400_000
        time = end - span
        step = max(1, 2 * span / Int64(max(1, count)))
        self.hostile = hostile
        var people: [Person] = []
        let teams = ["support", "sales", "engineering", "legal", "research"]
        for index in 0..<60 {
            people.append(
                Person(
                    name: index < 12 ? "service-\(index)" : "person-\(index)",
                    tenant: ["acme", "acme", "globex"][index % 3],
                    team: teams[index % 5], isService: index < 12))
        }
        if hostile {
            people[0] = Person(
                name: "<script>alert('x')</script>\"&'\u{202E}\u{7}", tenant: "<b>\"acme\"</b>",
                team: "\"><img src=x onerror=alert(1)>",
                isService: false)
        }
        self.people = people
    }

    /// The fingerprint of one of 20,000 made-up people in one class.
    static func fingerprint(_ person: Int, _ dataClass: String) -> String {
        var random = SplitMix(
            state: UInt64(person) &* 1_000_003 &+ UInt64(dataClass.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        var (bits, text) = (UInt128(random.next()) << 64 | UInt128(random.next()), "")
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        text.append(letters[Int(bits & 3) << 4])
        bits >>= 2
        for _ in 0..<21 {
            text.append(letters[Int(bits & 63)])
            bits >>= 6
        }
        return String(text.reversed())
    }

    /// The next entry, for the place `sequence` in its log.
    mutating func next(_ sequence: Int) -> [UInt8] {
        time += Int64(random.below(UInt64(step)))
        written += 1
        if sequence == 0 {
            return simple("start", sequence) { json in
                json.add("cut_bytes", 0)
                json.add("durability", "power")
            }
        }
        if let index = open.firstIndex(where: { $0.due <= written }) { return result(open.remove(at: index), sequence) }
        if let last = again.popLast() { return intent(sequence, again: last) }
        if random.below(2_000) == 0 { return exposure(sequence) }
        switch random.below(1_000) {
        case 0..<60: return denied(sequence)
        case 60..<64: return counted("unidentified", ["unknown", "expired", "missing"], sequence)
        case 64..<66: return counted("refused", ["overloaded", "rate_limited", "invalid_request"], sequence)
        case 66: return simple("reload", sequence) { $0.add("keys", 12) }
        case 67: return simple("administered", sequence) { $0.add("function", "reload") }
        default: return intent(sequence, again: nil)
        }
    }

    // MARK: Kinds

    private mutating func intent(_ sequence: Int, again: Open?) -> [UInt8] {
        let destination = pick(Self.destinations)
        let request = again?.request ?? "req_" + hex(random.next()) + hex(random.next())
        let attempt = again.map { $0.attempt + 1 } ?? 1
        let data = self.data(isInternal: destination.isInternal)
        let form =
            data.contains { ["label", "remove", "hash"].contains($0.treatment) }
            ? "redacted" : data.contains { $0.treatment != "raw" } ? "pseudonymised" : "raw"
        let policies =
            random.below(10) == 0
            ? ["staff-external", "support-raw"] : [destination.isInternal ? "anyone-inside" : "staff-external"]
        var json = Entry()
        json.add("attempt", attempt)
        json.add("client", "10.1.\(random.below(4)).\(random.below(250))")
        considered(&json, destination, form, policies)
        coverage(&json)
        json.data(data, withTreatment: true)
        json.object("destination") { json in
            json.add("internal", destination.isInternal)
            json.add("model", destination.model)
            json.add("provider", destination.provider)
            if !destination.region.isEmpty { json.add("region", destination.region) }
        }
        json.add("dialect", "openai")
        exposed(&json, data)
        json.add("form", form)
        json.add("kind", "intent")
        json.add("model", hostile && random.below(20) == 0 ? "</td><script>x()</script>" : "demo/\(destination.model)")
        json.add("operation", destination.model.contains("embedding") ? "embeddings" : "chat")
        json.add("policies", policies)
        json.add("policy_set", Self.set)
        principal(&json)
        json.add("prompt", hex(random.next()) + hex(random.next()) + hex(random.next()) + hex(random.next()))
        json.add("request", request)
        json.add("sealed", false)
        json.add("seq", sequence)
        stages(&json)
        json.add("stream", random.below(2) == 0)
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("tokens_estimated", Int(random.below(4_000)))
        json.add("tools", [])
        json.add("v", LedgerSchema.version)
        if random.below(100) > 0 {
            open.append(
                Open(
                    request: request, attempt: attempt, intent: sequence, due: written + 1 + Int(random.below(24)),
                    destination: destination))
        }
        return json.finish()
    }

    /// Fingerprints that found no room in the intent, which comes next.
    private mutating func exposure(_ sequence: Int) -> [UInt8] {
        let request = "req_" + hex(random.next()) + hex(random.next())
        var json = Entry()
        json.add("attempt", 1)
        exposed(&json, data(isInternal: true) + [Datum(dataClass: "email", place: "user", treatment: "raw", count: 40)])
        json.add("kind", "exposure")
        json.add("part", 1)
        json.add("request", request)
        json.add("seq", sequence)
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("v", LedgerSchema.version)
        again.append(Open(request: request, attempt: 0, intent: 0, due: 0, destination: Self.destinations[0]))
        return json.finish()
    }

    private mutating func result(_ open: Open, _ sequence: Int) -> [UInt8] {
        let roll = random.below(100)
        let outcome =
            roll < 90
            ? "completed"
            : roll < 93
                ? "refused" : roll < 95 ? "unreachable" : roll < 97 ? "timed_out" : roll < 98 ? "cut" : "cancelled"
        let hasUsage = outcome == "completed" && random.below(50) > 0
        let (input, output) = (Int(random.below(3_000)) + 20, Int(random.below(900)) + 1)
        let first = Int(random.below(900_000) + random.below(400_000)) + 20_000
        var json = Entry()
        json.add("attempt", open.attempt)
        json.add("bytes_received", output * 5)
        json.add("bytes_sent", input * 4)
        if hasUsage, let price = open.destination.price {
            json.add("cost_nano_usd", Int(price.input) * input + Int(price.output) * output)
        } else {
            json.null("cost_nano_usd")
        }
        if outcome != "unreachable", outcome != "timed_out" { json.add("first_byte_us", first) }
        json.add("intent", open.intent)
        json.add("kind", "result")
        json.add("outcome", outcome)
        json.add("request", open.request)
        json.add("seq", sequence)
        if outcome == "completed" { json.add("status", 200) }
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("total_us", first + Int(random.below(3_000_000)))
        if hasUsage {
            let cached = Int(random.below(3)) == 0 ? input / 2 : 0
            json.object("usage") { json in
                json.add("cached_input", cached)
                json.add("input", input)
                json.add("output", output)
            }
        } else {
            json.null("usage")
        }
        json.add("v", LedgerSchema.version)
        // What no connection came about for is tried elsewhere.
        if outcome == "unreachable", open.attempt < 3 { again.append(open) }
        return json.finish()
    }

    private mutating func denied(_ sequence: Int) -> [UInt8] {
        let reasons = ["policy", "policy", "policy", "blocked", "limit", "credential"]
        let reason = reasons[Int(random.below(6))]
        let data = self.data(isInternal: false)
        var json = Entry()
        json.add("client", "10.1.9.\(random.below(250))")
        considered(
            &json, pick(Self.destinations), nil,
            reason == "policy" ? ["no-health-outside", "cards-stay-inside"].shuffledTail(&random) : [])
        coverage(&json)
        json.data(data, withTreatment: false)
        json.add("dialect", "anthropic")
        json.add("kind", "denied")
        json.add("model", "demo/gpt-5")
        json.add("operation", "chat")
        json.add("policy_set", Self.set)
        principal(&json)
        json.add("reason", reason)
        json.add("request", "req_" + hex(random.next()) + hex(random.next()))
        json.add("seq", sequence)
        stages(&json)
        json.add("status", reason == "limit" ? 429 : 403)
        json.add("stream", false)
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("tokens_estimated", Int(random.below(4_000)))
        json.add("tools", [])
        json.add("v", LedgerSchema.version)
        return json.finish()
    }

    private mutating func counted(_ kind: String, _ reasons: [String], _ sequence: Int) -> [UInt8] {
        var json = Entry()
        if kind == "unidentified" { json.add("clients", ["192.0.2.\(random.below(250))"]) }
        json.add("kind", kind)
        json.add("others", 0)
        if kind == "refused" { json.add("principals", []) }
        json.object("reasons") { json in
            for reason in reasons.sorted() where random.below(2) == 0 { json.add(reason, 1 + Int(random.below(9))) }
        }
        json.add("seq", sequence)
        json.add("since", LedgerTime(milliseconds: time).description)
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("v", LedgerSchema.version)
        return json.finish()
    }

    private func simple(_ kind: String, _ sequence: Int, _ body: (inout Entry) -> Void) -> [UInt8] {
        var json = Entry()
        body(&json)
        json.add("kind", kind)
        json.add("seq", sequence)
        json.add("time", LedgerTime(milliseconds: time).description)
        json.add("v", LedgerSchema.version)
        return json.finish()
    }
}
