private import Glibc

extension LedgerReader {
    /// Gives the entries that hold one of some runs of bytes, of at least two bytes each, in order from a position on,
    /// until `body` says no. Faster than looking into each entry by itself.
    public func entries(
        from start: LedgerPosition? = nil, holding markers: [[UInt8]],
        _ body: (LedgerPosition, UnsafeRawBufferPointer) throws -> Bool
    ) throws {
        try entries(from: start) { position, bytes in
            markers.contains { Self.holds(bytes, $0) } ? try body(position, bytes) : true
        }
    }

    /// The bytes that all entries about a request hold, and no others; `nil` for what is no request's id.
    public static func marker(ofRequest id: String) -> [UInt8]? {
        let isPlain = id.utf8.allSatisfy {
            switch $0 {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, !id.isEmpty, id.utf8.count <= 128 else { return nil }
        return Array(#""request":"\#(id)""#.utf8)
    }

    /// Whether some bytes, at least two, stand in the entry.
    public static func holds(_ entry: UnsafeRawBufferPointer, _ marker: [UInt8]) -> Bool {
        place(of: marker, in: entry) != nil
    }

    /// Where some bytes, at least two, stand in the entry first.
    public static func place(of marker: [UInt8], in entry: UnsafeRawBufferPointer) -> Int? {
        guard let base = entry.baseAddress, marker.count >= 2, entry.count >= marker.count else { return nil }
        // The second byte is looked for, since markers begin with a quotation mark, of which entries are full.
        var start = 1
        let end = entry.count - marker.count + 2
        while start < end, let found = memchr(base + start, Int32(marker[1]), end - start) {
            if memcmp(found - 1, marker, marker.count) == 0 { return UnsafeRawPointer(found) - base - 1 }
            start = UnsafeRawPointer(found) - base + 1
        }
        return nil
    }
}
