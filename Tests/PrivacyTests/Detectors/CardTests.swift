import Inference
import Privacy
import Testing

/// Card numbers beside marks that join words.
@Suite struct CardTests {
    typealias Row = DetectorTests.Row

    static let joined = [
        Row(.card, "card-4111111111111111, order-4242424242424242!", "4111111111111111", "4242424242424242"),
        Row(.card, "4111 1111 1111 1111-5 and 4111111111111111-5", "4111 1111 1111 1111", "4111111111111111"),
        Row(.card, "pay.example.com-4111 1111 1111 1111", "4111 1111 1111 1111"),
        Row(
            .card, "id.4242424242424242 +4242424242424242 #4242424242424242", "4242424242424242", "4242424242424242",
            "4242424242424242"),
        Row(.card, "card-4111-1111-1111-1111 2024-4242424242424242", "4111-1111-1111-1111", "4242424242424242"),
        Row(.card, "4111111111111111-5500000000000004", "4111111111111111", "5500000000000004"),
        Row(.card, "amex-3782 822463 10005-x visa-4111111111111111", "3782 822463 10005", "4111111111111111"),
    ]

    static let quiet = [
        // Parts of identifiers in hexadecimal, with dashes.
        Row(.card, "3f2a-4242424242424242-9c1d deadbee5-4242424242424242 550e8400-e29b-41d4-4242424242424242"),
        Row(.card, "9c1d-4242424242424242-9c1d-77 77-4242424242424242-9c1d"),
        // Fractions, and longer numbers in groups.
        Row(.card, "0.4111111111111111 1234-4111-1111-1111-1111 4111-1111-1111-1111-1111 4111111111111111.25"),
        // What no network issues, or with a wrong digit at the end.
        Row(.card, "order-9042424242424242 card-4111111111111112 order-630427373398 2024-1700000000000"),
    ]

    @Test(arguments: joined)
    func `a card is found beside a mark that joins it to a word or number`(row: Row) throws {
        #expect(try Fixtures.values(row.text, of: .card) == row.values)
        let all = try Fixtures.find(row.text).filter { $0.0 == .card }.map(\.1)
        #expect(all == row.values)
    }

    @Test(arguments: quiet)
    func `parts of identifiers and fractions are no cards`(row: Row) throws {
        #expect(try Fixtures.values(row.text, of: .card).isEmpty)
    }
}
