import AnswerCache
import Cryptography
import Inference
import Testing

private let master = SymmetricKey([UInt8](repeating: 7, count: 32))
private let request = RequestID(high: 1, low: 2)

private func keys(_ tenant: String = "main", generation: Int = 1) throws -> AnswerKeys {
    try AnswerKeys(master: master, tenant: tenant, generation: generation)
}

/// A question, of which the tests change one part at a time.
private struct Parts {
    var policySet = "a1"
    var provider = ["openai", "https://api.example"]
    var model = "m"
    var form = "pseudonymised"
    var operation = "chat"
    var isStreaming = false
    var fields = ["2023-06-01"]
    var body = Array(#"{"model":"m"}"#.utf8)

    func key(_ keys: AnswerKeys) -> AnswerKey {
        keys.key(
            AnswerQuestion(
                policySet: policySet, provider: provider, model: model, form: form, operation: operation,
                isStreaming: isStreaming, fields: fields), body: body)
    }
}

private let changes: [@Sendable (inout Parts) -> Void] = [
    { $0.policySet = "a2" }, { $0.provider = ["openai", "https://api.example.org"] },
    { $0.provider = ["openaihttps://api.example"] }, { $0.model = "n" }, { $0.form = "raw" },
    { $0.operation = "responses" }, { $0.isStreaming = true }, { $0.fields = [] }, { $0.fields = ["2023-06-01", ""] },
    { $0.body.append(0x20) }, { $0.body = [] },
]

@Test(arguments: changes.indices) func `an answer has another name when anything of its question is another`(
    index: Int
) throws {
    let keys = try keys()
    var parts = Parts()
    let before = parts.key(keys)
    #expect(parts.key(keys) == before)
    changes[index](&parts)
    #expect(parts.key(keys) != before)
}

@Test func `no byte moves between two parts of a question unseen`() throws {
    let keys = try keys()
    var (left, right) = (Parts(), Parts())
    (left.model, left.form) = ("ab", "c")
    (right.model, right.form) = ("a", "bc")
    #expect(left.key(keys) != right.key(keys))
    (left.fields, left.body) = (["x"], [])
    (right.fields, right.body) = ([], Array("x".utf8))
    #expect(left.key(keys) != right.key(keys))
}

@Test func `an answer has another name for another tenant and under other keys`() throws {
    let name = Parts().key(try keys())
    #expect(Parts().key(try keys("other")) != name)
    #expect(Parts().key(try keys(generation: 2)) != name)
    // No tenant's name makes the key of another one's generation.
    #expect(Parts().key(try keys("2 main", generation: 1)) != Parts().key(try keys("main", generation: 12)))
}

private func answer(_ body: String = #"{"ok":true}"#) -> KeptAnswer {
    KeptAnswer(
        contentType: "application/json", body: Array(body.utf8), request: request, made: 1_000, expires: 61_000)
}

@Test(arguments: ["", "{}", String(repeating: "é", count: 40_000)]) func `what was sealed opens as it was`(
    body: String
) throws {
    let keys = try keys()
    let name = Parts().key(keys)
    let sealed = try keys.seal(answer(body), as: name, nonce: [UInt8](repeating: 3, count: 12))
    #expect(keys.open(sealed, as: name) == answer(body))
}

@Test func `what was sealed shows nothing of the answer, and no changed bit opens`() throws {
    let keys = try keys()
    let name = Parts().key(keys)
    let sealed = try keys.seal(answer("the secret text"), as: name, nonce: [UInt8](repeating: 3, count: 12))
    #expect(!String(decoding: sealed, as: UTF8.self).contains("secret"))
    for index in sealed.indices {
        var changed = sealed
        changed[index] ^= 1
        #expect(keys.open(changed, as: name) == nil, "byte \(index)")
    }
    for count in 0..<sealed.count { #expect(keys.open(Array(sealed.prefix(count)), as: name) == nil) }
}

@Test func `what was sealed opens under no other name and for no other tenant`() throws {
    let keys = try keys()
    let name = Parts().key(keys)
    let sealed = try keys.seal(answer(), as: name, nonce: [UInt8](repeating: 3, count: 12))
    var other = Parts()
    other.model = "n"
    #expect(keys.open(sealed, as: other.key(keys)) == nil)
    #expect(try AnswerKeys(master: master, tenant: "other", generation: 1).open(sealed, as: name) == nil)
}

@Test func `an answer is given out until it expires, and not before it was made`() {
    let answer = answer()
    #expect(answer.age(at: 1_000) == 0)
    #expect(answer.age(at: 60_999) == 59_999)
    #expect(answer.age(at: 61_000) == nil)
    #expect(answer.age(at: 10_000, maximumAge: 9_000) == 9_000)
    #expect(answer.age(at: 10_001, maximumAge: 9_000) == nil)
    // Clocks of two gateways differ by moments, not by minutes.
    #expect(answer.age(at: -59_000) == 0)
    #expect(answer.age(at: -59_001) == nil)
}
