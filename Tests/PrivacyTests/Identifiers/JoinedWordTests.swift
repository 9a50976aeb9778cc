import Privacy
import Testing

/// Words about a number that are written with a hyphen or a dot, which texts are read at.
@Suite struct JoinedWordTests {
    private static let examples: [(SensitiveClass, String, String)] = [
        (.deTaxId, "Steuer-ID", "86095742719"), (.deTaxId, "Meine Steuer-ID ist", "86095742719"),
        (.deTaxNumber, "Steuer-Nr.", "2893081508152"), (.deTaxNumber, "St.-Nr.", "2893081508152"),
        (.deHealthInsurance, "Versicherten-Nr", "A123456780"), (.deBsnr, "BSNR", "721234569"),
    ]

    @Test(arguments: examples) func `a word of two parts speaks of the number after it`(
        sensitiveClass: SensitiveClass, words: String, text: String
    ) throws {
        #expect(try Fixtures.values("\(words) \(text).", of: sensitiveClass.dataClass) == [text])
    }
}
