/// What a word beside a number says of the number.
struct NumberRoles: OptionSet, Sendable {
    let rawValue: UInt32

    /// A street word that follows the name, the number before both: `24 Clarke Avenue`.
    static let street = NumberRoles(rawValue: 1 << 0)
    /// The same where the word has other uses more often: `Mill`, `Union`, `Station`.
    static let weakStreet = NumberRoles(rawValue: 1 << 1)
    /// A street word that follows the name and precedes the number: `Villacher Straße 89`, `Rákóczi út 13`.
    static let numberedStreet = NumberRoles(rawValue: 1 << 2)
    /// A street word before the name: `rue de la Paix`, `Via Roma`, `ul. Złota`.
    static let streetPrefix = NumberRoles(rawValue: 1 << 3)
    /// The same where the word has other uses: `Place`, `Route`, `Strada`.
    static let weakPrefix = NumberRoles(rawValue: 1 << 4)
    /// A part of a building, found on its own: `Apt. 117`.
    static let unit = NumberRoles(rawValue: 1 << 5)
    /// The same after a street only: `Floor 3`, `Top 12`.
    static let weakUnit = NumberRoles(rawValue: 1 << 6)
    /// A post office box: `Postfach`.
    static let box = NumberRoles(rawValue: 1 << 7)
    /// The word `box`, which needs `P.O.` or the like before it.
    static let plainBox = NumberRoles(rawValue: 1 << 8)
    /// Lower-case words inside names of streets and towns: `de la`, `van der`.
    static let particle = NumberRoles(rawValue: 1 << 9)
    /// A country's or a federal state's name, or its last word.
    static let country = NumberRoles(rawValue: 1 << 10)
    /// A month's name.
    static let month = NumberRoles(rawValue: 1 << 11)
    /// Follows an age: `years`, `Jahre`, `ans`.
    static let years = NumberRoles(rawValue: 1 << 12)
    /// Precedes an age: `aged`, `turned`, `Alter`.
    static let age = NumberRoles(rawValue: 1 << 13)
    /// Precedes a postcode: `zip`, `PLZ`.
    static let postcode = NumberRoles(rawValue: 1 << 14)
    /// Precedes a card's security code.
    static let securityCode = NumberRoles(rawValue: 1 << 15)
    /// Precedes a card's expiry.
    static let expiry = NumberRoles(rawValue: 1 << 16)
    /// Words between such a word and the number: `is`, `code`, `number`, `:`.
    static let filler = NumberRoles(rawValue: 1 << 17)
    /// Forces' post offices: APO, FPO, DPO.
    static let militaryOffice = NumberRoles(rawValue: 1 << 18)
    /// Begins the line before such an office: PSC, Unit, USS…
    static let militaryLine = NumberRoles(rawValue: 1 << 19)
    /// After `turned 40`: what may follow an age.
    static let afterAge = NumberRoles(rawValue: 1 << 20)
    /// A day of the week.
    static let weekday = NumberRoles(rawValue: 1 << 21)
    /// After `years`: makes it an age.
    static let old = NumberRoles(rawValue: 1 << 22)
    /// Never the beginning of a street's name: articles, prepositions, salutations at the start of a sentence.
    static let sentence = NumberRoles(rawValue: 1 << 23)
    /// Where a number is no house's: `Page`, `Version`, `Windows`.
    static let counted = NumberRoles(rawValue: 1 << 24)
    /// The word `security`, which needs `code` after it.
    static let security = NumberRoles(rawValue: 1 << 25)
    /// Words of contact data that end an address: `Phone`, `Fax`.
    static let label = NumberRoles(rawValue: 1 << 28)
    /// Subjects before `was 78`.
    static let personPronoun = NumberRoles(rawValue: 1 << 27)
    /// Verbs before an age in Romance languages: `tiene 34 años`.
    static let has = NumberRoles(rawValue: 1 << 26)
}

