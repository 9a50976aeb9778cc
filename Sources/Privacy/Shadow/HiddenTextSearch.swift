/// Looks for runs of base64 or hexadecimal digits that decode to text.
///
/// Digits of both encodings are characters of base64, so one search serves: the next run of that alphabet, tried as a whole and, if it
/// does not begin with text, after each of its signs (`/` and `_` are part of paths and names too). A try decodes eight bytes; only
/// what begins with text is decoded on.
struct HiddenTextSearch {
    struct Decoded {
        let bytes: [UInt8]
        let range: Range<Int>
        let encoding: HiddenText.Encoding
    }

    private enum Bounds {
        /// Characters with padding: seven to nine bytes, a passport's number.
        static let base64 = 12
        /// Digits: seven bytes.
        static let hexadecimal = 14
        /// The first bytes decide whether it is text.
        static let sample = 8
        /// Shorter lines than those of PEM and MIME (64, 76) occur; a line of prose without a space does not get so long.
        static let line = 40
        /// Spaces before a further line.
        static let indentation = 16
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let alphabet = Base64.values
    private var position = 0
    /// The run at hand, and where the next try begins.
    private var run = 0..<0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    /// The next hidden text.
    mutating func next() -> Decoded? {
        while true {
            while run.count >= Bounds.base64 &- 2 {
                if let decoded = decode() {
                    run = min(decoded.range.upperBound, run.upperBound)..<run.upperBound
                    position = max(position, decoded.range.upperBound)
                    return decoded
                }
                run = nextTry()..<run.upperBound
            }
            guard let found = nextRun() else { return nil }
            run = found
            position = found.upperBound
        }
    }

    /// The next run of the alphabet that is long enough, without padding.
    ///
    /// A run of 12 characters holds eight that begin at a multiple of eight from wherever the search stands, or the last four of such
    /// eight and the first four of the next.
    private mutating func nextRun() -> Range<Int>? {
        guard let base = text.baseAddress else { return nil }
        var word = position
        var before: UInt64 = 0
        while word &+ 8 <= text.count {
            let marks = Self.mayBeInside(ByteWord.load(base, word))
            let isInside = marks == ByteWord.tops
            let isAcross = before &>> 32 == 0x8080_8080 && marks & 0x8080_8080 == 0x8080_8080
            before = marks
            guard isInside || isAcross else {
                word &+= 8
                continue
            }
            let run = run(around: word)
            if run.padded &- run.digits.lowerBound >= Bounds.base64 { return run.digits }
            // What was looked at is not looked at again.
            if run.digits.upperBound > word &+ 8 {
                word = run.digits.upperBound
                before = 0
            } else {
                word &+= 8
            }
            position = run.digits.upperBound
        }
        // At the end, where no eight bytes are left.
        let last = before &>> 32 == 0x8080_8080 && word < text.count ? run(around: word) : nil
        position = text.count
        guard let last, last.padded &- last.digits.lowerBound >= Bounds.base64 else { return nil }
        return last.digits
    }

    private func run(around place: Int) -> (digits: Range<Int>, padded: Int) {
        var start = place
        while start > position, isDigit(start &- 1) { start &-= 1 }
        var end = place
        while end < text.count, isDigit(end) { end &+= 1 }
        var padded = end
        while padded < text.count, padded &- end < 2, text[padded] == UInt8(ascii: "=") { padded &+= 1 }
        return (start..<end, padded)
    }

    /// The top bit of each byte that may be of the alphabet or padding: not spaces, most punctuation, and what is outside ASCII.
    @inline(__always)
    private static func mayBeInside(_ word: UInt64) -> UInt64 {
        // At least `+`.
        ((word & ByteWord.lows) &+ 0x5555_5555_5555_5555) & ~word & ByteWord.tops
    }

    @inline(__always)
    private func isDigit(_ offset: Int) -> Bool { alphabet[Int(text[offset])] < 64 }

