import Testing

@testable import Identity

struct PresentedCredentialsTests {
    private func presented(
        _ authorization: String?, _ apiKey: String? = nil, tokens: Bool = true
    ) -> PresentedCredentials {
        PresentedCredentials(authorization: authorization, apiKey: apiKey, takesTokens: tokens)
    }

    @Test(arguments: ["Bearer %", "bearer %", "BEARER   %", " Bearer % ", "Bearer\u{20}%\t"])
    func `a credential is taken from a bearer field`(field: String) {
        func value(_ text: String) -> String {
            field.split(separator: "%", omittingEmptySubsequences: false).joined(separator: text)
        }
        #expect(presented(value("sp_1")).key == "sp_1")
        #expect(presented(value("sp_1")).token == nil)
        #expect(presented(value("a.b.c")).token == "a.b.c")
        #expect(presented(value("a.b.c")).key == nil)
    }

    @Test(arguments: ["Basic %", "%", "Bearer%", "Bearer: %", "Bearerx %", "Bearer\t%", "Bear", "B"])
    func `another scheme carries no credential, and is one that is wrong`(field: String) {
        for text in ["sp_1", "a.b.c"] {
            let value = field.split(separator: "%", omittingEmptySubsequences: false).joined(separator: text)
            #expect(presented(value).key?.isEmpty == true)
            #expect(presented(value).token == nil)
        }
    }

    @Test(arguments: [nil, "", " ", "Bearer", "Bearer ", "\t"] as [String?])
    func `without a credential there is none`(field: String?) {
        for other in [nil, "", " \t"] {
            #expect(presented(field, other).key == nil)
            #expect(presented(field, other).token == nil)
        }
    }

    @Test func `where tokens do not count, everything is taken for a key`() {
        #expect(presented("Bearer a.b.c", tokens: false).key == "a.b.c")
        #expect(presented(nil, "a.b.c", tokens: false).key == "a.b.c")
        #expect(presented("Bearer a.b.c", tokens: false).token == nil)
    }

    @Test func `of two of a sort x-api-key wins`() {
        #expect(presented("Bearer sp_1", "sp_2").key == "sp_2")
        #expect(presented("Bearer a.b.c", "d.e.f").token == "d.e.f")
        #expect(presented("Basic sp_1", "sp_2").key == "sp_2")
        #expect(presented("Bearer sp_1", " ").key == "sp_1")
    }

    @Test func `a key and a token both count, wherever each stands`() {
        for both in [presented("Bearer a.b.c", "sp_1"), presented("Bearer sp_1", "a.b.c")] {
            #expect(both.key == "sp_1")
            #expect(both.token == "a.b.c")
        }
    }
}
