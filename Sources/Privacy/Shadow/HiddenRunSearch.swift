/// Looks for runs of base64 or hexadecimal digits that decode to text.
///
/// Digits of both encodings are characters of base64, so one search serves: the next run of that alphabet, tried as a whole and, if it
/// does not begin with text, after each of its signs (`/` and `_` are part of paths and names too). A try decodes eight bytes; only
/// what begins with text is decoded on.
///
/// Short runs are words far more often than codes: they count only if what comes out is a value with digits (`HiddenText.isShortValue`).
struct HiddenRunSearch {
    private enum Bounds {
        /// Characters of the shortest run: five bytes.
        static let shortest = 7
        /// Characters with padding that may hide any text: seven to nine bytes.
        static let base64 = 12
        /// Digits of the shortest run: five bytes; and of one that may hide any text.
        static let shortestHexadecimal = 10
        static let hexadecimal = 14
        /// The first bytes decide whether it is text.
        static let sample = 8
        /// Shorter lines than those of PEM and MIME (64, 76) occur; a line of prose without a space does not get so long.
        static let line = 40
        /// Spaces before a further line.
        static let indentation = 16
        /// The beginning of a `data:` URL (RFC 2397), which goes with what is in it.
        static let dataURL = 96
    }

    private let text: UnsafeBufferPointer<UInt8>
    private let survey: TextSurvey
    private let alphabet = Base64.values
    private var position = 0
    /// The run at hand, and where the next try begins.
    private var run = 0..<0
    /// The end of the last one given back.
    private var floor = 0

    init(_ text: UnsafeBufferPointer<UInt8>, _ survey: TextSurvey) {
        self.text = text
        self.survey = survey
    }

    /// The next hidden text.
    mutating func next() -> HiddenText? {
        while true {
            while run.count >= Bounds.shortest {
                if let decoded = decode() {
                    run = min(decoded.range.upperBound, run.upperBound)..<run.upperBound
                    position = max(position, decoded.range.upperBound)
                    floor = decoded.range.upperBound
                    return decoded
                }
                run = nextTry()..<run.upperBound
            }
            guard let found = nextRun() else { return nil }
            run = found
            position = found.upperBound
        }
    }

    /// The next run of the alphabet that is long enough, without padding; only blocks of which the survey says so are looked at.
    private mutating func nextRun() -> Range<Int>? {
        while let start = survey.next(.run, from: position) {
            let end = min(text.count, start &- start % TextSurvey.block &+ TextSurvey.block)
            if let place = longRun(in: start..<end) ?? shortEdge(of: start..<end) {
                let found = run(around: place)
                position = found.upperBound
                return found
            }
            position = max(position, end)
        }
        position = text.count
        return nil
    }

    /// A place in the first run of letters and digits in the rest of a block that is long enough by itself.
    private func longRun(in block: Range<Int>) -> Int? {
        let start = block.upperBound &- TextSurvey.block
        guard start >= 0, start <= block.lowerBound, let base = text.baseAddress else {
            return block.first { isDigit($0) && run(around: $0).count >= Bounds.shortest }
        }
        var marks = BlockMarks(base + start) { BlockMarks.isDigit($0) | BlockMarks.isLetter($0) }.bits
        marks &= UInt64.max &<< UInt64(block.lowerBound &- start)
        // Seven in a row.
        marks &= marks &>> 1
        marks &= marks &>> 2
        marks &= marks &>> 3
        return marks == 0 ? nil : start &+ marks.trailingZeroBitCount
    }

    /// A place in a run that reaches beyond the block and is long enough.
    private func shortEdge(of block: Range<Int>) -> Int? {
        for place in [block.lowerBound, block.upperBound &- 1]
        where isDigit(place) && run(around: place).count >= Bounds.shortest {
            return place
        }
        return nil
    }

    private func run(around place: Int) -> Range<Int> {
        var start = place
        while start > position, isDigit(start &- 1) { start &-= 1 }
        var end = place
        while end < text.count, isDigit(end) { end &+= 1 }
        return start..<end
    }

    /// `=` behind a run.
    private func padding(_ end: Int) -> Int {
        guard text.byte(end) == UInt8(ascii: "=") else { return 0 }
        return text.byte(end &+ 1) == UInt8(ascii: "=") ? 2 : 1
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

    private func decode() -> HiddenText? {
        if mayBeginHexadecimal(), let decoded = decodeHexadecimal() { return decoded }
        guard mayBeginBase64() else { return nil }
        return run.count &+ padding(run.upperBound) < Bounds.base64 ? decodeShortBase64() : decodeBase64()
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
    private func decodeHexadecimal() -> HiddenText? {
        var start = run.lowerBound
        if run.count > 2, text[start] == UInt8(ascii: "0"), text[start &+ 1] | 0x20 == UInt8(ascii: "x") { start &+= 2 }
        let limit = run.upperBound &- 1
        guard run.upperBound &- start >= Bounds.shortestHexadecimal else { return nil }
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
        if place &- start < Bounds.hexadecimal {
            let isWhole = place == run.upperBound && bytes.count &* 2 == place &- start
            guard isWhole, HiddenText.isShortValue(bytes) else { return nil }
        }
        return HiddenText(bytes: bytes, range: run.lowerBound..<place, encoding: .hexadecimal)
    }

    private func byte(at place: Int) -> UInt8? {
        guard let high = Hexadecimal.value(text.byte(place)), let low = Hexadecimal.value(text.byte(place &+ 1)) else {
            return nil
        }
        return high &<< 4 | low
    }

    private func decodeShortBase64() -> HiddenText? {
        guard run.count % 4 != 1 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Bounds.base64) { bytes in
            var decoder = Base64()
            var count = 0
            for offset in run {
                guard let byte = decoder.add(alphabet[Int(text[offset])]) else { continue }
                guard byte &- 0x20 < 0x5F else { return nil }
                bytes.initializeElement(at: count, to: byte)
                count += 1
            }
            let decoded = UnsafeBufferPointer(rebasing: bytes[..<count])
            return HiddenText.isShortValue(decoded) ? whole([UInt8](decoded), run) : nil
        }
    }

    private func decodeBase64() -> HiddenText? {
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
    private func whole(_ bytes: [UInt8], _ last: Range<Int>) -> HiddenText {
        let end = last.upperBound &+ padding(last.upperBound)
        return HiddenText(bytes: bytes, range: start(ofURL: run.lowerBound)..<end, encoding: .base64)
    }

    /// Where the `data:` URL begins whose data begin here; the place itself if there is none.
    private func start(ofURL place: Int) -> Int {
        let lowest = max(floor, place &- Bounds.dataURL)
        guard text.byte(place &- 1) == UInt8(ascii: ","), text.byte(place &- 2) == UInt8(ascii: "4") else {
            return place
        }
        var start = place &- 1
        while start > lowest, text[start &- 1] > UInt8(ascii: " "), text[start &- 1] != UInt8(ascii: "\"") {
            start &-= 1
            if text[start] == UInt8(ascii: "d"), start &+ 5 < place, text[start &+ 1] == UInt8(ascii: "a"),
                text[start &+ 2] == UInt8(ascii: "t"), text[start &+ 3] == UInt8(ascii: "a"),
                text[start &+ 4] == UInt8(ascii: ":")
            {
                return start
            }
        }
        return place
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
