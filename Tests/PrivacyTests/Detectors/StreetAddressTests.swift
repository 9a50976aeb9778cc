import Inference
import Privacy
import Testing

/// Shapes of addresses by country (Universal Postal Union, "Postal addressing systems"), and what resembles them.
@Suite struct StreetAddressTests {
    private static let streetAddress = DataClass("street_address")

    /// Each text is an address from its first byte to its last.
    static let whole = [
        // United States, Canada (USPS Publication 28)
        "1600 Pennsylvania Ave NW, Washington, DC 20500",
        "350 5th Ave, New York, NY 10118",
        "123 Main St., Apt 4B, Springfield, IL 62704",
        "1 Infinite Loop, Cupertino, CA 95014",
        "742 Evergreen Terrace",
        "P.O. Box 1234, Springfield, IL 62704",
        "290 Bremner Blvd, Toronto, ON M5V 3L9",
        // Forces' post offices (USPS Publication 28 §225)
        "PSC 3294, Box 9168\nAPO AA 61487", "Unit 0822 Box 8858\nDPO AA 13319", "USS Mahler\nFPO AE 70489",
        // United Kingdom, Australia, New Zealand, South Africa
        "221B Baker Street, London NW1 6XE", "10 Downing St, London SW1A 2AA",
        "45 King William Street, Adelaide SA 5000", "PO Box 99, Hobart TAS 7001", "12 Kent Street Apt. 6",
        "2202 Rissik St Apt. 050 Coalville South Africa",
        // German
        "Hauptstraße 12, 10115 Berlin", "Karl-Marx-Allee 12", "Unter den Linden 77, 10117 Berlin",
        "Am Markt 5, 28195 Bremen",
        "Kärntner Straße 21-23/4/12, 1010 Wien", "Bahnhofstrasse 1, CH-8001 Zürich", "Postfach 10 20 30",
        // French
        "12 rue de la Paix, 75002 Paris", "5 bis rue Victor Hugo, 69002 Lyon", "5, avenue des Champs-Élysées",
        "Rue Dielhère 130",
        // Spanish, Portuguese, Italian
        "C/ Mayor 5, 3º B, 28013 Madrid", "Calle de Alcalá, 45, 28014 Madrid, España", "Via delle Coste 41",
        "Piazza del Duomo, 1, 20122 Milano", "Rua Augusta, 1500, São Paulo - SP, 01304-001", "Av. Paulista, 1578",
        // Dutch, Nordic, Baltic
        "Prinsengracht 263-267", "Damrak 1, 1012 LG Amsterdam", "Drottninggatan 5, 111 51 Stockholm",
        "Storgata 1, 0155 Oslo",
        "Mannerheimintie 1, 00100 Helsinki", "Luite tee 87",
        // Slavic, Hungarian, Turkish, Greek, Russian
        "ul. Marszałkowska 10/16, 00-590 Warszawa", "Václavské náměstí 1", "Rákóczi út 13", "İstiklal Caddesi 12",
        "Πλατεία Συντάγματος 204", "ул. Ленина 5",
        // Several lines
        "6750 Koskikatu 25 Apt. 864\nArtilleros\n, CO\n Uruguay 64677",
        "24 Clarke Avenue\nApt. 805\nPines Beach\nNew Zealand",
    ]

    @Test(arguments: whole) func `an address is found whole`(text: String) throws {
        for (before, after) in [("", ""), ("Please deliver to ", " until noon"), ("(", ")"), ("Bob\n", "\n")] {
            #expect(try Fixtures.values(before + text + after, of: Self.streetAddress) == [text])
        }
    }

    @Test(arguments: [
        ("ich wohne in der Goethestr. 5a in München", "Goethestr. 5a"),
        (
            "the corner of Via Nuova del Campo 85 and Baranyay Mill",
            "the corner of Via Nuova del Campo 85 and Baranyay Mill"
        ),
        ("The restaurant is at 9816 214 Pavlou Drandaki", "9816 214 Pavlou Drandaki"),
        ("My address is 5049 Joaquin Suarez 2906.", "5049 Joaquin Suarez 2906"),
        ("send it to 55 water street, apt 12 please", "55 water street, apt 12"),
        ("24 Clarke Avenue. Then he left.", "24 Clarke Avenue"),
        ("Via Roma 3\nMobile: 723 813 266", "Via Roma 3"),
        ("4 Bay Rd\n655 437 108 office", "4 Bay Rd"),
    ])
    func `an address ends where it ends`(text: String, value: String) throws {
        #expect(try Fixtures.values(text, of: Self.streetAddress) == [value])
    }

    @Test(arguments: [
        "5 Street vendors were fined", "123 test street food", "line 5 of the drive", "page 12 of 30",
        "open 24/7 all year",
        "v1.2.3.4 of 12 March 2020, London, United Kingdom", "2024-03-31T12:30:00Z Server 5 started",
        "Windows 10, Berlin, Germany",
        "Team 5, 1200 Points", "It is 11:02 AM December 15, 2014", "About 1,400 Rotherham children",
        "30,000 Worth School 5",
        "F-104 Starfighter, 1959; P-51 Mustang, 1944", "Boarding Gate 12, Terminal 2", "I ran 5 miles down the road",
        "Turn 3 times left on the road.", "2 way street", "Route 66 is long", "Room 204, Building 7",
        "Creative Suite 6 is old",
        "the test suite 5 failed", "Spring 2024", "String 5", "Engineering 101", "Verkäufer 3 und Käufer 4",
        "Arbeitsplatz 3",
        "Brigade 5", "Level 3 Drive encryption", "Stage 4 Court ruling", "5 Star Lodge", "Phase 2 Extension",
        "Type 2 Field Mapping",
        "The meeting is at 10 Monday Morning", "Sat 11 Apr 2015", "for i in range(10): Point 4",
        "Section 3.2 Lake View", "$20 Hill Drive",
        "Radio 103.5 Tower", "7th St", "via Twitter 2023", "DJ Elements 103.5 live", "order 5 of item 7",
        "12 Angry Men",
    ])
    func `ordinary text has no address`(text: String) throws {
        #expect(try Fixtures.values(text, of: Self.streetAddress) == [])
    }

    @Test func `an address stands above the numbers inside it`() throws {
        let text = "Send it to 221B Baker Street, London NW1 6XE and call +44 20 7946 0958"
        #expect(try Fixtures.find(text).map(\.1) == ["221B Baker Street, London NW1 6XE", "+44 20 7946 0958"])
    }
}
