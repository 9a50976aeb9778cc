import Dialects
import Inference
import JSONText

/// What providers bill at other rates than lists of prices for tokens have: a faster service, a region of the caller's choice, sound.
enum SpecialRates {
    /// Why nobody knows what a request may cost, for the caller; `nil` where list prices hold.
    static func reason(_ root: JSONValue, _ request: InferenceRequest) -> String? {
        for object in [root, root["additionalModelRequestFields"]].compactMap(\.self) {
            let tiers = [
                object["service_tier"], object["serviceTier"]?["type"] ?? object["serviceTier"], object["speed"],
                object["performanceConfig"]?["latency"],
            ]
            if tiers.compactMap(\.self).contains(where: { !$0.isNull && ServiceTier.isDearer($0.string ?? "?") }) {
                return "it asks for a service that costs more than list prices say"
            }
            if let region = object["inference_geo"]?.string, region != "global" {
                return "it asks for a region (`inference_geo`) that costs more than list prices say"
            }
        }
        if request.unscannable.contains(where: { $0.kind == .audio }) || answersOtherwise(root) {
            return "sound, and pictures in answers, have prices of their own, which no list here has"
        }
        return nil
    }

    /// Whether answers of another kind than text are asked for.
    private static func answersOtherwise(_ root: JSONValue) -> Bool {
        let lists = [
            root["modalities"], root["generationConfig"]?["responseModalities"],
            root["generationConfig"]?["response_modalities"], root["generation_config"]?["responseModalities"],
            root["generation_config"]?["response_modalities"],
        ]
        return lists.contains { list in
            list?.elements.contains { $0.string?.lowercased() != "text" } ?? false
        }
    }
}
