import Inference
import Privacy
import Testing

/// Small numbers that the words beside them make sensitive.
@Suite struct NumberTests {
    typealias Row = DetectorTests.Row

    private static func row(_ name: String, _ text: String, _ values: String...) -> Row {
        Row(DataClass(name), text, values: values)
    }

    static let ages = [
        row(
            "age", "She is 34 years old; aged 41. A 62-year-old; 58 y/o; age: 51; the age of 72.", "34", "41", "62",
            "58", "51", "72"),
        row(
            "age", "34 Jahre alt, Alter: 35, eine 36-jährige, tiene 37 años, âgé de 38 ans, ha 39 anni", "34", "35",
            "36", "37", "38", "39"),
        row("age", "I'll turn 65. He just turned 40 and I'm 33.", "65", "40", "33"),
        row("age", "written when he was 78", "78"),
        row(
            "age",
            """
            5 years of experience, a 3 year warranty, uptime 12 years, 3 days; turn 90 degrees; it was 20. I'm 100% sure, I'm 5 minutes late. \
            il y a 5 ans; garantie de 3 ans; age 200; page 12
            """),
    ]

    static let postcodes = [
        row("us_zip", "My zip code is 90210. ZIP: 12345-6789. Springfield, IL 62704", "90210", "12345-6789", "62704"),
        row(
            "postcode", "PLZ 10115, ZIP: 7412 SL, zip: 394 13, CEP: 01304-001, postcode 2000", "10115", "7412 SL",
            "394 13", "01304-001", "2000"),
        row("us_zip", "order 62704, PI 31415, IN 12345 cases, total 90210"),
        row("postcode", "a zip of 2200 files, zip file 2200, 1234 AB"),
    ]

    static let companions = [
        row(
            "card_security_code", "CVV: 123, CVC2 is 4567, security code: 321, Kartenprüfnummer 555", "123", "4567",
            "321", "555"),
        row("card_security_code", "4111 1111 1111 1111 12/27 123", "123"),
        row("card_security_code", "4111111111111111, 09/28, 456", "456"),
        row("card_security_code", "the code is 123; security 101; 12/27 123; 4111111111111111 costs 123"),
        row("card_expiry", "exp 12/27, valid thru 08/2027, gültig bis 11/29", "12/27", "08/2027", "11/29"),
        row("card_expiry", "4111 1111 1111 1111 12/27 123 and 5555555555554444 exp. 01/30", "12/27", "01/30"),
        row("card_expiry", "12/27 of them, valid 1/2 or 13/27, on 12/27/2024, 24/7"),
    ]

    static let dates = [
        row(
            "date_of_birth",
            "DOB: 1990-01-01; born on 3 May 1980; geboren am 3.4.1980; né le 12 mars 1975; date of birth 12/03/1985",
            "1990-01-01", "3 May 1980", "3.4.1980", "12 mars 1975", "12/03/1985"),
        row("date_of_birth", "shipped on 1990-01-01, due 3 May 2024"),
        row(
            "date",
            "5/20/2021, 21.5.21, 2024-06-05T09:15:30.500-07:00, 2018-02-24 12:45:18, March 12, 1980, 2nd of June, Friday",
            "5/20/2021", "21.5.21", "2024-06-05T09:15:30.500-07:00", "2018-02-24 12:45:18", "March 12, 1980",
            "2nd of June", "Friday"),
        row("date", "99/99/2021 1.2.3.4 24/7 v2.0.1 31-40"),
    ]

    static let coordinates = [
        row(
            "coordinates", "40.7128, -74.0060 or 40.7128° N, 74.0060° W or 40°26′46″N 79°58′56″W", "40.7128, -74.0060",
            "40.7128° N, 74.0060° W", "40°26′46″N 79°58′56″W"),
        row("coordinates", "gps: 52.520,13.405", "52.520,13.405"),
        row(
            "coordinates",
            "[0.1234, 0.5678, 0.9101] x = 12.3456, 78.9012, 3.4567; f(i, 12.3456, 78.9012); 99.1234, 200.1234; 1.23, 4.56"
        ),
    ]

    @Test(arguments: ages + postcodes + companions + dates + coordinates)
    func `the words beside a number say what it is`(row: Row) throws {
        // Codes and expiries stand beside cards, which are found only where their class is on.
        let settings = PrivacySettings(classes: [row.dataClass, .card])
        let engine = try PrivacyEngine(scanner: Fixtures.scanner, settings: settings)
        #expect(try Fixtures.find(row.text, engine).filter { $0.0 == row.dataClass }.map(\.1) == row.values)
    }
}
