/// In which form a value left, by the names of `privacy.yaml` where it has some.
public enum AppliedTreatment: String, Sendable, Hashable, CaseIterable, Comparable {
    /// As it was written.
    case raw
    /// A keyed label that comes back as the value.
    case surrogate
    /// A plausible value of the same shape that comes back as the value.
    case realistic
    /// Stars and what by custom stays legible.
    case mask
    /// The class and digits of a keyed hash.
    case hash
    /// Not at all: it was cut out.
    case remove
    /// As its class's name alone: `[EMAIL]`.
    case label

    /// By name.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// Which value it is, for those alone who hold the tenant's key and know the value: 16 bytes of a keyed hash.
public struct ValueFingerprint: Sendable, Hashable, Comparable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    /// Letters and digits of `text`.
    public static let textLength = 22

    /// Puts one together.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads 22 letters and digits of base64url (RFC 4648 §5), without padding; `nil` for anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.textLength else { return nil }
        var bits: UInt128 = 0
        for (index, byte) in text.utf8.enumerated() {
            guard let value = Self.value(of: byte) else { return nil }
            guard index == Self.textLength - 1 else {
                bits = bits << 6 | UInt128(value)
                continue
            }
            guard value & 15 == 0 else { return nil }
            bits = bits << 2 | UInt128(value >> 4)
        }
        self.init(high: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
    }

    /// By its bytes.
    public static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }

    /// Calls with the 22 bytes of the text.
    public func withText<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeTemporaryAllocation(byteCount: Self.textLength, alignment: 8) { text in
            let bits = UInt128(high) << 64 | UInt128(low)
            for index in 0..<(Self.textLength - 1) {
                text[index] = Self.letter(UInt8(truncatingIfNeeded: bits >> UInt128(122 - 6 * index)) & 63)
            }
            text[Self.textLength - 1] = Self.letter(UInt8(truncatingIfNeeded: bits << 4) & 0x30)
            return body(UnsafeRawBufferPointer(text))
        }
    }

    /// 22 letters and digits of base64url (RFC 4648 §5), without padding.
    public var text: String { withText { String(decoding: $0, as: UTF8.self) } }

    private static func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: 0x41 &+ value
        case 26..<52: 0x61 &+ (value &- 26)
        case 52..<62: 0x30 &+ (value &- 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func value(of letter: UInt8) -> UInt8? {
        switch letter {
        case 0x41...0x5A: letter - 0x41
        case 0x61...0x7A: letter - 0x61 + 26
        case 0x30...0x39: letter - 0x30 + 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}

/// What of a request's sensitive data leaves in which form, and whose: for the ledger. No values.
public struct Exposure: Sendable, Hashable {
    /// How often which data stands where, and in which form it leaves.
    public struct Count: Sendable, Hashable {
        /// The kind of data.
        public let dataClass: DataClass
        /// Where it stands.
        public let place: InferenceRequest.Place
        /// In which form it leaves.
        public let treatment: AppliedTreatment
        /// How many findings, at least one.
        public let count: Int

        /// Puts a line together.
        public init(dataClass: DataClass, place: InferenceRequest.Place, treatment: AppliedTreatment, count: Int) {
            self.dataClass = dataClass
            self.place = place
            self.treatment = treatment
            self.count = count
        }
    }

    /// The different values of a class that leave in one form.
    public struct Values: Sendable, Hashable {
        /// The kind of data.
        public let dataClass: DataClass
        /// In which form they leave.
        public let treatment: AppliedTreatment
        /// Each once; in the order of their bytes, which tells nothing of their order in the request.
        public let fingerprints: [ValueFingerprint]

        /// Puts a line together.
        public init(dataClass: DataClass, treatment: AppliedTreatment, fingerprints: [ValueFingerprint]) {
            self.dataClass = dataClass
            self.treatment = treatment
            self.fingerprints = fingerprints
        }
    }

    /// By class, place and treatment, in that order, each once.
    public let counts: [Count]
    /// By class and treatment, in that order, each once.
    public let values: [Values]

    /// Nothing sensitive leaves.
    public static let none = Exposure(counts: [], values: [])

    /// Puts it together; lines of `counts` come in any order and may repeat, those of `values` come in any order.
    public init(counts: [Count], values: [Values]) {
        var sums: [Count] = []
        let sorted = counts.sorted {
            ($0.dataClass, $0.place.rawValue, $0.treatment) < ($1.dataClass, $1.place.rawValue, $1.treatment)
        }
        for line in sorted {
            if let last = sums.last, last.dataClass == line.dataClass, last.place == line.place,
                last.treatment == line.treatment
            {
                sums[sums.count - 1] = Count(
                    dataClass: line.dataClass, place: line.place, treatment: line.treatment,
                    count: last.count + line.count)
            } else {
                sums.append(line)
            }
        }
        self.counts = sums
        self.values = values.sorted { ($0.dataClass, $0.treatment) < ($1.dataClass, $1.treatment) }
    }

    /// How many fingerprints it has.
    public var fingerprintCount: Int { values.reduce(0) { $0 + $1.fingerprints.count } }
}
