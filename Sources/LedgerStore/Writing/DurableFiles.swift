/// Puts whole files on disk so that a reader finds the old one or the new one, never a part, even after loss of power:
/// written under another name, synchronised, renamed, and the directory synchronised. Owned by one thread; blocks.
struct DurableFiles: Sendable {
    let system: any FileSystem
    /// Whether anything is synchronised at all.
    let synchronises: Bool
    /// Directories that are there, with durable names.
    private var known: Set<String> = []
    /// Directories that were made or found, whose names are not durable yet.
    private var made: Set<String> = []
    /// Directories in which names have changed.
    private var changed: Set<String> = []

    init(system: any FileSystem, synchronises: Bool) {
        self.system = system
        self.synchronises = synchronises
    }

    /// The directory that a path is in.
    static func directory(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a directory, and those above it as far as `top`, which is there.
    mutating func makeDirectory(_ path: String, below top: String) throws(LedgerStoreError) {
        guard path != top, path != ".", path != "/", !known.contains(path), !made.contains(path) else { return }
        let parent = Self.directory(of: path)
        try makeDirectory(parent, below: top)
        do throws(FileFault) {
            _ = try system.makeDirectory(path)
        } catch {
            throw .system(operation: "make the folder", path: path, code: error.code)
        }
        made.insert(path)
        changed.insert(parent)
    }

    /// Writes a file. It counts as durable after `settle`.
    mutating func write(_ bytes: [UInt8], to path: String) throws(LedgerStoreError) {
        let new = path + ".new"
        do {
            let file = try OpenFile(system, new, .replacing)
            try file.write(bytes, at: 0)
            if synchronises { try file.synchronise() }
        }
        do throws(FileFault) {
            try system.rename(new, to: path)
        } catch {
            throw .system(operation: "rename `\(new)` to", path: path, code: error.code)
        }
        changed.insert(Self.directory(of: path))
    }

    /// Gives a directory, whose content is durable, another name in the same place. It counts as durable after `settle`.
    mutating func move(_ old: String, to new: String) throws(LedgerStoreError) {
        do throws(FileFault) {
            try system.rename(old, to: new)
        } catch {
            throw .system(operation: "rename `\(old)` to", path: new, code: error.code)
        }
        known.remove(old)
        changed.insert(Self.directory(of: new))
    }

    /// Makes the names of all that was written durable.
    mutating func settle() throws(LedgerStoreError) {
        // The deepest first, so that no name is durable whose directory's content is not.
        for path in changed.sorted(by: { ($0.utf8.count, $0) > ($1.utf8.count, $1) }) {
            if synchronises { try OpenFile(system, path, .directory).synchronise() }
            changed.remove(path)
        }
        known.formUnion(made)
        made = []
    }
}
