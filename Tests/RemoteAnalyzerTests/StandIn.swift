import Foundation

@testable import RemoteAnalyzer

/// The stand-in for presidio-analyzer (`Tests/Clients/analyzer_stand_in.py`), in a process of its own that ends with its owner.
final class StandIn: Sendable {
    let port: UInt16
    private let process: Process
    private let keepAlive: Pipe

    static let shared = Result { try StandIn() }

    init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Clients/analyzer_stand_in.py")
        let process = Process()
        let output = Pipe()
        let input = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script.path]
        process.standardOutput = output
        process.standardInput = input
        try process.run()
        var line = ""
        while !line.contains("\n") {
            let more = output.fileHandleForReading.availableData
            guard !more.isEmpty else { break }
            line += String(decoding: more, as: UTF8.self)
        }
        guard let port = line.split(separator: " ").last.flatMap({ UInt16($0.filter(\.isNumber)) }) else {
            throw StandInFault("the stand-in did not start: \(line)")
        }
        self.port = port
        self.process = process
        keepAlive = input
    }

    deinit { process.terminate() }

    func url(_ query: String = "") -> String { "http://127.0.0.1:\(port)/analyze\(query.isEmpty ? "" : "?" + query)" }
}

struct StandInFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// A client of the shared stand-in, whose query asks for the faults.
func analyzer(
    _ query: String = "", clock: TestClock? = nil, _ change: (inout RemoteAnalyzer.Settings) -> Void = { _ in }
) throws -> RemoteAnalyzer {
    var settings = RemoteAnalyzer.Settings(url: try StandIn.shared.get().url(query))
    settings.allowsPlaintext = true
    settings.deadlineMilliseconds = 20_000
    change(&settings)
    guard let clock else { return try RemoteAnalyzer(settings: settings) }
    return try RemoteAnalyzer(settings: settings, clock: { clock.now })
}

extension RemoteAnalyzer {
    /// What was found, in words: `class "value" score`.
    func said(of texts: [String]) async throws -> [[String]] {
        let bytes = texts.map { Array($0.utf8) }
        return zip(bytes, try await analyze(bytes)).map { text, spans in
            spans.map { span in
                "\(span.dataClass) \(String(decoding: text[span.range], as: UTF8.self)) \(span.score)"
            }
        }
    }

    /// The kind of the error that these texts end with; `nil` where they end well.
    func failure(of texts: [String]) async -> RemoteAnalyzerError? {
        do throws(RemoteAnalyzerError) {
            _ = try await analyze(texts.map { Array($0.utf8) })
            return nil
        } catch {
            return error
        }
    }
}
