import Foundation
import Testing

/// The plan of the house: which module may import which. README.md ("How it works") has the picture.
private enum House {
    static let libraries: [String: Set<String>] = [
        "Cryptography": ["COpenSSL"],
        "JSONText": [],
        "Suggestions": [],
        "Cedar": ["JSONText", "Suggestions"],
        "TransparencyLog": ["Cryptography"],
        "Statistics": ["RealModule"],
        "PlainText": [],
        "HyperText": ["PlainText"],
    ]
    static let vocabulary: [String: Set<String>] = ["Inference": ["JSONText"]]
    static let cores: [String: Set<String>] = [
        "Identity": ["Inference", "Cryptography", "JSONText"],
        "Access": ["Inference", "Cedar", "Suggestions", "Cryptography"],
        "Privacy": ["Inference", "JSONText", "Cryptography"],
        "Limits": ["Inference"],
        "Routing": ["Inference"],
        "Rollout": ["Inference", "Statistics", "Cryptography", "RealModule"],
        "Dialects": ["Inference", "JSONText"],
        "AnswerCache": ["Inference", "Cryptography"],
        "Ledger": ["Inference", "JSONText", "TransparencyLog", "Cryptography", "PlainText"],
        "Drift": ["Statistics"],
        "Evaluation": ["Inference", "JSONText", "Suggestions", "Cryptography"],
        "DataSets": ["JSONText", "Cryptography"],
        "EvaluationReport": [
            "Evaluation", "Statistics", "Suggestions", "Inference", "JSONText", "HyperText", "PlainText",
        ],
    ]
    static let shells: [String: Set<String>] = [
        "PatternScanner": ["CHyperscan", "Privacy"],
        "PrivacyTesting": ["Inference", "JSONText", "Privacy"],
        "NameModel": ["CNameModel"],
        "SecureTransport": ["COpenSSL", "NIOCore"],
        "Upstream": ["CCurl", "Inference", "Access", "Privacy", "Ledger"],
        "RemoteAnalyzer": ["Upstream", "Inference", "JSONText"],
        "KeyDiscovery": ["Upstream", "Identity", "JSONText"],
        "LedgerStore": ["Inference", "Ledger", "TransparencyLog", "JSONText", "Cryptography"],
        "LedgerVault": ["Inference", "Ledger", "LedgerStore", "Cryptography"],
        "LedgerRelay": [
            "CCurl", "Upstream", "Inference", "Ledger", "LedgerStore", "TransparencyLog", "JSONText", "Cryptography",
        ],
        "LedgerReport": ["Ledger", "JSONText", "HyperText", "PlainText"],
        "RedisClient": ["CHiredis", "LedgerStore"],
        "EvaluationStore": [
            "GRDB", "GRDBSQLite", "Inference", "Evaluation", "EvaluationReport", "LedgerStore", "JSONText",
            "Cryptography",
        ],
        "EvaluationRunner": [
            "Yams", "Upstream", "Inference", "Evaluation", "EvaluationStore", "LedgerStore", "Statistics", "JSONText",
            "Cryptography",
        ],
        "LimitStore": ["GRDB", "GRDBSQLite", "Inference", "Limits", "LedgerStore"],
        "LedgerIndex": [
            "GRDB", "GRDBSQLite", "Inference", "Ledger", "LedgerReport", "LedgerStore", "JSONText", "Cryptography",
        ],
    ]
    static let gateway: [String: Set<String>] = [
        "Gateway": Set(libraries.keys).union(vocabulary.keys).union(cores.keys).union(shells.keys).union([
            "NIOCore", "NIOPosix", "NIOHTTP1", "NIOHTTP2", "NIOConcurrencyHelpers", "Yams", "Logging", "Foundation",
        ]),
        "sallyport": [
            "Gateway", "Access", "Cedar", "Cryptography", "DataSets", "EvaluationReport", "HyperText", "Identity",
            "Inference", "JSONText", "Ledger",
            "LedgerIndex", "LedgerRelay", "LedgerReport", "LedgerStore", "LedgerVault", "PlainText", "Privacy",
            "Rollout", "Routing", "SecureTransport", "TransparencyLog", "Evaluation", "EvaluationRunner",
            "EvaluationStore",
            "ArgumentParser", "Dispatch", "Logging", "Foundation",
        ],
        // Not shipped: what `make fuzz` runs.
        "CedarFuzz": ["Cedar", "Foundation"],
        "CoreBench": ["Dialects", "Inference", "JSONText", "Limits", "Routing"],
        "LedgerSample": [
            "Cryptography", "Inference", "JSONText", "Ledger", "LedgerIndex", "LedgerReport", "LedgerStore",
            "TransparencyLog", "Foundation",
        ],
        "LedgerDrill": ["LedgerStore", "Ledger", "TransparencyLog", "Inference", "Cryptography"],
        "PrivacyFuzz": ["Cryptography", "NameModel", "PatternScanner", "Privacy", "PrivacyTesting", "Foundation"],
    ]

