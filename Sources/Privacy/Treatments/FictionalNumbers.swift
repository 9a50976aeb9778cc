/// Telephone numbers that countries keep free for films and examples, and the country codes that precede them.
enum FictionalNumbers {
    /// A run of numbers: the national number (without trunk prefix) begins with `prefix`, and `digits` more follow.
    struct Run: Sendable {
        let country: Int
        let prefix: String
        let digits: Int
        let isMobile: Bool

        var length: Int { prefix.utf8.count + digits }
    }

    /// The runs of a country whose numbers have a length: those of the same kind, or all if there is none.
    static func runs(country: Int, length: Int, isMobile: Bool) -> [Run] {
        let fitting = all.filter { $0.country == country && $0.length == length }
        let same = fitting.filter { $0.isMobile == isMobile }
        return same.isEmpty ? fitting : same
    }

    /// Whether a national number is a mobile one, as far as the countries of the list are concerned.
    static func isMobile(country: Int, national: [UInt8]) -> Bool {
        let starts: [[UInt8]]
        switch country {
        case 44: starts = [[7]]
        case 33: starts = [[6], [7]]
        case 49: starts = [[1, 5], [1, 6], [1, 7]]
        case 61: starts = [[4]]
        case 46: starts = [[7]]
        default: starts = []
        }
        return starts.contains { national.starts(with: $0) }
    }

    private static let all: [Run] = [
        // United Kingdom: Ofcom, "Telephone numbers for drama use".
        landline(44, "1632960", 3), landline(44, "1134960", 3), landline(44, "1144960", 3),
        landline(44, "1154960", 3), landline(44, "1164960", 3), landline(44, "1174960", 3),
        landline(44, "1184960", 3), landline(44, "1214960", 3), landline(44, "1314960", 3),
        landline(44, "1414960", 3), landline(44, "1514960", 3), landline(44, "1614960", 3),
        landline(44, "2079460", 3), landline(44, "1914980", 3), landline(44, "2896496", 3),
        landline(44, "2920180", 3), landline(44, "3069990", 3), mobile(44, "7700900", 3),
        // France: Arcep, decision 2018-0881.
        landline(33, "19900", 4), landline(33, "26191", 4), landline(33, "35301", 4), landline(33, "46571", 4),
        landline(33, "53649", 4), mobile(33, "63998", 4),
        // Germany: Bundesnetzagentur, "Rufnummern für Medienproduktionen".
        landline(49, "3023125", 3), landline(49, "6990009", 3), landline(49, "4066969", 3),
        landline(49, "2214710", 3), landline(49, "8999998", 3), mobile(49, "17139200", 2),
        // Australia: ACMA, "Phone numbers for use in TV shows, films and creative works".
        landline(61, "25550", 4), landline(61, "27010", 4), landline(61, "35550", 4), landline(61, "37010", 4),
        landline(61, "75550", 4), landline(61, "77010", 4), landline(61, "85550", 4), landline(61, "87010", 4),
        mobile(61, "491570006", 0), mobile(61, "491570156", 0), mobile(61, "491570157", 0),
        mobile(61, "491570158", 0), mobile(61, "491570159", 0), mobile(61, "491570110", 0),
        mobile(61, "491571266", 0), mobile(61, "491571491", 0), mobile(61, "491571804", 0),
        mobile(61, "491572549", 0), mobile(61, "491572665", 0), mobile(61, "491572983", 0),
        mobile(61, "491573770", 0), mobile(61, "491573087", 0), mobile(61, "491574118", 0),
        mobile(61, "491574632", 0), mobile(61, "491575254", 0), mobile(61, "491575789", 0),
        mobile(61, "491576398", 0), mobile(61, "491576801", 0), mobile(61, "491577426", 0),
        mobile(61, "491577644", 0), mobile(61, "491578957", 0), mobile(61, "491578148", 0),
        mobile(61, "491578888", 0), mobile(61, "491578212", 0),
        // Ireland: ComReg, 020 91x xxxx.
        landline(353, "2091", 5),
        // Sweden: PTS, "Telefonnummer för användning i böcker och filmer m.m.".
        landline(46, "31390060", 2), landline(46, "31390065", 1), landline(46, "40628040", 2),
        landline(46, "84650040", 1), landline(46, "84650041", 1), landline(46, "84650042", 1),
        landline(46, "980319200", 0), mobile(46, "70174061", 1), mobile(46, "70174062", 1), mobile(46, "70174063", 1),
        mobile(46, "70174064", 1), mobile(46, "70174065", 1), mobile(46, "70174066", 1), mobile(46, "70174067", 1),
        mobile(46, "70174068", 1), mobile(46, "70174069", 1),
    ]

    private static func landline(_ country: Int, _ prefix: String, _ digits: Int) -> Run {
        Run(country: country, prefix: prefix, digits: digits, isMobile: false)
    }

    private static func mobile(_ country: Int, _ prefix: String, _ digits: Int) -> Run {
        Run(country: country, prefix: prefix, digits: digits, isMobile: true)
    }

    /// Area codes of North America; in each of them 555-0100 to 555-0199 are kept free (ATIS-0300115).
    static let areas = [
        "201", "202", "203", "205", "206", "207", "208", "212", "213", "214", "215", "216", "217", "225", "228", "229",
        "239", "251", "253", "254", "256", "267", "270", "281", "301", "302", "303", "304", "305", "307", "308", "309",
        "310", "312", "313", "314", "315", "316", "317", "318", "319", "320", "321", "323", "325", "330", "334", "336",
        "401", "402", "404", "405", "406", "407", "408", "409", "410", "412", "413", "414", "415", "416", "417", "419",
        "501", "502", "503", "504", "505", "507", "508", "509", "510", "512", "513", "514", "515", "516", "517", "518",
        "601", "602", "603", "604", "605", "606", "607", "608", "609", "610", "612", "613", "614", "615", "616", "617",
        "701", "702", "703", "704", "706", "707", "708", "712", "713", "714", "715", "716", "717", "718", "719", "720",
        "801", "802", "803", "804", "805", "806", "808", "810", "812", "813", "814", "815", "816", "817", "818", "819",
        "901", "902", "903", "904", "906", "907", "908", "909", "910", "912", "913", "914", "915", "916", "917", "918",
    ]

    /// The length of the country code that an international number begins with (ITU-T E.164, annex to bulletin 1): 1 and 7 stand alone,
    /// the listed pairs are whole, all others have three digits.
    static func codeLength(_ digits: [UInt8]) -> Int {
        guard digits.count > 3 else { return 0 }
        if digits[0] == 1 || digits[0] == 7 { return 1 }
        return pairs.contains(Int(digits[0]) * 10 + Int(digits[1])) ? 2 : 3
    }

    private static let pairs: Set<Int> = [
        20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61,
        62,
        63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
    ]
}
