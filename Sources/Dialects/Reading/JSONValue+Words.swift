internal import JSONText

extension JSONValue {
    /// Whether it is a string that is one of these words of an API.
    func isOne(of words: StaticString...) -> Bool {
        for word in words where equals(word) { return true }
        return false
    }
}
