import Foundation
import JSONText
import Testing

/// A JSON value as a test makes it, to compare with what the reader sees.
indirect enum Model: Equatable {
    case null
    case bool(Bool)
    case number(String)
    case string([UInt8])
    case array([Model])
    case object([(name: [UInt8], value: Model)])

    static func == (left: Model, right: Model) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.name == $1.name && $0.value == $1.value }
        default: false
        }
    }

    /// What a cursor sees.
    init(_ value: JSONValue) {
        switch value.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .number: self = .number(value.withRawBytes { String(decoding: $0, as: UTF8.self) })
        case .string: self = .string(value.decodedUTF8())
        case .array: self = .array(value.elements.map(Model.init))
        case .object: self = .object(value.members.map { ($0.key.decodedUTF8(), Model($0.value)) })
        }
    }

    /// A random value, at most so deep.
    static func random(depth: Int, using randomness: inout Randomness) -> Model {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &randomness) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &randomness))
        case 2, 3:
            let numbers = [
                "0", "-0", "1", "-17", "3.25", "1e5", "2E-3", "-0.1e+10", "123456789012345678901234567890", "1e999",
            ]
            return .number(numbers.randomElement(using: &randomness) ?? "0")
        case 4, 5: return .string(text(using: &randomness))
        case 6:
            return .array(
                (0..<Int.random(in: 0...5, using: &randomness)).map { _ in random(depth: depth - 1, using: &randomness)
                })
        default:
            var names: Set<[UInt8]> = []
            let many = Int.random(in: 0..<20, using: &randomness) == 0
            for _ in 0..<Int.random(in: 0...(many ? 40 : 5), using: &randomness) {
                names.insert(text(using: &randomness))
            }
            return .object(
                names.sorted { $0.lexicographicallyPrecedes($1) }.map {
                    ($0, random(depth: depth - 1, using: &randomness))
                })
        }
    }

    static func text(using randomness: inout Randomness) -> [UInt8] {
        let alphabet = Array("abcdefgh 012\"\\/\n\r\t\u{0}\u{8}\u{C}\u{1F}\u{7F}éß€漢😀𝄞".unicodeScalars)
        var text = ""
        for _ in 0..<Int.random(in: 0...(Bool.random(using: &randomness) ? 30 : 4), using: &randomness) {
            text.unicodeScalars.append(alphabet.randomElement(using: &randomness) ?? "x")
        }
        return Array(text.utf8)
    }

    /// One of the many texts for this value: blanks and escapes at random.
    func write(to target: inout String, using randomness: inout Randomness) {
        func blanks(_ target: inout String, _ randomness: inout Randomness) {
            for _ in 0..<max(0, Int.random(in: -4...2, using: &randomness)) {
                target += [" ", "\n", "\r", "\t"].randomElement(using: &randomness) ?? " "
            }
        }
        blanks(&target, &randomness)
        switch self {
        case .null: target += "null"
        case .bool(let value): target += value ? "true" : "false"
        case .number(let digits): target += digits
        case .string(let utf8): Self.write(utf8, to: &target, using: &randomness)
        case .array(let elements):
            target += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { target += "," }
                element.write(to: &target, using: &randomness)
            }
            if elements.isEmpty { blanks(&target, &randomness) }
            target += "]"
        case .object(let members):
            target += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { target += "," }
                blanks(&target, &randomness)
                Self.write(member.name, to: &target, using: &randomness)
                blanks(&target, &randomness)
                target += ":"
                member.value.write(to: &target, using: &randomness)
            }
            if members.isEmpty { blanks(&target, &randomness) }
            target += "}"
        }
        blanks(&target, &randomness)
    }

    private static func write(_ utf8: [UInt8], to target: inout String, using randomness: inout Randomness) {
        target += "\""
        for scalar in String(decoding: utf8, as: UTF8.self).unicodeScalars {
            let short: [Unicode.Scalar: String] = [
                "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\u{8}": "\\b",
                "\u{C}": "\\f",
            ]
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            let choice = Int.random(in: 0..<6, using: &randomness)
            if let short = short[scalar], choice < 3 {
                target += short
            } else if mustEscape || choice == 3 {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16, uppercase: Bool.random(using: &randomness))
                    target += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                target.unicodeScalars.append(scalar)
            }
        }
        target += "\""
    }

    /// Writes it with our own writer.
    func write(with writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .bool(let value): writer.bool(value)
        case .number(let digits): writer.raw(Array(digits.utf8))
        case .string(let utf8): writer.string(utf8: utf8)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(with: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                member.name.withUnsafeBytes { writer.key($0) }
                member.value.write(with: &writer)
            }
            writer.endObject()
        }
    }
}

struct PropertyTests {
    @Test func `random documents mean what they were written from`() throws {
        var randomness = Randomness(seed: 2026)
        for _ in 0..<3000 {
            let model = Model.random(depth: 4, using: &randomness)
            var text = ""
            model.write(to: &text, using: &randomness)
            let document = try document(text)
            #expect(Model(document.root) == model)
            #expect(document.replacing([]) == Array(text.utf8))
            try check(document)

            var writer = JSONWriter()
            model.write(with: &writer)
            #expect(Model(try JSONDocument(parsing: writer.bytes).root) == model)
        }
    }

