private import CCurl
private import Glibc
private import Synchronization

/// What other threads ask of an engine's thread.
enum EngineCommand: Sendable {
    case start(UpstreamExchange)
    case cancel(UpstreamExchange)
    case resume(UpstreamExchange)
    case resolved(HostName, Result<[String], UpstreamFailure>)
    case stop
}

/// Commands on their way to an engine's thread, which is woken only when it sleeps.
///
/// The event counter is watched edge-triggered: each write is a new edge, so it never needs to be read.
final class CommandQueue: Sendable {
    private struct State {
        var commands: [EngineCommand] = []
        var isSleeping = false
        var isOpen = true
    }

    private let state = Mutex(State())
    let eventDescriptor: Int32

    init() throws(UpstreamFailure) {
        eventDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard eventDescriptor >= 0 else {
            throw UpstreamFailure(kind: .internal, message: "no event counter: errno \(errno)")
        }
    }

    deinit { close(eventDescriptor) }

    /// Adds a command; `false` where the engine no longer takes any.
    @discardableResult
    func post(_ command: EngineCommand) -> Bool {
        let (taken, wake) = state.withLock { state in
            guard state.isOpen else { return (false, false) }
            state.commands.append(command)
            defer { state.isSleeping = false }
            return (true, state.isSleeping)
        }
        if wake {
            var one: UInt64 = 1
            // Cannot fail but for a full counter, which still wakes.
            _ = write(eventDescriptor, &one, 8)
        }
        return taken
    }

    /// Whether the engine may sleep: nothing waits, and the next command will wake it.
    func prepareToSleep() -> Bool {
        state.withLock { state in
            state.isSleeping = state.commands.isEmpty
            return state.isSleeping
        }
    }

    /// Takes everything that waits, in order; `commands` comes back empty-handed where nothing does, its storage reused.
    func take(into commands: inout [EngineCommand], closing: Bool = false) {
        commands.removeAll(keepingCapacity: true)
        state.withLock { state in
            state.isSleeping = false
            if closing { state.isOpen = false }
            swap(&commands, &state.commands)
        }
    }
}
