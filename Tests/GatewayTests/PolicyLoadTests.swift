import Cryptography
import Foundation
import Identity
import Testing

@testable import Gateway

/// Policies on disk: what `check` says of them, and when a change of files counts.
@Suite struct PolicyLoadTests {
    /// A folder of its own for a test.
    private final class Folder {
        let path: String

        init() throws {
            path = FileManager.default.temporaryDirectory.appending(path: "sallyport-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: path + "/policies", withIntermediateDirectories: true)
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: path + "/" + name, atomically: false, encoding: .utf8)
        }
    }

    private static func check(_ access: String, schema: String? = nil) throws -> (errors: String, notes: [String]) {
        var fixture = ConfigurationFixture("policies/access.cedar", access)
        if let schema { fixture.files["etc/policies/access.cedarschema"] = schema }
        fixture.files["etc/policies/principals.yaml"] = "teams: { developers: {} }"
        let files = fixture.files
        do throws(ConfigurationErrors) {
            let configuration = try ConfigurationLoader.load(
                path: "etc/sallyport.yaml", environment: fixture.environment, checksAccess: true
            ) { path throws(ConfigurationFileError) in
                guard let text = files[path] else { throw ConfigurationFileError(reason: "no such file or directory") }
                return Array(text.utf8)
            }
            let set = try? ActiveSet(
                configuration, keys: .init(), master: MasterKey(key: .init([UInt8](repeating: 7, count: 32))))
            return ("", set.map { PolicyNotes.notes($0.access, configuration) } ?? ["no set"])
        } catch {
            return (error.description, [])
        }
    }