    @Test func `strings replaced at random stand where the old ones stood`() throws {
        var randomness = Randomness(seed: 99)
        for _ in 0..<1000 {
            var text = ""
            Model.random(depth: 4, using: &randomness).write(to: &text, using: &randomness)
            let document = try document(text)
            var replacements: [JSONReplacement] = []
            var expected: [Int: [UInt8]] = [:]
            for node in 0..<document.nodeCount where document.kind(at: node) == .string && !document.isKey(at: node) {
                guard Bool.random(using: &randomness) else { continue }
                let new = Model.text(using: &randomness)
                expected[node] = new
                replacements.append(
                    JSONReplacement(range: document.value(at: node).contentRange, bytes: JSONEscape.escaped(new)))
            }
            let spliced = try JSONDocument(parsing: document.replacing(replacements))
            #expect(spliced.nodeCount == document.nodeCount)
            for node in 0..<document.nodeCount where document.kind(at: node) == .string {
                #expect(
                    spliced.value(at: node).decodedUTF8() == expected[node] ?? document.value(at: node).decodedUTF8())
            }
        }
    }

    @Test func `mutated texts never trap and are accepted as Foundation accepts them`() throws {
        var randomness = Randomness(seed: 4711)
        let interesting =
            Array("{}[]\",:\\u0123dDeE+-.tfn \n\u{0}\u{7F}".utf8) + [0x80, 0xBF, 0xC3, 0xE2, 0xED, 0xF0, 0xFF]
        var accepted = 0
        var refused: [JSONSyntaxError.Reason: Int] = [:]
        for _ in 0..<20_000 {
            var text = ""
            Model.random(depth: 2, using: &randomness).write(to: &text, using: &randomness)
            var bytes = Array(text.utf8)
            for _ in 0..<Int.random(in: 1...3, using: &randomness) {
                let place = Int.random(in: 0...bytes.count, using: &randomness)
                let byte = interesting.randomElement(using: &randomness) ?? 0
                switch Int.random(in: 0..<4, using: &randomness) {
                case 0: bytes.insert(byte, at: place)
                case 1 where place < bytes.count: bytes[place] = byte
                case 2 where place < bytes.count: bytes.remove(at: place)
                default: bytes.insert(contentsOf: bytes[min(place, bytes.count / 2)..<place].prefix(12), at: place)
                }
            }
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            do {
                let document = try JSONDocument(parsing: bytes)
                accepted += 1
                try check(document)
                #expect(document.replacing([]) == bytes)
                // Foundation refuses numbers that a double cannot hold.
                if theirs == nil && !text.contains("e999") && !hasHugeNumber(document) {
                    Issue.record("accepted, unlike Foundation: \(String(decoding: bytes, as: UTF8.self))")
                }
                if let theirs, !hasEquivalentNames(document) && !isSame(document.root, theirs) {
                    Issue.record("read unlike Foundation: \(String(decoding: bytes, as: UTF8.self))")
                }
            } catch let error as JSONSyntaxError {
                refused[error.reason, default: 0] += 1
                #expect(error.offset >= 0 && error.offset <= bytes.count)
                // Where Foundation is laxer by design, or guesses another encoding.
                let mayDiffer: Set<JSONSyntaxError.Reason> = [.duplicateKey, .loneSurrogate, .byteOrderMark]
                if theirs != nil && !mayDiffer.contains(error.reason) && !bytes.contains(0)
                    && !endsAfterComma(bytes, at: error.offset)
                {
                    Issue.record("refused as \(error), unlike Foundation: \(String(decoding: bytes, as: UTF8.self))")
                }
            }
        }
        // The mutations reach both outcomes and most reasons.
        #expect(accepted > 2000 && refused.count >= 12, "\(accepted) accepted, refused \(refused)")
    }

    @Test func `random bytes never trap`() {
        var randomness = Randomness(seed: 1)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...24, using: &randomness)).map { _ in
                UInt8.random(in: 0...255, using: &randomness)
            }
            _ = reason(bytes)
            _ = reason([0x22] + bytes + [0x22])
            _ = JSONEscape.decode(bytes)
        }
    }

    /// Every node has its place: inside its parent, after its sister, and its own range reads as itself.
    private func check(_ document: JSONDocument) throws {
        var previousStart = -1
        for node in 0..<document.nodeCount {
            let value = document.value(at: node)
            #expect(value.range.lowerBound > previousStart)
            previousStart = value.range.lowerBound
            if node % 3 == 0 {
                let again = try JSONDocument(parsing: document.bytes, in: value.range)
                #expect(again.root.kind == value.kind)
                #expect(again.nodeCount == document.nodeAfter(node) - node)
            }
            switch value.kind {
            case .string:
                let text = value.decodedUTF8()
                #expect(
                    value.withDecodedUTF8 { Array($0) } == text
                        && value.rawRange(ofDecoded: 0..<text.count) == value.contentRange)
                #expect(value.hasEscapes || Array(document.bytes[value.contentRange]) == text)
            case .object: #expect(value.members.reduce(0) { count, _ in count + 1 } == value.count)
            case .array: #expect(value.elements.reduce(0) { count, _ in count + 1 } == value.count)
            case .number: _ = (value.int, value.double)
            default: break
            }
        }
    }

    /// Whether a container ends here just after a comma, which Foundation lets pass.
    private func endsAfterComma(_ bytes: [UInt8], at offset: Int) -> Bool {
        guard offset < bytes.count, bytes[offset] == 0x5D || bytes[offset] == 0x7D else { return false }
        return bytes[..<offset].last { ![0x20, 0x0A, 0x0D, 0x09].contains($0) } == 0x2C
    }

    private func hasHugeNumber(_ document: JSONDocument) -> Bool {
        (0..<document.nodeCount).contains { document.kind(at: $0) == .number && document.value(at: $0).double == nil }
    }

    /// Whether names differ that Swift's `String` takes for the same.
    private func hasEquivalentNames(_ document: JSONDocument) -> Bool {
        (0..<document.nodeCount).contains { node in
            let value = document.value(at: node)
            return value.kind == .object && Set(value.members.map { $0.key.string }).count != value.count
        }
    }
}
