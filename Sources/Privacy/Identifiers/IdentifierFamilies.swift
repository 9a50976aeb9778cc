/// Every family of identifiers. A newcomer writes a file like its sisters and names it here.
enum IdentifierFamilies {
    static let all: [any IdentifierFamily.Type] = [
        UnitedStatesIdentifiers.self
    ]
}
