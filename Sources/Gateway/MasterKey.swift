import Cryptography

/// The key from which all others are derived, and how often those were rotated.
///
/// The file holds 64 hexadecimal digits, and from the second generation on a line `generation N`. Only surrogates, stand-ins and hashes
/// depend on the generation; the salts of the ledger's commitments depend on the key alone, so old entries stay verifiable.
struct MasterKey: Sendable {
    private enum Bounds {
        static let keyBytes = 32
        static let generations = 1...1_000_000_000
    }

    let key: SymmetricKey
    /// From 1 on.
    let generation: Int

    init(key: SymmetricKey, generation: Int = 1) {
        self.key = key
        self.generation = generation
    }

    /// Reads the file's text; `nil` for anything else.
    init?(text: [UInt8]) {
        let lines = text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).filter { !$0.allSatisfy { $0 <= 0x20 } }
        guard (1...2).contains(lines.count),
            let bytes = Hexadecimal.decode(lines[0].filter { $0 > 0x20 }), bytes.count == Bounds.keyBytes
        else { return nil }
        key = SymmetricKey(bytes)
        guard lines.count == 2 else {
            generation = 1
            return
        }
        let words = lines[1].split(separator: UInt8(ascii: " "))
        guard words.count == 2, words[0].elementsEqual("generation".utf8),
            words[1].allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(decoding: words[1], as: UTF8.self)), Bounds.generations.contains(number)
        else { return nil }
        generation = number
    }

    /// The text of the file.
    var text: [UInt8] {
        let hexadecimal = key.withBytes { Hexadecimal.encode([UInt8]($0)) } + "\n"
        return Array((generation > 1 ? hexadecimal + "generation \(generation)\n" : hexadecimal).utf8)
    }

    /// The same key, one generation later; `nil` after the last one, which nobody reaches.
    var next: MasterKey? {
        Bounds.generations.contains(generation + 1) ? MasterKey(key: key, generation: generation + 1) : nil
    }

    /// Whether another file holds the same key.
    func hasKey(of other: MasterKey) -> Bool {
        key.withBytes { first in other.key.withBytes { constantTimeEqual(first, $0) } }
    }
}
