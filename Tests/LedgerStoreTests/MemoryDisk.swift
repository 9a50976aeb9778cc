import Synchronization

@testable import LedgerStore

/// A disk in memory that keeps apart what programs see and what is durable: any call can be made to fail, the process can die at
/// any call, and the power can go. What was not synchronised then is lost, or kept, sector by sector of 512 bytes; of the
/// names changed in a directory that was not synchronised, the first so many are kept.
final class MemoryDisk: FileSystem {
    /// What happens at a call.
    enum Fault: Equatable, Sendable {
        /// It fails with this number, and nothing is done.
        case error(Int32)
        /// The process is dead: this call is done by half, and no other.
        case death
    }

    /// The kinds of calls.
    enum Call: String, CaseIterable, Sendable {
        case open, size, read, write, synchroniseData, synchronise, rename, remove, removeDirectory, makeDirectory,
            names
        case lock
    }

    private struct File {
        var bytes: [UInt8] = []
        var durable: [UInt8] = []
        var isLocked = false
    }

    private enum Change {
        case link(String, Int)
        case unlink(String)
        case rename(String, String, Int)
        case directory(String)
        case noDirectory(String)
        case move(String, String)
    }

    private struct State {
        var files: [Int: File] = [:]
        var names: [String: Int] = [:]
        var directories: Set<String> = ["/d"]
        var durableNames: [String: Int] = [:]
        var durableDirectories: Set<String> = ["/d"]
        var pending: [String: [Change]] = [:]
        var handles: [Int32: (file: Int?, path: String)] = [:]
        var next: Int32 = 3
        var count = 0
        var counts: [Call: Int] = [:]
        var isDead = false
        var fault: (@Sendable (Call, Int, Int) -> Fault?)?
    }

    private let state: Mutex<State>

    init() { state = Mutex(State()) }

    private init(_ state: sending State) { self.state = Mutex(state) }

    /// Asked at each call: its kind, which one of its kind it is, and which one of all.
    func setFault(_ fault: (@Sendable (Call, Int, Int) -> Fault?)?) { state.withLock { $0.fault = fault } }

    /// Calls so far.
    var calls: Int { state.withLock { $0.count } }
    var counts: [Call: Int] { state.withLock { $0.counts } }
    var isDead: Bool { state.withLock { $0.isDead } }

    /// What the next process finds.
    func afterDeath() -> MemoryDisk {
        let (files, names, directories, durable) = state.withLock {
            ($0.files, $0.names, $0.directories, ($0.durableNames, $0.durableDirectories, $0.pending))
        }
        var next = State()
        next.files = files.mapValues { File(bytes: $0.bytes, durable: $0.durable) }
        (next.names, next.directories) = (names, directories)
        (next.durableNames, next.durableDirectories, next.pending) = durable
        return MemoryDisk(next)
    }

    /// What the machine finds when the power is back.
    func afterPowerLoss(keeping: Keeping, _ random: inout Seeded) -> MemoryDisk {
        let (files, pending, durable) = state.withLock {
            ($0.files, $0.pending, ($0.durableNames, $0.durableDirectories))
        }
        var (names, directories) = durable
        for (_, changes) in pending.sorted(by: { $0.key < $1.key }) {
            let count =
                switch keeping {
                case .nothing: 0
                case .everything: changes.count
                case .some: Int.random(in: 0...changes.count, using: &random)
                }
            for change in changes.prefix(count) { Self.apply(change, &names, &directories) }
        }
        func isThere(_ path: String) -> Bool {
            var parent = DurableFiles.directory(of: path)
            while parent != "/" {
                guard directories.contains(parent) else { return false }
                parent = DurableFiles.directory(of: parent)
            }
            return true
        }
        var next = State()
        next.directories = directories.filter(isThere)
        next.names = names.filter { isThere($0.key) }
        for (number, file) in files.sorted(by: { $0.key < $1.key }) {
            let bytes = Self.torn(file, keeping, &random)
            next.files[number] = File(bytes: bytes, durable: bytes)
        }
        (next.durableNames, next.durableDirectories) = (next.names, next.directories)
        return MemoryDisk(next)
    }

