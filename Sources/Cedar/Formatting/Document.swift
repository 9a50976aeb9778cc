/// A text that can be laid out in several ways (after Wadler, "A prettier printer"): its groups stand on one line where they
/// fit, and break at all of their own lines where they don't.
indirect enum Document {
    case empty
    case text(String)
    /// A blank that vanishes at the beginning of a line.
    case space
    /// A blank on one line, else a new line.
    case line
    /// Nothing on one line, else a new line.
    case softLine
    /// A new line whatever fits; several in a row are one.
    case hardLine
    /// Comments on lines of their own; an empty one is a blank line.
    case comments([String])
    /// A comment behind what stands on the line; what follows begins a new line, indented as it is itself.
    case trailingComment(String)
    case sequence([Document])
    /// Indents the new lines in it by so many more columns.
    case nest(Int, Document)
    case group(Document)

    static func + (left: Document, right: Document) -> Document {
        switch (left, right) {
        case (.empty, _): right
        case (_, .empty): left
        case (.sequence(let parts), _): .sequence(parts + [right])
        default: .sequence([left, right])
        }
    }
}

/// Lays documents out. There are no blanks at the ends of lines, and no empty lines but between comments.
struct DocumentRenderer {
    private enum Mode { case flat, broken }
    private typealias Part = (indentation: Int, mode: Mode, document: Document)

    private let width: Int
    private var output = ""
    private var column = 0
    /// A new line that the next text will begin: how far it is indented, or as far as the text itself says.
    private var pending: NewLine?

    private enum NewLine {
        case indented(Int)
        case asTextSays
    }

    private init(width: Int) { self.width = width }

    static func text(of document: Document, width: Int) -> String {
        var renderer = DocumentRenderer(width: width)
        renderer.render(document)
        return renderer.output
    }

    private mutating func render(_ document: Document) {
        var open: [Part] = [(0, .broken, document)]
        while let (indentation, mode, document) = open.popLast() {
            switch document {
            case .empty: break
            case .text(let text): write(text, indentation)
            case .space: if pending == nil, !output.isEmpty { write(" ", indentation) }
            case .line where mode == .flat: if pending == nil, !output.isEmpty { write(" ", indentation) }
            case .softLine where mode == .flat: break
            case .line, .softLine, .hardLine: pending = .indented(indentation)
            case .comments(let comments):
                for comment in comments {
                    guard !comment.isEmpty else {
                        output += "\n"
                        continue
                    }
                    pending = .indented(indentation)
                    write(comment, indentation)
                }
                pending = .asTextSays
            case .trailingComment(let comment):
                if pending == nil, !output.isEmpty { write(" ", indentation) }
                write(comment, indentation)
                pending = .asTextSays
            case .sequence(let parts): for part in parts.reversed() { open.append((indentation, mode, part)) }
            case .nest(let columns, let inner): open.append((indentation + columns, mode, inner))
            case .group(let inner):
                let isFlat = mode == .flat || fits((indentation, .flat, inner), before: open)
                open.append((indentation, isFlat ? .flat : .broken, inner))
            }
        }
    }

    private mutating func write(_ text: String, _ indentation: Int) {
        if let newLine = pending {
            pending = nil
            if !output.isEmpty {
                var columns = indentation
                if case .indented(let said) = newLine { columns = said }
                output += "\n" + String(repeating: " ", count: columns)
                column = columns
            }
        }
        output += text
        if let newLine = text.unicodeScalars.lastIndex(of: "\n") {
            column = text.unicodeScalars[newLine...].count - 1
        } else {
            column += text.unicodeScalars.count
        }
    }

    /// Whether a part stands on the rest of the line, together with what follows it up to the next new line.
    private func fits(_ part: Part, before rest: [Part]) -> Bool {
        var room = width - column
        switch pending {
        case nil: break
        case .indented(let columns): room = width - columns
        case .asTextSays: room = width - part.indentation
        }
        var isAtStart = true
        var open = [part]
        var following = rest.count
        while room >= 0 {
            if open.isEmpty {
                guard following > 0 else { return true }
                following -= 1
                open.append(rest[following])
            }
            guard let (indentation, mode, document) = open.popLast() else { return true }
            switch document {
            case .empty: break
            case .text(let text):
                room -= text.unicodeScalars.count
                isAtStart = false
            case .space: room -= 1
            case .line:
                if mode == .broken { return true }
                room -= 1
            case .softLine: if mode == .broken { return true }
            case .hardLine, .trailingComment: return mode == .broken
            case .comments:
                // Before its first text a part begins a line of its own all the same.
                guard isAtStart else { return mode == .broken }
                room = width - indentation
            case .sequence(let parts): for part in parts.reversed() { open.append((indentation, mode, part)) }
            case .nest(let columns, let inner): open.append((indentation + columns, mode, inner))
            case .group(let inner): open.append((indentation, mode, inner))
            }
        }
        return false
    }
}
