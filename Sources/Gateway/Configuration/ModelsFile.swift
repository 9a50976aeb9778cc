internal import Foundation
internal import PlainText

/// `policies/models.yaml` as a text that is changed in one place: everything else stays, to the letter, comments included.
///
/// What a change was to do is computed twice, in the text and in the tree that the text means; only if both agree is there a
/// changed text at all.
public struct ModelsFile: Sendable {
    /// Why a file was not changed.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, with the file and, where there is one, the place.
        public let description: String
    }

    /// Where it is.
    public let path: String
    /// What is in it.
    public let text: String
    /// What was changed, a sentence; empty: nothing.
    public let explanation: String

    /// Reads it.
    public init(path: String) throws(Failure) {
        guard let bytes = FileManager.default.contents(atPath: path) else {
            throw Failure(description: "\(path): cannot be read")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(description: "\(path): not UTF-8")
        }
        self.init(path: path, text: text)
    }

    init(path: String, text: String, explanation: String = "") {
        self.path = path
        self.text = text
        self.explanation = explanation
    }

    /// The change as a unified diff, as `diff -u` and `git apply` have it.
    public func diff(to changed: ModelsFile) -> String { UnifiedDiff.text(path, text, changed.text) }

    /// Writes it in place of what `old` had read, whole or not at all; fails if the file is another by now.
    public func write(over old: ModelsFile) throws(Failure) {
        guard let now = FileManager.default.contents(atPath: path), now.elementsEqual(old.text.utf8) else {
            throw Failure(description: "\(path): was changed by somebody else meanwhile")
        }
        // A link stays a link: its target is replaced.
        let place = URL(filePath: path).resolvingSymlinksInPath()
        let part = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).part")
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: place.path)
            try Data(text.utf8).write(to: part)
            if let mode = attributes[.posixPermissions] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: part.path)
            }
        } catch {
            throw Failure(description: "\(path): cannot be written")
        }
        guard rename(part.path, place.path) == 0 else { throw Failure(description: "\(path): cannot be written") }
    }

    func tree() throws(Failure) -> YAMLNode {
        do throws(YAMLNode.SyntaxError) {
            guard let tree = try YAMLNode.parse(text) else {
                throw YAMLNode.SyntaxError(position: nil, message: "is empty")
            }
            return tree
        } catch {
            throw failure(error.position ?? YAMLNode.Position(line: 1, column: 1), error.message)
        }
    }

    func failure(_ position: YAMLNode.Position, _ message: String) -> Failure {
        Failure(description: "\(path):\(position.line):\(position.column): \(message)")
    }

    static func isPlainKey(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7A).contains(first | 0x20), text.utf8.count <= 256 else {
            return false
        }
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        return !words.contains(text.lowercased())
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || "-_./".utf8.contains($0)
            }
    }
}
