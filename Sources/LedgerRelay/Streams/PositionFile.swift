private import Glibc
internal import LedgerStore

/// A small file that says up to where a receiver has a ledger's entries, as `LOG/INDEX`. It is replaced as a whole, and
/// not synchronised: after a loss of power a few entries are sent again.
struct PositionFile {
    private let path: String

    init(_ path: String) { self.path = path }

    /// What it says; `nil` if there is none. Throws for what is no position.
    func read() throws(RelayFailure) -> LedgerPosition? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("read")
        }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(file, &buffer, buffer.count)
        guard count >= 0 else { throw failure("read") }
        let text = String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        guard let position = LedgerPosition(text) else {
            throw RelayFailure(.internal, "`\(path)`: expected a place such as `1/417`, up to which entries were sent")
        }
        return position
    }

    /// Says it anew.
    func write(_ position: LedgerPosition) throws(RelayFailure) {
        let temporary = path + ".new"
        let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write") }
        let text = Array("\(position)\n".utf8)
        let count = text.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        let isWritten = count == text.count
        guard close(file) == 0, isWritten, rename(temporary, path) == 0 else { throw failure("write") }
    }

    /// Makes the folder of such files where it is missing.
    static func makeFolder(_ path: String) throws(RelayFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw PositionFile(path).failure("make the folder") }
    }

    private func failure(_ verb: String) -> RelayFailure {
        RelayFailure(.internal, "`\(path)`: cannot \(verb): \(String(cString: strerror(errno)).lowercased())")
    }
}
