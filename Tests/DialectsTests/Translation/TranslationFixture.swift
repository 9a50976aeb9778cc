import Inference
import JSONText

@testable import Dialects

/// A request of one dialect as another's, and what was lost.
func translated(
    _ body: String, from caller: Inference.Operation, to provider: Inference.Operation, maximumOutput: Int? = nil
) throws -> (body: String, losses: [String]) {
    let translation = try require(Translation(from: caller, to: provider))
    let request = try translation.request(
        bytes(body), to: TranslationTarget(model: "there", maximumOutput: maximumOutput))
    return (text(request.body), request.losses)
}

/// What a body says in no dialect's words.
func conversation(_ body: String, _ operation: Inference.Operation) throws -> Conversation {
    try json(body).withTape { (tape) throws(RequestError) in
        try Translation.reader(of: operation).read(tape).0
    }
}

/// A whole answer of one dialect as another's.
func answer(_ body: String, from provider: Inference.Operation, to caller: Inference.Operation) throws -> String {
    let translation = try require(Translation(from: caller, to: provider))
    return text(try translation.answer(bytes(body), as: facts).body)
}

/// A stream of one dialect as another's, cut into pieces at these places.
func stream(
    _ events: [UInt8], from provider: Inference.Operation, to caller: Inference.Operation, cuts: [Int] = []
) throws -> String {
    let translation = try require(Translation(from: caller, to: provider))
    var stream = translation.stream(as: facts)
    var result: [UInt8] = []
    var start = 0
    for cut in cuts + [events.count] {
        result += try stream.push(Array(events[start..<cut]))
        start = cut
    }
    result += try stream.end()
    return text(result)
}

let facts = TranslatedAnswer(identifier: "0001", created: 1_700_000_000, model: "alias")

/// Unwraps, without a test framework's macro in a place that is no test.
private func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw MissingValue() }
    return value
}

struct MissingValue: Error {}
