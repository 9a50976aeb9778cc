import ArgumentParser
import Foundation
import Gateway
import Privacy

struct PrivacyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "privacy",
        abstract: "Find personal data and secrets in texts, as the gateway would in requests.",
        discussion: "Nothing leaves this machine, and nothing is recorded.",
        subcommands: [
            PrivacyScan.self, PrivacyExplain.self, PrivacyClasses.self, PrivacyBench.self, PrivacyEvaluate.self,
        ])
}

/// `--policy FILE`: what to look for, the same for all verbs about privacy.
struct PrivacyPolicyOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What to look for; policies/privacy.yaml unless given, the built-in defaults if there is none.",
            valueName: "privacy.yaml"))
    var policy: String?

    private static let usual = "policies/privacy.yaml"

    func settings() throws -> PrivacySettings {
        if let policy { return try PrivacyEngineLoader.settings(path: policy) }
        guard FileManager.default.fileExists(atPath: Self.usual) else { return PrivacySettings() }
        return try PrivacyEngineLoader.settings(path: Self.usual)
    }

    func engine() throws -> PrivacyEngine { try PrivacyEngineLoader.engine(try settings()) }
}

/// A text that a verb reads: a file, or standard input.
struct InputText {
    /// The path, or `-`.
    let name: String
    let bytes: [UInt8]

    /// Reads a file, or standard input for `-`.
    static func read(_ path: String) throws -> InputText {
        if path == "-" { return InputText(name: "-", bytes: [UInt8](FileHandle.standardInput.readDataToEndOfFile())) }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw ValidationError("\(path): no such file")
        }
        guard !isFolder.boolValue else { throw ValidationError("\(path): expected a file, found a folder") }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ValidationError("\(path): can't be read")
        }
        return InputText(name: path, bytes: [UInt8](data))
    }

    /// Whether it is no text: a zero byte among the first 8 KiB, as git judges it.
    var isBinary: Bool { bytes.prefix(8_192).contains(0) }
}

/// Where bytes of a text stand for people: code points, lines, columns. Offsets have to come in ascending order.
struct TextPosition {
    private(set) var codePoint = 0
    private(set) var line = 1
    private(set) var column = 1
    private var offset = 0

    /// Goes on to an offset in bytes.
    mutating func advance(to target: Int, in bytes: [UInt8]) {
        while offset < min(target, bytes.count) {
            let byte = bytes[offset]
            offset += 1
            // Continuation bytes belong to the code point before.
            guard byte & 0xC0 != 0x80 else { continue }
            codePoint += 1
            if byte == 0x0A {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