/// Words beside numbers by the hash of their letters. English, German, French, Spanish, Italian, Portuguese, Dutch, the Nordic, Baltic
/// and western Slavic languages, Hungarian, Turkish, Greek, Russian. American street words: USPS Publication 28, appendix C1.
enum NumberWords {
    private static let lists: [(NumberRoles, String)] = [
        (
            .street,
            """
            street avenue ave road rd drive dr lane ln court ct boulevard blvd way place square sq terrace crescent cres close highway \
            hwy parkway pkwy circle trail row mews grove gardens gdns walk quay alley plaza turnpike expressway freeway causeway \
            esplanade promenade parade st str
            """
        ),
        (
            .weakStreet,
            """
            aly ter terr cir trl hill hills rise view views green greens wharf loop path pike mall gate heights hts ridge ridges point \
            points pt crossing xing bypass cove coves glen glens knoll knolls landing meadow meadows motorway overpass pass ranch run \
            spur summit villas village vista walkway bend branch bridge brook brooks bluff bluffs cliff cliffs club corner corners \
            course creek crossroad crossroads curve dale dam divide drives estate estates extension extensions falls ferry field \
            fields flat flats ford fords forest forge forges fork forks fort garden gateway groves harbor harbors harbour haven \
            hollow inlet island islands isle junction junctions key keys lake lakes land light lights lock locks lodge manor manors \
            mill mills mission mount mountain mountains neck orchard oval park parks parkways passage pine pines plain plains plz \
            port ports prairie radial ramp rapid rapids rest river roads route shoal shoals shore shores skyway spring springs \
            squares spurs station stravenue stream streets throughway trace track trafficway trails tunnel union unions valley \
            valleys viaduct ville vista well wells wells yard pl courts circles alleys avenues
            """
        ),
        (
            .numberedStreet,
            """
            straße strasse str weg allee gasse platz damm ufer chaussee ring markt straat laan plein kade gracht singel dijk baan \
            gate gata gatan väg vägen vei veien veg vegen gade vej gränd plads plass torg torget stræde tie katu kuja polku tee tänav \
            tn pst põik mnt maantee puiestee iela gatvė prospektas utca utcája u út útja tér tere körút krt rakpart rkp sétány köz \
            kapu sor fasor caddesi caddesı cad cd sokak sokağı sok sk bulvarı ulica ulice cesta pot trg náměstí nám třída tř nábřeží \
            улица ул проспект переулок площадь шоссе
            """
        ),
        (
            .streetPrefix,
            """
            rue avenue av ave boulevard bd blvd chemin allée allées impasse quai ruelle faubourg via viale vle piazza pzza piazzale piazzetta corso \
            vicolo lungomare lungotevere lungarno contrada calle avenida avda paseo carrer carretera ctra ronda travesía glorieta \
            callejón rambla jirón rúa rua travessa alameda praça estrada rodovia ladeira calçada ul ulica ulitsa aleja aleje plac \
            osiedle trg bulevardul calea şoseaua șoseaua jalan jl улица ул проспект переулок площадь набережная бульвар шоссе οδός \
            λεωφόρος λεωφ πλατεία quadra
            """
        ),
        (
            .weakPrefix,
            """
            bvd place pl route rte cours square passage largo strada borgo salita traversa plaza pza camino cuesta \
            pasaje travesia beco rotunda viela al os str c r λ пер lot résidence sentier
            """
        ),
        (
            .unit,
            """
            apt apartment suite ste appartement appt apartamento apto depto wohnung whg lägenhet lgh lokal
            """
        ),
        (
            .weakUnit,
            """
            unit flat fl floor room rm building bldg lot level shop stock og top stiege étage etage bâtiment bât esc escalera piso planta \
            puerta pta interno int scala bus bte boîte bloco bl sala dept departamento lok daire kat byt app haus tower block
            """
        ),
        // Words that are both: streets only where something else says so.
        (.weakStreet, "tie tee pot ring baan cad cd sk sok markt damm sor"),
        (.box, "postfach postbox postbus postboks apartado casella casilla pobox"),
        (.plainBox, "box"),
        (
            .particle,
            """
            de du des la le les del della delle dello degli dei di da do das dos e y i van der den het ten ter von vom zu zum zur am im \
            an auf of the el al ibn aan op het d l u v z na nad pod ve w bei ob sur sous en los las unter
            """
        ),
        (
            .country,
            """
            afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain bangladesh \
            barbados belarus belgium belgique belgië belize benin bhutan bolivia bosnia herzegovina botswana brazil brasil brunei \
            bulgaria burundi cambodia cameroon canada chad chile china colombia congo rica croatia hrvatska cuba cyprus czechia \
            česko republic denmark danmark djibouti dominica ecuador egypt salvador estonia eesti ethiopia fiji finland suomi france \
            gabon gambia georgia germany deutschland ghana greece greenland greenlander grenada guatemala guinea guyana haiti honduras \
            hungary magyarország iceland ísland india indonesia iran iraq ireland israel italy italia jamaica japan jordan kazakhstan \
            kenya korea kosovo kuwait kyrgyzstan laos latvia latvija lebanon lesotho liberia libya liechtenstein lithuania lietuva \
            luxembourg madagascar malawi malaysia maldives mali malta mauritania mauritius mexico méxico moldova monaco mongolia \
            montenegro morocco mozambique myanmar namibia nepal netherlands nederland zealand nicaragua niger nigeria macedonia norway \
            norge oman pakistan palestine panama paraguay peru perú philippines poland polska portugal qatar romania românia russia \
            rwanda samoa senegal serbia srbija seychelles singapore slovakia slovensko slovenia slovenija somalia africa spain españa \
            lanka sudan suriname sweden sverige switzerland schweiz suisse svizzera syria taiwan tajikistan tanzania thailand togo \
            tonga tunisia turkey türkiye uganda ukraine emirates kingdom uk usa states us uruguay uzbekistan venezuela vietnam yemen \
            zambia zimbabwe österreich england scotland wales ελλάδα κύπρος россия \
            alabama alaska arizona arkansas california colorado connecticut delaware florida hawaii idaho illinois indiana iowa kansas \
            kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada hampshire \
            jersey york carolina dakota ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin \
            wyoming ontario quebec québec alberta manitoba saskatchewan queensland victoria tasmania bayern hessen westfalen \
            sachsen thüringen pfalz niedersachsen brandenburg
            """
        ),
        (
            .month,
            """
            january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept \
            oct nov dec januar februar märz mai juni juli oktober dezember jänner janvier février mars avril juin juillet août septembre \
            octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio \
            febbraio aprile maggio giugno luglio settembre ottobre dicembre janeiro fevereiro março maio junho julho setembro outubro \
            novembro dezembro januari februari maart mei augustus
            """
        ),
        (
            .weekday,
            """
            mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonnabend \
            sonntag lundi mardi mercredi jeudi vendredi samedi dimanche
            """
        ),
        (
            .years,
            """
            year years yr yrs yo y jahre jahren jährige jähriger jähriges jährigen jährig ans años anni anos jaar år éves vuotta \
            лет года 岁 歳 세
            """
        ),
        (.old, "old o alt âgé âgée edad età idade oud gammal gammel vanha"),
        (
            .age,
            """
            age aged ages turned turn turning alter âge agé âgé âgée edad età eta idade leeftijd ålder alder возраст
            """
        ),
        (
            .afterAge,
            """
            and but so now today yesterday tomorrow last this next on in years year who with or when because male female man woman
            """
        ),
        (
            .postcode,
            """
            zip zipcode postcode plz postleitzahl cep postnummer postnr postinumero irányítószám psč
            """
        ),
        (
            .label,
            "phone tel telephone fax email mail mobile cell cellphone web website www ph telefon mobil handy telefax desk"
        ),
        (.security, "security"),
        (.personPronoun, "he she who"),
        (.has, "a ai as avait tiene tengo tienes tenía cumple cumplió ha ho hai tem tenho tinha"),
        (.securityCode, "cvv cvc cvv2 cvc2 cvn kartenprüfnummer prüfziffer prüfnummer sicherheitscode cryptogramme"),
        (
            .expiry,
            "exp valid expiry expires expiration expiring ablaufdatum gültig validade vencimiento scadenza verfallsdatum mm"
        ),
        (
            .filler,
            """
            is code codes number no nr nº n num número numero numéro of the to my are was ist of bis thru until date it its im ve \
            lautet postal postale at me de dated est es é
            """
        ),
        (.militaryOffice, "apo fpo dpo"),
        (.militaryLine, "psc unit uss usns usnv uscgc cmr hc"),
        (
            .sentence,
            """
            the a an in at on to from for by of and or but with near der die das den dem ein eine in zu bei von nach aus le la les un \
            une dans sur el los las un una en al il lo gli o os as um uma no na dear hi hello mr mrs ms dr is was this that these those
            """
        ),
        (
            .counted,
            """
            page pages version chapter section figure table item step line number windows python java swift ubuntu debian android ios \
            iphone galaxy boeing airbus article rule level grade phase stage part volume issue episode season week day year quarter \
            room gate platform track flight train bus route channel port error code iso rfc tier type class model series group team \
            layer node test case question answer exercise lesson unit module point option seite kapitel abschnitt version nummer
            """
        ),
    ]

