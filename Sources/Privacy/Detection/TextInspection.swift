/// One text on its way past the detectors.
///
/// Two passes: the scanner's matches of literal-led patterns go to `SecretDetector`; one pass of our own stops at digits, colons and
/// `@` (eight bytes at a time; ordinary prose has few) and asks the detectors that begin there. A detector looks at a bounded window
/// around the place where it is called, or at bytes that no later call looks at again, so the time is linear in the text.
struct TextInspection {
    let text: ScannedText
    let enabled: SensitiveClassSet
    let threshold: Int
    var candidates: [Candidate]
    var context: ContextCursor
    /// Before this place no group of hexadecimal digits and colons is an address: it was tried.
    var rejectedColonsEnd = 0
    /// Digits before this place were examined as parts of identifiers.
    var identifiersEnd = 0
    /// Everything that was proposed, where someone asks why.
    var trace: [Consideration.Draft]?
    /// Parts that only the holder of a key can read.
    var encryptedParts = 0
    /// The last secret found.
    var secret = 0..<0

    init(
        _ text: ScannedText, enabled: SensitiveClassSet, threshold: Int, candidates: [Candidate],
        inherited: [Topic]
    ) {
        self.text = text
        self.enabled = enabled
        self.threshold = threshold
        self.candidates = candidates
        context = ContextCursor(inherited: inherited)
    }

    mutating func run() {
        var position = text.nextAnchor(from: 0)
        while position < text.count {
            let byte = text.base[position]
            if byte == UInt8(ascii: "@") {
                position = EmailDetector.examine(at: position, in: &self)
            } else if byte == UInt8(ascii: ":") {
                position = IPAddressDetector.examine(colon: position, in: &self)
            } else {
                position = examineDigits(at: position)
            }
            position = text.nextAnchor(from: position)
        }
    }

    /// Takes a candidate if it is sure enough; `grounds` are for whoever asks why.
    mutating func propose(_ candidate: Candidate, _ grounds: Grounds = Grounds()) {
        trace?.append(Consideration.Draft(candidate: candidate, grounds: grounds))
        if Int(candidate.score) >= max(threshold, 1) { candidates.append(candidate) }
    }

    /// Notes that a span has a class's form and is none all the same.
    mutating func reject(_ sensitiveClass: SensitiveClass, _ range: Range<Int>) {
        guard trace != nil else { return }
        let candidate = Candidate(sensitiveClass, range.lowerBound, range.upperBound, score: 0)
        trace?.append(Consideration.Draft(candidate: candidate, grounds: Grounds(check: .reject)))
    }

    /// Examines the digits that begin here, and all that separators join to them; gives back where to go on.
    private mutating func examineDigits(at start: Int) -> Int {
        IdentifierDetector.examine(around: start, in: &self)
        if let end = IBANDetector.examine(digits: start, in: &self) { return end }
        let cluster = DigitCluster(at: start, in: text)
        guard cluster.digits >= 4 else { return cluster.resumption }
        var group = 0
        while group < cluster.limit {
            if let taken = IPAddressDetector.examine(cluster, from: group, in: &self) {
                group += taken
                continue
            }
            let left = cluster.digits(from: group)
            guard left >= 7 else {
                group += 1
                continue
            }
            if let skipped = cluster.dateGroups(from: group) {
                group += skipped
                continue
            }
            let ssn = SSNDetector.examine(cluster, from: group, in: &self)
            let card = CardDetector.examine(cluster, from: group, in: &self)
            // A phone number inside a card's number is none.
            let phone = card > 1 ? 0 : PhoneDetector.examine(cluster, from: group, in: &self)
            group += max(1, ssn, card, phone)
        }
        return cluster.resumption
    }
}