    static let all = [libraries, vocabulary, cores, shells, gateway].reduce(into: [:]) { $0.merge($1) { $1 } }

    /// The standard library's own modules, which any module may use.
    static let standard: Set<String> = ["Swift", "Synchronization"]
    /// The C library, for shells (sockets, files, threads), the gateway, and nobody else.
    static let system: Set<String> = ["Glibc"]
}

private let packageRoot = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private struct Import: CustomTestStringConvertible {
    let module: String
    let file: String
    let line: Int
    let imported: String
    let isPublic: Bool
    var testDescription: String { "\(file):\(line): import \(imported)" }
}

private func imports() throws -> [Import] {
    let sources = packageRoot.appending(path: "Sources")
    var found: [Import] = []
    for module in try FileManager.default.contentsOfDirectory(atPath: sources.path) {
        let folder = sources.appending(path: module)
        let files = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                var words = line.split(separator: " ").map(String.init)
                while let first = words.first, first.hasPrefix("@") { words.removeFirst() }
                let access = words.first.flatMap {
                    ["public", "package", "internal", "private", "fileprivate"].contains($0) ? $0 : nil
                }
                if access != nil { words.removeFirst() }
                guard words.first == "import", words.count >= 2 else { continue }
                let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
                let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
                found.append(
                    Import(
                        module: module, file: "Sources/\(module)/\(file)", line: index + 1,
                        imported: name.split(separator: ".").first.map(String.init) ?? name,
                        isPublic: access == "public"))
            }
        }
    }
    return found
}

@Test func `every file imports only what the plan of the house allows`() throws {
    let found = try imports()
    #expect(found.count > 100, "the sources were read")
    for entry in found where !House.standard.contains(entry.imported) {
        guard let allowed = House.all[entry.module] else {
            Issue.record("Sources/\(entry.module) is no room of the house: give it a place in the plan")
            continue
        }
        let isShell = House.shells[entry.module] != nil || House.gateway[entry.module] != nil
        if isShell, House.system.contains(entry.imported) { continue }
        #expect(allowed.contains(entry.imported), "\(entry.testDescription) is not in the plan")
    }
}

@Test func `no C module stands in a public signature`() throws {
    for entry in try imports() where entry.imported.hasPrefix("C") && House.all[entry.imported] == nil {
        guard ["COpenSSL", "CCurl", "CHyperscan", "CHiredis", "CNameModel"].contains(entry.imported) else { continue }
        #expect(!entry.isPublic, "\(entry.testDescription) is public")
    }
}

@Test func `libraries speak no gateway word`() throws {
    let words = ["gateway", "sallyport", "principal id", "pseudonym", "upstream"]
    for module in ["TransparencyLog", "JSONText", "Cedar", "Statistics", "PlainText", "HyperText"] {
        let folder = packageRoot.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        #expect(!files.isEmpty, "Sources/\(module) was read")
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8).lowercased()
            for word in words { #expect(!text.contains(word), "Sources/\(module)/\(file) says `\(word)`") }
        }
    }
}

@Test func `cores read no clock, no environment and no randomness`() throws {
    let forbidden = [
        "ContinuousClock", "SuspendingClock", "Date()", "getenv", "ProcessInfo", ".random(",
        "SystemRandomNumberGenerator",
    ]
    let libraries = ["TransparencyLog", "JSONText", "Cedar", "Statistics", "PlainText", "HyperText"]
    for module in Set(House.cores.keys).union(House.vocabulary.keys).union(libraries) {
        let folder = packageRoot.appending(path: "Sources/\(module)")
        let files = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for word in forbidden { #expect(!text.contains(word), "Sources/\(module)/\(file) uses `\(word)`") }
        }
    }
}

@Test func `only two clients send without the three proofs, to a service only, and one of them sends no body`() throws {
    let sources = packageRoot.appending(path: "Sources")
    let files = FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String] ?? []
    let users = try files.filter { file in
        guard file.hasSuffix(".swift") else { return false }
        return try String(contentsOf: sources.appending(path: file), encoding: .utf8).contains("UpstreamService")
    }
    // A third one is no part of the gateway: it speaks to a gateway, for the command line.
    let clients: Set<Substring> = ["Upstream", "RemoteAnalyzer", "KeyDiscovery", "EvaluationRunner"]
    #expect(Set(users.map { $0.prefix { $0 != "/" } }) == clients, "\(users)")
    for entry in try imports() where entry.imported == "EvaluationRunner" {
        #expect(entry.module == "sallyport", "\(entry.testDescription): nothing of the gateway may send so")
    }
    for file in users where file.hasPrefix("KeyDiscovery/") {
        let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
        for call in text.split(separator: "UpstreamService(").dropFirst() {
            #expect(call.prefix(200).contains("method: .read"), "\(file)")
        }
        #expect(!text.contains(".ask(") || text.contains("body: []"), "\(file)")
    }
}