    /// Endings of street names written in one word, each longer than the shortest name: `Ziegelgasse`, `Drottninggatan`, `Kerkstraat`.
    private static let endings: [String] = [
        "straße", "strasse", "str", "gasse", "allee", "chaussee", "damm", "steig", "stieg", "pfad", "graben", "zeile",
        "weg",
        "straat", "laan", "gracht", "kade", "plein", "singel", "dijk", "steeg", "dreef", "hove",
        "gatan", "gata", "gaten", "gade", "vägen", "väg", "vejen", "vej", "veien", "vegen", "vei", "gränd", "stigen",
        "stien",
        "torget", "stræde", "stræti", "straeti", "strede", "vænget", "braut", "vegur", "bakken", "terrasse",
        "katu", "ntie", "kuja", "polku", "raitti", "tänav", "utca", "brücke",
    ]
    /// The same where other words end so too; taken where something else says address.
    private static let weakEndings: [String] = [
        "platz", "markt", "hof", "ring", "ufer", "berg", "ova", "ská", "park", "tún", "tun", "vangen", "toften",
        "haven", "marken",
        "kapu", "hlíð",
    ]
    /// Words with a strong ending that are no streets.
    private static let exceptions: Set<[UInt8]> = Set(
        ["brigade", "renegade", "dekade", "arkade", "unterwegs", "umweg", "rundweg", "halbweg"].map { [UInt8]($0.utf8) }
    )

