import Cryptography

/// A plausible value of the same shape that belongs to nobody: what the treatment `realistic` puts in a value's place.
///
/// It depends on the tenant's key and the value alone, so a value has the same one in each turn; the request's restoration map turns it
/// back, nobody deciphers it. Where a range is set apart for tests, documentation or fiction, it is taken from there: no stand-in then
/// is somebody's. Where there is none, it may by chance be a number that exists, as any number of the right shape may.
///
/// | class | stand-in |
/// |---|---|
/// | cards | `9999…`: ISO/IEC 7812 leaves 9 to national schemes by ISO 3166 country number, and 999 is no country; Luhn-valid |
/// | IBAN | the same country, all else by FF1, check digits valid (ISO 7064) |
/// | BIC | a code for tests: `0` at the eighth place (ISO 9362) |
/// | telephones | the country's range for fiction (NANPA, Ofcom, Arcep, BNetzA, ACMA, PTS, ComReg); else the subscriber's digits by FF1 |
/// | e-mail | a made-up name at example.com (RFC 2606) |
/// | SSN, ITIN | areas 900–999 with groups 01–49: neither (SSA, IRS publication 1915) |
/// | IP, MAC | documentation ranges (RFC 5737, RFC 3849, RFC 7042) |
/// | NHS numbers | 999…: set apart for tests |
/// | IMEI | 00…: set apart for tests (GSMA TS.06), Luhn-valid |
/// | web addresses | `https://example.com/…` |
/// | persons, places, streets | from lists of our own |
/// | dates, ages | the same year; the same stage of life |
/// | coordinates | the same degree |
/// | other identifiers | digits by FF1, letters by letters, until the class's own check accepts |
/// | secrets, words of your own, what is too short to be told from ordinary text | none: a surrogate |
enum StandIn {
    /// How much work stand-ins may cost in one request; what comes after gets surrogates.
    struct Budget {
        /// Attempts to meet a check, some microseconds each.
        var attempts = 50_000
    }

    private enum Bounds {
        /// Shorter text would be met by chance in an answer, and turned into the value.
        static let shortestNumber = 6
        static let shortestWord = 4
        /// Longer values are no single thing.
        static let longest = 200
    }

    /// The stand-in for a value of a class, or `nil` if it should have a surrogate. Another attempt, another stand-in.
    static func text(
        for value: [UInt8], _ sensitiveClass: SensitiveClass, attempt: Int, _ key: TenantKey, _ budget: inout Budget
    ) -> [UInt8]? {
        guard value.count <= Bounds.longest, budget.attempts > 0 else { return nil }
        budget.attempts -= 1
        let source = Source(value: value, sensitiveClass: sensitiveClass, attempt: attempt, key: key)
        guard let text = make(source, &budget), text.count >= Bounds.shortestWord,
            text.count >= Bounds.shortestNumber || text.contains(where: Mask.isLetter),
            // In JSON inside a text these are escaped, so it would not be met there as it is written.
            !text.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") })
        else { return nil }
        return text
    }

    private static func make(_ source: Source, _ budget: inout Budget) -> [UInt8]? {
        switch source.sensitiveClass {
        case .secret, .custom, .cardSecurityCode, .cardExpiry: return nil
        case .person: return PersonStandIn.text(for: source)
        case .email: return NetworkStandIn.email(source)
        case .url: return NetworkStandIn.url(source)
        case .place: return PlaceStandIn.place(source)
        case .streetAddress: return PlaceStandIn.street(source)
        default: break
        }
        // Digits of other scripts, encodings and the like are not taken apart.
        guard Mask.isPlain(source.value) else { return nil }
        switch source.sensitiveClass {
        case .card: return AccountStandIn.card(source)
        case .iban: return AccountStandIn.iban(source)
        case .bic: return AccountStandIn.bic(source)
        case .phone: return PhoneStandIn.text(for: source)
        case .ipAddress: return NetworkStandIn.address(source)
        case .macAddress: return NetworkStandIn.hardwareAddress(source)
        case .ssn, .usItin: return IdentifierStandIn.socialSecurity(source)
        case .ukNhs: return IdentifierStandIn.text(for: source, prefix: [9, 9, 9], &budget)
        case .imei: return IdentifierStandIn.imei(source)
        case .uuid: return IdentifierStandIn.uuid(source)
        case .cryptoAddress: return IdentifierStandIn.cryptoAddress(source)
        case .date, .dateOfBirth: return DateStandIn.date(source)
        case .age: return DateStandIn.age(source)
        case .coordinates: return PlaceStandIn.coordinates(source)
        default: return IdentifierStandIn.text(for: source, prefix: [], &budget)
        }
    }

    /// What a stand-in is made from.
    struct Source {
        let value: [UInt8]
        let sensitiveClass: SensitiveClass
        let attempt: Int
        let key: TenantKey

        /// The value's digits as numbers.
        var digits: [UInt8] { value.compactMap { Mask.isDigit($0) ? $0 - 0x30 : nil } }
        var hasLetters: Bool { value.contains(where: Mask.isLetter) }

        /// Numbers for this value and attempt.
        func sequence(_ purpose: UInt8 = 0) -> KeyedSequence {
            KeyedSequence(key, sensitiveClass, value, attempt: attempt, purpose: purpose)
        }

        /// Digits as the key permutes them, for each context another way: by FF1 where it takes so few or so many, else each by a keyed
        /// choice.
        func permuted(_ digits: [UInt8], context: [UInt8] = []) -> [UInt8] {
            let label = sensitiveClass.label
            let tweak =
                UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount)
                + [0, UInt8(truncatingIfNeeded: attempt)] + context
            if let permuted = try? key.permutation.encrypt(digits, radix: 10, tweak: tweak) { return permuted }
            var sequence = KeyedSequence(key, sensitiveClass, digits + [0xFF] + context, attempt: attempt, purpose: 1)
            return digits.map { _ in UInt8(sequence.next(below: 10)) }
        }

        /// The value with other digits in the order of its own; what `digits` lacks stays.
        func filled(_ digits: [UInt8]) -> [UInt8] {
            var rest = digits[...]
            return value.map { Mask.isDigit($0) ? rest.popFirst().map { $0 + 0x30 } ?? $0 : $0 }
        }
    }
}
