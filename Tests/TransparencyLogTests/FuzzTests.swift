import Cryptography
import Testing
import TransparencyLog

/// Bytes from strangers never stop the process; what is read is written again to the byte.
@Suite struct FuzzTests {
    private func seeds() throws -> [[UInt8]] {
        let log = PlainLog(77)
        let signer = try Keys.signer("log.example", 1)
        let witness = try Keys.signer("w1", 2, .cosignatureV1)
        let checkpoint = try #require(Checkpoint(origin: "log.example", size: 77, root: log.root(0..<77)))
        let signed = try checkpoint.signed(by: [signer, witness], time: 5)
        let hashes = Array(log.leaves.prefix(6))
        return [
            signed.bytes, LogProof(extra: [1, 2], index: 3, hashes: hashes, checkpoint: signed).bytes,
            AddCheckpointRequest(oldSize: 5, hashes: hashes, checkpoint: signed).bytes, checkpoint.text,
            try #require(EntryBundle.encode((0..<20).map { [UInt8](repeating: 1, count: $0) })),
            HashTile.encode(hashes), signer.verifier.text.bytes, NoteTests.goSigner.bytes,
            "tile/0/x001/x234/067.p/8".bytes,
            "tile/entries/000".bytes, try witness.sign(checkpoint.text).line,
        ]
    }

    private func read(_ bytes: [UInt8], _ keys: [NoteVerifier], _ signed: SignedCheckpoint) throws {
        if let note = try? SignedNote(parsing: bytes) {
            #expect(note.bytes == bytes)
            _ = try? note.verified(by: keys)
        }
        if let checkpoint = try? Checkpoint(parsing: bytes) { #expect(checkpoint.text == bytes) }
        if let proof = try? LogProof(parsing: bytes) {
            #expect(proof.bytes == bytes)
            _ = try? proof.verified(Digest32(), by: LogTrust(logKeys: keys))
        }
        if let request = try? AddCheckpointRequest(parsing: bytes) {
            #expect(request.bytes == bytes)
            var witness = Witness(signers: [])
            witness.add(origin: "log.example", keys: keys)
            _ = try witness.addCheckpoint(bytes, time: 1)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let tile = Tile(path: text) { #expect(tile.path.bytes == bytes) }
        if let key = try? NoteVerifier(text: text) { #expect(key.text.lowercased() == text.lowercased()) }
        _ = try? NoteSigner(text: text)
        for width in [1, 6, 20, 256] {
            if let tile = Tile(.entries, index: 0, width: width),
                let entries = try? EntryBundle.decode(bytes, as: tile),
                entries.count == width
            {
                let whole = try #require(EntryBundle.encode(entries.map { Array($0) }))
                #expect(bytes.starts(with: whole))
            }
            if let tile = Tile(.hashes(level: 0), index: 0, width: width) { _ = try? HashTile.decode(bytes, as: tile) }
        }
        for status in [200, 409] { _ = AddCheckpointAnswer(status: status, body: bytes, to: signed, keys: keys) }
    }

    @Test func `random and mutated bytes never stop a parser, and what is read is written again as it was`() throws {
        var dice = Dice(state: 11)
        let seeds = try seeds()
        let keys = [try Keys.signer("log.example", 1).verifier, try Keys.signer("w1", 2, .cosignatureV1).verifier]
        let signed = try SignedCheckpoint(parsing: seeds[0])
        for seed in seeds {
            try read(seed, keys, signed)
            for count in 0..<seed.count { try read(Array(seed.prefix(count)), keys, signed) }
            for _ in 0..<400 {
                var bytes = seed
                for _ in 0..<Int.random(in: 1...3, using: &dice) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &dice)
                    switch Int.random(in: 0..<5, using: &dice) {
                    case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                    case 1: bytes.remove(at: place)
                    case 2: bytes.insert("\n09 +=".bytes.randomElement(using: &dice) ?? 0, at: place)
                    case 3: bytes.insert(contentsOf: bytes[place...].prefix(40), at: place)
                    default: bytes.removeSubrange(place..<min(bytes.count, place + 20))
                    }
                }
                try read(bytes, keys, signed)
            }
        }
        for _ in 0..<500 {
            let count = Int.random(in: 0...300, using: &dice)
            try read((0..<count).map { _ in UInt8.random(in: 0...255, using: &dice) }, keys, signed)
        }
    }
}
