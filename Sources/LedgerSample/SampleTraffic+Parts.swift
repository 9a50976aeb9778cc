import JSONText

extension SampleTraffic {
    /// A line of `data`.
    struct Datum {
        let dataClass, place, treatment: String
        let count: Int
    }

    mutating func pick(_ all: [Destination]) -> Destination {
        var roll = Int(random.below(UInt64(all.reduce(0) { $0 + $1.weight })))
        for destination in all {
            roll -= destination.weight
            if roll < 0 { return destination }
        }
        return all[0]
    }

    mutating func data(isInternal: Bool) -> [Datum] {
        var data: [String: Datum] = [:]
        for _ in 0..<[0, 0, 1, 1, 2, 3][Int(random.below(6))] {
            let dataClass = Self.classes[Int(random.below(UInt64(Self.classes.count)))]
            let ways = Self.treatments[dataClass] ?? ["raw"]
            let treatment = isInternal ? "raw" : ways[Int(random.below(UInt64(ways.count)))]
            let place = Self.places[Int(random.below(UInt64(Self.places.count)))]
            data["\(dataClass) \(place) \(treatment)"] = Datum(
                dataClass: dataClass, place: place, treatment: treatment, count: 1 + Int(random.below(4)))
        }
        return data.sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func coverage(_ json: inout Entry) {
        let isUnscannable = random.below(60) == 0
        let texts = 1 + Int(random.below(8))
        json.list("coverage", isUnscannable ? ["scanned", "unscannable"] : ["scanned"]) { json, verdict in
            json.add("count", verdict == "scanned" ? texts : 1)
            json.add("place", "user")
            if verdict != "scanned" { json.add("reason", "image") }
            json.add("verdict", verdict)
        }
    }

    func considered(_ json: inout Entry, _ destination: Destination, _ form: String?, _ policies: [String]) {
        json.list("considered", [destination]) { json, destination in
            json.object("destination") { json in
                json.add("model", destination.model)
                json.add("provider", destination.provider)
            }
            if let form { json.add("form", form) }
            json.add("policies", policies)
        }
    }

    mutating func exposed(_ json: inout Entry, _ data: [Datum]) {
        var lines: [(String, String, [String])] = []
        for datum in data where !lines.contains(where: { $0.0 == datum.dataClass && $0.1 == datum.treatment }) {
            let people = (0..<datum.count).map { _ in Int(random.below(20_000)) }
            lines.append(
                (datum.dataClass, datum.treatment, people.map { Self.fingerprint($0, datum.dataClass) }.sorted()))
        }
        json.list("exposed", lines) { json, line in
            json.add("class", line.0)
            json.add("treatment", line.1)
            json.add("values", line.2)
        }
    }

    mutating func principal(_ json: inout Entry) {
        // Some ask much more often than others.
        let person = people[min(Int(random.below(UInt64(people.count))), Int(random.below(UInt64(people.count))))]
        json.object("principal") { json in
            json.add("credential", ["key_0123456789"])
            json.add("kind", person.isService ? "service" : "user")
            json.add("method", ["api_key"])
            json.add("name", person.name)
            json.add("teams", [person.team])
            json.add("tenant", person.tenant)
        }
    }

    mutating func stages(_ json: inout Entry) {
        let times = (0..<4).map { _ in 20 + Int(random.below(300)) }
        json.object("stages_us") { json in
            json.add("authorise", times[0])
            json.add("inspect", times[1] * 3)
            json.add("read", times[2])
            json.add("treat", times[3])
        }
    }

    func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}

/// One entry's JSON in the making; members are given in the order of their names.
struct Entry {
    private var json = JSONWriter(capacity: 1_024)

    init() { json.beginObject() }

    mutating func add(_ name: String, _ text: String) {
        json.key(name)
        json.string(text)
    }

    mutating func add(_ name: String, _ number: Int) {
        json.key(name)
        json.int(number)
    }

    mutating func add(_ name: String, _ flag: Bool) {
        json.key(name)
        json.bool(flag)
    }

    mutating func add(_ name: String, _ texts: [String]) {
        json.key(name)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    mutating func null(_ name: String) {
        json.key(name)
        json.null()
    }

    mutating func object(_ name: String, _ body: (inout Entry) -> Void) {
        json.key(name)
        json.beginObject()
        body(&self)
        json.endObject()
    }

    mutating func list<Element>(_ name: String, _ all: [Element], _ body: (inout Entry, Element) -> Void) {
        json.key(name)
        json.beginArray()
        for element in all {
            json.beginObject()
            body(&self, element)
            json.endObject()
        }
        json.endArray()
    }

    mutating func data(_ data: [SampleTraffic.Datum], withTreatment: Bool) {
        list("data", data) { json, datum in
            json.add("class", datum.dataClass)
            json.add("count", datum.count)
            json.add("place", datum.place)
            if withTreatment { json.add("treatment", datum.treatment) }
        }
    }

    consuming func finish() -> [UInt8] {
        json.endObject()
        return json.bytes
    }
}

/// Steele, Lea and Flood's generator: small, quick, the same everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    mutating func below(_ bound: UInt64) -> UInt64 { next() % max(1, bound) }
}

extension [String] {
    /// The last one, or all.
    func shuffledTail(_ random: inout SplitMix) -> [String] { random.below(2) == 0 ? [self[count - 1]] : sorted() }
}