    @Test func `what is wrong with policies is told with all the rest`() throws {
        let told = try Self.check("permit (principal, action == Action::\"send\", resource);\npermit (")
        #expect(told.errors.hasPrefix("etc/policies/access.cedar:2:9: "))
        let schema = try Self.check("permit (principal, action, resource);", schema: "entity User;\nentity Tem;")
        #expect(
            schema.errors.contains("etc/policies/access.cedarschema:2:8: the gateway has no entities of type `Tem`"))
    }

    @Test func `names in policies that nothing else knows are noted, and known ones are not`() throws {
        let told = try Self.check(
            """
            permit (principal, action, resource) unless { principal in Team::"develpers" };
            forbid (principal in Team::"developers", action, resource in Provider::"opnai");
            forbid (principal, action, resource == Model::"demo");
            forbid (principal, action, resource == Model::"demo/demo");
            """)
        #expect(told.errors == "")
        #expect(
            told.notes == [
                "etc/policies/access.cedar:1:60: `develpers` is not a team of principals.yaml, did you mean `developers`?",
                "etc/policies/access.cedar:2:62: `opnai` is not a provider of sallyport.yaml, did you mean `openai`?",
                "etc/policies/access.cedar:3:40: `demo` is no model: they are called by a provider of sallyport.yaml, `/` and its "
                    + "name of the model; the names that callers use are `Alias::\"…\"`",
            ])
    }

    @Test func `the hash is what sha256sum of what sha256sum prints is, and names every file`() throws {
        func configuration(_ change: (inout [String: String]) -> Void = { _ in }) throws -> PolicySetFiles {
            var fixture = ConfigurationFixture()
            change(&fixture.files)
            return try fixture.load().policySet
        }
        let set = try configuration()
        #expect(
            set.paths == [
                "etc/policies/access.cedar", "etc/policies/access.cedarschema", "etc/policies/prices.csv",
                "etc/policies/models.yaml",
                "etc/policies/principals.yaml", "etc/policies/limits.yaml", "etc/policies/privacy.yaml",
                "etc/policies/rollouts.yaml",
            ])
        // printf of the fixture's five files, sha256sum, and sha256sum of its output.
        #expect(set.hash == "f62bed8655d0a39da46ac4c595d3b861b96e94aeb06f21a7a0636329f116a6f6")
        for name in [
            "access.cedar", "access.cedarschema", "models.yaml", "principals.yaml", "limits.yaml", "privacy.yaml",
            "rollouts.yaml",
        ] {
            let changed = try configuration { files in
                files["etc/policies/\(name)", default: ""] += name.hasSuffix("yaml") ? "# x\n" : "// x\n"
            }
            #expect(changed.hash != set.hash, "\(name)")
        }
        let listed = try configuration { files in
            files["etc/policies/privacy.yaml"] = "terms: [{ class: health, file: words.txt }]"
            files["etc/policies/words.txt"] = "one"
        }
        let longer = try configuration { files in
            files["etc/policies/privacy.yaml"] = "terms: [{ class: health, file: words.txt }]"
            files["etc/policies/words.txt"] = "one\ntwo"
        }
        #expect(listed.paths.contains("etc/policies/words.txt") && listed.hash != longer.hash)
        // What stands beside the policies is no part of them.
        let beside = try configuration { files in files["etc/sallyport.yaml", default: ""] += "# x\n" }
        #expect(beside.hash == set.hash)
    }

    @Test func `degraded is told line by line, beside what keeps the gateway from serving`() {
        #expect(AdminServer.Reasons().text == "ready\n")
        #expect(
            AdminServer.Reasons(degraded: ["a:1:1: x\nb:2:2: y"]).text == "degraded: a:1:1: x\ndegraded: b:2:2: y\n")
        #expect(
            AdminServer.Reasons(notReady: ["draining"], degraded: ["a"]).text == "not ready: draining\ndegraded: a\n")
    }

    // MARK: - Watching

    @Test func `a change counts once, when two looks agree on it`() throws {
        let folder = try Folder()
        try folder.write("a", "1")
        var watch = FileWatch([folder.path + "/a", folder.path + "/b"])
        let look1 = watch.hasChanged()
        #expect(!look1)
        try folder.write("a", "22")
        let look2 = watch.hasChanged()
        #expect(!look2)
        try folder.write("a", "333")
        let look3 = watch.hasChanged()
        #expect(!look3)
        let look4 = watch.hasChanged()
        #expect(look4)
        let look5 = watch.hasChanged()
        #expect(!look5)
        try folder.write("b", "1")
        let look6 = watch.hasChanged()
        #expect(!look6)
        let look7 = watch.hasChanged()
        #expect(look7)
        try FileManager.default.removeItem(atPath: folder.path + "/b")
        let look8 = watch.hasChanged()
        #expect(!look8)
        let look9 = watch.hasChanged()
        #expect(look9)
    }

    @Test func `a file put in the place of another counts, also through links on the way`() throws {
        let folder = try Folder()
        let files = FileManager.default
        for version in ["one", "two"] {
            try files.createDirectory(atPath: folder.path + "/" + version, withIntermediateDirectories: true)
            try folder.write(version + "/a", "1")
        }
        try files.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: "one")
        var watch = FileWatch([folder.path + "/data/a"])
        let look10 = watch.hasChanged()
        #expect(!look10)
        try files.removeItem(atPath: folder.path + "/data")
        try files.createSymbolicLink(atPath: folder.path + "/data", withDestinationPath: "two")
        let look11 = watch.hasChanged()
        #expect(!look11)
        let look12 = watch.hasChanged()
        #expect(look12)
        let look13 = watch.hasChanged()
        #expect(!look13)
    }

    @Test func `files that change while they are read are read again, but not for ever`() throws {
        let folder = try Folder()
        try folder.write("a", "1")
        try folder.write("b", "1")
        let paths = [folder.path + "/a", folder.path + "/b"]
        var count = 0
        let text = try FileWatch.settled(paths) {
            count += 1
            let first = try String(contentsOfFile: folder.path + "/a", encoding: .utf8)
            if count == 1 {
                try folder.write("a", "new")
                try folder.write("b", "new")
            }
            return first + " " + (try String(contentsOfFile: folder.path + "/b", encoding: .utf8))
        }
        #expect(text == "new new")
        count = 0
        #expect {
            try FileWatch.settled(paths) {
                count += 1
                try folder.write("a", String(repeating: "x", count: 10 + count))
            }
        } throws: { "\($0)" == "policies: the files changed each time they were read" }
    }

    @Test func `a watch that goes on knows what the one before it knew`() throws {
        let folder = try Folder()
        try folder.write("a", "1")
        let before = FileWatch([folder.path + "/a"])
        try folder.write("a", "22")
        var watch = FileWatch([folder.path + "/a", folder.path + "/b"], after: before)
        let look14 = watch.hasChanged()
        #expect(!look14)
        let look15 = watch.hasChanged()
        #expect(look15)
    }
}
