internal import Evaluation
private import Glibc
private import LedgerStore

/// Runs operators' own scoring programs: no shell, one process an answer, within its time and so many at once.
final class ProgramRunner: Sendable {
    private let monitor = Monitor()
    private nonisolated(unsafe) var free: Int
    /// Where relative paths are seen from.
    private let folder: String

    /// The most that a program may say.
    private static let mostBytes = 1 << 20

    init(folder: String, atOnce: Int = 8) {
        self.folder = folder
        free = atOnce
    }

    func score(_ answer: Answer, by program: ScoringProgram, _ test: EvaluationCase) async -> Score {
        let input = program.request(answer, to: test)
        let output: Result<[UInt8], Trouble> = await withCheckedContinuation { continuation in
            let work: @Sendable () -> Void = {
                self.monitor.lock()
                while self.free == 0 { self.monitor.wait() }
                self.free -= 1
                self.monitor.unlock()
                let output = self.run(program, input)
                self.monitor.withLock { self.free += 1 }
                self.monitor.signal()
                continuation.resume(returning: output)
            }
            if LedgerThread(work) == nil { continuation.resume(returning: .failure(Trouble("no thread is left"))) }
        }
        switch output {
        case .success(let bytes): return program.score(bytes)
        case .failure(let trouble): return Score(nil, trouble.words)
        }
    }

    private struct Trouble: Error {
        let words: String
        init(_ words: String) { self.words = words }
    }

    private func run(_ program: ScoringProgram, _ input: [UInt8]) -> Result<[UInt8], Trouble> {
        guard let name = program.command.first else { return .failure(Trouble("no program is named")) }
        let spawned: (child: pid_t, write: Int32, read: Int32)
        switch Self.spawning.withLock({ spawn(name, program.command) }) {
        case .success(let value): spawned = value
        case .failure(let trouble): return .failure(trouble)
        }
        let child = spawned.child
        let output = talk(
            spawned.write, spawned.read, input, Monitor.now() + UInt64(program.timeoutMilliseconds) * 1_000_000)
        kill(-child, SIGKILL)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        return output
    }

    /// One after the other, so that no child gets another's pipes: they are not closed in children from their first moment on.
    private static let spawning = Monitor()
    /// The environment has secrets; a scorer needs a path and a language.
    private static let passed = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"]

    private func spawn(
        _ name: String, _ command: [String]
    ) -> Result<(child: pid_t, write: Int32, read: Int32), Trouble> {
        var (toChild, fromChild): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard pipe(&toChild) == 0 else { return .failure(Trouble("no pipe: errno \(errno)")) }
        guard pipe(&fromChild) == 0 else {
            for descriptor in toChild { close(descriptor) }
            return .failure(Trouble("no pipe: errno \(errno)"))
        }
        for descriptor in toChild + fromChild { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, toChild[0], STDIN_FILENO)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], STDOUT_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // A group of its own, so that its children end with it; and no signal is blocked there.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let path = name.contains("/") && !name.hasPrefix("/") ? folder + name : name
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = []
        for variable in Self.passed {
            if let value = getenv(variable) { environment.append(strdup("\(variable)=\(String(cString: value))")) }
        }
        environment.append(nil)
        var child = pid_t()
        let code = posix_spawnp(&child, path, &actions, &attributes, &arguments, &environment)
        for pointer in arguments + environment { Glibc.free(pointer) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(toChild[0])
        close(fromChild[1])
        guard code == 0 else {
            close(toChild[1])
            close(fromChild[0])
            return .failure(Trouble("the program can't be run: \(String(cString: strerror(code)).lowercased())"))
        }
        return .success((child, toChild[1], fromChild[0]))
    }

    /// Gives the input and takes the output at the same time, until the output ends.
    private func talk(
        _ write: Int32, _ read: Int32, _ input: [UInt8], _ deadline: UInt64
    ) -> Result<[UInt8], Trouble> {
        var toWrite = input[...]
        var writeEnd = write
        defer {
            if writeEnd >= 0 { close(writeEnd) }
            close(read)
        }
        _ = fcntl(write, F_SETFL, O_NONBLOCK)
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let now = Monitor.now()
            guard now < deadline else { return .failure(Trouble("the program took too long")) }
            if toWrite.isEmpty, writeEnd >= 0 {
                close(writeEnd)
                writeEnd = -1
            }
            var waits = [pollfd(fd: read, events: Int16(POLLIN), revents: 0)]
            if writeEnd >= 0 { waits.append(pollfd(fd: writeEnd, events: Int16(POLLOUT), revents: 0)) }
            let ready = poll(&waits, nfds_t(waits.count), Int32(clamping: (deadline - now) / 1_000_000 + 1))
            if ready < 0, errno != EINTR { return .failure(Trouble("no answer of the program: errno \(errno)")) }
            if waits.count > 1, waits[1].revents != 0 {
                let count = toWrite.withUnsafeBytes { Glibc.write(writeEnd, $0.baseAddress, $0.count) }
                // A program that reads nothing may score all the same.
                if count > 0 { toWrite = toWrite.dropFirst(count) } else if errno != EAGAIN { toWrite = [] }
            }
            guard waits[0].revents != 0 else { continue }
            let count = Glibc.read(read, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { return .success(output) }
            output += buffer[..<count]
            guard output.count <= Self.mostBytes else { return .failure(Trouble("the program said too much")) }
        }
    }
}
