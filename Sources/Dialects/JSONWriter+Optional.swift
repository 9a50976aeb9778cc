internal import JSONText

extension JSONWriter {
    /// A string, or `null` where there is none.
    mutating func stringOrNull(_ value: String?) {
        if let value { string(value) } else { null() }
    }
}
