import Glibc
import NIOCore
import NIOPosix

/// An address at which the gateway can't listen.
struct BindFailure: Error, CustomStringConvertible {
    /// The setting that names it: `listen` or `admin`.
    let setting: String
    let address: String
    let port: Int
    /// What the system said.
    let number: Int32

    var description: String {
        let advice =
            switch number {
            case EADDRINUSE: ": another process listens there; end it, or change `\(setting).port`"
            case EACCES: ": ports below 1024 need root or CAP_NET_BIND_SERVICE; change `\(setting).port`"
            case EADDRNOTAVAIL: ": this machine has no such address; change `\(setting).address`"
            default: ""
            }
        return "`\(setting)`: can't listen at `\(address):\(port)`: \(String(cString: strerror(number)))\(advice)"
    }
}

extension ServerBootstrap {
    /// Listens at an address that a setting names. Blocks; not on an event loop.
    func listen(at address: String, _ port: Int, setting: String) throws -> any Channel {
        do {
            return try bind(host: address, port: port).wait()
        } catch let error as IOError {
            throw BindFailure(setting: setting, address: address, port: port, number: error.errnoCode)
        }
    }
}
