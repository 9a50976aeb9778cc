/// A set of scalars: ranges and classes, perhaps all but these, perhaps in either case.
struct ScalarSet: Sendable {
    /// `\d`, `\w` and `\s`, as Python has them for text.
    enum Kind: Sendable {
        case digit
        case word
        case blank

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .digit:
                scalar.isASCII
                    ? (0x30...0x39).contains(scalar.value) : scalar.properties.generalCategory == .decimalNumber
            case .word: scalar.isOfWord
            case .blank: scalar.isBlank
            }
        }
    }

    private var ranges: [ClosedRange<UInt32>] = []
    private var classes: [(kind: Kind, isNegated: Bool)] = []
    var isNegated = false
    var ignoresCase = false
    /// The answers for ASCII, which most text is.
    private var ascii = ASCIISet()

    init() {}

    /// One scalar.
    init(_ scalar: Unicode.Scalar, ignoresCase: Bool) {
        insert(scalar.value...scalar.value)
        self.ignoresCase = ignoresCase
        seal()
    }

    mutating func insert(_ range: ClosedRange<UInt32>) { ranges.append(range) }

    mutating func insert(_ kind: Kind, isNegated: Bool) { classes.append((kind, isNegated)) }

    /// To be called once everything is in it.
    mutating func seal() {
        ascii = ASCIISet(where: slowlyContains)
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII ? ascii.contains(scalar) : slowlyContains(scalar)
    }

    private func slowlyContains(_ scalar: Unicode.Scalar) -> Bool { isListed(scalar) != isNegated }

    private func isListed(_ scalar: Unicode.Scalar) -> Bool {
        if has(scalar) { return true }
        guard ignoresCase else { return false }
        for other in [scalar.properties.lowercaseMapping, scalar.properties.uppercaseMapping] {
            let scalars = other.unicodeScalars
            if scalars.count == 1, let only = scalars.first, only != scalar, has(only) { return true }
        }
        return false
    }

    private func has(_ scalar: Unicode.Scalar) -> Bool {
        ranges.contains { $0.contains(scalar.value) }
            || classes.contains { $0.kind.contains(scalar) != $0.isNegated }
    }
}
