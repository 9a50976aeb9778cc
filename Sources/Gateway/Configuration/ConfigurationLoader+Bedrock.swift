internal import Inference

/// What of a provider only Bedrock has.
struct ReadBedrock {
    let region: String
    let apiKey: Secret?
    let credentials: AWSCredentials?
    let isRoutable: Bool
}

extension ConfigurationLoader {
    /// Reads `aws_region`, and either `api_key` or an access key: `access_key`, `secret_key`, `session_token`.
    ///
    /// - Parameter region: the word for policies, which is AWS's own unless `aws_region` is given.
    static func bedrock(
        _ field: ConfigurationField, _ section: ConfigurationSection, region: String?
    ) -> ReadBedrock {
        let own = section.field("aws_region")?.word("a region such as `eu-central-1`")
        if own == nil, region == nil {
            field.report("expected `region` or `aws_region`, such as `eu-central-1`: requests are signed for it")
        }
        let region = own ?? region ?? "us-east-1"
        let names = ["access_key", "secret_key", "session_token"]
        let fields = names.map { section.field($0) }
        guard let identifier = fields[0], let key = fields[1] else {
            if let lonely = fields.compactMap(\.self).first {
                lonely.report("`access_key` and `secret_key` go together")
            }
            let (apiKey, isRoutable) = apiKey(field, section)
            // Whoever has an address of its own may sign on its way; Amazon itself answers nobody unsigned.
            let isAmazon = section.field("base_url")?.string("an address")?.contains(".amazonaws.com") ?? true
            if section.field("api_key") == nil, fields.allSatisfy({ $0 == nil }), isAmazon {
                field.report(
                    "expected `api_key` (a Bedrock API key), or `access_key` and `secret_key`, such as "
                        + "`{ env: AWS_ACCESS_KEY_ID }`: Bedrock answers no request without")
            }
            return ReadBedrock(region: region, apiKey: apiKey, credentials: nil, isRoutable: isRoutable)
        }
        if let apiKey = section.field("api_key") {
            apiKey.report("expected either `api_key` or an access key, not both")
        }
        let (secrets, isRoutable) = present([identifier, key] + (fields[2].map { [$0] } ?? []), field, section)
        guard secrets.count >= 2 else {
            return ReadBedrock(region: region, apiKey: nil, credentials: nil, isRoutable: isRoutable)
        }
        let credentials = AWSCredentials(
            accessKeyID: secrets[0], secretAccessKey: secrets[1], sessionToken: secrets.count > 2 ? secrets[2] : nil,
            region: region)
        return ReadBedrock(region: region, apiKey: nil, credentials: credentials, isRoutable: isRoutable)
    }
}
