import Cryptography
import Testing

@Suite struct AWSSignatureV4Tests {
    struct Vector: Sendable {
        let path: String
        let body: String
        var token: String?
        let signature: String
    }

    /// Made by botocore's signer (1.44.5), which encodes each path once more than it is sent.
    static let vectors = [
        Vector(
            path: "/model/anthropic.claude-3-haiku-20240307-v1%3A0/converse", body: #"{"messages":[]}"#,
            signature: "09df007880c8c15e131ca7ab5dd4c917379aca07751eb4081cf065af8a649445"),
        Vector(
            path: "/model/eu.amazon.nova-lite/converse-stream", body: "", token: "session+token/of==",
            signature: "f2046fe2f2565dc319a826050e4025abc09a4dda797492baa1fe67e72e11a1bb"),
        Vector(
            path: "/model/arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Fa~b_c/converse",
            body: #"{"x":"☃"}"#, signature: "effe90e3a5a9547a01af48134baba5fedc0e3a778096f4ef977458df2e52f74b"),
    ]

    private let signer = AWSSignatureV4(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", region: "eu-central-1",
        service: "bedrock")

    @Test(arguments: vectors)
    func `a request has the signature that botocore gives it`(vector: Vector) {
        let date = "20261123T004559Z"
        var headers = [
            (name: "x-amz-date", value: date), (name: "content-type", value: "application/json"),
            (name: "host", value: "bedrock-runtime.eu-central-1.amazonaws.com"),
        ]
        if let token = vector.token { headers.append(("x-amz-security-token", token)) }
        let request = AWSSignatureV4.Request(
            method: "POST", path: vector.path, headers: headers, bodyDigest: SHA256.hash(vector.body))
        let names = "content-type;host;x-amz-date" + (vector.token == nil ? "" : ";x-amz-security-token")
        #expect(
            signer.authorization(of: request, date: date)
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261123/eu-central-1/bedrock/aws4_request, "
                + "SignedHeaders=\(names), Signature=\(vector.signature)")
    }

    @Test func `a signer does not print its key`() {
        #expect("\(signer)" == "AWSSignatureV4(eu-central-1, bedrock)")
    }
}
