/// Writes a text with values taken out, and keeps it JSON where it is JSON.
///
/// In JSON a value's place inside a string is taken by its class, `[EMAIL]`; a number becomes the string `"[PHONE]"`; quotes, brackets and
/// escapes stay whole even where a value was found across them.
struct RedactedText {
    let isJSON: Bool

    private enum Place: Equatable {
        case outside
        case inside
        /// After a backslash.
        case escape
        /// In `\u` and its four digits: so many are missing.
        case code(Int)
    }

    private var place = Place.outside
    /// Part of a number has gone out, so that no string can stand in its place.
    private var isInNumber = false
    /// A minus that begins a number is held until it is known whether the number goes out.
    private var holdsMinus = false
    /// The last byte of a number that has gone out in part.
    private var lastOfNumber: UInt8 = 0
    /// The rest of a number or escape goes as its beginning did.
    private var dropsRest = false
    /// The class that is written before anything more of the value in hand is dropped.
    private var mark: SensitiveClass?
    private var current: SensitiveClass = .secret

    init(_ encoding: RestorationMap.Encoding) { isJSON = encoding == .json }

    /// The text is at its end: what is held goes out. Then another one begins.
    mutating func finish(into output: inout [UInt8]) {
        if isJSON { releaseMinus(into: &output) }
        place = .outside
        dropsRest = false
        isInNumber = false
        holdsMinus = false
        mark = nil
    }

    /// Bytes that go out.
    mutating func pass(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        guard isJSON else {
            output.append(contentsOf: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
            return
        }
        for position in range {
            let byte = base[position]
            if dropsRest {
                switch place {
                case .escape, .code:
                    advance(byte)
                    continue
                case .outside where Self.isNumberByte(byte): continue
                default: dropsRest = false
                }
            }
            if byte == UInt8(ascii: "-"), place == .outside, !isInNumber, !holdsMinus {
                holdsMinus = true
                continue
            }
            releaseMinus(into: &output)
            output.append(byte)
            isInNumber = place == .outside && !Self.isStructure(byte)
            lastOfNumber = byte
            advance(byte)
        }
    }

    /// A value.
    mutating func redact(
        _ base: UnsafePointer<UInt8>, _ range: Range<Int>, _ sensitiveClass: SensitiveClass,
        into output: inout [UInt8]
    ) {
        guard isJSON else { return write(sensitiveClass, into: &output) }
        var first = range.lowerBound
        // An escape that has begun goes out whole.
        while first < range.upperBound, place != .outside, place != .inside {
            pass(base, first..<first + 1, into: &output)
            first += 1
        }
        // Of a number that is dropped or out in part no more is said.
        mark = place == .outside && (dropsRest || isInNumber) ? nil : sensitiveClass
        current = sensitiveClass
        drop(base, first..<range.upperBound, into: &output)
    }

    /// More of the value that was redacted last.
    mutating func drop(_ base: UnsafePointer<UInt8>, _ range: Range<Int>, into output: inout [UInt8]) {
        guard isJSON else { return }
        for position in range {
            let byte = base[position]
            switch place {
            case .inside where byte == 0x22:
                output.append(byte)
                advance(byte)
                mark = current
            case .escape where !dropsRest, .code where !dropsRest:
                // An escape whose beginning is out.
                output.append(byte)
                advance(byte)
            case .inside, .escape, .code:
                if let sensitiveClass = mark { write(sensitiveClass, into: &output) }
                mark = nil
                advance(byte)
                dropsRest = place != .inside
            case .outside where Self.isStructure(byte):
                releaseMinus(into: &output)
                output.append(byte)
                advance(byte)
                mark = current
                dropsRest = false
                isInNumber = false
            case .outside:
                if let sensitiveClass = mark {
                    output.append(0x22)
                    write(sensitiveClass, into: &output)
                    output.append(0x22)
                    holdsMinus = false
                } else if isInNumber, !dropsRest, Self.wantsDigit(lastOfNumber) {
                    output.append(UInt8(ascii: "0"))
                }
                mark = nil
                dropsRest = true
            }
        }
    }

    private mutating func releaseMinus(into output: inout [UInt8]) {
        guard holdsMinus else { return }
        holdsMinus = false
        output.append(UInt8(ascii: "-"))
    }

    /// Whether a number can't end with a byte: the point of a fraction, or what begins an exponent.
    private static func wantsDigit(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") || byte == UInt8(ascii: "+")
            || byte == UInt8(ascii: "-")
    }

    private func write(_ sensitiveClass: SensitiveClass, into output: inout [UInt8]) {
        let label = sensitiveClass.label
        output.append(UInt8(ascii: "["))
        output.append(contentsOf: UnsafeBufferPointer(start: label.utf8Start, count: label.utf8CodeUnitCount))
        output.append(UInt8(ascii: "]"))
    }

    private mutating func advance(_ byte: UInt8) {
        switch place {
        case .outside: if byte == 0x22 { place = .inside }
        case .inside:
            if byte == 0x22 { place = .outside }
            if byte == SurrogateSyntax.backslash { place = .escape }
        case .escape: place = byte == UInt8(ascii: "u") ? .code(4) : .inside
        case .code(let missing): place = missing > 1 ? .code(missing - 1) : .inside
        }
    }

    private static func isStructure(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: ","),
            UInt8(ascii: ":"), 0x22, 0x20, 0x0A, 0x0D, 0x09:
            return true
        default: return false
        }
    }

    private static func isNumberByte(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e")
            || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
    }
}
