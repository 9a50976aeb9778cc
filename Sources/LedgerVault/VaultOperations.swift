internal import Glibc

/// The system calls by which payloads reach the disk, so that tests can make each of them fail. Results are an `errno`, 0 for success.
protocol VaultOperations: Sendable {
    /// Writes bytes at a place, perhaps not all: how many, or the error.
    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32)
    /// Makes what was written durable.
    func synchronise(_ file: Int32) -> Int32
    /// Takes back what was written behind a place.
    func truncate(_ file: Int32, to bytes: Int) -> Int32
}

/// The system itself.
struct SystemVaultOperations: VaultOperations {
    static let noSpace = ENOSPC

    func write(_ file: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int) -> (written: Int, code: Int32) {
        let written = pwrite(file, bytes.baseAddress, bytes.count, off_t(offset))
        return written < 0 ? (0, errno) : (written, 0)
    }

    func synchronise(_ file: Int32) -> Int32 { fdatasync(file) == 0 ? 0 : errno }

    func truncate(_ file: Int32, to bytes: Int) -> Int32 { ftruncate(file, off_t(bytes)) == 0 ? 0 : errno }
}

/// A thread that runs one body to its end.
final class VaultThread: @unchecked Sendable {
    private let thread: pthread_t

    private final class Body {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Starts the thread; `nil` if the system has none left.
    init?(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let body = Unmanaged.passRetained(Body(run: run))
        let status = pthread_create(
            &thread, nil,
            { argument in
                // Signals are for the threads that expect them.
                var signals = sigset_t()
                sigfillset(&signals)
                pthread_sigmask(SIG_BLOCK, &signals, nil)
                guard let argument else { return nil }
                Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, body.toOpaque())
        guard status == 0 else {
            body.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits for the body's end. Once only.
    func join() { pthread_join(thread, nil) }
}

/// A lock with a condition to wait for, of which one thread waits.
final class VaultMonitor: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let status = (pthread_mutex_init(mutex, nil), pthread_cond_init(condition, &attributes))
        pthread_condattr_destroy(&attributes)
        precondition(status == (0, 0), "no lock for the vault: errors \(status)")
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Wakes the one that waits.
    func signal() { pthread_cond_signal(condition) }

    /// Lets go of the lock, which is held, until a signal comes, or for no reason.
    func wait() { pthread_cond_wait(condition, mutex) }

    /// Lets go of the lock, which is held, until a signal comes or so many milliseconds are over, or for no reason.
    func wait(milliseconds: Int) {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        time.tv_nsec += milliseconds % 1_000 * 1_000_000
        time.tv_sec += milliseconds / 1_000 + time.tv_nsec / 1_000_000_000
        time.tv_nsec %= 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &time)
    }
}
