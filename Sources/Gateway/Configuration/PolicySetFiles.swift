internal import Cryptography

/// The files of a policy set: what stands in the folder `policies`, and the word lists that it names.
public struct PolicySetFiles: Hashable, Sendable {
    /// SHA-256, as 64 lowercase hexadecimal digits, of what `sha256sum` prints of the files in the order of their names: a line
    /// each, of the file's SHA-256, two blanks and the name without folders. So anyone can make it again:
    /// `(cd policies && sha256sum access.cedar access.cedarschema limits.yaml models.yaml prices.csv principals.yaml privacy.yaml rollouts.yaml) | sha256sum`.
    public let hash: String
    /// The paths of the files, those included that were looked for and not found, each once.
    public let paths: [String]

    init(_ files: some Sequence<(path: String, digest: Digest32?)>) {
        var paths: [String] = []
        var lines: [String] = []
        for (path, digest) in files where !paths.contains(path) {
            paths.append(path)
            let name = path.split(separator: "/").last ?? ""
            if let digest { lines.append("\(name)\n\(digest.hex)  \(name)\n") }
        }
        // In the order of names, and of digests where two folders have a file of the same name.
        let text = lines.sorted().map { $0.split(separator: "\n", maxSplits: 1)[1] }.joined()
        hash = SHA256.hash(Array(text.utf8)).hex
        self.paths = paths
    }
}
