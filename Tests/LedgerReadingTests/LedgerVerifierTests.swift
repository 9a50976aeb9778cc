import Cryptography
import Foundation
import Ledger
import LedgerStore
import Testing
import TransparencyLog

@Suite struct LedgerVerifierTests {
    private static func verify(
        _ ledger: SampleLedger, keys: [NoteVerifier] = [], earlier: [EarlierCheckpoint] = []
    ) throws -> LedgerVerdict {
        try LedgerVerifier(source: LedgerFolder(ledger.path), keys: keys, earlier: earlier).verify()
    }

    private static func checkpoint(_ ledger: SampleLedger, log: Int = 1) throws -> EarlierCheckpoint {
        try EarlierCheckpoint(
            place: "kept", parsing: ledger.read("\(LedgerFolder.name(ofLog: log))/checkpoint"))
    }

    private static let bundle = "log-000001/tile/entries/001"

    /// A log of 1,000 entries, whose second bundle is made anew by a closure.
    private static func ledger(changing body: (inout [[UInt8]]) -> Void) throws -> SampleLedger {
        let ledger = try SampleLedger(entries: 1_000)
        var entries = Array((ledger.logs[1]?.entries ?? [])[256..<512])
        body(&entries)
        try ledger.write(
            entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }, to: bundle)
        return ledger
    }

    @Test(arguments: [0, 1, 2, 255, 256, 257, 511, 512, 1_000])
    func `a log as it was written is intact`(count: Int) throws {
        let ledger = try SampleLedger(entries: count)
        let key = try #require(ledger.logs[1]?.signer.verifier)
        let verdict = try Self.verify(ledger, keys: [key], earlier: [Self.checkpoint(ledger)])
        #expect(verdict.isIntact, "\(verdict.damages)")
        #expect(verdict.logs.map(\.entries) == [UInt64(count)])
        #expect(verdict.logs[0].checkpoint?.checkpoint.size == UInt64(count))
        #expect(verdict.logs[0].strangers.isEmpty)
    }

    @Test func `a log with three levels of tiles is intact, and so are its former partial tiles`() throws {
        let ledger = try SampleLedger()
        for end in [1, 300, 65_535, 65_536, 65_537, 66_000] {
            try ledger.log(1) { log in for index in log.size..<end { log.append(SampleLog.entry(index)) } }
            #expect(try Self.verify(ledger).damages == [])
        }
        let former = try ledger.read("log-000001/tile/entries/001.p/44")
        #expect(try ledger.read("log-000001/tile/entries/001").starts(with: former))
        try ledger.change("log-000001/tile/entries/001.p/44", at: 50)
        #expect(try Self.verify(ledger).damages.map(\.file) == ["\(ledger.folder(1))/tile/entries/001.p/44"])
        try ledger.change("log-000001/tile/entries/001.p/44", at: 50)
        // One hash of each level, in full and in partial tiles: the tile is named, not what lies below it.
        for file in ["tile/0/000", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"] {
            try ledger.change("log-000001/\(file)", at: 5)
            let found = try Self.verify(ledger).damages
            #expect(found.map(\.part) == [.tile] && found[0].file.hasSuffix("/\(file)"), "\(file): \(found)")
            try ledger.change("log-000001/\(file)", at: 5)
        }
        for (entry, file) in [(0, "tile/entries/000"), (65_999, "tile/entries/257.p/208")] {
            try ledger.change(
                "log-000001/\(file)",
                at: ledger.read("log-000001/\(file)").count * (entry == 0 ? 0 : 1) + (entry == 0 ? 10 : -10))
            let found = try Self.verify(ledger).damages
            #expect(found.map(\.part) == [.entry] && found[0].first == LedgerPosition(log: 1, index: UInt64(entry)))
            try ledger.change(
                "log-000001/\(file)",
                at: ledger.read("log-000001/\(file)").count * (entry == 0 ? 0 : 1) + (entry == 0 ? 10 : -10))
        }
    }

    @Test func `any byte of any file changed is found, and the file named`() throws {
        let ledger = try SampleLedger(entries: 700)
        var dice = Dice(state: 1)
        for file in ledger.files() {
            let whole = try ledger.read(file)
            for _ in 0..<30 {
                let place = Int.random(in: 0..<whole.count, using: &dice)
                try ledger.change(file, at: place, by: UInt8(1 << Int.random(in: 0..<8, using: &dice)))
                let verdict = try Self.verify(ledger)
                #expect(verdict.damages.contains { $0.file.hasSuffix(file) }, "\(file) at \(place): \(verdict.damages)")
                try ledger.write(whole, to: file)
            }
        }
        #expect(try Self.verify(ledger).isIntact)
    }

    @Test func `a changed entry is named`() throws {
        let ledger = try Self.ledger { $0[44][20] ^= 1 }
        let found = try Self.verify(ledger).damages
        #expect(found.map(\.part) == [.entry] && found[0].first == LedgerPosition(log: 1, index: 300))
        #expect("\(found[0])".contains("entry 1/300: the entry was changed"))
    }

    @Test func `a missing, doubled, moved or foreign entry is named`() throws {
        let cases: [(String, (inout [[UInt8]]) -> Void, UInt64, String)] = [
            ("missing", { $0.remove(at: 44) }, 300, "missing"),
            (
                "missing with another at the end",
                {
                    $0.remove(at: 44); $0.append(SampleLog.entry(512))
                }, 300, "entry 1/301"
            ),
            ("last missing", { $0.removeLast() }, 511, "missing"),
            ("doubled", { $0.insert($0[44], at: 45) }, 301, "the entry before it is doubled"),
            ("swapped", { $0.swapAt(44, 45) }, 300, "entry 1/301 stands in its place"),
            ("foreign", { $0[44] = SampleLog.entry(9) }, 300, "says it is 1/9"),
            ("one more", { $0.append(SampleLog.entry(512)) }, 511, "bytes stand behind"),
        ]
        for (name, change, index, reason) in cases {
            let found = try Self.verify(Self.ledger(changing: change)).damages
            let first = try #require(found.first, "\(name)")
            #expect(
                first.first == LedgerPosition(log: 1, index: index) && "\(first)".contains(reason), "\(name): \(found)")
            #expect(
                found.allSatisfy { $0.part == .entry && $0.file.hasSuffix("tile/entries/001") }, "\(name): \(found)")
        }
    }

    @Test func `a bundle cut anywhere is found, and the first entry that is gone is named`() throws {
        let ledger = try SampleLedger(entries: 300)
        let bytes = try ledger.read("log-000001/tile/entries/000")
        for cut in 0..<60 {
            let length = bytes.count * cut / 60
            try ledger.write(Array(bytes[..<length]), to: "log-000001/tile/entries/000")
            var (whole, offset) = (0, 0)
            while offset + 2 <= length {
                offset += 2 + Int(bytes[offset]) << 8 + Int(bytes[offset + 1])
                if offset <= length { whole += 1 }
            }
            let found = try Self.verify(ledger).damages
            #expect(found.map(\.first) == [LedgerPosition(log: 1, index: UInt64(whole))], "\(found)")
        }
    }

    @Test(arguments: [
        "tile/entries/000", "tile/0/000", "tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1", "vkey",
        "checkpoint",
    ])
    func `a missing file is named`(file: String) throws {
        let ledger = try SampleLedger(entries: 300)
        try ledger.remove("log-000001/\(file)")
        let found = try Self.verify(ledger).damages
        #expect(found.contains { $0.file.hasSuffix(file) && $0.reason.contains("missing") }, "\(found)")
    }

    @Test func `bundles that change places are found, by the entries' own word`() throws {
        let ledger = try SampleLedger(entries: 600)
        let (first, second) = try (
            ledger.read("log-000001/tile/entries/000"), ledger.read("log-000001/tile/entries/001")
        )
        try ledger.write(first, to: "log-000001/tile/entries/001")
        try ledger.write(second, to: "log-000001/tile/entries/000")
        let verdict = try Self.verify(ledger)
        #expect(verdict.damageCount == 512 && verdict.logs[0].entries == 88)
        #expect("\(verdict.damages[0])".contains("entry 1/0: an entry that says it is 1/256 stands in its place"))
    }

    @Test func `an entry rewritten with its tile is found by the tile above`() throws {
        let ledger = try SampleLedger(entries: 70_000)
        var entries = Array((ledger.logs[1]?.entries ?? [])[256..<512])
        entries[3][20] ^= 1
        try ledger.write(try #require(EntryBundle.encode(entries)), to: Self.bundle)
        try ledger.write(HashTile.encode(entries.map { MerkleTree.leafHash($0) }), to: "log-000001/tile/0/001")
        let found = try Self.verify(ledger).damages
        #expect(
            found.map(\.part) == [.entry] && found[0].first?.index == 256 && found[0].last?.index == 511, "\(found)")
    }

    @Test func `an entry rewritten with all tiles is found by the checkpoint's signature or its root`() throws {
        let ledger = try SampleLedger(entries: 300)
        let old = try ledger.read("log-000001/checkpoint")
        let forged = try SampleLedger()
        try forged.log(1) { log in
            for index in 0..<300 { log.append(SampleLog.entry(index, kind: index == 7 ? "result" : "intent")) }
        }
        try forged.write(old, to: "log-000001/checkpoint")
        let found = try Self.verify(forged).damages
        #expect(found.map(\.part) == [.checkpoint] && found[0].reason.contains("another tree"), "\(found)")
    }

    @Test func `a ledger made anew by somebody else is found by the key that was kept, and by an earlier checkpoint`()
        throws
    {
        let ledger = try SampleLedger(entries: 300)
        let forged = try SampleLedger(entries: 300, seed: 8)
        let key = try #require(ledger.logs[1]?.signer.verifier)
        #expect(try Self.verify(forged).isIntact)
        #expect(try Self.verify(forged, keys: [key]).damages.first?.part == .key)
        let earlier = try Self.checkpoint(ledger)
        #expect(try Self.verify(forged, earlier: [earlier]).damages.map(\.part) == [.history])
    }

    @Test func `a log that was cut, rolled back or rewritten is found by an earlier checkpoint`() throws {
        let ledger = try SampleLedger(entries: 300)
        let early = try Self.checkpoint(ledger)
        try ledger.log(1) { log in for index in 300..<900 { log.append(SampleLog.entry(index)) } }
        let late = try Self.checkpoint(ledger)
        #expect(try Self.verify(ledger, earlier: [early, late]).isIntact)
        let cut = try SampleLedger(entries: 899)
        let found = try Self.verify(cut, earlier: [early, late]).damages
        #expect(found.map(\.first) == [LedgerPosition(log: 1, index: 899)] && found[0].last?.index == 899, "\(found)")
        let other = try SampleLedger()
        try other.log(1) { log in
            for index in 0..<900 { log.append(SampleLog.entry(index, kind: index == 7 ? "result" : "intent")) }
        }
        #expect(try Self.verify(other, earlier: [early, late]).damages.map(\.part) == [.history, .history])
        let gone = try SampleLedger(entries: 0)
        #expect(try Self.verify(gone, earlier: [early]).damages.map(\.part) == [.history])
    }

    @Test func `logs go on one after the other, and each names the one before`() throws {
        let ledger = try SampleLedger(entries: 300)
        try ledger.rotate()
        try ledger.log(2) { log in for index in 1..<20 { log.append(SampleLog.entry(index)) } }
        try ledger.rotate()
        let verdict = try Self.verify(ledger, earlier: [Self.checkpoint(ledger), Self.checkpoint(ledger, log: 3)])
        #expect(verdict.damages == [] && verdict.logs.map(\.entries) == [300, 20, 1])
        #expect(try LedgerVerifier(source: LedgerFolder(ledger.folder(2))).verify().isIntact)
        // The log before one grew again after it was closed.
        try ledger.log(2) { $0.append(SampleLog.entry(20)) }
        let found = try Self.verify(ledger).damages
        #expect(found.map(\.part) == [.link] && found[0].first == LedgerPosition(log: 3, index: 0), "\(found)")
        try FileManager.default.removeItem(atPath: ledger.folder(2))
        #expect(try Self.verify(ledger).damages.first?.file == ledger.folder(2))
        try FileManager.default.removeItem(atPath: ledger.folder(1))
        #expect(try Self.verify(ledger).damages.first?.file == ledger.folder(2))
    }

    @Test func `a log that begins without a word about the one before is found`() throws {
        let ledger = try SampleLedger(entries: 3)
        try ledger.log(2) { $0.append(SampleLog.entry(0)) }
        #expect(try Self.verify(ledger).damages.map(\.part) == [.link])
    }

    @Test func `a log that lost all its files but its key is no new log where another goes on after it`() throws {
        let ledger = try SampleLedger(entries: 300)
        try ledger.rotate()
        let keys = [try #require(ledger.logs[1]?.signer.verifier)]
        let kept = try Self.checkpoint(ledger, log: 2)
        try ledger.remove("log-000001/checkpoint")
        try ledger.remove("log-000001/tile")
        let found = try Self.verify(ledger, keys: keys, earlier: [kept]).damages
        #expect(found.map(\.part) == [.link] && found.first?.first == LedgerPosition(log: 2, index: 0), "\(found)")
    }

    @Test func `a log does not pass for the one before it, which is gone`() throws {
        let ledger = try SampleLedger(entries: 300)
        try ledger.rotate()
        let keys = [try #require(ledger.logs[1]?.signer.verifier)]
        let kept = try Self.checkpoint(ledger, log: 2)
        try ledger.remove("log-000001")
        try FileManager.default.moveItem(atPath: ledger.folder(2), toPath: ledger.folder(1))
        #expect(try Self.verify(ledger, keys: keys, earlier: [kept]).damages.first?.part == .link)
    }

    @Test func `a checkpoint laid beside the logs hides none of them`() throws {
        let ledger = try SampleLedger(entries: 3)
        for file in ["vkey", "checkpoint"] { try ledger.write(ledger.read("log-000001/\(file)"), to: file) }
        try ledger.change("log-000001/tile/entries/000.p/3", at: 40)
        #expect(try Self.verify(ledger).damages.map(\.file) == ["\(ledger.folder(1))/tile/entries/000.p/3"])
    }

    @Test func `entries that the log itself holds but that are none are named`() throws {
        let version = LedgerSchema.version
        for (entry, reason) in [
            ("{", "not JSON"), ("[1]", "not a JSON object"), (#"{"kind":"a","seq":1}"#, "no schema version"),
            (#"{"kind":"a","seq":1,"v":\#(version + 1)}"#, "schema version \(version + 1)"),
            (#"{"seq":1,"v":\#(version)}"#, "no `kind`"), (#"{"kind":"a","v":\#(version)}"#, "no index"),
            (#"{"kind":"a","seq":2,"v":\#(version)}"#, "it says that it is entry 2"),
            (#"{"kind":"a","seq":-1,"v":\#(version)}"#, "no index"), ("", "not JSON"),
        ] {
            let ledger = try SampleLedger(entries: 1)
            try ledger.log(1) { $0.append(Array(entry.utf8)) }
            let found = try Self.verify(ledger).damages
            #expect(
                found.map(\.first) == [LedgerPosition(log: 1, index: 1)] && "\(found)".contains(reason),
                "\(entry): \(found)")
        }
    }

    @Test func `files that no log has are noted, and harm nothing`() throws {
        let ledger = try SampleLedger(entries: 300)
        try ledger.write([1], to: "log-000001/tile/0/.000.tmp")
        try ledger.write([1], to: "log-000001/tile/entries/007")
        let verdict = try Self.verify(ledger)
        #expect(verdict.isIntact && verdict.logs[0].strangers == ["tile/0/.000.tmp", "tile/entries/007"])
    }

    @Test func `progress ends with all entries of all logs`() throws {
        let ledger = try SampleLedger(entries: 700)
        try ledger.rotate()
        var last: (UInt64, UInt64) = (0, 0)
        _ = try LedgerVerifier(source: LedgerFolder(ledger.path)).verify { last = ($0, $1) }
        #expect(last == (701, 701))
    }
}

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
