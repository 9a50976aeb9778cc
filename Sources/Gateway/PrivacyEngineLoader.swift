import NameModel
import PatternScanner
public import Privacy

/// Makes the privacy engine that a gateway with these settings would have, for the command line.
public enum PrivacyEngineLoader {
    /// The settings of a `privacy.yaml`; throws everything that is wrong with it.
    public static func settings(path: String) throws(ConfigurationErrors) -> PrivacySettings {
        try ConfigurationLoader.privacySettings(path: path)
    }

    /// The engine; milliseconds, more with long word lists.
    public static func engine(_ settings: PrivacySettings) throws -> PrivacyEngine {
        let scanner = try PatternScanner(settings: settings)
        return try PrivacyEngine(
            scanner: scanner, names: try NameTagger(model: NameModel.bytes), settings: settings)
    }
}
