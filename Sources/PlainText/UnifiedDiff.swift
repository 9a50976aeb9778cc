/// What changed between two texts, line by line, as `diff -u`, `patch` and `git apply` have it.
public enum UnifiedDiff {
    /// Lines around each change that stay.
    private static let context = 3

    private struct Line {
        var sign: Character
        var text: Substring
    }

    /// The difference; empty where there is none.
    public static func text(_ path: String, _ old: String, _ new: String) -> String {
        guard !old.utf8.elementsEqual(new.utf8) else { return "" }
        let (before, after) = (lines(old), lines(new))
        let script = script(before, after)
        let changes = script.indices.filter { script[$0].sign != " " }
        var text = "--- a/\(path)\n+++ b/\(path)\n"
        var next = 0
        while next < changes.count {
            var last = next
            while last + 1 < changes.count, changes[last + 1] - changes[last] <= 2 * context { last += 1 }
            let range = max(changes[next] - context, 0)..<min(changes[last] + context + 1, script.count)
            text += hunk(script, range)
            next = last + 1
        }
        return text
    }

    private static func hunk(_ script: [Line], _ range: Range<Int>) -> String {
        let (oldStart, newStart) = (
            script[..<range.lowerBound].count { $0.sign != "+" }, script[..<range.lowerBound].count { $0.sign != "-" }
        )
        let (oldCount, newCount) = (script[range].count { $0.sign != "+" }, script[range].count { $0.sign != "-" })
        var text =
            "@@ -\(oldCount == 0 ? oldStart : oldStart + 1),\(oldCount) "
            + "+\(newCount == 0 ? newStart : newStart + 1),\(newCount) @@\n"
        for line in script[range] {
            text += "\(line.sign)\(line.text)"
            if line.text.unicodeScalars.last != "\n" { text += "\n\\ No newline at end of file\n" }
        }
        return text
    }

    /// Both texts in one, what went before what came.
    private static func script(_ before: [Substring], _ after: [Substring]) -> [Line] {
        let difference = after.difference(from: before) { $0.utf8.elementsEqual($1.utf8) }
        let gone = Set(
            difference.removals.compactMap { change -> Int? in
                if case .remove(let offset, _, _) = change { return offset }
                return nil
            })
        let come = Set(
            difference.insertions.compactMap { change -> Int? in
                if case .insert(let offset, _, _) = change { return offset }
                return nil
            })
        var script: [Line] = []
        var (old, new) = (0, 0)
        while old < before.count || new < after.count {
            if old < before.count, gone.contains(old) {
                script.append(Line(sign: "-", text: before[old]))
                old += 1
            } else if new < after.count, come.contains(new) {
                script.append(Line(sign: "+", text: after[new]))
                new += 1
            } else if old < before.count, new < after.count {
                script.append(Line(sign: " ", text: before[old]))
                (old, new) = (old + 1, new + 1)
            } else {
                break
            }
        }
        return script
    }

    /// The lines with their ends; LF alone ends one.
    private static func lines(_ text: String) -> [Substring] {
        var lines: [Substring] = []
        var start = text.startIndex
        for index in text.unicodeScalars.indices where text.unicodeScalars[index] == "\n" {
            let end = text.unicodeScalars.index(after: index)
            lines.append(Substring(text.unicodeScalars[start..<end]))
            start = end
        }
        if start < text.endIndex { lines.append(Substring(text.unicodeScalars[start...])) }
        return lines
    }
}
