import Foundation

@testable import SecureTransport

/// A shell script that runs beside the test. It speaks through files: pipes would be inherited by other tests' children.
struct ShellScript {
    let directory = makeTemporaryDirectory()
    private let process = Process()

    /// Starts `script`, in which `$DIR` names a directory of its own.
    init(_ script: String) throws {
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [
            "-c", "{ \(script)\n} > $DIR/out 2> $DIR/err; echo $? > $DIR/rc.new; mv $DIR/rc.new $DIR/rc",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(["DIR": directory]) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
    }

    func text(_ name: String) -> String {
        let data = FileManager.default.contents(atPath: directory + "/" + name) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    var status: Int32? { Int32(text("rc").trimmingCharacters(in: .whitespacesAndNewlines)) }

    /// Waits until `condition` holds or the script has ended; false after `seconds`.
    func wait(seconds: Double = 120, _ condition: () -> Bool = { false }) async throws -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        while Date() < deadline {
            if status != nil || condition() { return true }
            try await Task.sleep(nanoseconds: 10_000_000)
        }
        return false
    }

    func stop() { process.terminate() }
}

/// The output of a shell script.
func shell(_ script: String) async throws -> String {
    let running = try ShellScript(script)
    if try await !running.wait(seconds: 300) { running.stop() }
    return running.text("out") + running.text("err")
}

/// One run of the real `openssl` program.
struct OpenSSLCommand {
    let output: String
    let status: Int32

    /// Runs `openssl` with `arguments`, writes `input`, and ends its input once `isDone` holds of its output.
    static func run(
        _ arguments: [String], input: String = "", until isDone: (String) -> Bool = { _ in true }
    ) async throws -> OpenSSLCommand {
        let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
        let script = try ShellScript(
            """
            ( printf '%s' '\(input)'; while [ ! -e $DIR/done ]; do sleep 0.02; done ) \
            | { openssl \(quoted) 2>&1; echo $? > $DIR/status; touch $DIR/done; }
            """)
        _ = try await script.wait { isDone(script.text("out")) }
        _ = FileManager.default.createFile(atPath: script.directory + "/done", contents: nil)
        if try await !script.wait() { script.stop() }
        let status = Int32(script.text("status").trimmingCharacters(in: .whitespacesAndNewlines)) ?? -1
        return OpenSSLCommand(output: script.text("out"), status: status)
    }

    /// Connects `s_client` to the test server, sends `echo-me`, and waits for its return or for a failure.
    static func connect(
        _ port: Int, _ arguments: [String] = [], input: String = "echo-me\n", answer: String = "echo-me"
    ) async throws -> OpenSSLCommand {
        try await run(
            ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", TestCertificates.shared.files.authority]
                + arguments, input: input, until: { $0.contains(answer) || $0.contains("errno=") })
    }

    var isEchoed: Bool { output.contains("echo-me") }
}

/// An `s_client` that stays connected while the test does other things.
final class ChattingClient {
    private let script: ShellScript
    private var lines = 0

    init(_ port: Int) throws {
        script = try ShellScript(
            """
            ( n=0; while [ ! -e $DIR/done ]; do
                if [ -e $DIR/line.$n ]; then cat $DIR/line.$n; n=$((n + 1)); else sleep 0.02; fi
            done ) | { openssl s_client -quiet -no_ign_eof -connect 127.0.0.1:\(port); touch $DIR/done; }
            """)
    }

    /// Sends one line; true when it came back.
    func say(_ line: String) async throws -> Bool {
        let path = script.directory + "/line.\(lines)"
        lines += 1
        try (line + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        return try await script.wait { script.text("out").contains(line) } && script.status == nil
    }

    /// Ends the connection.
    func stop() async throws {
        _ = FileManager.default.createFile(atPath: script.directory + "/done", contents: nil)
        _ = try await script.wait()
    }
}
