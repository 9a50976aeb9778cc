import Cryptography
import Testing
import TransparencyLog

@Suite struct TreeTests {
    @Test func `the hashes are those of RFC 6962`() {
        #expect(MerkleTree.emptyRoot.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            MerkleTree.leafHash([UInt8]()).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        #expect(TreeFrontier().root == MerkleTree.emptyRoot)
    }

    @Test func `the edge of a growing tree has the root of the whole at every size`() throws {
        let log = PlainLog(300)
        let nodes = log.nodes
        var frontier = TreeFrontier()
        for size in 1...300 {
            frontier.append(log.leaves[size - 1])
            #expect(frontier.root == log.root(0..<size))
            #expect(frontier == TreeFrontier(size: UInt64(size), hashes: frontier.hashes))
            let restored = try TreeFrontier(size: UInt64(size)) { node throws(Missing) in
                guard let hash = nodes[node] else { throw Missing() }
                return hash
            }
            #expect(restored == frontier)
        }
        #expect(TreeFrontier(size: 7, hashes: Array(frontier.hashes.prefix(2))) == nil)
        #expect(TreeFrontier(size: 1 << 63, hashes: [log.leaves[0]]) == nil)
    }

    /// A reader that knows complete subtrees within the tree only.
    private func reader(_ nodes: [TreeNode: Digest32], _ size: Int) -> (TreeNode) throws(Missing) -> Digest32 {
        { node throws(Missing) in
            guard (node.index + 1) << UInt64(node.level) <= UInt64(size), let hash = nodes[node] else {
                throw Missing()
            }
            return hash
        }
    }

    @Test func `every leaf of every tree to 130 has a proof, which no other leaf, place, size or root satisfies`()
        throws
    {
        let log = PlainLog(130)
        let nodes = log.nodes
        for size in 1...130 {
            let root = log.root(0..<size)
            for index in 0..<size {
                let made = try InclusionProof(
                    index: UInt64(index), size: UInt64(size), read: reader(nodes, size))
                let proof = try #require(made)
                let leaf = log.leaves[index]
                #expect(proof.verifies(leaf, root: root))
                let flips = [
                    proof.verifies(leaf.flipping(index + size), root: root),
                    proof.verifies(leaf, root: root.flipping(index + size)),
                    changed(proof, index: proof.index ^ 1).verifies(leaf, root: root),
                    changed(proof, index: proof.index + 1).verifies(leaf, root: root),
                    changed(proof, hashes: proof.hashes + [root]).verifies(leaf, root: root),
                    changed(proof, hashes: [root] + proof.hashes).verifies(leaf, root: root),
                    !proof.hashes.isEmpty
                        && changed(proof, hashes: Array(proof.hashes.dropLast())).verifies(leaf, root: root),
                ]
                #expect(!flips.contains(true), "\(index) of \(size): \(flips)")
                for place in proof.hashes.indices {
                    var hashes = proof.hashes
                    hashes[place] = hashes[place].flipping(index &* 7 + place)
                    #expect(!changed(proof, hashes: hashes).verifies(leaf, root: root))
                }
            }
        }
    }

    @Test func `every bit of a proof counts`() throws {
        let log = PlainLog(100)
        let nodes = log.nodes
        let root = log.root(0..<100)
        let proofMade = try InclusionProof(index: 77, size: 100, read: reader(nodes, 100))
        let proof = try #require(proofMade)
        let growthMade = try ConsistencyProof(oldSize: 77, newSize: 100, read: reader(nodes, 100))
        let growth = try #require(growthMade)
        #expect(growth.verifies(oldRoot: log.root(0..<77), newRoot: root))
        for bit in 0..<256 {
            for place in proof.hashes.indices {
                var hashes = proof.hashes
                hashes[place] = hashes[place].flipping(bit)
                #expect(!changed(proof, hashes: hashes).verifies(log.leaves[77], root: root))
            }
            for place in growth.hashes.indices {
                var hashes = growth.hashes
                hashes[place] = hashes[place].flipping(bit)
                let other = ConsistencyProof(oldSize: 77, newSize: 100, hashes: hashes)
                #expect(!other.verifies(oldRoot: log.root(0..<77), newRoot: root))
            }
        }
    }

    private func changed(
        _ proof: InclusionProof, index: UInt64? = nil, hashes: [Digest32]? = nil
    ) -> InclusionProof {
        InclusionProof(index: index ?? proof.index, size: proof.size, hashes: hashes ?? proof.hashes)
    }