    /// After the next sign in the run.
    private func nextTry() -> Int {
        var offset = run.lowerBound
        while offset < run.upperBound, !isSign(text[offset]) { offset &+= 1 }
        return min(run.upperBound, offset &+ 1)
    }

    private func isSign(_ byte: UInt8) -> Bool { alphabet[Int(byte)] >= 62 }

    private func decode() -> Decoded? {
        if mayBeginHexadecimal(), let decoded = decodeHexadecimal() { return decoded }
        return mayBeginBase64() ? decodeBase64() : nil
    }

    /// A quick no by the first byte.
    @inline(__always)
    private func mayBeginHexadecimal() -> Bool {
        let first = text[run.lowerBound]
        // `0` of a prefix, `2` to `7` of ASCII, `C` to `F` of what is beyond.
        return first &- UInt8(ascii: "2") < 6 || first == UInt8(ascii: "0")
            || (first | 0x20) &- UInt8(ascii: "c") < 4 && run.count >= Bounds.hexadecimal
    }

    /// A quick no by the first three bytes.
    @inline(__always)
    private func mayBeginBase64() -> Bool {
        let start = run.lowerBound
        let first = alphabet[Int(text[start])] &<< 2 | alphabet[Int(text[start &+ 1])] &>> 4
        let second = alphabet[Int(text[start &+ 1])] &<< 4 | alphabet[Int(text[start &+ 2])] &>> 2
        let third = alphabet[Int(text[start &+ 2])] &<< 6 | alphabet[Int(text[start &+ 3])]
        return TextSample.mayBeText(first) && TextSample.mayBeText(second) && TextSample.mayBeText(third)
    }

    /// Digits from the start of the run, or after its `0x`.
    private func decodeHexadecimal() -> Decoded? {
        var start = run.lowerBound
        if run.count > 2, text[start] == UInt8(ascii: "0"), text[start &+ 1] | 0x20 == UInt8(ascii: "x") { start &+= 2 }
        let limit = run.upperBound &- 1
        guard run.upperBound &- start >= Bounds.hexadecimal else { return nil }
        var sample = TextSample()
        for place in stride(from: start, to: min(run.upperBound &- 1, start &+ 2 &* Bounds.sample), by: 2) {
            guard let byte = byte(at: place) else { return nil }
            sample.add(byte)
            guard sample.isClean else { return nil }
        }
        var bytes: [UInt8] = []
        var judge = TextSample()
        var place = start
        while place < limit, let byte = byte(at: place) {
            judge.add(byte)
            guard judge.isMostlyText else { break }
            bytes.append(byte)
            place &+= 2
        }
        guard judge.isText else { return nil }
        while place < run.upperBound, Hexadecimal.value(text[place]) != nil { place &+= 1 }
        return Decoded(bytes: bytes, range: run.lowerBound..<place, encoding: .hexadecimal)
    }

    private func byte(at place: Int) -> UInt8? {
        guard let high = Hexadecimal.value(text.byte(place)), let low = Hexadecimal.value(text.byte(place &+ 1)) else {
            return nil
        }
        return high &<< 4 | low
    }

    private func decodeBase64() -> Decoded? {
        guard beginsWithText(run.lowerBound) else { return nil }
        var decoder = Base64()
        var bytes: [UInt8] = []
        var judge = TextSample()
        var line = run
        while true {
            for offset in line {
                guard let byte = decoder.add(alphabet[Int(text[offset])]) else { continue }
                judge.add(byte)
                bytes.append(byte)
                guard judge.isMostlyText else { return judge.isText ? whole(bytes, line) : nil }
            }
            guard let next = nextLine(after: line) else { break }
            line = next
        }
        return judge.isText ? whole(bytes, line) : nil
    }

    /// The text up to where it turned into something else stands for the whole run.
    private func whole(_ bytes: [UInt8], _ last: Range<Int>) -> Decoded {
        var end = last.upperBound
        while end < text.count, end &- last.upperBound < 2, text[end] == UInt8(ascii: "=") { end &+= 1 }
        return Decoded(bytes: bytes, range: run.lowerBound..<end, encoding: .base64)
    }

