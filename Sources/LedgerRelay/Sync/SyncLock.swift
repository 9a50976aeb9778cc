private import Glibc

/// Keeps two copies of one ledger's folder from running at once; held until it goes. In a folder that nobody may write
/// to there is nothing to hold.
struct SyncLock: ~Copyable {
    private let file: Int32
    let isHeld: Bool

    init(_ directory: String) {
        file = open("\(directory)/sync.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        isHeld = file < 0 || flock(file, LOCK_EX | LOCK_NB) == 0
    }

    deinit { if file >= 0 { close(file) } }
}
