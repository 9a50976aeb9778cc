/// Identifiers of the United States.
enum UnitedStatesIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        // Nine digits that begin with 9, the fourth and fifth 50–65, 70–88, 90–92, 94–99 (IRS, Publication 1915).
        IdentifierFormat(.usItin, ["999-99-9999", "999 99 9999"], accepted: 60, check: isITIN),
        IdentifierFormat(.usItin, ["999999999"], accepted: 20, check: isITIN),
        // ABA: 3-7-1 weights, sum divisible by ten; the first two digits name a Federal Reserve district.
        IdentifierFormat(.usRoutingNumber, ["999999999", "9999-9999-9"], accepted: 30, check: isRoutingNumber),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.usItin, "itin individual taxpayer tax irs w7 tin"),
        (.usRoutingNumber, "aba routing rtn transit bank wire ach fedwire"),
    ]

    private static func isITIN(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.digit(0) == 9 else { return .reject }
        switch text.number(3..<5) {
        case 50...65, 70...88, 90...92, 94...99: return .accept
        default: return .reject
        }
    }

    private static func isRoutingNumber(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        switch text.number(0..<2) {
        case 0...12, 21...32, 61...72, 80: break
        default: return .reject
        }
        guard !text.isUniform, text.weightedSum([3, 7, 1, 3, 7, 1, 3, 7, 1]) % 10 == 0 else { return .reject }
        return .accept
    }
}
