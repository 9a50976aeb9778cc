import ArgumentParser
import Foundation
import LedgerIndex
import LedgerStore

/// Opens the indexes of the ledgers that are asked, and brings them up to date.
struct IndexOption: ParsableArguments {
    @OptionGroup var ledger: LedgerOption
    @OptionGroup var remote: RemoteOption

    /// The indexes, each up to date.
    func indexes() throws -> [LedgerIndex] {
        try opened().map { index in
            let progress = IndexProgress(index.name)
            try index.update(progress: progress.show)
            progress.end()
            return index
        }
    }

    /// The indexes as they are. That of a copy on a server lies in the user's cache.
    func opened() throws -> [LedgerIndex] {
        let copies = try remote.ledgers(ledger.configuration)
        var indexes: [LedgerIndex] = []
        for (url, copy) in zip(remote.urls, copies) {
            indexes.append(
                try LedgerIndex.open(
                    LedgerReader(source: copy), directory: url, cacheBytes: IndexProgress.cacheBytes))
        }
        guard copies.isEmpty || !ledger.folders.isEmpty else { return indexes }
        for folder in try ledger.resolved() {
            indexes.append(
                try LedgerIndex.open(
                    try LedgerReader(directory: folder), directory: folder, cacheBytes: IndexProgress.cacheBytes))
        }
        return indexes
    }
}

/// Says on a terminal how many entries an index has taken in, once that takes longer than two seconds.
final class IndexProgress {
    /// What a command may keep of an index's pages: they are written in no order.
    static let cacheBytes = 256 << 20

    private let name: String
    private let start = ContinuousClock.now
    private var isShown = false

    init(_ name: String) { self.name = name }

    func show(_ entries: Int) -> Bool {
        guard isatty(STDERR_FILENO) != 0, ContinuousClock.now - start > .seconds(2) else { return true }
        isShown = true
        FileHandle.standardError.write(Data("\r\(name): \(entries) entries taken into the index …".utf8))
        return true
    }

    func end() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
