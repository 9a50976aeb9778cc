import Privacy
import Testing

/// Published examples, as the authorities or python-stdnum's documentation give them.
@Suite("Identifiers of France, Portugal, the Low Countries, the North, the Alps and Latin America")
struct LatinAndNordicIdentifierTests {
    private static let examples: [(SensitiveClass, String)] = [
        (.frNir, "2 95 10 99 126 111 93"), (.frNir, "295109912611193"), (.frSiret, "732 829 320 00074"),
        (.frTaxId, "30 23 217 600 053"), (.ptNif, "PT 501964843"), (.ptCitizenCard, "00000000 0 ZZ4"),
        (.nlBsn, "1112.22.333"), (.beNationalNumber, "85.07.30-033.28"), (.beNationalNumber, "17.07.30-033.84"),
        (.noFodselsnummer, "151086 95088"), (.dkCpr, "211062-5629"), (.chAhv, "756.9217.0769.85"),
        (.brCpf, "390.533.447-05"), (.brCnpj, "16.727.230/0001-97"), (.brCnpj, "12.ABC.345/01DE-35"),
        (.mxCurp, "BOXW310820HNERXN09"), (.mxRfc, "GODE561231GR8"), (.arCuit, "20-05536168-2"),
        (.clRut, "76.086.428-5"),
    ]

    @Test(arguments: examples) func `an example is right, and found without a word about it`(
        sensitiveClass: SensitiveClass, text: String
    ) throws {
        #expect(IdentifierChecks.verdict(sensitiveClass, text) == .accept)
        #expect(try Fixtures.values("It is \(text), I think.", of: sensitiveClass.dataClass) == [text])
    }

    @Test(arguments: examples) func `with another last digit it is none`(sensitiveClass: SensitiveClass, text: String) {
        guard let last = text.last, let digit = last.wholeNumberValue else { return }
        let other = String(text.dropLast()) + "\((digit + 1) % 10)"
        #expect(IdentifierChecks.verdict(sensitiveClass, other) != .accept)
    }

    private static let bare: [(SensitiveClass, String, String)] = [
        (.frSiret, "732829320", "Notre SIREN est"), (.ptNif, "501964843", "O meu NIF é"),
        (.nlBsn, "111222333", "Mijn BSN is"), (.beNationalNumber, "85073003328", "Rijksregisternummer:"),
        (.noFodselsnummer, "15108695088", "Fødselsnummer"), (.dkCpr, "2110625629", "CPR"),
        (.atSocialSecurity, "1237010180", "SVNR"), (.brCpf, "39053344705", "Meu CPF é"),
        (.arCuit, "20055361682", "CUIT"), (.arDni, "20.123.456", "DNI"),
        (.frIdCard, "880692310285", "carte d'identité"),
    ]

    @Test(arguments: bare) func `bare digits need a word about them`(
        sensitiveClass: SensitiveClass, text: String, words: String
    ) throws {
        #expect(try Fixtures.values("It is \(text), I think.", of: sensitiveClass.dataClass).isEmpty)
        #expect(try Fixtures.values("\(words) \(text).", of: sensitiveClass.dataClass) == [text])
    }
}
