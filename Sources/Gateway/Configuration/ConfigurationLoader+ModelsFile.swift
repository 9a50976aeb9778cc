/// Where the aliases stand.
extension ConfigurationLoader {
    /// The file that a configuration names for its aliases, `policies/models.yaml` beside it unless it names another; nothing is said of
    /// what else is wrong with the configuration.
    public static func modelsFile(of path: String) -> String {
        let reading = ConfigurationReading(environment: [:]) { path throws(ConfigurationFileError) in
            try ConfigurationFiles.read(path)
        }
        let field = reading.document(path).section("policies").field("models")
        return field?.path() ?? ConfigurationPath.resolve("policies/models.yaml", besides: path)
    }
}
