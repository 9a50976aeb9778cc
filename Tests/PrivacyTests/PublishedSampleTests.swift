import Inference
import Privacy
import Testing

@Suite("Keys that their issuers published") struct PublishedSampleTests {
    @Test func `a key of a vendor's own documentation is no secret, and one like it is`() throws {
        // Put together here, so that this file is no finding itself.
        let documented = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"
        #expect(try Fixtures.values("stripe.api_key = \"\(documented)\"", of: .secret).isEmpty)
        let other = "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dd"
        #expect(try Fixtures.values("stripe.api_key = \"\(other)\"", of: .secret) == [other])
    }
}
