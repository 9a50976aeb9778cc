import Foundation

private func withSocket<Result>(_ port: UInt16, _ body: (Int32, inout sockaddr_in) -> Result) -> Result {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    address.sin_port = port.bigEndian
    return body(descriptor, &address)
}

/// Whether somebody listens on a port of 127.0.0.1.
func isListening(_ port: UInt16) -> Bool {
    withSocket(port) { descriptor, address in
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// A port of 127.0.0.1 that is free at the moment.
func freePort() throws -> UInt16 {
    let port: UInt16 = withSocket(0) { descriptor, address in
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                var length = socklen_t(MemoryLayout<sockaddr_in>.size)
                guard bind(descriptor, pointer, length) == 0 else { return 0 }
                getsockname(descriptor, pointer, &length)
                return UInt16(bigEndian: UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self).sin_port)
            }
        }
    }
    guard port > 0 else { throw HarnessFault("no free port") }
    return port
}