    private func beginsWithText(_ start: Int) -> Bool {
        var decoder = Base64()
        var sample = TextSample()
        for offset in start..<min(run.upperBound, start &+ (Bounds.sample &* 4 &+ 2) / 3) {
            guard let byte = decoder.add(alphabet[Int(text[offset])]) else { continue }
            sample.add(byte)
            guard sample.isClean else { return false }
        }
        return true
    }

    /// The next line of a run broken into lines (RFC 2045 §6.8: 76, RFC 7468 §2: 64). A short line is the last.
    private func nextLine(after line: Range<Int>) -> Range<Int>? {
        guard line.count >= Bounds.line else { return nil }
        var start = line.upperBound
        if text.byte(start) == UInt8(ascii: "\r") { start &+= 1 }
        guard text.byte(start) == UInt8(ascii: "\n") else { return nil }
        start &+= 1
        while text.byte(start) == UInt8(ascii: " "), start &- line.upperBound < Bounds.indentation { start &+= 1 }
        var end = start
        while end < text.count, isDigit(end) { end &+= 1 }
        guard end > start else { return nil }
        switch text.byte(end) {
        // What stands alone on its line belongs to the run.
        case 0, UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: "="), UInt8(ascii: "\""), UInt8(ascii: "'"):
            return start..<end
        default: return nil
        }
    }
}

/// Bytes from digits of base64, six bits each; both alphabets (RFC 4648 §4, §5).
struct Base64 {
    /// The value of each byte; 64 and above for bytes that are no digits. Made once, never freed.
    nonisolated(unsafe) static let values: UnsafePointer<UInt8> = {
        let values = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        values.initialize(repeating: 255, count: 256)
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, byte) in digits.utf8.enumerated() { values[Int(byte)] = UInt8(value) }
        values[Int(UInt8(ascii: "-"))] = 62
        values[Int(UInt8(ascii: "_"))] = 63
        return UnsafePointer(values)
    }()

    private var bits: UInt32 = 0
    private var count = 0

    /// The byte that this digit completes.
    @inline(__always)
    mutating func add(_ value: UInt8) -> UInt8? {
        bits = bits &<< 6 | UInt32(value & 63)
        count &+= 6
        guard count >= 8 else { return nil }
        count &-= 8
        return UInt8(truncatingIfNeeded: bits &>> UInt32(truncatingIfNeeded: count))
    }
}

/// Counts what in a sequence of bytes is no text: control characters, and bytes that are no UTF-8.
struct TextSample {
    private var total = 0
    private var faults = 0
    /// Bytes before the first fault.
    private var clean = 0
    /// Continuation bytes that must follow.
    private var expected = 0

    private enum Bounds {
        /// What is text for so long did not become so by chance, whatever follows.
        static let clean = 11
        /// What is mostly text for so long is text too; what is given up was shorter, so that giving up costs little.
        static let total = 24
    }

    /// Nothing but text so far.
    var isClean: Bool { faults == 0 }
    /// At most an eighth is something else.
    var isMostlyText: Bool { faults &* 8 <= total }

    /// Text throughout, or long enough from its start.
    var isText: Bool { faults == 0 && expected == 0 || clean >= Bounds.clean || total >= Bounds.total }

    /// Whether the byte may stand in UTF-8 text.
    @inline(__always)
    static func mayBeText(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte < 0x7F || byte &- 0x80 < 0x75 || byte &- 0x09 < 5
    }

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        defer { if faults == 0 { clean = total } }
        total &+= 1
        if byte & 0xC0 == 0x80 {
            if expected > 0 { expected &-= 1 } else { faults &+= 1 }
            return
        }
        if expected > 0 {
            faults &+= 1
            expected = 0
        }
        switch byte {
        case 0x20..<0x7F, 0x09, 0x0A, 0x0D: break
        case 0xC2..<0xE0: expected = 1
        case 0xE0..<0xF0: expected = 2
        case 0xF0..<0xF5: expected = 3
        default: faults &+= 1
        }
    }
}
