import Foundation
import Testing

/// The project's shared material, which may be absent.
enum Shared {
    /// `../shared` beside the package, or `SALLYPORT_SHARED`; `nil` with a line on the console if there is none, and a
    /// failure of the test where `CI` is set.
    static func directory(for what: String) -> URL? {
        let environment = ProcessInfo.processInfo.environment
        if let path = environment["SALLYPORT_SHARED"] { return URL(fileURLWithPath: path) }
        var package = URL(fileURLWithPath: #filePath)
        while package.path != "/" {
            package.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: package.appendingPathComponent("Package.swift").path) { break }
        }
        let shared = package.deletingLastPathComponent().appendingPathComponent("shared")
        if FileManager.default.fileExists(atPath: shared.path) { return shared }
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
        // A header of 512 bytes: name at 0, size in octal at 124, kind at 156; then the content, padded.
        var position = 0
        while position + 512 <= bytes.count, bytes[position] != 0 {
            let name = Self.text(bytes[position..<(position + 100)])
            let size = Int(Self.text(bytes[(position + 124)..<(position + 136)]), radix: 8) ?? 0
            if bytes[position + 156] == UInt8(ascii: "0") { files[name] = (position + 512)..<(position + 512 + size) }
            position += 512 + (size + 511) / 512 * 512
        }
    }

    subscript(_ name: String) -> ArraySlice<UInt8>? { files[name].map { bytes[$0] } }

    private static func text(_ field: ArraySlice<UInt8>) -> String {
        String(decoding: field.prefix { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
    }
}
