public import Evaluation
internal import GRDB
private import Glibc

/// The passages of a folder's texts, found by their words: SQLite's FTS5 with BM25, in memory.
public final class PassageIndex: Sendable {
    private let queue: DatabaseQueue

    /// Files whose names end so are read.
    static let endings = ["txt", "md", "rst", "text", "markdown", "org", "adoc", "html", "csv", "json", "yaml"]
    /// A passage is whole paragraphs up to so many bytes.
    private static let passageBytes = 1_200
    private static let mostFileBytes = 64 << 20
    private static let mostFiles = 100_000
    private static let deepest = 16

    /// Reads a folder and those in it; throws where it is none or has no texts. Blocks.
    public init(folder: String) throws(EvaluationStoreError) {
        let files = Self.files(folder, depth: 0)
        guard !files.isEmpty else {
            throw EvaluationStoreError(
                path: folder, problem: "no folder with texts (\(Self.endings.joined(separator: ", ")))")
        }
        do {
            queue = try DatabaseQueue()
            try queue.write { db in
                try db.execute(
                    sql:
                        "CREATE VIRTUAL TABLE passage USING fts5(text, source UNINDEXED, tokenize = 'porter unicode61')"
                )
                let insert = try db.cachedStatement(sql: "INSERT INTO passage (text, source) VALUES (?, ?)")
                for file in files {
                    let name = String(file.dropFirst(folder.hasSuffix("/") ? folder.count : folder.count + 1))
                    for text in Self.passages(of: file) { try insert.execute(arguments: [text, name]) }
                }
            }
        } catch {
            throw EvaluationStoreError(path: folder, problem: EvaluationFile.words(error))
        }
    }

    /// The passages nearest to a question, best first; of two as near the earlier one.
    public func nearest(to question: String, count: Int) throws(EvaluationStoreError) -> [Passage] {
        let words = Self.words(question)
        guard !words.isEmpty else { return [] }
        // Quoted, so that no word of the question is an operator.
        let query = words.map { "\"\($0)\"" }.joined(separator: " OR ")
        do {
            return try queue.read { db in
                try Row.fetchAll(
                    db,
                    sql: "SELECT text, source FROM passage WHERE passage MATCH ? ORDER BY bm25(passage), rowid LIMIT ?",
                    arguments: [query, count]
                ).map { Passage(source: $0["source"], text: $0["text"]) }
            }
        } catch {
            throw EvaluationStoreError(path: "passages", problem: EvaluationFile.words(error))
        }
    }

    /// The question's words, each once, at most 64.
    private static func words(_ text: String) -> [String] {
        var words: [String] = []
        var word = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
                word.unicodeScalars.append(scalar)
                continue
            }
            if !word.isEmpty, !words.contains(word) { words.append(word) }
            word = ""
            if words.count >= 64 { return words }
        }
        if !word.isEmpty, !words.contains(word) { words.append(word) }
        return words
    }

    private static func passages(of file: String) -> [String] {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < mostFileBytes {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        var passages: [String] = []
        var passage = ""
        func end() {
            if !passage.isEmpty { passages.append(passage) }
            passage = ""
        }
        for paragraph in paragraphs(String(decoding: bytes, as: UTF8.self)) {
            if !passage.isEmpty, passage.utf8.count + paragraph.utf8.count > passageBytes { end() }
            passage += (passage.isEmpty ? "" : "\n\n") + paragraph
        }
        end()
        return passages
    }

    /// Parts between empty lines; one that is too long is cut at its lines.
    private static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [String] = []
        var lines: [Substring] = []
        var length = 0
        func end() {
            if !lines.isEmpty { paragraphs.append(lines.joined(separator: "\n")) }
            lines = []
            length = 0
        }
        for line in text.split(whereSeparator: \.isNewline, omitting: false) {
            if line.allSatisfy(\.isWhitespace) {
                end()
                continue
            }
            if length + line.utf8.count > passageBytes { end() }
            lines.append(line)
            length += line.utf8.count
        }
        end()
        return paragraphs
    }

    private static func files(_ folder: String, depth: Int) -> [String] {
        guard depth <= deepest, let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [(name: String, isFolder: Bool)] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !name.hasPrefix(".") else { continue }
            var status = stat()
            guard lstat("\(folder)/\(name)", &status) == 0 else { continue }
            names.append((name, status.st_mode & S_IFMT == S_IFDIR))
            guard names.count < mostFiles else { break }
        }
        var files: [String] = []
        for (name, isFolder) in names.sorted(by: { $0.name < $1.name }) {
            if isFolder {
                files += Self.files("\(folder)/\(name)", depth: depth + 1)
            } else if endings.contains(where: { name.hasSuffix(".\($0)") }) {
                files.append("\(folder)/\(name)")
            }
        }
        return files
    }
}

extension String {
    fileprivate func split(whereSeparator isSeparator: (Character) -> Bool, omitting: Bool) -> [Substring] {
        split(maxSplits: .max, omittingEmptySubsequences: omitting, whereSeparator: isSeparator)
    }
}
