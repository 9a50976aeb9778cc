/// One text on its way past the detectors.
///
/// Two passes: the scanner's matches of literal-led patterns go to `SecretDetector`; one pass of our own stops at digits, colons and
/// `@` (eight bytes at a time; ordinary prose has few) and asks the detectors that begin there. A detector looks at a bounded window
/// around the place where it is called, or at bytes that no later call looks at again, so the time is linear in the text.
struct TextInspection: ~Copyable {
    let text: ScannedText
    let enabled: SensitiveClassSet
    let threshold: Int
    var candidates: [Candidate]
    var context: ContextCursor
    /// Before this place no group of hexadecimal digits and colons is an address: it was tried.
    var rejectedColonsEnd = 0
    /// Digits before this place were examined as parts of identifiers.
    var identifiersEnd = 0
    /// Words before this place were examined as codes of letters and digits.
    var codeWordsEnd = 0
    /// Numbers before this place belong to a street address.
    var addressesEnd = 0
    /// Numbers before this place belong to a date.
    var datesEnd = 0
    /// Numbers before this place belong to coordinates.
    var coordinatesEnd = 0
    /// Where the last card's number ended, and the last expiry.
    var cardEnd = -1_000_000
    var expiryEnd = -1_000_000
    /// Everything that was proposed, where someone asks why.
    var trace: [Consideration.Draft]?
    /// Parts that only the holder of a key can read.
    var encryptedParts = 0
    /// The last secret found.
    var secret = 0..<0
    /// Asked now and then whether to go on.
    var watch = InspectionWatch.none

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

    mutating func run() throws(InspectionError) {
        DateDetector.examineWords(in: &self)
        URLDetector.examineDomains(in: &self)
        var position = text.nextAnchor(from: 0)
        var watched = InspectionWatch.interval
        while position < text.count {
            if position >= watched {
                watched = position + InspectionWatch.interval
                try watch.check()
            }
            let byte = text.base[position]
            if byte == UInt8(ascii: "@") {
                position = EmailDetector.examine(at: position, in: &self)
            } else if byte == UInt8(ascii: ":") {
                position = examineColon(at: position)
            } else {
                position = examineDigits(at: position)
            }
            position = text.nextAnchor(from: position)
        }
    }

    /// Takes a candidate if it is sure enough; `grounds` are for whoever asks why.
    mutating func propose(_ candidate: Candidate, _ grounds: Grounds = Grounds()) {
        let candidate = Self.onBorders(candidate, in: text)
        trace?.append(Consideration.Draft(candidate: candidate, grounds: grounds))
        if Int(candidate.score) >= max(threshold, 1) { candidates.append(candidate) }
    }

    /// A detector that looks at a bounded window may have stopped inside a character, half of which can't be replaced.
    private static func onBorders(_ candidate: Candidate, in text: ScannedText) -> Candidate {
        var candidate = candidate
        var steps = 0
        while steps < 3, text.byte(Int(candidate.start)) & 0xC0 == 0x80 {
            candidate.start = max(0, candidate.start &- 1)
            steps += 1
        }
        steps = 0
        while steps < 3, text.byte(Int(candidate.end)) & 0xC0 == 0x80 {
            candidate.end &+= 1
            steps += 1
        }
        return candidate
    }

    /// Notes that a span has a class's form and is none all the same.
    mutating func reject(_ sensitiveClass: SensitiveClass, _ range: Range<Int>) {
        guard trace != nil else { return }
        let candidate = Candidate(sensitiveClass, range.lowerBound, range.upperBound, score: 0)
        trace?.append(Consideration.Draft(candidate: candidate, grounds: Grounds(check: .reject)))
    }

    /// Examines what stands around a colon; gives back where to go on.
    private mutating func examineColon(at colon: Int) -> Int {
        if let end = MACAddressDetector.examine(colon: colon, in: &self) { return end }
        URLDetector.examine(colon: colon, in: &self)
        return IPAddressDetector.examine(colon: colon, in: &self)
    }

    /// Examines the digits that begin here, and all that separators join to them; gives back where to go on.
    private mutating func examineDigits(at start: Int) -> Int {
        IdentifierDetector.examine(around: start, in: &self)
        CodeWordDetector.examine(around: start, in: &self)
        if let end = IBANDetector.examine(digits: start, in: &self) { return end }
        if let end = endInsideWord(start) { return end }
        return withUnsafeTemporaryAllocation(of: DigitCluster.Group.self, capacity: DigitCluster.Bounds.groups) {
            let cluster = DigitCluster(at: start, in: text, memory: $0)
            examine(cluster)
            return cluster.resumption
        }
    }

    /// The end of a few digits between letters, as in a hash: they are no number, and joined to none. `nil` for all others.
    private func endInsideWord(_ start: Int) -> Int? {
        guard text.has(start &- 1, ByteClass.letter), !text.isEscapeLetter(start &- 1) else { return nil }
        var end = start &+ 1
        while end &- start < 7, text.has(end, ByteClass.digit) { end &+= 1 }
        return end &- start < 7 && text.has(end, ByteClass.letter) ? end : nil
    }

    /// Asks every detector of digits for each group of a cluster.
    private mutating func examine(_ cluster: DigitCluster) {
        SmallNumberDetector.examine(cluster, in: &self)
        guard cluster.digits >= 4 else { return }
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
            let imei = IMEIDetector.examine(cluster, from: group, in: &self)
            let ssn = SSNDetector.examine(cluster, from: group, in: &self)
            let card = CardDetector.examine(cluster, from: group, in: &self)
            if card > 0 { CardCompanionDetector.examine(cluster, after: group + card, in: &self) }
            // A phone number inside a card's number is none.
            let phone = card > 1 ? 0 : PhoneDetector.examine(cluster, from: group, in: &self)
            group += max(1, imei, ssn, card, phone)
        }
    }
}
