/// Geographic coordinates: a latitude and a longitude in degrees with decimals (ISO 6709 as people write it: `52.5200, 13.4050`,
/// `40.7128° N, 74.0060° W`), or in degrees, minutes and seconds (`40°26′46″N 79°58′56″W`).
///
/// A pair of decimals is also a vector, a ratio, a price: without degrees, letters or a word nearby it needs four decimals each, no third
/// number beside it, and a value that is no fraction of one.
enum CoordinatesDetector {
    private enum Score {
        static let marked = 85
        static let bare = 55
        static let weak = 20
        static let context = 40
    }

    private struct Angle {
        var start: Int
        var end: Int
        var degrees: Int
        var decimals = 0
        var isMarked = false
        /// `N`, `S`, `E` or `W`, upper case; 0 if there is none.
        var direction: UInt8 = 0
    }

    /// Examines a cluster that begins like an angle: digits, a dot, three digits or more; or digits and a degree sign.
    static func examine(_ cluster: DigitCluster, in inspection: inout TextInspection) {
        let text = inspection.text
        let first = cluster.groups[0]
        guard first.length <= 3, Int(first.start) >= inspection.coordinatesEnd else { return }
        let isDecimal = cluster.count == 2 && cluster.groups[1].separator == .dot && cluster.groups[1].length >= 3
        guard isDecimal || text.byte(first.end) == 0xC2 && text.byte(first.end + 1) == 0xB0,
            inspection.enabled.contains(.coordinates)
        else { return }
        guard let latitude = angle(at: Int(first.start), in: text), let next = gapEnd(after: latitude.end, in: text),
            let longitude = angle(at: next, in: text), isPair(latitude, longitude), text.isWordEnd(longitude.end)
        else { return }
        var score: Int
        if latitude.isMarked && longitude.isMarked {
            score = Score.marked
        } else {
            let isPrecise = min(latitude.decimals, longitude.decimals) >= 4
            score =
                isPrecise && max(latitude.degrees, longitude.degrees) >= 2
                    && isAlone(latitude.start, longitude.end, in: text)
                ? Score.bare : Score.weak
            inspection.context.advance(to: latitude.start, text.base)
            if inspection.context.speaks(of: Topic(.coordinates), before: latitude.start),
                isLast(longitude.end, in: text)
            {
                score += Score.context
            }
        }
        inspection.propose(Candidate(.coordinates, latitude.start, longitude.end, score: score))
        if score >= inspection.threshold { inspection.coordinatesEnd = longitude.end }
    }

    private static func isPair(_ first: Angle, _ second: Angle) -> Bool {
        switch (first.direction, second.direction) {
        case (0, 0): return first.degrees <= 90 && second.degrees <= 180 || first.degrees <= 180 && second.degrees <= 90
        case (UInt8(ascii: "N"), UInt8(ascii: "E")), (UInt8(ascii: "N"), UInt8(ascii: "W")),
            (UInt8(ascii: "S"), UInt8(ascii: "E")),
            (UInt8(ascii: "S"), UInt8(ascii: "W")):
            return first.degrees <= 90 && second.degrees <= 180
        default: return false
        }
    }

    /// Reads one angle with its sign before `start` or at it.
    private static func angle(at start: Int, in text: ScannedText) -> Angle? {
        var position = start
        if text.byte(position) == UInt8(ascii: "-") || text.byte(position) == UInt8(ascii: "+") { position += 1 }
        let digits = position
        var angle = Angle(start: start, end: position, degrees: 0)
        while text.has(position, ByteClass.digit), position - digits < 4 {
            angle.degrees = angle.degrees * 10 + Int(text.base[position] - 48)
            position += 1
        }
        guard position > digits, position - digits <= 3, angle.degrees <= 180 else { return nil }
        if text.byte(position) == UInt8(ascii: ".") {
            let point = position + 1
            position = point
            while text.has(position, ByteClass.digit), position - point < 16 { position += 1 }
            angle.decimals = position - point
        }
        if start == digits, text.byte(start - 1) == UInt8(ascii: "-") || text.byte(start - 1) == UInt8(ascii: "+"),
            !text.has(start - 2, ByteClass.alphanumeric)
        {
            angle.start = start - 1
        }
        let marked = marksEnd(position, in: text)
        if marked > position { angle.isMarked = true }
        position = marked
        guard angle.isMarked || angle.decimals >= 3 else { return nil }
        let letter = text.byte(position) == UInt8(ascii: " ") ? position + 1 : position
        switch text.byte(letter) {
        case UInt8(ascii: "N"), UInt8(ascii: "S"), UInt8(ascii: "E"), UInt8(ascii: "W"):
            if text.isWordEnd(letter + 1) {
                angle.direction = text.base[letter]
                angle.isMarked = true
                position = letter + 1
            }
        default: break
        }
        angle.end = position
        return angle
    }

    /// The end of `°`, `°26′`, `°26′46.3″` and their ASCII forms.
    private static func marksEnd(_ start: Int, in text: ScannedText) -> Int {
        guard text.byte(start) == 0xC2, text.byte(start + 1) == 0xB0 else { return start }
        var end = start + 2
        for _ in 0..<2 {
            var position = end
            if text.byte(position) == UInt8(ascii: " ") { position += 1 }
            let first = position
            while position - first < 8, text.has(position, ByteClass.digit) || text.byte(position) == UInt8(ascii: ".")
            { position += 1 }
            guard position > first else { break }
            switch text.byte(position) {
            case UInt8(ascii: "'"), UInt8(ascii: "\""): end = position + 1
            case 0xE2 where text.byte(position + 1) == 0x80: end = position + 3  // ′ ″ ’ ”
            default: return end
            }
        }
        return end
    }

    private static func gapEnd(after start: Int, in text: ScannedText) -> Int? {
        var position = start
        if text.byte(position) == UInt8(ascii: ",") || text.byte(position) == UInt8(ascii: ";") { position += 1 }
        if text.byte(position) == UInt8(ascii: " ") { position += 1 }
        return position > start && position < text.count ? position : nil
    }

    /// Whether no further number follows.
    private static func isLast(_ end: Int, in text: ScannedText) -> Bool {
        var position = end
        while position < end + 3, text.byte(position) == UInt8(ascii: ",") || text.byte(position) == UInt8(ascii: " ") {
            position += 1
        }
        return !text.has(position, ByteClass.digit) && text.byte(position) != UInt8(ascii: "-")
    }

    /// Whether no third number continues the pair to a vector.
    private static func isAlone(_ start: Int, _ end: Int, in text: ScannedText) -> Bool {
        guard isLast(end, in: text) else { return false }
        var position = start - 1
        while position > start - 4, text.byte(position) == UInt8(ascii: " ") { position -= 1 }
        // After a comma it is one of several.
        return text.byte(position) != UInt8(ascii: ",") && text.byte(position) != UInt8(ascii: "[")
            && !text.has(position, ByteClass.digit)
    }
}
