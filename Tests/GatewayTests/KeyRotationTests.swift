import Cryptography
import Foundation
import Inference
import Testing

@testable import Gateway

/// `sallyport keys rotate`: other surrogates, and nothing else changes.
@Suite struct KeyRotationTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 4)

    /// A folder of its own, gone afterwards.
    private static func inFolder(_ body: (_ path: String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "sallyport-rotation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder + "/master.key")
    }

    private static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func `a file without a line for it is of the first generation`() throws {
        let master = try #require(MasterKey(text: Array((Self.digits + "\n").utf8)))
        #expect(master.generation == 1)
        #expect(String(decoding: master.text, as: UTF8.self) == Self.digits + "\n")
    }

    @Test func `each rotation counts one up and keeps the key`() throws {
        try Self.inFolder { path in
            try Self.digits.write(toFile: path, atomically: true, encoding: .utf8)
            let before = try KeyFile.readMaster(path, makes: false)
            for generation in 2...4 {
                #expect(try KeyFile.rotateMaster(path).generation == generation)
                let now = try KeyFile.readMaster(path, makes: false)
                #expect(now.generation == generation && now.hasKey(of: before))
                #expect(try Self.text(path) == "\(Self.digits)\ngeneration \(generation)\n")
            }
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(!FileManager.default.fileExists(atPath: path + ".new"))
        }
    }

    @Test func `rotations at once come one after the other`() async throws {
        let folder = NSTemporaryDirectory() + "sallyport-rotation-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = folder + "/master.key"
        _ = try KeyFile.readMaster(path, makes: true)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { try KeyFile.rotateMaster(path).generation } }
            var seen: Set<Int> = []
            for try await generation in group { seen.insert(generation) }
            #expect(seen == Set(2...9))
        }
    }

    @Test func `without a master key there is nothing to rotate, and none is made`() throws {
        try Self.inFolder { path in
            let failure = #expect(throws: KeyFile.Failure.self) { try KeyFile.rotateMaster(path) }
            #expect(failure?.description.contains("there is no master key yet") == true)
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: [
        "", "\n", "abc", digits + "0", digits + "\ngeneration\n", digits + "\ngeneration 0\n",
        digits + "\ngeneration -2\n",
        digits + "\ngeneration 2 3\n", digits + "\ngeneration 99999999999999999999\n", digits + "\nversion 2\n",
        digits + "\ngeneration 2\ngeneration 3\n", "generation 2\n" + digits,
    ])
    func `another text is refused, and says nothing of the key`(text: String) throws {
        #expect(MasterKey(text: Array(text.utf8)) == nil)
        try Self.inFolder { path in
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            let failure = #expect(throws: KeyFile.Failure.self) { try KeyFile.rotateMaster(path) }
            #expect(failure?.description.contains("0123456789abcdef") == false)
            #expect(try Self.text(path) == text)
        }
    }
}
