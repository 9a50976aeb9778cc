@_spi(_Unicode) internal import Swift

/// A value as it is fingerprinted: the same for all ways in which people write it, as far as that can be told without guessing.
///
/// First what disguises are is undone: escapes of percent, JSON and HTML, full-width and other compatibility characters (NFKC as far as
/// it leads to ASCII), digits of all scripts, look-alike letters, what shows nothing. Then capitals become small letters (upper, then
/// lower case mapping, so that `ß` is `ss`), and what is outside ASCII is brought to NFC (UAX #15). What follows depends on the class:
///
/// | form | classes | what is done |
/// |---|---|---|
/// | `text` | names, addresses, e-mail, URL, IP address, dates, coordinates, secrets, one's own words | blanks in a row become one space, and those at the ends go; where there is an `@` all blanks go |
/// | `code` | all that are numbers or codes: cards, IBAN, identity and tax numbers, MAC, IMEI, UUID … | letters and digits only |
/// | `phone` | telephone numbers | digits only, with the country code where one is written (`+49`, `0049`, `01149`; `(0)` behind it goes), else without leading zeros; an extension goes |
///
/// A value may be found as a thing of another class than the one that somebody has in mind, so a look-up tries all forms.
struct NormalForm {
    enum Kind: CaseIterable {
        case text
        case code
        case phone
    }

    /// UTF-8; not empty, but for values in which nothing shows.
    private(set) var bytes: [UInt8] = []
    private var folded: [UInt8] = []

    /// The form of a class's values.
    static func kind(of sensitiveClass: SensitiveClass) -> Kind {
        switch sensitiveClass {
        case .phone: .phone
        case .email, .url, .person, .place, .streetAddress, .custom, .secret, .date, .dateOfBirth, .age, .coordinates,
            .ipAddress:
            .text
        default: .code
        }
    }

    /// Makes the form of a value; the last one's buffers are used again.
    mutating func make(_ value: UnsafeBufferPointer<UInt8>, _ kind: Kind) {
        fold(value)
        bytes.removeAll(keepingCapacity: true)
        switch kind {
        case .text: makeText()
        case .code: makeCode()
        case .phone: makePhone()
        }
        // What has neither letters nor digits is what it is.
        if bytes.isEmpty { makeText() }
    }

    /// All forms that a value may have been given, each once.
    static func all(of value: [UInt8]) -> [[UInt8]] {
        var form = NormalForm()
        var forms: [[UInt8]] = []
        func add(_ bytes: [UInt8]) {
            if !bytes.isEmpty, !forms.contains(bytes) { forms.append(bytes) }
        }
        for kind in Kind.allCases {
            value.withUnsafeBufferPointer { form.make($0, kind) }
            add(form.bytes)
        }
        if let national = form.nationalNumber { add(national) }
        return forms
    }

    // MARK: Letters

    /// Leaves the value undisguised and in small letters in `folded`.
    private mutating func fold(_ value: UnsafeBufferPointer<UInt8>) {
        folded.removeAll(keepingCapacity: true)
        let signs = TextSurvey(value).signs
        guard !signs.isDisjoint(with: [.escape, .outsideASCII]) else {
            for byte in value { folded.append(Self.small(byte)) }
            return
        }
        guard let shadow = ShadowText.make(of: value) else { return rewrite(value) }
        shadow.bytes.withUnsafeBufferPointer { rewrite($0) }
    }

    /// Ordinary prose keeps its typographic signs while it is read; a value must not depend on them.
    private mutating func rewrite(_ value: UnsafeBufferPointer<UInt8>) {
        var disguises: Disguises = []
        guard let layer = CharacterFolding.rewrite(value, &disguises) else { return lowerCase(value) }
        layer.bytes.withUnsafeBufferPointer { lowerCase($0) }
    }

    private mutating func lowerCase(_ value: UnsafeBufferPointer<UInt8>) {
        guard value.contains(where: { $0 >= 0x80 }) else {
            for byte in value { folded.append(Self.small(byte)) }
            return
        }
        var text = String.UnicodeScalarView()
        for scalar in String(decoding: value, as: UTF8.self).unicodeScalars {
            if Self.apostrophes.contains(scalar) {
                text.append("'")
                continue
            }
            for upper in scalar.properties.uppercaseMapping.unicodeScalars {
                text.append(contentsOf: upper.properties.lowercaseMapping.unicodeScalars)
            }
        }
        for scalar in String(text)._nfc {
            folded.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// U+2018, U+2019, U+02BC, U+2032.
    private static let apostrophes: Set<Unicode.Scalar> = ["‘", "’", "ʼ", "′"]

    private static func small(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

    // MARK: Forms

    private mutating func makeText() {
        let keepsBlanks = !folded.contains(UInt8(ascii: "@"))
        var hasBlank = false
        for byte in folded {
            guard byte > 0x20 else {
                hasBlank = true
                continue
            }
            if hasBlank, keepsBlanks, !bytes.isEmpty { bytes.append(0x20) }
            hasBlank = false
            bytes.append(byte)
        }
    }

    private mutating func makeCode() {
        for byte in folded where Self.isDigit(byte) || (0x61...0x7A).contains(byte) || byte >= 0x80 {
            bytes.append(byte)
        }
    }

    private enum Phone {
        /// Before an extension or a word stand so many digits.
        static let shortest = 7
        /// With the code by which America calls abroad a number has so many digits.
        static let shortestFromAmerica = 13
    }

    private mutating func makePhone() {
        // `+` stands before the digits, perhaps within brackets.
        let isInternational = folded.first { Self.isDigit($0) || $0 == UInt8(ascii: "+") } == UInt8(ascii: "+")
        var written = folded[...]
        if let word = folded.indices.first(where: { isWord($0) }) { written = folded[..<word] }
        for index in written.indices where Self.isDigit(written[index]) {
            // `+49 (0)30`: the zero is dialled within the country only.
            let isTrunk =
                written[index] == 0x30 && index > 0 && written[index - 1] == UInt8(ascii: "(")
                && index + 1 < written.endIndex && written[index + 1] == UInt8(ascii: ")")
            if !isTrunk { bytes.append(written[index]) }
        }
        if isInternational { return }
        if bytes.starts(with: [0x30, 0x30]) {
            bytes.removeFirst(2)
        } else if bytes.count >= Phone.shortestFromAmerica, bytes.starts(with: [0x30, 0x31, 0x31]) {
            bytes.removeFirst(3)
        }
        let zeros = bytes.prefix { $0 == 0x30 }.count
        if zeros < bytes.count { bytes.removeFirst(zeros) }
    }

    /// Whether an extension or a remark begins here: a letter behind enough digits.
    private func isWord(_ index: Int) -> Bool {
        let byte = folded[index]
        guard (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "#") || byte >= 0x80 else { return false }
        return folded[..<index].reduce(0) { $0 + (Self.isDigit($1) ? 1 : 0) } >= Phone.shortest
    }

    /// The last form, that of a telephone number, without its country code; `nil` where it was written without one.
    private var nationalNumber: [UInt8]? {
        let start = folded.filter { Self.isDigit($0) || $0 == UInt8(ascii: "+") }
        guard start.first == UInt8(ascii: "+") || start.starts(with: [0x30, 0x30]), bytes.allSatisfy(Self.isDigit)
        else { return nil }
        let length = FictionalNumbers.codeLength(bytes.map { $0 - 0x30 })
        guard bytes.count >= length + Phone.shortest else { return nil }
        return Array(bytes.dropFirst(length))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
