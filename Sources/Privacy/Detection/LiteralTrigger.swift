/// A literal that calls a detector where digits, `:` and `@` don't: the word before a bank's code, `www.`, the prefix of a wallet.
///
/// The scanner finds all of them in its one pass, whatever their number. Detectors are called before the pass over digits, in the
/// order of their literals' ends; `TextInspection.context` goes with that pass, so a detector here reads the words nearby by itself
/// (`ContextWords.scan` over a bounded range).
struct LiteralTrigger: Sendable {
    /// A regular expression as Hyperscan takes it: a literal, or one with few bytes of a class after it. At least three bytes long, four
    /// if it is common: each place where it ends costs a call.
    let expression: String
    /// Whether ASCII letters stand for either case.
    let isCaseless: Bool
    /// What the detector proposes; where settings leave it out there is no call. `nil`: always called.
    let sensitiveClass: SensitiveClass?
    /// Called with the offset after the literal's last byte. It looks at a bounded window, or at bytes that no later call looks at again.
    let examine: @Sendable (_ end: Int, _ inspection: inout TextInspection) -> Void

    init(
        _ sensitiveClass: SensitiveClass?, _ expression: String, isCaseless: Bool = false,
        examine: @escaping @Sendable (_ end: Int, _ inspection: inout TextInspection) -> Void
    ) {
        self.sensitiveClass = sensitiveClass
        self.expression = expression
        self.isCaseless = isCaseless
        self.examine = examine
    }

    /// All triggers. A detector's file has its own (`static let triggers: [LiteralTrigger]`) and its name stands here.
    static let all: [LiteralTrigger] = BICDetector.triggers + MACAddressDetector.triggers + EncryptedText.triggers

    /// Calls the detectors whose literals were found; other matches are passed over.
    static func examine(_ matches: [CandidateMatch], in inspection: inout TextInspection) {
        for match in matches {
            guard case .trigger(let index) = match.kind, index < all.count else { continue }
            let trigger = all[index]
            if let sensitiveClass = trigger.sensitiveClass, !inspection.enabled.contains(sensitiveClass) { continue }
            trigger.examine(match.end, &inspection)
        }
    }
}
