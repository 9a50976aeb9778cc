public import Foundation
internal import Testing

/// Corpora and other material beside the repository, which may be absent.
public enum SharedMaterial {
    /// A file or folder in the folder that `SALLYPORT_SHARED` names, or in `../shared` of the package's root. Where it is absent a line on
    /// the console says what is left out, and under `CI` the test fails.
    public static func place(_ path: String, for what: String) -> URL? {
        let environment = ProcessInfo.processInfo.environment
        let shared = environment["SALLYPORT_SHARED"].map { URL(fileURLWithPath: $0) } ?? besidePackage
        if let place = shared?.appendingPathComponent(path), FileManager.default.fileExists(atPath: place.path) {
            return place
        }
        print("left out: \(what), since there is no shared/\(path)")
        if environment["CI"] != nil { Issue.record("shared/\(path) is absent, and CI is set") }
        return nil
    }

    /// The bytes of a `.gz` file, unpacked by the system's gzip.
    public static func unpacked(_ file: URL) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", file.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let bytes = [UInt8](pipe.fileHandleForReading.readDataToEndOfFile())
        process.waitUntilExit()
        return bytes
    }

    private static var besidePackage: URL? {
        var folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            if FileManager.default.fileExists(atPath: folder.appendingPathComponent("Package.swift").path) {
                return folder.deletingLastPathComponent().appendingPathComponent("shared")
            }
        }
        return nil
    }
}