    /// Both tables by the last byte, so that most words are told from streets at once.
    private static let byLastByte: [[(ending: [UInt8], isStrong: Bool)]] = {
        var table = [[(ending: [UInt8], isStrong: Bool)]](repeating: [], count: 256)
        for (list, isStrong) in [(endings, true), (weakEndings, false)] {
            for ending in list {
                let bytes = [UInt8](ending.utf8)
                guard let last = bytes.last else { continue }
                table[Int(last)].append((bytes, isStrong))
            }
        }
        return table
    }()

    /// How surely a word is a street's name by its ending: 2, 1 or 0.
    static func strength(ofEnding word: Range<Int>, in text: ScannedText) -> Int {
        var best = 0
        let last = text.base[word.upperBound - 1]
        for (ending, isStrong) in byLastByte[Int(last < 0x80 ? last | 0x20 : last)] {
            let stem = word.count - ending.count
            guard stem >= (ending.count <= 3 && isStrong ? 3 : 2), best < (isStrong ? 2 : 1) else { continue }
            var agrees = true
            for (offset, byte) in ending.enumerated() {
                let other = text.base[word.lowerBound + stem + offset]
                guard byte == (other >= 0x41 && other <= 0x5A ? other | 0x20 : other) else {
                    agrees = false
                    break
                }
            }
            if agrees { best = isStrong ? 2 : 1 }
        }
        guard best > 0 else { return 0 }
        let lower = word.map { text.base[$0] < 0x80 ? text.base[$0] | 0x20 : text.base[$0] }
        return exceptions.contains(lower) ? 0 : best
    }

    /// An open-addressed table; made once, never freed.
    private struct Table: @unchecked Sendable {
        static let size = 8_192
        let hashes: UnsafeMutablePointer<UInt64>
        let roles: UnsafeMutablePointer<UInt32>
        /// A bit for each slot that is taken: most words are told from these few bytes.
        let taken: UnsafeMutablePointer<UInt64>

        init() {
            var found: [UInt64: UInt32] = [:]
            for (role, list) in NumberWords.lists {
                for word in list.split(separator: " ") {
                    for spelling in Set([
                        String(word), word.uppercased(), word.prefix(1).uppercased() + word.dropFirst(),
                    ]) {
                        var hash = ContextWords.seed
                        for byte in spelling.utf8 { hash = ContextWords.hash(hash, byte) }
                        found[hash, default: 0] |= role.rawValue
                    }
                }
            }
            precondition(found.count < Self.size / 2, "\(found.count) words beside numbers")
            hashes = .allocate(capacity: Self.size)
            roles = .allocate(capacity: Self.size)
            hashes.initialize(repeating: 0, count: Self.size)
            roles.initialize(repeating: 0, count: Self.size)
            taken = .allocate(capacity: Self.size / 64)
            taken.initialize(repeating: 0, count: Self.size / 64)
            for (hash, bits) in found {
                var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
                while hashes[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
                hashes[slot] = hash
                roles[slot] = bits
                taken[slot >> 6] |= 1 << UInt64(slot & 63)
            }
        }
    }

    private static let table = Table()

    /// The roles of the word with a hash (`ContextWords.hash`).
    static func roles(of hash: UInt64) -> NumberRoles {
        let table = table
        var slot = Int(truncatingIfNeeded: hash) & (Table.size - 1)
        while table.taken[slot &>> 6] & (1 &<< UInt64(slot & 63)) != 0 {
            if table.hashes[slot] == hash { return NumberRoles(rawValue: table.roles[slot]) }
            slot = (slot + 1) & (Table.size - 1)
        }
        return []
    }
}
