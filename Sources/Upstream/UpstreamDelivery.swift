/// Where an engine puts what it received. Usually one for each event loop.
///
/// `deliver` is called on the engine's thread, at most once a tick, and must only hand the batch over (by the event loop's
/// `execute`, say): whatever it does holds up every transfer of the engine. A refused late call is delivered on the
/// caller's own thread.
public protocol UpstreamMailbox: AnyObject, Sendable {
    /// Takes the events of one tick, in order.
    func deliver(_ batch: [UpstreamDelivery])
}

/// Something that happened to a call.
public struct UpstreamDelivery: Sendable {
    /// The call's token, as its maker chose it.
    public let token: UInt64
    /// What happened.
    public let event: UpstreamEvent
}

/// A call's events: either one failure, or `head`, any number of `body`, and one `end`. Every call has exactly one `end`.
public enum UpstreamEvent: Sendable {
    /// The final answer's status and header; interim ones (1xx) are dropped.
    case head(UpstreamHead)
    /// A piece of the body, never empty.
    case body([UInt8])
    /// The last event.
    case end(UpstreamEnd)
}

/// How a call ended.
public enum UpstreamEnd: Sendable {
    /// The whole answer came. See ``UpstreamHead/isSelfDelimited`` for the one kind of answer whose end cannot be known.
    case complete
    /// It did not; what came before is part of an answer at most.
    case failure(UpstreamFailure)
}

/// The head of an answer.
public struct UpstreamHead: Sendable {
    /// The status, 200 to 999.
    public let status: Int
    /// Whether the length of the body is told by the protocol, so that a cut never looks like an end. Where it is not (an
    /// HTTP/1 answer that ends with its connection), only the dialect's own last event tells.
    public let isSelfDelimited: Bool
    /// The field lines as they came, each `name: value` and a line end.
    let block: [UInt8]

    /// The value of the first field with this name, without blanks around it; `nil` where there is none, or where it has
    /// control characters or is not UTF-8. The name is given in lower case.
    public func value(of name: StaticString) -> String? {
        var found: String?
        name.withUTF8Buffer { name in
            forEachLine { field, value in
                guard found == nil, Self.matches(field, name), value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    return
                }
                found = String(validating: value, as: UTF8.self)
            }
        }
        return found
    }

    /// Every well-formed field, the name in lower case. Peers choose these: pass on by allow-list only.
    public var fields: [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        forEachLine { field, value in
            guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }), let name = String(validating: field, as: UTF8.self),
                let value = String(validating: value, as: UTF8.self)
            else { return }
            fields.append((name.lowercased(), value))
        }
        return fields
    }

    private func forEachLine(_ body: (Slice<UnsafeBufferPointer<UInt8>>, Slice<UnsafeBufferPointer<UInt8>>) -> Void) {
        block.withUnsafeBufferPointer { block in
            var start = block.startIndex
            while start < block.endIndex {
                let next = block[start...].firstIndex(of: 0x0A) ?? block.endIndex
                let line = block[start..<next]
                start = next < block.endIndex ? next + 1 : next
                guard let first = line.first, first != 0x20, first != 0x09, let colon = line.firstIndex(of: 0x3A) else {
                    continue
                }
                var value = line[(colon + 1)...]
                while let byte = value.first, byte == 0x20 || byte == 0x09 { value = value.dropFirst() }
                while let byte = value.last, byte == 0x20 || byte == 0x09 || byte == 0x0D { value = value.dropLast() }
                body(line[..<colon], value)
            }
        }
    }

    static func matches(_ field: some Collection<UInt8>, _ lowercaseName: UnsafeBufferPointer<UInt8>) -> Bool {
        guard field.count == lowercaseName.count else { return false }
        return zip(field, lowercaseName).allSatisfy { byte, expected in
            byte == expected || ((0x41...0x5A).contains(byte) && byte | 0x20 == expected)
        }
    }
}

/// Why a call failed.
public struct UpstreamFailure: Error, Sendable, CustomStringConvertible {
    /// What went wrong.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The host's name (or the proxy's) has no address.
        case resolve
        /// No connection: refused, unreachable, or the proxy would not.
        case connect
        /// TLS failed: an untrusted, wrong or unpinned certificate, or the server did not like ours.
        case tls
        /// The connection did not stand in time.
        case connectTimeout = "connect_timeout"
        /// The head of the answer did not come in time.
        case firstByteTimeout = "first_byte_timeout"
        /// The answer stood still for too long.
        case idleTimeout = "idle_timeout"
        /// Everything together took too long.
        case totalTimeout = "total_timeout"
        /// The connection or HTTP/2 stream ended before the answer's head.
        case reset
        /// The answer ended before it was whole.
        case cut
        /// What came is no HTTP answer that we take: malformed, or in an encoding that we never asked for.
        case malformed
        /// The head of the answer is larger than the limit.
        case headTooLarge = "head_too_large"
        /// Plaintext would have gone to a public address.
        case plaintextRefused = "plaintext_refused"
        /// Permit, treated request, ledger receipt and endpoint do not belong together. A defect of ours; nothing was sent.
        case unproven
        /// The call was cancelled by us.
        case cancelled
        /// The engine stopped.
        case stopped
        /// libcurl failed in a way that is not the peer's doing, such as want of memory.
        case `internal`
    }

    /// What went wrong.
    public let kind: Kind
    /// More words, from us or libcurl; never a header, a payload or a secret.
    public let message: String

    /// Puts a failure together.
    public init(kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }

    /// ``kind: message``.
    public var description: String { "\(kind.rawValue): \(message)" }
}
