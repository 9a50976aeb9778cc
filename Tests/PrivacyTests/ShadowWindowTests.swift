import Inference
import Privacy
import Testing

@Suite("Disguises in long texts, of which only parts are looked at twice") struct ShadowWindowTests {
    private static let prose = String(repeating: "Nobody had expected the answer to come so soon. ", count: 150)

    @Test(arguments: [
        ("４２４２ ４２４２ ４２４２ ４２４２", "Her card is ４２４２ ４２４２ ４２４２ ４２４２, as agreed."),
        ("maria.kel\u{200B}ler@example.org", "Write to maria.kel\u{200B}ler@example.org about it."),
        ("415 555 0132", "You may c\u{200B}all me any evening after nine on 415 555 0132 or later."),
        ("4242–4242–4242–4242", "It says — as always — 4242–4242–4242–4242 on the card."),
        ("DE89 3704 0044 0532 0130 00", "Pay to DE89 3704 0044\u{00A0}0532 0130 00 this week."),
    ]) func `a value is found whole, wherever it stands`(value: String, sentence: String) throws {
        for text in [
            Self.prose + sentence + " " + Self.prose, sentence + " " + Self.prose + Self.prose,
            Self.prose + Self.prose + sentence, Self.prose + "“So it is,” — he said. " + sentence + " " + Self.prose,
        ] {
            let found = try Fixtures.find(text).map { $0.1.replacing("\u{00A0}", with: " ") }
            #expect(found == [value], "\(found)")
        }
    }

    @Test func `a long token with a disguise at its end is found whole`() throws {
        let token = "ghp_" + "x7Kq2M9XdP4vB8nT1wZ6cR3yL5hJ0sFa2\u{200B}gQe"
        let found = try Fixtures.find(Self.prose + "It is \(token). " + Self.prose)
        #expect(found.map(\.0) == [.secret] && found[0].1 == token)
    }
}
