/// The system's calls by which a ledger is written and recovered, so that tests can make each of them fail, and can take the
/// power away after any of them.
///
/// Numbers thrown are an `errno`. Handles are the implementation's own; whoever opens closes, once. Calls may come from
/// several threads at once, on different files.
protocol FileSystem: Sendable {
    /// Opens a file.
    func open(_ path: String, _ way: FileAccess) throws(FileFault) -> Int32
    /// Closes it.
    func close(_ file: Int32)
    /// The length of a file, in bytes.
    func size(_ file: Int32) throws(FileFault) -> Int
    /// Reads up to the buffer's size from a place of the file; 0 at its end.
    func read(_ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileFault) -> Int
    /// Writes bytes to a place of the file, perhaps not all: how many.
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) throws(FileFault) -> Int
    /// Makes a file's content durable (`fdatasync`).
    func synchroniseData(_ file: Int32) throws(FileFault)
    /// Makes a file, or the names in a directory, durable (`fsync`).
    func synchronise(_ file: Int32) throws(FileFault)
    /// Gives a file another name, in the place of the one that has it.
    func rename(_ old: String, to new: String) throws(FileFault)
    /// Takes a name away.
    func remove(_ path: String) throws(FileFault)
    /// Takes an empty directory away.
    func removeDirectory(_ path: String) throws(FileFault)
    /// Makes a directory, for its owner only; false if there is one already.
    func makeDirectory(_ path: String) throws(FileFault) -> Bool
    /// The names in a directory, in their order; `nil` if there is no directory.
    func names(_ path: String) throws(FileFault) -> [String]?
    /// Takes a file for this process alone; false if another has it.
    func lock(_ file: Int32) throws(FileFault) -> Bool
}

/// How a file is opened.
enum FileAccess: Hashable, Sendable {
    /// To be read.
    case reading
    /// To be read and overwritten.
    case updating
    /// To be read and overwritten, and made where it is missing, with access for its owner only.
    case updatingOrCreating
    /// Made anew, and emptied if it is there.
    case replacing
    /// A directory, to make its names durable.
    case directory
}

/// A call that failed.
struct FileFault: Error, Hashable {
    /// The system's `errno`.
    let code: Int32
}

/// A file that is open, and closed with its owner.
final class OpenFile: @unchecked Sendable {
    let path: String
    private let system: any FileSystem
    private let handle: Int32

    init(_ system: any FileSystem, _ path: String, _ way: FileAccess) throws(LedgerStoreError) {
        self.system = system
        self.path = path
        do throws(FileFault) {
            handle = try system.open(path, way)
        } catch {
            let operation =
                switch way {
                case .reading: "read"
                case .updating, .updatingOrCreating: "write"
                case .replacing: "create"
                case .directory: "open the folder"
                }
            throw .system(operation: operation, path: path, code: error.code)
        }
    }

    deinit { system.close(handle) }

    func size() throws(LedgerStoreError) -> Int {
        try attempt("measure") { () throws(FileFault) in try system.size(handle) }
    }

    /// All bytes from a place on, at most so many.
    func bytes(at offset: Int = 0, count: Int) throws(LedgerStoreError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var length = 0
        while length < count {
            let place = length
            let result: Result<Int, LedgerStoreError> = bytes.withUnsafeMutableBytes { buffer in
                attempted("read") { () throws(FileFault) in
                    try system.read(
                        handle, into: UnsafeMutableRawBufferPointer(rebasing: buffer[place...]), at: offset + place)
                }
            }
            let more = try result.get()
            guard more > 0 else { break }
            length += more
        }
        bytes.removeLast(count - length)
        return bytes
    }

    /// Writes all bytes at a place.
    func write(_ bytes: [UInt8], at offset: Int) throws(LedgerStoreError) {
        var written = 0
        while written < bytes.count {
            let place = written
            let result: Result<Int, LedgerStoreError> = bytes.withUnsafeBytes { buffer in
                attempted("write") { () throws(FileFault) in
                    try system.write(handle, UnsafeRawBufferPointer(rebasing: buffer[place...]), at: offset + place)
                }
            }
            let count = try result.get()
            guard count > 0 else { throw .system(operation: "write", path: path, code: LedgerStoreError.noSpace) }
            written += count
        }
    }

    func synchroniseData() throws(LedgerStoreError) {
        do throws(FileFault) {
            try system.synchroniseData(handle)
        } catch {
            throw .synchronisation(path: path, code: error.code)
        }
    }

    func synchronise() throws(LedgerStoreError) {
        do throws(FileFault) {
            try system.synchronise(handle)
        } catch {
            throw .synchronisation(path: path, code: error.code)
        }
    }

    func lock() throws(LedgerStoreError) -> Bool {
        try attempt("lock") { () throws(FileFault) in try system.lock(handle) }
    }

    private func attempt<Result>(
        _ operation: String, _ body: () throws(FileFault) -> Result
    ) throws(LedgerStoreError) -> Result {
        try attempted(operation, body).get()
    }

    private func attempted<Result>(
        _ operation: String, _ body: () throws(FileFault) -> Result
    ) -> Swift.Result<Result, LedgerStoreError> {
        do throws(FileFault) {
            return .success(try body())
        } catch {
            return .failure(.system(operation: operation, path: path, code: error.code))
        }
    }
}
