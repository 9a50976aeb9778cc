public import LedgerStore
private import Synchronization
private import TransparencyLog

/// A ledger's copy on a server: an S3-compatible store, or any web server that serves the files as they are. What the
/// server says is not trusted; `LedgerVerifier` checks it as it checks a folder.
///
/// Tiles are fetched ahead of whoever reads them in order, some at the same time, in bounded memory.
public final class RemoteLedger: LedgerSource {
    private enum Bounds {
        /// The longest bundle: 256 entries of 65,535 bytes with their lengths.
        static let file = 17 << 20
        /// More logs than any ledger has.
        static let logs = 100_000
        /// How many logs may be missing in a row, so that one behind them is still found.
        static let gap = 16
    }

    private let location: String
    private let onlyLog: Int?
    private let fetcher: FileFetcher
    /// The logs that were found; the copy keeps what it has.
    private let known = Mutex<[Int]>([])

    /// Reads `https://host/path`, the address of a ledger's folder or of one log's; without a signature, as web servers
    /// serve it. Asks the server whether there is one.
    public convenience init(
        _ endpoint: RelayEndpoint, connections: Int = 8, stop: StopSignal = StopSignal()
    ) throws(LedgerReadError) {
        try self.init(location: endpoint.text, connections, endpoint, stop) { path in
            HTTPRequest(method: .get, url: endpoint.address(of: path), maximumAnswerBytes: Bounds.file)
        }
    }

    /// Reads a copy in an S3-compatible store.
    public convenience init(
        _ store: ObjectStoreSettings, stop: StopSignal = StopSignal()
    ) throws(LedgerReadError) {
        try self.init(location: store.location, store.connections, store.endpoint, stop) { path in
            let name = store.prefix.isEmpty ? path : "\(store.prefix)/\(path)"
            var request = HTTPRequest(method: .get, url: store.endpoint.address(of: "\(store.bucket)/\(name)"))
            request.signing = store.credentials
            request.maximumAnswerBytes = Bounds.file
            return request
        }
    }

    private init(
        location: String, _ connections: Int, _ endpoint: RelayEndpoint, _ stop: StopSignal,
        _ request: @escaping @Sendable (String) -> HTTPRequest
    ) throws(LedgerReadError) {
        self.location = location.hasSuffix("/") ? String(location.dropLast()) : location
        do throws(RelayFailure) {
            fetcher = try FileFetcher(endpoint, connections: connections, stop: stop, request: request)
            var isLog = try fetcher.file("vkey") != nil
            if !isLog { isLog = try fetcher.file("checkpoint") != nil }
            let last = location.split(separator: "/").last.map(String.init) ?? ""
            onlyLog = isLog ? LedgerFolder.number(last) ?? 1 : nil
        } catch {
            throw LedgerReadError.unreachable(location, reason: error.message)
        }
        guard try !logNumbers().isEmpty else { throw .noLedger(location) }
    }

    /// The address of a file, or of a log.
    public func place(of path: String, inLog log: Int) -> String {
        let folder = onlyLog == nil ? "\(location)/\(LedgerFolder.name(ofLog: log))" : location
        return path.isEmpty ? folder : "\(folder)/\(path)"
    }

    /// Whether the address is that of one log.
    public var isOneLog: Bool { onlyLog != nil }

    /// The logs' numbers: a web server lists nothing, so they are asked for one after the other, from 1 on. Where one is missing, the
    /// next sixteen are asked for once, so that what is missing between two logs is found.
    public func logNumbers() throws(LedgerReadError) -> [Int] {
        if let onlyLog { return [onlyLog] }
        var numbers = known.withLock(\.self)
        let isFirst = numbers.isEmpty
        var number = (numbers.last ?? 0) + 1
        var missing = 0
        while number <= Bounds.logs, missing < (isFirst ? Bounds.gap : 1) {
            missing += 1
            if try isThere(number) {
                numbers.append(number)
                missing = 0
            }
            number += 1
        }
        known.withLock { $0 = numbers }
        return numbers
    }

    /// Either of two files shows that there is a log; that the other is missing is for others to say.
    private func isThere(_ log: Int) throws(LedgerReadError) -> Bool {
        if try contents(of: "vkey", inLog: log) != nil { return true }
        return try contents(of: "checkpoint", inLog: log) != nil
    }

    /// A file's bytes; `nil` where the server says that there is none.
    public func contents(of path: String, inLog log: Int) throws(LedgerReadError) -> [UInt8]? {
        let folder = onlyLog == nil ? "\(LedgerFolder.name(ofLog: log))/" : ""
        do throws(RelayFailure) {
            let bytes = try fetcher.file(folder + path)
            if path == "checkpoint", let bytes { fetcher.expect(bytes, in: folder) }
            return bytes
        } catch {
            throw .unreachable(place(of: path, inLog: log), reason: error.message)
        }
    }
}
