/// A word, a number, a mark or a link of a text, with what the features of names are made of.
struct NameToken {
    enum Kind: UInt8 { case mark, word, number, mixed, link }

    /// What stands before a token: nothing, spaces, one line break, or more (or the text's beginning).
    enum Gap: UInt8 { case glued, spaced, broken, parted }

    enum Shape: UInt8 {
        case lower, capital, capitals, single, initial, inner, camel, digits, mixed, other, mark, hyphenated, apostrophe
        case acronym, link, possessive
    }

    var start: Int
    var end: Int
    /// Of the word in lower case, digits as zeros.
    var hash: UInt64
    var flags: UInt16 = 0
    /// The byte before and the byte after, see `NameTokenizer.around`.
    var left: UInt16 = 0
    var right: UInt16 = 0
    /// How the line is written, and the end of the hash of the word before the line's last colon; see `NameLines`.
    var regime: UInt16 = 0
    var label: UInt32 = 0
    var kind: Kind
    var shape: Shape
    var gap: Gap

    /// A word that begins with a capital.
    @inline(__always)
    var isCapital: Bool {
        guard kind == .word else { return false }
        switch shape {
        case .capital, .capitals, .single, .initial, .inner, .hyphenated, .apostrophe, .acronym: return true
        default: return false
        }
    }

    /// Begins a line.
    @inline(__always)
    var isBroken: Bool { gap.rawValue >= Gap.broken.rawValue }
}

/// What the lexicon knows of a word, as bits. The first four are two numbers up to three: how frequent it is as a first name and as
/// a family name.
enum NameFlags {
    static let frequentFirst: UInt16 = 2
    static let frequentFamily: UInt16 = 8
    static let names: UInt16 = 15
    static let place: UInt16 = 16
    static let country: UInt16 = 64
    static let common: UInt16 = 128
    static let known: UInt16 = 256
    static let particle: UInt16 = 1024
    static let middle: UInt16 = 2048
    static let title: UInt16 = 4096
    static let calendar: UInt16 = 8192
    static let brand: UInt16 = 16384
    static let people: UInt16 = 32768

    /// What matters most of them, below 192.
    @inline(__always)
    static func summary(_ flags: UInt16) -> UInt64 {
        let first = UInt64(flags & 3)
        let family = UInt64(flags >> 2 & 3)
        let place: UInt64 = flags & (Self.place | country) != 0 ? 1 : 0
        let known: UInt64 = flags & common != 0 ? 2 : flags & Self.known != 0 ? 1 : 0
        let other: UInt64 = flags & (brand | people) != 0 ? 1 : 0
        return (((first &* 4 &+ family) &* 2 &+ place) &* 3 &+ known) &* 2 &+ other
    }
}
