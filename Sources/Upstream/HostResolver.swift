private import CCurl
private import Glibc

/// A name to look up, with the port that it is used with.
struct HostName: Hashable, Sendable {
    /// In lower case.
    let name: String
    let port: UInt16
}

/// Name look-ups for libcurl, whose own resolver starts a thread for every transfer that finds no address in the cache: five
/// hundred calls after a start would be five hundred threads.
///
/// Here one look-up at most is under way per name, on a short-lived thread; the addresses are pinned with `CURLOPT_RESOLVE`
/// and used for `lifetime`. After it they are still used, while one look-up brings fresh ones, so that a call waits for
/// a name only once. Engine's thread only.
struct HostResolver {
    /// Blocks and answers the addresses of a name as text.
    typealias LookUp = @Sendable (_ name: String) -> Result<[String], UpstreamFailure>

    private struct Entry {
        var addresses: [String] = []
        var expiry: UInt64 = 0
        var isUnderWay = false
        var waiting: [UpstreamExchange] = []
    }

    enum Answer {
        /// The exchange may start, with these addresses (`CURLOPT_RESOLVE`) where libcurl does not know them yet.
        case known(fresh: String?)
        case wait
        case failed(UpstreamFailure)
    }

    private let lifetime: UInt64
    private let lookUp: LookUp
    private let commands: CommandQueue
    private var entries: [HostName: Entry] = [:]
    /// What libcurl was not told before this tick. It goes with every transfer of the tick, because libcurl may run any first.
    private var fresh: [HostName: String] = [:]
    private var told: Set<HostName> = []

    init(lifetimeMilliseconds: Int, commands: CommandQueue, lookUp: @escaping LookUp) {
        lifetime = UInt64(max(0, lifetimeMilliseconds)) * 1_000_000
        self.commands = commands
        self.lookUp = lookUp
    }

    /// Whether an exchange may start, or has to wait until `resolved` gives it back.
    mutating func resolve(_ host: HostName, for exchange: UpstreamExchange, now: UInt64) -> Answer {
        var entry = entries[host] ?? Entry()
        defer { entries[host] = entry }
        if now >= entry.expiry, !entry.isUnderWay {
            entry.isUnderWay = true
            do {
                try start(host)
            } catch {
                entry.isUnderWay = false
                if entry.addresses.isEmpty { return .failed(error) }
            }
        }
        guard !entry.addresses.isEmpty else {
            entry.waiting.append(exchange)
            return .wait
        }
        // A plaintext endpoint may share the name with an encrypted one; only the former minds public addresses.
        if !exchange.endpoint.url.isEncrypted,
            !entry.addresses.allSatisfy({ AddressScope(literal: $0)?.allowsPlaintext == true })
        {
            return .failed(.plaintextRefused(exchange.endpoint))
        }
        guard !fresh.isEmpty, let news = fresh[host] else { return .known(fresh: nil) }
        told.insert(host)
        return .known(fresh: news)
    }

    /// Takes a look-up's result and gives back who waited for it: to be asked again, or to fail.
    mutating func resolved(
        _ host: HostName, _ result: Result<[String], UpstreamFailure>, now: UInt64
    ) -> [UpstreamExchange] {
        var entry = entries[host] ?? Entry()
        entry.isUnderWay = false
        let waiting = entry.waiting
        entry.waiting = []
        switch result {
        case .success(let addresses) where !addresses.isEmpty:
            if addresses != entry.addresses {
                let list = addresses.map { $0.contains(":") ? "[\($0)]" : $0 }.joined(separator: ",")
                fresh[host] = "\(host.name):\(host.port):\(list)"
            }
            entry.addresses = addresses
            entry.expiry = now + lifetime
            entries[host] = entry
        case .success, .failure:
            // Old addresses, where there are some, serve on; the next call tries again.
            entries[host] = entry.addresses.isEmpty ? nil : entry
        }
        return waiting
    }

    /// Libcurl ran every transfer that was started, and keeps what came with them.
    mutating func allStarted() {
        guard !fresh.isEmpty else { return }
        for host in told { fresh[host] = nil }
        told.removeAll()
    }

    /// An exchange ended while it waited.
    mutating func forget(_ exchange: UpstreamExchange, _ host: HostName) {
        entries[host]?.waiting.removeAll { $0 === exchange }
    }

    private func start(_ host: HostName) throws(UpstreamFailure) {
        let job = Unmanaged.passRetained(Job(host: host, commands: commands, lookUp: lookUp))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
                job.commands.post(.resolved(job.host, job.lookUp(job.host.name)))
                return nil
            }, job.toOpaque())
        guard code == 0 else {
            job.release()
            throw UpstreamFailure(kind: .internal, message: "no thread to look up a name: errno \(code)")
        }
        pthread_detach(thread)
    }

    private final class Job: Sendable {
        let host: HostName
        let commands: CommandQueue
        let lookUp: LookUp

        init(host: HostName, commands: CommandQueue, lookUp: @escaping LookUp) {
            self.host = host
            self.commands = commands
            self.lookUp = lookUp
        }
    }

    /// The system's resolver: `/etc/hosts`, DNS, whatever `nsswitch.conf` says. Blocks.
    static func systemLookUp(_ name: String) -> Result<[String], UpstreamFailure> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        guard code == 0 else {
            return .failure(
                UpstreamFailure(kind: .resolve, message: "`\(name)`: \(String(cString: gai_strerror(code)))"))
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ai_next
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let flags = NI_NUMERICHOST
            guard
                getnameinfo(
                    entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, flags) == 0
            else { continue }
            let address = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            // Not a link-local one with its zone: no provider lives there.
            if AddressScope(literal: address) != nil, !addresses.contains(address) { addresses.append(address) }
        }
        return addresses.isEmpty
            ? .failure(UpstreamFailure(kind: .resolve, message: "`\(name)`: no usable address")) : .success(addresses)
    }
}
