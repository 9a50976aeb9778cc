internal import LedgerStore
private import TransparencyLog

/// Fetches files on a thread of its own for those who ask from others, and whole tiles ahead of who reads them in order.
/// What is fetched ahead is bounded in bytes; a file is handed out once.
final class FileFetcher: Sendable {
    private let core: FetchCore
    private let thread: LedgerThread

    init(
        _ endpoint: RelayEndpoint, connections: Int, stop: StopSignal,
        request: @escaping @Sendable (String) -> HTTPRequest
    ) throws(RelayFailure) {
        let core = FetchCore(client: try HTTPClient(endpoint, stop: stop), width: max(1, connections), request: request)
        guard let thread = LedgerThread({ core.run() }) else {
            throw RelayFailure(.internal, "no thread to fetch with")
        }
        self.core = core
        self.thread = thread
    }

    deinit {
        core.close()
        thread.join()
    }

    /// A file's bytes; `nil` where the server has none. Waits.
    func file(_ path: String) throws(RelayFailure) -> [UInt8]? { try core.file(path) }

    /// Takes the checkpoint of the log in a folder, so that only tiles that there are are fetched ahead.
    func expect(_ checkpoint: [UInt8], in folder: String) {
        if let size = try? SignedCheckpoint(parsing: checkpoint).checkpoint.size { core.expect(size, in: folder) }
    }
}

/// What the fetching thread and those who ask share.
private final class FetchCore: @unchecked Sendable {
    // Unchecked: all that changes is guarded by `monitor`; `client` is the fetching thread's but for `wake`.
    private enum Bounds {
        /// Tiles of a kind that are fetched ahead.
        static let depth: UInt64 = 32
        /// Bytes that are fetched ahead at most, what is under way counted as the largest file so far.
        static let bytes = 64 << 20
        /// What was fetched ahead and not asked for during so many requests is let go.
        static let patience = 1_024
        /// So many files that were handed out are remembered, so that who lags behind another reader does not have them
        /// fetched again.
        static let memory = 4_096
    }

    private enum State {
        case waiting
        case underWay
        case here([UInt8]?)
        case failed(RelayFailure)
    }

    private let monitor = Monitor()
    private let client: HTTPClient
    private let width: Int
    private let request: @Sendable (String) -> HTTPRequest

    private var files: [String: State] = [:]
    private var urgent: [String] = []
    private var ahead: [String] = []
    /// What was fetched ahead, in its order, with the count of requests at that time.
    private var fetchedAhead: [(path: String, at: Int)] = []
    private var requests = 0
    /// Files that were handed out lately.
    private var handedOut: Set<String> = []
    /// How many entries the log in a folder has.
    private var sizes: [String: UInt64] = [:]
    private var bytesHere = 0
    private var largest = 64 << 10
    private var underWay = 0
    private var isClosed = false
    private var end: RelayFailure?

    init(client: HTTPClient, width: Int, request: @escaping @Sendable (String) -> HTTPRequest) {
        self.client = client
        self.width = width
        self.request = request
    }

    // MARK: - Who asks

    func file(_ path: String) throws(RelayFailure) -> [UInt8]? {
        monitor.lock()
        defer { monitor.unlock() }
        requests += 1
        planAhead(of: path)
        var isAsked = false
        while true {
            if let end { throw end }
            switch files[path] {
            case .here(let bytes):
                files[path] = nil
                bytesHere -= bytes?.count ?? 0
                if handedOut.count >= Bounds.memory { handedOut.removeAll(keepingCapacity: true) }
                handedOut.insert(path)
                return bytes
            case .failed(let failure):
                files[path] = nil
                throw failure
            case .underWay: break
            case .waiting, nil:
                guard !isAsked || files[path] == nil else { break }
                isAsked = true
                files[path] = .waiting
                urgent.append(path)
                monitor.broadcast()
                client.wake()
            }
            monitor.wait()
        }
    }

    func expect(_ size: UInt64, in folder: String) {
        monitor.lock()
        defer { monitor.unlock() }
        sizes[folder] = size
    }

    func close() {
        monitor.lock()
        defer { monitor.unlock() }
        isClosed = true
        urgent = []
        ahead = []
        monitor.broadcast()
        client.wake()
    }

    /// The tiles of the same kind that come next.
    private func planAhead(of path: String) {
        let folder = path.hasPrefix("tile/") ? "" : String(path.prefix { $0 != "/" }) + "/"
        guard let size = sizes[folder], let tile = Tile(path: String(path.dropFirst(folder.count))), tile.isFull else {
            return
        }
        forget()
        var next = tile.index
        while next < tile.index + Bounds.depth {
            next += 1
            guard let tile = Tile(tile.content, index: next, inTreeOf: size), tile.isFull else { return }
            let path = folder + tile.path
            guard files[path] == nil, !handedOut.contains(path) else { continue }
            guard bytesHere + (underWay + ahead.count + 1) * largest <= Bounds.bytes else { return }
            files[path] = .waiting
            ahead.append(path)
            fetchedAhead.append((path, requests))
            monitor.broadcast()
            client.wake()
        }
    }

    /// Lets go of what nobody has asked for in a long time.
    private func forget() {
        while let first = fetchedAhead.first, first.at + Bounds.patience < requests {
            fetchedAhead.removeFirst()
            guard case .here(let bytes) = files[first.path] else { continue }
            files[first.path] = nil
            bytesHere -= bytes?.count ?? 0
        }
    }

    // MARK: - The fetching thread

    func run() {
        while waitForWork() {
            do {
                try client.sendAll(atOnce: width, next: { next() }, completed: { took($0, $1) })
            } catch {
                fail(error as? RelayFailure ?? RelayFailure(.internal, "\(error)"))
            }
        }
    }

    private func waitForWork() -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        while urgent.isEmpty, ahead.isEmpty, !isClosed, end == nil { monitor.wait() }
        return !isClosed && end == nil
    }

    private func next() -> (tag: String, request: HTTPRequest)? {
        monitor.lock()
        defer { monitor.unlock() }
        while let path = urgent.isEmpty ? (ahead.isEmpty ? nil : ahead.removeFirst()) : urgent.removeFirst() {
            guard case .waiting = files[path] else { continue }
            files[path] = .underWay
            underWay += 1
            return (path, request(path))
        }
        return nil
    }

    private func took(_ path: String, _ result: Result<HTTPAnswer, RelayFailure>) {
        monitor.lock()
        defer { monitor.unlock() }
        underWay -= 1
        files[path] = Self.state(path, result)
        if case .here(let bytes?) = files[path] {
            bytesHere += bytes.count
            largest = max(largest, bytes.count)
        }
        monitor.broadcast()
    }

    private static func state(_ path: String, _ result: Result<HTTPAnswer, RelayFailure>) -> State {
        switch result {
        case .failure(let failure): return .failed(failure)
        case .success(let answer):
            switch answer.status {
            case 200: return .here(answer.body)
            case 404, 410: return .here(nil)
            // A store that does not tell strangers what it has says no to what it has not.
            case 403 where ["vkey", "pruned", "checkpoint"].contains(where: path.hasSuffix): return .here(nil)
            default:
                return .failed(RelayFailure(.refused, "`\(path)`: status \(answer.status)", status: answer.status))
            }
        }
    }

    private func fail(_ failure: RelayFailure) {
        monitor.lock()
        defer { monitor.unlock() }
        end = failure
        monitor.broadcast()
    }
}
