/// One thing known of a principal beside its name and teams, such as its department.
public struct PrincipalAttribute: Hashable, Sendable {
    /// The types that policies can speak of.
    public enum Value: Hashable, Sendable {
        /// A text.
        case string(String)
        /// A whole number.
        case long(Int64)
        /// True or false.
        case bool(Bool)
        /// Texts, in no order.
        case strings([String])
    }

    /// The name by which policies call it, `principal.department`.
    public let name: String
    /// What is known.
    public let value: Value

    /// Names a value.
    public init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }
}
