import Dialects
import Inference
import JSONText

/// A text's bytes.
func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// Bytes as text.
func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

/// A text as a document.
func json(_ text: String) throws -> JSONDocument { try JSONDocument(parsing: bytes(text)) }

/// Reads a request from text.
func read(_ operation: Operation, _ text: String) throws -> InferenceRequest {
    try RequestReader.read(operation, body: json(text))
}

extension InferenceRequest {
    /// `place: text` for every text.
    var listing: [String] {
        texts.map { entry in
            let value = documents[entry.document].json.value(at: entry.node)
            return "\(entry.place.rawValue): \(value.string ?? "?")"
        }
    }

    /// `kind place` for every part that can't be read.
    var parts: [String] { unscannable.map { "\($0.kind.rawValue) \($0.place.rawValue)" } }
}

/// Replaces one surrogate by one value, holding back what may still become the surrogate.
struct FakeRestorer: Sendable {
    static let surrogate = bytes("EMAIL_7KQ2M9XD")
    static let value = bytes("a\"b@example.com")
    static let make: @Sendable (Bool) -> FakeRestorer = { FakeRestorer(isJSON: $0) }
    var isJSON: Bool
    private var held: [UInt8] = []

    init(isJSON: Bool) { self.isJSON = isJSON }

    mutating func push(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        held.append(contentsOf: text)
        var released: [UInt8] = []
        while !held.isEmpty {
            if held.starts(with: Self.surrogate) {
                released.append(contentsOf: isJSON ? JSONEscape.escaped(Self.value) : Self.value)
                held.removeFirst(Self.surrogate.count)
            } else if Self.surrogate.starts(with: held) {
                break
            } else {
                released.append(held.removeFirst())
            }
        }
        return released
    }

    mutating func finish() -> [UInt8] {
        defer { held = [] }
        return held
    }
}

/// The same numbers in every run: SplitMix64.
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
