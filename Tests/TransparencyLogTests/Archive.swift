import Foundation
import Testing

/// The project's shared material, which may be absent.
enum Shared {
    /// The vectors of other projects; `nil` with a line on the console if there are none, and a failure where `CI` is
    /// set.
    static func vectors(for what: String) throws -> Archive? {
        let environment = ProcessInfo.processInfo.environment
        var shared = environment["SALLYPORT_SHARED"].map { URL(fileURLWithPath: $0) }
        if shared == nil {
            var package = URL(fileURLWithPath: #filePath)
            while package.path != "/" {
                package.deleteLastPathComponent()
                let manifest = package.appendingPathComponent("Package.swift").path
                if FileManager.default.fileExists(atPath: manifest) { break }
            }
            shared = package.deletingLastPathComponent().appendingPathComponent("shared")
        }
        let file = shared?.appendingPathComponent("data/tlog/vectors.tar.gz")
        if let file, FileManager.default.fileExists(atPath: file.path) { return try Archive(file) }
        print("left out: \(what) (no ../shared)")
        if environment["CI"] != nil { Issue.record("../shared is absent, and CI is set") }
        return nil
    }
}

/// The files of a `.tar.gz`, in memory.
struct Archive {
    private let bytes: [UInt8]
    private(set) var files: [String: Range<Int>] = [:]

    init(_ file: URL) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        bytes = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        // A header of 512 bytes: name at 0, size in octal at 124, kind at 156, prefix of the name at 345 (ustar); then the
        // content, padded. GNU tar has long names as the content of a member of kind `L`.
        var position = 0
        var longName: String?
        while position + 512 <= bytes.count, bytes[position] != 0 {
            let size = Int(text(position + 124, 12), radix: 8) ?? 0
            let content = (position + 512)..<(position + 512 + size)
            var name = text(position, 100)
            let isGNU = bytes[position + 263] == 0x20
            if !isGNU, bytes[position + 345] != 0 { name = text(position + 345, 155) + "/" + name }
            switch bytes[position + 156] {
            case UInt8(ascii: "L"): longName = text(content.lowerBound, size)
            case UInt8(ascii: "0"):
                name = longName ?? name
                files[name.hasPrefix("./") ? String(name.dropFirst(2)) : name] = content
                longName = nil
            default: longName = nil
            }
            position += 512 + (size + 511) / 512 * 512
        }
    }

    subscript(_ name: String) -> [UInt8]? { files[name].map { Array(bytes[$0]) } }

    /// The names of all files whose path contains a text, in order.
    func names(containing part: String) -> [String] { files.keys.filter { $0.contains(part) }.sorted() }

    private func text(_ start: Int, _ count: Int) -> String {
        String(decoding: bytes[start..<(start + count)].prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }
}
