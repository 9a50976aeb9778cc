private import CCurl
private import Glibc

/// Which sockets libcurl wants to hear of, and what the kernel was told of it.
///
/// libcurl changes its mind several times a request and mostly back again; applied only just before sleeping, as a
/// difference, a request on a kept connection needs no `epoll_ctl` at all. An interest that ends stays applied until
/// something happens on the socket.
struct SocketInterests {
    struct Interest: OptionSet {
        let rawValue: UInt8
        static let read = Interest(rawValue: 1)
        static let write = Interest(rawValue: 2)
    }

    private struct Entry {
        var wanted: Interest = []
        var applied: Interest = []
        var isDirty = false
        /// Whose socket it is.
        unowned var owner: CurlMulti?
    }

    private let epoll: Int32
    private var entries: [Entry] = []  // by descriptor
    private var dirty: [Int32] = []

    init(epoll: Int32) {
        self.epoll = epoll
    }

    /// A new socket has this number; the kernel forgot any older one when it was closed.
    mutating func opened(_ descriptor: Int32) {
        reserve(descriptor)
        entries[Int(descriptor)].wanted = []
        entries[Int(descriptor)].applied = []
    }

    mutating func want(_ interest: Interest, _ descriptor: Int32, by owner: CurlMulti) {
        guard descriptor >= 0 else { return }
        reserve(descriptor)
        let index = Int(descriptor)
        entries[index].wanted = interest
        entries[index].owner = owner
        guard !interest.isEmpty, !entries[index].isDirty else { return }
        entries[index].isDirty = true
        dirty.append(descriptor)
    }

    /// Who wants to hear of a socket.
    func owner(of descriptor: Int32) -> CurlMulti? { entries[Int(descriptor)].owner }

    /// Tells the kernel what changed.
    mutating func apply() {
        for descriptor in dirty {
            let index = Int(descriptor)
            entries[index].isDirty = false
            let (wanted, applied) = (entries[index].wanted, entries[index].applied)
            guard !wanted.isEmpty, wanted != applied else { continue }
            if control(applied.isEmpty ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, descriptor, wanted) {
                entries[index].applied = wanted
            }
        }
        dirty.removeAll(keepingCapacity: true)
    }

    /// What of an event libcurl wants to know; an event that nobody wants is switched off.
    mutating func happened(_ events: UInt32, _ descriptor: Int32) -> Interest {
        guard descriptor >= 0, Int(descriptor) < entries.count else { return [] }
        let wanted = entries[Int(descriptor)].wanted
        guard !wanted.isEmpty else {
            _ = control(EPOLL_CTL_DEL, descriptor, [])
            entries[Int(descriptor)].applied = []
            return []
        }
        // An error or hang-up is found by doing what was wanted.
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { return wanted }
        var happened: Interest = []
        if events & EPOLLIN.rawValue != 0 { happened.insert(.read) }
        if events & EPOLLOUT.rawValue != 0 { happened.insert(.write) }
        return happened
    }

    private mutating func reserve(_ descriptor: Int32) {
        while entries.count <= Int(descriptor) { entries.append(Entry()) }
    }

    private func control(_ operation: Int32, _ descriptor: Int32, _ interest: Interest) -> Bool {
        var event = epoll_event()
        if interest.contains(.read) { event.events |= EPOLLIN.rawValue }
        if interest.contains(.write) { event.events |= EPOLLOUT.rawValue }
        event.data.fd = descriptor
        if epoll_ctl(epoll, operation, descriptor, &event) == 0 { return true }
        // The kernel's memory and ours may only differ in whether it knows the socket.
        return switch (operation, errno) {
        case (EPOLL_CTL_ADD, EEXIST): epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0
        case (EPOLL_CTL_MOD, ENOENT): epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0
        default: false
        }
    }
}
