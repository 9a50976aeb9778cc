import Cryptography
import Testing
import TransparencyLog

/// Numbers that look random and are the same each time (SplitMix64).
struct Dice: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// A log in memory, as plain as can be, for other code to be compared with.
struct PlainLog {
    let leaves: [Digest32]

    init(_ size: Int) { leaves = (0..<size).map { MerkleTree.leafHash("entry \($0)".utf8) } }

    /// RFC 6962 §2.1, by its own words.
    func root(_ range: Range<Int>) -> Digest32 {
        guard range.count > 1 else { return leaves[range.lowerBound] }
        var half = 1
        while half * 2 < range.count { half *= 2 }
        let middle = range.lowerBound + half
        return MerkleTree.nodeHash(root(range.lowerBound..<middle), root(middle..<range.upperBound))
    }

    /// All stored hashes, as `TreeFrontier` hands them out.
    var nodes: [TreeNode: Digest32] {
        var nodes: [TreeNode: Digest32] = [:]
        var frontier = TreeFrontier()
        for leaf in leaves { frontier.append(leaf) { nodes[$0] = $1 } }
        return nodes
    }
}

struct Missing: Error {}

extension Digest32 {
    /// The same with one bit the other way.
    func flipping(_ bit: Int) -> Digest32 {
        var copy = self
        copy.withUnsafeMutableBytes { $0[bit / 8 % 32] ^= 1 << UInt8(bit % 8) }
        return copy
    }
}

enum Keys {
    static func signer(
        _ name: String, _ byte: UInt8, _ type: NoteSignatureType = .ed25519
    ) throws -> NoteSigner {
        let key = try #require(SigningKey(ed25519Seed: [UInt8](repeating: byte, count: 32)))
        let name = try #require(NoteKeyName(name))
        return try #require(NoteSigner(name: name, type: type, key: key))
    }
}

extension String {
    var bytes: [UInt8] { Array(utf8) }
}
