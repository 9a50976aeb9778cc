import DataSets
import Testing

/// Makes a conversation of a few turns.
private func conversation(_ number: Int, turns: Int) -> DataRecord {
    var messages = [DataMessage(.system, "It is \(turns) o'clock.")]
    for turn in 0..<turns {
        messages.append(DataMessage(.user, "question \(turn) of conversation \(number)"))
        messages.append(DataMessage(.assistant, "answer \(turn)"))
    }
    return DataRecord(messages: messages)
}

struct DataSplitTests {
    @Test(arguments: [1, 2, 99]) func `a conversation and what continues it are in one part`(_ seed: UInt64) throws {
        let split = try #require(DataSplit("80/10/10", seed: seed))
        var sizes: [DataSplit.Part: Int] = [:]
        for number in 0..<2_000 {
            let parts = Set((1...4).map { split.part(of: conversation(number, turns: $0)) })
            #expect(parts.count == 1)
            for part in parts { sizes[part, default: 0] += 1 }
        }
        #expect(abs((sizes[.train] ?? 0) - 1_600) < 80)
        #expect(abs((sizes[.test] ?? 0) - 200) < 60)
    }

    @Test func `the same seed gives the same parts and another seed others`() throws {
        let records = (0..<200).map { conversation($0, turns: 1) }
        let split = try #require(DataSplit("50/50", seed: 7))
        let other = try #require(DataSplit("50/50", seed: 8))
        #expect(records.map(split.part) == records.map(split.part))
        #expect(records.map(split.part) != records.map(other.part))
        #expect(split.parts == [.train, .validation])
    }

    @Test(arguments: ["", "100", "90/20", "-10/110", "a/b", "25/25/25/25", "90/5/5/"])
    func `shares that are none are refused`(_ text: String) {
        #expect(DataSplit(text, seed: 1) == nil)
    }
}
