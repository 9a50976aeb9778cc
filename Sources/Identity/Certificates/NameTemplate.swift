/// A text with places for what a pattern captured, such as `app-{name}`.
public struct NameTemplate: Hashable, Sendable, CustomStringConvertible {
    private enum Piece: Hashable, Sendable {
        case text(String)
        case capture(String)
    }

    /// As it was written.
    public let description: String
    private let pieces: [Piece]

    /// Reads a template; `nil` where a brace has no partner or a capture no name.
    public init?(_ text: String) {
        var pieces: [Piece] = []
        var rest = text[...]
        while let brace = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[brace] == "{", let end = rest[brace...].firstIndex(of: "}") else { return nil }
            if brace > rest.startIndex { pieces.append(.text(String(rest[..<brace]))) }
            let name = String(rest[rest.index(after: brace)..<end])
            guard Self.isCaptureName(name) else { return nil }
            pieces.append(.capture(name))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { pieces.append(.text(String(rest))) }
        description = text
        self.pieces = pieces
    }

    /// The captures it has places for.
    public var captures: [String] {
        pieces.compactMap { if case .capture(let name) = $0 { name } else { nil } }
    }

    /// The text with all places filled; a capture that there is none leaves its place empty.
    func filled(_ captured: [String: String]) -> String {
        pieces.reduce(into: "") { text, piece in
            switch piece {
            case .text(let part): text += part
            case .capture(let name): text += captured[name] ?? ""
            }
        }
    }

    static func isCaptureName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { Base62.isDigit($0) || $0 == UInt8(ascii: "_") }
    }
}
