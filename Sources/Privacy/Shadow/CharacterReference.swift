/// `&#64;`, `&#x40;`, `&commat;` (HTML Standard, "Character references"). A numeric one may lack its semicolon, as in browsers.
enum CharacterReference {
    private enum Bounds {
        /// Digits of a number, zeros in front included.
        static let digits = 9
        /// A name as a number of 128 bits.
        static let name = 16
    }

    static func read(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> EscapeDecoding.Reading? {
        if text.byte(start &+ 1) == UInt8(ascii: "#") {
            let isHexadecimal = text.byte(start &+ 2) | 0x20 == UInt8(ascii: "x")
            return number(text, start, from: start &+ (isHexadecimal ? 3 : 2), radix: isHexadecimal ? 16 : 10)
        }
        return named(text, start)
    }

    private static func number(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, from first: Int, radix: UInt32
    ) -> EscapeDecoding.Reading? {
        var value: UInt32 = 0
        var position = first
        while let digit = Hexadecimal.value(text.byte(position)), digit < radix {
            guard position &- first < Bounds.digits, value < 0x11_0000 else { return nil }
            value = value &* radix &+ UInt32(digit)
            position &+= 1
        }
        guard position > first else { return nil }
        if text.byte(position) == UInt8(ascii: ";") { position &+= 1 }
        return EscapeDecoding.Reading(start..<position, value, .html)
    }

    private static func named(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> EscapeDecoding.Reading? {
        var key: UInt128 = 0
        var position = start &+ 1
        while ByteClass.table[Int(text.byte(position))] & ByteClass.alphanumeric != 0 {
            guard position &- start <= Bounds.name else { return nil }
            key = key &<< 8 | UInt128(text[position])
            position &+= 1
        }
        guard text.byte(position) == UInt8(ascii: ";"), let value = byName[key] else { return nil }
        return EscapeDecoding.Reading(start..<(position &+ 1), value, .html)
    }

    private static let byName: [UInt128: UInt32] = {
        var byName: [UInt128: UInt32] = [:]
        names.withUTF8Buffer { names in
            for record in names.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
                guard let equals = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let key = record[..<equals].reduce(into: UInt128(0)) { $0 = $0 << 8 | UInt128($1) }
                byName[key] = record[(equals + 1)...].reduce(into: UInt32(0)) {
                    $0 = $0 << 4 | UInt32(Hexadecimal.value($1) ?? 0)
                }
            }
        }
        return byName
    }()
}
