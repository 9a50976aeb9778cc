import Cryptography
import Inference
import Testing

@testable import AnswerCache

private func key(_ number: Int) -> AnswerKey { AnswerKey(SHA256.hash(Array("\(number)".utf8))) }

private func answer(_ bytes: Int, expires: Int64 = 1_000) -> KeptAnswer {
    KeptAnswer(
        contentType: "", body: [UInt8](repeating: 1, count: bytes - AnswerShelf.overhead),
        request: RequestID(high: 0, low: UInt64(bytes)), made: 0, expires: expires)
}

private func has(_ shelf: inout AnswerShelf, _ number: Int, at now: Int64 = 0) -> Bool {
    shelf.find(key(number), at: now) != nil
}

private func expect(_ shelf: inout AnswerShelf, _ number: Int, at now: Int64 = 0, isThere: Bool) {
    let found = has(&shelf, number, at: now)
    #expect(found == isThere, "answer \(number) at \(now)")
}

@Test func `what was not asked for for longest makes room`() {
    var shelf = AnswerShelf(maximumBytes: 3_000)
    for number in 1...3 { shelf.put(answer(1_000), as: key(number)) }
    #expect(shelf.bytes == 3_000 && shelf.evictions == 0)
    expect(&shelf, 1, isThere: true)
    shelf.put(answer(1_000), as: key(4))
    let kept = [1, 2, 3, 4].map { has(&shelf, $0) }
    #expect(kept == [true, false, true, true])
    #expect(shelf.bytes == 3_000 && shelf.evictions == 1)
}

@Test func `an answer that is larger than the shelf is not kept, and takes nothing from the others`() {
    var shelf = AnswerShelf(maximumBytes: 3_000)
    shelf.put(answer(1_000), as: key(1))
    let isKept = shelf.put(answer(3_001), as: key(2))
    #expect(!isKept)
    expect(&shelf, 1, at: 0, isThere: true)
    #expect(shelf.count == 1)
    let isKeptNow = shelf.put(answer(3_000), as: key(3))
    #expect(isKeptNow)
    #expect(shelf.count == 1 && shelf.bytes == 3_000)
}

@Test func `an answer takes the place of the older one of its name`() {
    var shelf = AnswerShelf(maximumBytes: 3_000)
    shelf.put(answer(1_000), as: key(1))
    shelf.put(answer(2_000), as: key(1))
    let found = shelf.find(key(1), at: 0)
    #expect(found?.body.count == 2_000 - AnswerShelf.overhead)
    #expect(shelf.count == 1 && shelf.bytes == 2_000)
}

@Test func `what has expired is not given out, and frees its room`() {
    var shelf = AnswerShelf(maximumBytes: 3_000)
    shelf.put(answer(1_000, expires: 500), as: key(1))
    expect(&shelf, 1, at: 499, isThere: true)
    expect(&shelf, 1, at: 500, isThere: false)
    #expect(shelf.bytes == 0 && shelf.count == 0)
}

@Test func `an empty shelf keeps nothing`() {
    var shelf = AnswerShelf(maximumBytes: 0)
    let isKept = shelf.put(answer(400), as: key(1))
    #expect(!isKept)
    expect(&shelf, 1, at: 0, isThere: false)
}

@Test func `it behaves like a simple list, whatever is done in whichever order`() {
    var generator = Weyl(state: 20_261_123)
    var shelf = AnswerShelf(maximumBytes: 10_000)
    var model: [(key: AnswerKey, answer: KeptAnswer)] = []
    for step in 0..<20_000 {
        let name = key(Int(generator.next() % 40))
        switch generator.next() % 8 {
        case 0..<4:
            let now = Int64(generator.next() % 1_000)
            let found = shelf.find(name, at: now)
            guard let index = model.firstIndex(where: { $0.key == name }) else {
                #expect(found == nil, "step \(step)")
                continue
            }
            let line = model.remove(at: index)
            if line.answer.expires > now { model.append(line) }
            #expect(found == (line.answer.expires > now ? line.answer : nil), "step \(step)")
        case 4..<7:
            let new = answer(400 + Int(generator.next() % 3_000), expires: Int64(generator.next() % 2_000))
            shelf.put(new, as: name)
            model.removeAll { $0.key == name }
            model.append((name, new))
            while model.map({ $0.answer.body.count + AnswerShelf.overhead }).reduce(0, +) > 10_000 {
                model.removeFirst()
            }
        default:
            shelf.drop(name)
            model.removeAll { $0.key == name }
        }
        #expect(shelf.count == model.count, "step \(step)")
        #expect(shelf.bytes == model.map { $0.answer.body.count + AnswerShelf.overhead }.reduce(0, +), "step \(step)")
    }
}

/// The same numbers each time.
private struct Weyl: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