    /// How much of what was not synchronised survives.
    enum Keeping: CaseIterable, Sendable {
        case nothing, everything, some
    }

    private static func torn(_ file: File, _ keeping: Keeping, _ random: inout Seeded) -> [UInt8] {
        switch keeping {
        case .nothing: return file.durable
        case .everything: return file.bytes
        case .some:
            var bytes = file.durable
            if file.bytes.count < bytes.count { bytes.removeLast(bytes.count - file.bytes.count) }
            for start in stride(from: 0, to: file.bytes.count, by: 512) {
                let end = min(start + 512, file.bytes.count)
                if end <= bytes.count, bytes[start..<end] == file.bytes[start..<end] { continue }
                guard Bool.random(using: &random) else { continue }
                if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
                bytes.replaceSubrange(start..<end, with: file.bytes[start..<end])
            }
            return bytes
        }
    }

    private static func apply(_ change: Change, _ names: inout [String: Int], _ directories: inout Set<String>) {
        switch change {
        case .link(let path, let file): names[path] = file
        case .unlink(let path): names[path] = nil
        case .rename(let old, let new, let file):
            names[old] = nil
            names[new] = file
        case .directory(let path): directories.insert(path)
        case .noDirectory(let path): directories.remove(path)
        case .move(let old, let new):
            func moved(_ path: String) -> String {
                path == old || path.hasPrefix(old + "/") ? new + path.dropFirst(old.utf8.count) : path
            }
            names = Dictionary(uniqueKeysWithValues: names.map { (moved($0.key), $0.value) })
            directories = Set(directories.map(moved))
        }
    }

    // MARK: - Calls

    /// Counts a call; throws if it is to fail. True if it is to be done by half, being the last.
    @discardableResult
    private static func enter(_ call: Call, _ state: inout State) throws(FileFault) -> Bool {
        guard !state.isDead else { throw FileFault(code: 5) }
        state.count += 1
        state.counts[call, default: 0] += 1
        switch state.fault?(call, state.counts[call] ?? 0, state.count) {
        case .error(let code): throw FileFault(code: code)
        case .death:
            state.isDead = true
            if call != .write { throw FileFault(code: 5) }
            return true
        case nil: return false
        }
    }

