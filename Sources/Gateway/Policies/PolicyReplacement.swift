import Glibc

/// Policies to be tried in place of those that a configuration names.
public enum PolicyReplacement: Hashable, Sendable {
    /// A Cedar file in place of the access policies.
    case access(String)
    /// A folder: each file in it takes the place of the one of the same name among the policies' files.
    case folder(String)

    /// Looks what a path is. Throws if there is nothing.
    public init(path: String) throws(ConfigurationErrors) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw ConfigurationErrors(errors: [
                ConfigurationError(source: path, position: nil, message: "no such file or folder")
            ])
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            self = .access(path)
            return
        }
        self = .folder(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
    }
}
