import ArgumentParser
import EvaluationRunner
import Foundation
import Gateway

/// How a gateway is reached: address, authority and key, by flags or by the configuration.
struct GatewayOption: ParsableArguments {
    @Option(help: ArgumentHelp("The gateway; where the configuration has it listen unless given.", valueName: "url"))
    var gateway: String?

    @Option(
        help: ArgumentHelp(
            "The authority of its certificate, PEM; certs/ca.pem beside the configuration unless given, if it is there.",
            valueName: "file"), completion: .file())
    var ca: String?

    @Option(
        help: ArgumentHelp(
            "A file with the API key; the environment's SALLYPORT_KEY unless given.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    /// A connection to it. `configuration`: that of a gateway on this machine; `nil` where there is none.
    func connect(_ path: String, _ configuration: GatewayConfiguration?) throws -> GatewayConnection {
        let url: String
        if let gateway {
            url = gateway
        } else if let configuration {
            let address = configuration.listen.address
            let isAnywhere = ["0.0.0.0", "::", "127.0.0.1", "::1"].contains(address)
            url = "https://\(isAnywhere ? "localhost" : address):\(configuration.listen.port)"
        } else {
            throw ValidationError("there is no configuration `\(path)`: name the gateway with --gateway")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let usual = folder + "certs/ca.pem"
        let authorities = ca ?? (FileManager.default.fileExists(atPath: usual) ? usual : nil)
        if let authorities, !FileManager.default.isReadableFile(atPath: authorities) {
            throw ValidationError("\(authorities): can't be read")
        }
        return try GatewayConnection(url: url, key: try key(), authorities: authorities)
    }

    private func key() throws -> String {
        if let keyFile {
            guard let data = FileManager.default.contents(atPath: keyFile) else {
                throw ValidationError("\(keyFile): can't be read")
            }
            return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        }
        if let key = ProcessInfo.processInfo.environment["SALLYPORT_KEY"], !key.isEmpty { return key }
        throw ValidationError(
            "there is no API key: set SALLYPORT_KEY, or name a file with --key-file (`sallyport keys create --principal me --only-key`)"
        )
    }
}
