/// How a reader sees a character outside ASCII.
///
/// A table of two stages, made once from `records` and never freed: an index by the upper bits of the code point, and pages of 256
/// entries. Characters that stay as they are share one page, so that the table stays in the first-level cache for Chinese text too.
enum FoldTable {
    /// In the order of `letters`.
    enum Kind: UInt8 {
        /// Stays.
        case plain
        /// Rare enough in prose to be a disguise wherever it stands.
        case compatibility
        /// Ordinary in prose (`²`, `™`, `①`); a disguise beside digits or others of its kind.
        case ornament
        case digit
        /// Full-width marks and ideographic full stops: a disguise between letters or digits.
        case mark
        /// A dot in the middle of the line: a disguise between digits.
        case middleDot
        /// Shows nothing, and serves nothing in most texts.
        case invisible
        /// Shows nothing, but belongs to the writing of many languages or to pictures.
        case joiner
        /// ASCII as invisible tags.
        case tag
        /// A stroke through the letter before it.
        case overlay
        /// An accent; on a digit it is a disguise.
        case accent
        case space
        case dash
        /// Looks like a Latin letter or a digit.
        case lookAlike
        /// Looks somewhat like a Latin letter.
        case looseLookAlike
    }

    /// The kinds in `records`.
    fileprivate static let letters = [UInt8]("_kwnpqvjtomshlx".utf8)

    /// Kind, and what it is seen as.
    struct Entry {
        fileprivate let bits: UInt32

        @inline(__always) var isPlain: Bool { bits == 0 }
        @inline(__always) var kind: Kind { Kind(rawValue: UInt8(truncatingIfNeeded: bits)) ?? .plain }
        @inline(__always) fileprivate var count: Int { Int(bits &>> 8 & 31) }
        @inline(__always) fileprivate var offset: Int { Int(bits &>> 13) }
    }

    struct Storage {
        let index: UnsafePointer<UInt8>
        let pages: UnsafePointer<UInt32>
        /// All bytes in order, so that an output of one byte stands at its own number; then the longer ones.
        let outputs: UnsafePointer<UInt8>

        @inline(__always)
        func entry(_ scalar: UInt32) -> Entry {
            guard scalar < 0x11_0000 else { return Entry(bits: 0) }
            return Entry(bits: pages[Int(index[Int(scalar &>> 8)]) &<< 8 | Int(scalar & 0xFF)])
        }

        func output(_ entry: Entry) -> UnsafeBufferPointer<UInt8> {
            UnsafeBufferPointer(start: outputs + entry.offset, count: entry.count)
        }

        /// The first byte of the output; zero if there is none.
        @inline(__always)
        func first(_ entry: Entry) -> UInt8 { entry.count == 0 ? 0 : outputs[entry.offset] }

        /// The digit for which a look-alike may stand in a number.
        func digit(_ entry: Entry) -> UInt8? {
            guard let last = output(entry).last, last >= UInt8(ascii: "0"), last <= UInt8(ascii: "9") else {
                return nil
            }
            return last
        }
    }

    nonisolated(unsafe) static let storage: Storage = {
        var builder = StorageBuilder()
        records.withUTF8Buffer { builder.read($0) }
        return builder.storage()
    }()
}

/// Reads `FoldTable.records`: our own text, so that a fault in it is ours.
private struct StorageBuilder {
    private var index = [UInt8](repeating: 0, count: 0x1100)
    private var pages = [UInt32](repeating: 0, count: 256)
    private var outputs = [UInt8](0...255)

    mutating func read(_ records: UnsafeBufferPointer<UInt8>) {
        for record in records.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
            var reader = record[...]
            let first = Self.number(&reader)
            var count: UInt32 = 1
            if reader.first == UInt8(ascii: "+") {
                reader.removeFirst()
                count = Self.number(&reader)
            }
            guard let letter = reader.popFirst(), let number = FoldTable.letters.firstIndex(of: letter),
                let kind = FoldTable.Kind(rawValue: UInt8(number))
            else { continue }
            var output: [UInt8] = []
            while !reader.isEmpty {
                var pair = reader.prefix(2)
                reader = reader.dropFirst(2)
                output.append(UInt8(truncatingIfNeeded: Self.number(&pair)))
            }
            insert(first, count, kind, output)
        }
    }

    func storage() -> FoldTable.Storage {
        FoldTable.Storage(index: Self.keep(index), pages: Self.keep(pages), outputs: Self.keep(outputs))
    }

    private mutating func insert(_ first: UInt32, _ count: UInt32, _ kind: FoldTable.Kind, _ output: [UInt8]) {
        let repeats = kind == .space || kind == .dash
        let pooled = outputs.count
        if output.count > 1 { outputs += output }
        for number in 0..<count {
            let scalar = first + number
            if index[Int(scalar >> 8)] == 0 {
                index[Int(scalar >> 8)] = UInt8(pages.count / 256)
                pages += [UInt32](repeating: 0, count: 256)
            }
            let byte = (output.first.map(UInt32.init) ?? 0) + (repeats ? 0 : number)
            let offset = output.count > 1 ? UInt32(pooled) : output.isEmpty ? 0 : byte
            let bits = UInt32(kind.rawValue) | UInt32(output.count) << 8 | offset << 13
            pages[Int(index[Int(scalar >> 8)]) << 8 | Int(scalar & 0xFF)] = bits
        }
    }

    private static func number(_ reader: inout Slice<UnsafeBufferPointer<UInt8>>) -> UInt32 {
        var number: UInt32 = 0
        while let digit = reader.first.flatMap(Hexadecimal.capital) {
            number = number << 4 | UInt32(digit)
            reader.removeFirst()
        }
        return number
    }

    private static func keep<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = memory.initialize(from: elements)
        return UnsafePointer(memory.baseAddress ?? UnsafeMutablePointer.allocate(capacity: 1))
    }
}
