internal import Inference

extension UpstreamError {
    /// Whether it is the gateway's own credentials that the provider refuses, whatever the status: by the provider's code, since a 403 may
    /// as well say that it does not want to serve this one request.
    public var refusesKey: Bool {
        if hasKeyReason { return true }
        // Bedrock's word for a wrong or expired API key is the one for whatever is forbidden.
        if type == "AccessDeniedException" {
            return ["Authentication failed", "Bearer Token"].contains(where: message.hasPrefix)
        }
        return [type, code].contains { word in word.map { Self.keyWords.contains($0.lowercased()) } ?? false }
    }

    /// Amazon's exceptions about signatures and tokens (Common Errors of its API references), OpenAI's codes, Anthropic's and Google's
    /// types.
    private static let keyWords: Set<String> = [
        "expiredtoken", "expiredtokenexception", "unrecognizedclient", "unrecognizedclientexception",
        "invalidsignatureexception", "signaturedoesnotmatch", "incompletesignature", "incompletesignatureexception",
        "invalidclienttokenid", "missingauthenticationtoken", "missingauthenticationtokenexception",
        "optinrequired", "requestexpired",
        "invalid_api_key", "account_deactivated", "key_expired", "unsupported_country_region_territory",
        "authentication_error", "unauthenticated",
    ]

    /// Google's reasons (google.api.ErrorReason) that concern the key or its account, and no request.
    static let keyReasons: Set<String> = [
        "API_KEY_INVALID", "API_KEY_EXPIRED", "API_KEY_SERVICE_BLOCKED", "API_KEY_HTTP_REFERRER_BLOCKED",
        "API_KEY_IP_ADDRESS_BLOCKED", "API_KEY_ANDROID_APP_BLOCKED", "API_KEY_IOS_APP_BLOCKED", "ACCESS_TOKEN_EXPIRED",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "ACCESS_TOKEN_TYPE_UNSUPPORTED", "ACCOUNT_STATE_INVALID",
        "CREDENTIALS_MISSING", "CONSUMER_INVALID", "CONSUMER_SUSPENDED", "SERVICE_DISABLED", "BILLING_DISABLED",
    ]
}
