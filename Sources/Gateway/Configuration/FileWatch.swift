private import Glibc

/// Notices that files changed, by what `stat` says of them: cheap enough to look several times a second, and right also where an
/// editor puts a new file in place of the old one, or where a symbolic link on the way turns to another folder (as Kubernetes does
/// with a ConfigMap's). A file that is still being written is waited for.
struct FileWatch {
    /// What tells one state of a file from another; empty for a file that is not there.
    private typealias Stamp = [Int]

    private let paths: [String]
    /// What was last told of.
    private var known: [Stamp]
    /// What the last look saw.
    private var seen: [Stamp]

    /// Begins to watch; what differs from now on is a change. Take it before the files are read.
    init(_ paths: [String]) {
        self.paths = paths
        known = paths.map(Self.stamp)
        seen = known
    }

    /// Watches other files; of those that it watched before, what it knew stays known.
    init(_ paths: [String], after other: FileWatch) {
        self.paths = paths
        let before = Dictionary(zip(other.paths, other.known), uniquingKeysWith: { first, _ in first })
        known = paths.map { before[$0] ?? Self.stamp($0) }
        seen = known
    }

    /// Looks; true once after each change, as soon as two looks in a row saw the same.
    mutating func hasChanged() -> Bool {
        let now = paths.map(Self.stamp)
        let isSettled = now == seen
        seen = now
        guard isSettled, now != known else { return false }
        known = now
        return true
    }

    /// Reads files, again if they changed meanwhile, so that nothing is put together of what was there before and after. Throws what
    /// reading throws, and if the files never stay as they are.
    static func settled<Result>(_ paths: [String], _ read: () throws -> Result) throws -> Result {
        var before = paths.map(stamp)
        for _ in 0..<5 {
            let result = Swift.Result { try read() }
            let after = paths.map(stamp)
            if after == before { return try result.get() }
            before = after
        }
        throw ConfigurationErrors(errors: [
            ConfigurationError(source: "policies", position: nil, message: "the files changed each time they were read")
        ])
    }

    private static func stamp(_ path: String) -> Stamp {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [
            Int(status.st_dev), Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
            status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }
}