    @Test func `every tree to 130 is shown to grow into every later one, and into no other`() throws {
        let log = PlainLog(130)
        let nodes = log.nodes
        let roots = (0...130).map { $0 == 0 ? MerkleTree.emptyRoot : log.root(0..<$0) }
        for new in 1...130 {
            for old in 1...new {
                let made = try ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), read: reader(nodes, new))
                let proof = try #require(made)
                #expect(proof.verifies(oldRoot: roots[old], newRoot: roots[new]))
                #expect(!proof.verifies(oldRoot: roots[old].flipping(old + new), newRoot: roots[new]))
                #expect(!proof.verifies(oldRoot: roots[old], newRoot: roots[new].flipping(old + new)))
                // A proof between other sizes shows nothing about these.
                let other = ConsistencyProof(
                    oldSize: UInt64(old), newSize: UInt64(new), hashes: proof.hashes + [roots[1]])
                #expect(!other.verifies(oldRoot: roots[old], newRoot: roots[new]))
                let earlier = ConsistencyProof(oldSize: UInt64(old - 1), newSize: UInt64(new), hashes: proof.hashes)
                #expect(!earlier.verifies(oldRoot: roots[old], newRoot: roots[new]))
                if let first = proof.hashes.first {
                    let changed = [first.flipping(old)] + proof.hashes.dropFirst()
                    let broken = ConsistencyProof(oldSize: UInt64(old), newSize: UInt64(new), hashes: changed)
                    #expect(!broken.verifies(oldRoot: roots[old], newRoot: roots[new]))
                }
            }
        }
    }

    @Test func `every run of leaves with a hash of its own is shown to be part of every tree to 40`() throws {
        let log = PlainLog(40)
        let nodes = log.nodes
        for size in 1...40 {
            for start in 0..<size {
                for end in (start + 1)...size {
                    let made = try SubtreeConsistencyProof(
                        start: UInt64(start), end: UInt64(end), size: UInt64(size), read: reader(nodes, size))
                    guard Subtree(start: UInt64(start), end: UInt64(end)) != nil else {
                        #expect(made == nil)
                        continue
                    }
                    let proof = try #require(made)
                    let subtree = log.root(start..<end)
                    #expect(proof.verifies(subtree: subtree, root: log.root(0..<size)), "\(start)..<\(end) of \(size)")
                    #expect(!proof.verifies(subtree: subtree.flipping(3), root: log.root(0..<size)))
                    #expect(!proof.verifies(subtree: subtree, root: log.root(0..<size).flipping(3)))
                }
            }
        }
    }

    @Test(arguments: [0, 1, 1 << 31, 1 << 62, 1 << 63 - 1, 1 << 63, 1 << 63 + 1, .max - 1, .max] as [UInt64])
    func `hostile sizes are refused without a trap`(_ size: UInt64) throws {
        let hash = MerkleTree.emptyRoot
        let read: (TreeNode) throws(Missing) -> Digest32 = { _ throws(Missing) in hash }
        for other in [0, 1, 2, 1 << 62, 1 << 63 - 1, 1 << 63, .max - 1, .max] as [UInt64] {
            for count in [0, 1, 62, 63, 64, 65, 200] {
                let hashes = [Digest32](repeating: hash, count: count)
                #expect(
                    !InclusionProof(index: other, size: size, hashes: hashes).verifies(hash, root: hash.flipping(0)))
                let growth = ConsistencyProof(oldSize: other, newSize: size, hashes: hashes)
                #expect(!growth.verifies(oldRoot: hash, newRoot: hash.flipping(0)))
                let part = SubtreeConsistencyProof(start: other, end: size, size: .max, hashes: hashes)
                #expect(!part.verifies(subtree: hash, root: hash.flipping(0)))
                let verdict = Subtree(start: other, end: size)?.verifies(hash, at: size, proof: hashes, root: hash)
                #expect(verdict != true)
            }
            let isTree = size <= MerkleTree.maximumSize
            let included = try InclusionProof(index: other, size: size, read: read)
            #expect((included != nil) == (isTree && other < size))
            let grown = try ConsistencyProof(oldSize: other, newSize: size, read: read)
            #expect((grown != nil) == (isTree && other > 0 && other <= size))
        }
        let edge = try TreeFrontier(size: size, read: read)
        #expect((edge == nil) == (size > MerkleTree.maximumSize))
        var full = TreeFrontier(size: MerkleTree.maximumSize, hashes: [Digest32](repeating: hash, count: 63))
        #expect(full?.append(hash) == false)
    }
}
