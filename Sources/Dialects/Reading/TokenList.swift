internal import JSONText

/// Lists of the tokens that make up an answer's text, with their probabilities: `logprobs`.
///
/// They repeat the text cut in pieces, so nothing can be found in them or put back into them: where the text does not go out as it came
/// they are left out, which both of OpenAI's APIs allow.
enum TokenList {
    /// Notes the list at a node if there is one: an array becomes `[]`, what else there is `null`.
    static func note(_ node: Int, of tape: Tape, emptyArray: Bool, into lists: inout [JSONReplacement]) {
        let kind = tape.kind(node)
        let isEmpty = kind == .array && tape.after(node) == node + 1
        guard kind != .null, !isEmpty else { return }
        let empty = emptyArray && kind == .array ? "[]" : "null"
        lists.append(JSONReplacement(range: tape.range(node), bytes: Array(empty.utf8)))
    }
}