    private func call<Result>(
        _ kind: Call, _ body: (inout State, Bool) throws(FileFault) -> Result
    ) throws(FileFault) -> Result {
        let result: Swift.Result<Result, FileFault> = state.withLock { state in
            do throws(FileFault) {
                let isHalf = try Self.enter(kind, &state)
                return .success(try body(&state, isHalf))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func note(_ change: Change, in path: String, _ state: inout State) {
        apply(change, &state.names, &state.directories)
        state.pending[DurableFiles.directory(of: path), default: []].append(change)
    }

    func open(_ path: String, _ way: FileAccess) throws(FileFault) -> Int32 {
        try call(.open) { state, _ throws(FileFault) in
            if way == .directory {
                guard state.directories.contains(path) else { throw FileFault(code: 2) }
                state.handles[state.next] = (nil, path)
            } else {
                guard state.directories.contains(DurableFiles.directory(of: path)) else { throw FileFault(code: 2) }
                if state.names[path] == nil {
                    guard way == .updatingOrCreating || way == .replacing else { throw FileFault(code: 2) }
                    let number = (state.files.keys.max() ?? 0) + 1
                    state.files[number] = File()
                    Self.note(.link(path, number), in: path, &state)
                }
                if way == .replacing, let number = state.names[path] { state.files[number]?.bytes = [] }
                state.handles[state.next] = (state.names[path], path)
            }
            state.next += 1
            return state.next - 1
        }
    }

    func close(_ file: Int32) {
        state.withLock { state in
            let closed = state.handles.removeValue(forKey: file)
            if let number = closed?.file, closed?.path.hasSuffix("/lock") == true {
                state.files[number]?.isLocked = false
            }
        }
    }

    func size(_ file: Int32) throws(FileFault) -> Int {
        try call(.size) { state, _ throws(FileFault) in Self.file(file, state)?.bytes.count ?? 0 }
    }

    private static func file(_ handle: Int32, _ state: State) -> File? {
        state.handles[handle]?.file.flatMap { state.files[$0] }
    }

    func read(_ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        nonisolated(unsafe) let buffer = buffer
        return try call(.read) { state, _ throws(FileFault) in
            guard let bytes = Self.file(file, state)?.bytes, offset < bytes.count else { return 0 }
            let part = bytes[offset..<min(bytes.count, offset + buffer.count)]
            buffer.copyBytes(from: part)
            return part.count
        }
    }

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileFault) -> Int {
        let bytes = [UInt8](bytes)
        return try call(.write) { state, isHalf throws(FileFault) in
            guard let number = state.handles[file]?.file else { throw FileFault(code: 9) }
            let part = isHalf ? bytes.prefix(bytes.count / 2) : bytes[...]
            var content = state.files[number]?.bytes ?? []
            state.files[number]?.bytes = []
            if content.count < offset + part.count {
                content += [UInt8](repeating: 0, count: offset + part.count - content.count)
            }
            content.replaceSubrange(offset..<(offset + part.count), with: part)
            state.files[number]?.bytes = content
            if isHalf { throw FileFault(code: 5) }
            return part.count
        }
    }

    func synchroniseData(_ file: Int32) throws(FileFault) {
        try call(.synchroniseData) { state, _ throws(FileFault) in Self.synchronise(file, &state) }
    }

    func synchronise(_ file: Int32) throws(FileFault) {
        try call(.synchronise) { state, _ throws(FileFault) in Self.synchronise(file, &state) }
    }

    private static func synchronise(_ handle: Int32, _ state: inout State) {
        guard let (number, path) = state.handles[handle] else { return }
        if let number {
            let bytes = state.files[number]?.bytes ?? []
            state.files[number]?.durable = bytes
        } else {
            for change in state.pending.removeValue(forKey: path) ?? [] {
                apply(change, &state.durableNames, &state.durableDirectories)
            }
        }
    }

    func rename(_ old: String, to new: String) throws(FileFault) {
        try call(.rename) { state, _ throws(FileFault) in
            guard let number = state.names[old] else {
                guard state.directories.contains(old) else { throw FileFault(code: 2) }
                return Self.note(.move(old, new), in: new, &state)
            }
            Self.note(.rename(old, new, number), in: new, &state)
        }
    }

    func remove(_ path: String) throws(FileFault) {
        try call(.remove) { state, _ throws(FileFault) in
            guard state.names[path] != nil else { throw FileFault(code: 2) }
            Self.note(.unlink(path), in: path, &state)
        }
    }

    func removeDirectory(_ path: String) throws(FileFault) {
        try call(.removeDirectory) { state, _ throws(FileFault) in
            guard state.directories.contains(path), !state.names.keys.contains(where: { $0.hasPrefix(path + "/") })
            else {
                throw FileFault(code: 39)
            }
            Self.note(.noDirectory(path), in: path, &state)
        }
    }

    func makeDirectory(_ path: String) throws(FileFault) -> Bool {
        try call(.makeDirectory) { state, _ throws(FileFault) in
            guard state.directories.contains(DurableFiles.directory(of: path)) else { throw FileFault(code: 2) }
            guard !state.directories.contains(path) else { return false }
            Self.note(.directory(path), in: path, &state)
            return true
        }
    }

    func names(_ path: String) throws(FileFault) -> [String]? {
        try call(.names) { state, _ throws(FileFault) in
            guard state.directories.contains(path) else { return nil }
            let all = Array(state.names.keys) + Array(state.directories)
            return all.filter { DurableFiles.directory(of: $0) == path && $0 != path }
                .map { String($0.dropFirst(path.utf8.count + 1)) }.sorted()
        }
    }

    func lock(_ file: Int32) throws(FileFault) -> Bool {
        try call(.lock) { state, _ throws(FileFault) in
            guard let number = state.handles[file]?.file else { throw FileFault(code: 9) }
            guard state.files[number]?.isLocked == false else { return false }
            state.files[number]?.isLocked = true
            return true
        }
    }
}

/// Random numbers that come again with the same seed (SplitMix64).
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word &>> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word &>> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word &>> 31
    }
}
