internal import Glibc

/// The vault's folder and the names in it.
///
///     lock                     held by the gateway that writes
///     shredding                held while something is being shredded
///     2026-11-23.0001.key      the day's key, wrapped under the master key
///     2026-11-23.0001.sealed   what was sealed under it; only where something was
///     acts/                    what was done to the vault and is not in the ledger yet
struct VaultFolder: Sendable {
    let path: String

    var lock: String { "\(path)/lock" }
    var shredding: String { "\(path)/shredding" }
    var acts: String { "\(path)/acts" }

    func key(_ segment: VaultSegment) -> String { "\(path)/\(segment).key" }
    func sealed(_ segment: VaultSegment) -> String { "\(path)/\(segment).sealed" }

    /// Makes the folder, and those above it, for their owner only.
    func make() throws(VaultError) {
        try Self.make(path)
        try Self.make(acts)
    }

    private static func make(_ path: String) throws(VaultError) {
        if access(path, F_OK) == 0 { return }
        if let end = path.lastIndex(of: "/"), end > path.startIndex { try make(String(path[..<end])) }
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .system(operation: "make the folder", path: path, code: errno)
        }
    }

    /// Segments with a file of that ending, in their order.
    func segments(with ending: String) throws(VaultError) -> [VaultSegment] {
        try Self.names(path).compactMap { $0.hasSuffix(ending) ? VaultSegment($0.dropLast(ending.utf8.count)) : nil }
            .sorted()
    }

    static let keyEnding = ".key"
    static let sealedEnding = ".sealed"

    /// The names in a folder, in no order.
    static func names(_ path: String) throws(VaultError) -> [String] {
        guard let folder = opendir(path) else { throw .system(operation: "read", path: path, code: errno) }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            names.append(
                withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// Makes the names in the folder durable.
    func synchronise() throws(VaultError) { try Self.synchronise(path) }

    static func synchronise(_ path: String) throws(VaultError) {
        let raw = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard raw >= 0 else { throw .system(operation: "open the folder", path: path, code: errno) }
        defer { close(raw) }
        guard fsync(raw) == 0 else { throw .system(operation: "synchronise", path: path, code: errno) }
    }

    /// Takes a name away; none is as good.
    static func remove(_ path: String) throws(VaultError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .system(operation: "remove", path: path, code: errno) }
    }

    /// Writes a file so that a reader sees all of it or nothing, and makes it durable.
    func replace(_ path: String, with bytes: [UInt8], synchronises: Bool = true) throws(VaultError) {
        let new = path + ".new"
        try Self.remove(new)
        do {
            let file = try VaultFile.creating(new)
            try file.write(bytes, at: 0)
            if synchronises { try file.synchronise() }
        }
        guard rename(new, path) == 0 else { throw .system(operation: "rename", path: new, code: errno) }
        if synchronises, let end = path.lastIndex(of: "/") { try Self.synchronise(String(path[..<end])) }
    }
}
