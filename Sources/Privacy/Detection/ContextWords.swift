/// Words whose nearness makes a number more or less likely to be of a class, in several languages.
enum ContextWords {
    /// The longest word that is looked up, in bytes.
    static let longestWord = 40

    private static let words: [(Topic, String)] = [
        (
            Topic(.phone),
            """
            phone phones telephone telephones telefon telefono teléfono telefone téléphone telefoon puhelin tel tlf tlfn \
            tél mobile mobil móvil movil celular cell cellphone cellular handy gsm fax telefax whatsapp sms call calls \
            called calling caller callback dial dialed dialled ring reach reached reachable text texted message messages \
            answering answer hotline helpline landline voicemail pager desk office contact contacts kontakt contacto phonenumber \
            phoneno mob ph telefonnummer telefonnr mobilnummer handynummer rufnummer telefonszám numer rappeler appelez \
            appeler llame llamar llama ligar ligue anrufen bel τηλέφωνο телефон тел моб мобильный 电话 手机 電話 手機 携帯 \
            전화 휴대폰 טלפון هاتف फोन
            """
        ),
        (
            .number,
            """
            number numbers nummer numero número numéro номер num registered 号码 號碼 番号 번호
            """
        ),
        (
            Topic(.card),
            """
            card cards cc credit debit visa mastercard amex american discover maestro diners jcb unionpay cardnumber \
            cardno ccnumber pan payment kreditkarte karte carta tarjeta carte cartão cartao kort kaart карта карты 卡号 \
            信用卡 カード 카드
            """
        ),
        (
            Topic(.ssn),
            """
            ssn ssns ssid social security socsec taxpayer socialsecurity socialsecuritynumber
            """
        ),
        (
            Topic(.ipAddress),
            """
            ip ips ipv address addresses addr host hosts server servers listen listening bind connect connecting connected \
            subnet cidr network gateway unspecified loopback localhost interface prefix inet netmask ping dns route router \
            endpoint client
            """
        ),
        (
            Topic(.streetAddress),
            """
            address addresses adresse adressen anschrift adres adress dirección direccion domicilio indirizzo endereço morada osoite \
            cím lakcím adresa adrese live lives lived living reside resides residing residence located location deliver delivered \
            delivery ship shipped shipping billing mailing wohnt wohne wohnen wohnhaft wohnort habite habitent vive vivo viven abita \
            mora moro woont woon bor asuu mieszka zamieszkały
            """
        ),
        (
            .birth,
            """
            born birth birthday birthdate birthplace dob geboren geb geburtsdatum geburtstag né née naissance nacido nacida nació \
            nacimiento nato nata nascita nacque nascido nascida nasceu nascimento geboortedatum fødselsdato født syntynyt syntymäaika \
            född födelsedatum urodzony urodzona urodzenia narozen narozena született doğum doğumlu γεννήθηκε родился родилась рождения \
            出生 生日 生年 생년
            """
        ),
        (Topic(.vin), "vin vehicle chassis fahrgestellnummer fahrgestell fin châssis bastidor telaio"),
        (Topic(.imei), "imei imeisv meid handset device"),
        (Topic(.bic), "bic swiftcode"),
        (
            Topic(.coordinates),
            """
            coordinates coordinate coords coord gps lat latitude lon lng longitude geo location koordinaten koordinate breitengrad \
            längengrad coordonnées coordenadas coordinate position
            """
        ),
        (
            .other,
            """
            order orders invoice tracking ticket case ref reference id ids uuid guid isbn issn sku upc ean serial revision \
            commit hash sha md checksum part model item product batch lot zip zipcode postal policy timestamp epoch unix \
            port pid line lines row rows page pages chapter section byte bytes size total amount price cost usd eur gbp \
            qty quantity account acct bestellung rechnung pedido factura commande facture
            """
        ),
        (
            .version,
            """
            version versions ver release build firmware revision section oid
            """
        ),
    ]

    /// An open-addressed table from hashes of words to lists of topics; made once, never freed.
    private struct Table: @unchecked Sendable {
        static let size = 16_384
        let hashes: UnsafeMutablePointer<UInt64>
        /// The list's place in `lists` and its length.
        let places: UnsafeMutablePointer<(start: UInt16, count: UInt16)>
        let lists: UnsafeMutablePointer<UInt8>
        /// A bit for each slot that is taken: most words are told from these few bytes.
        let taken: UnsafeMutablePointer<UInt64>
        /// A bit for each number of a word with which a phrase begins.
        let heads: UnsafeMutablePointer<UInt64>
        /// By byte: an ASCII letter in lower case, a byte beyond ASCII as it is, 0 for what is in no word.
        let letters: UnsafeMutablePointer<UInt8>

        init() {
            var topics: [UInt64: [UInt8]] = [:]
            heads = .allocate(capacity: Self.headBits / 64)
            heads.initialize(repeating: 0, count: Self.headBits / 64)
            let classes = IdentifierFamilies.all.flatMap { $0.context }.map { (Topic($0.sensitiveClass), $0.words) }
            for (topic, list) in ContextWords.words + classes {
                for word in list.split(separator: " ") {
                    var hash = ContextWords.seed
                    for byte in Self.phrase(word) {
                        if byte == UInt8(ascii: "_") {
                            heads[Self.head(hash) >> 6] |= 1 << UInt64(Self.head(hash) & 63)
                        }
                        hash = ContextWords.hash(hash, byte)
                    }
                    if topics[hash]?.contains(topic.index) != true { topics[hash, default: []].append(topic.index) }
                }
            }
            precondition(topics.count < Self.size / 2, "\(topics.count) context words")
            hashes = .allocate(capacity: Self.size)
            places = .allocate(capacity: Self.size)
            lists = .allocate(capacity: topics.values.reduce(0) { $0 + $1.count })
            hashes.initialize(repeating: 0, count: Self.size)
            places.initialize(repeating: (0, 0), count: Self.size)
            taken = .allocate(capacity: Self.size / 64)
            taken.initialize(repeating: 0, count: Self.size / 64)
            letters = .allocate(capacity: 256)
            for byte in UInt8.min...UInt8.max {
                let folded = byte | 0x20
                (letters + Int(byte)).initialize(
                    to: byte >= 0x80 ? byte : folded >= 0x61 && folded <= 0x7A ? folded : 0)
            }
            var end = 0
            for (hash, list) in topics {
                var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
                while hashes[slot] != 0 { slot = (slot + 1) & (Self.size - 1) }
                hashes[slot] = hash
                taken[slot >> 6] |= 1 << UInt64(slot & 63)
                places[slot] = (UInt16(end), UInt16(list.count))
                for topic in list {
                    (lists + end).initialize(to: topic)
                    end += 1
                }
            }
        }

        /// A word of a list with `_` between its parts, however it is written: texts are read in runs of letters, so that `steuer-id` is the
        /// phrase of `steuer` and `id`.
        private static func phrase(_ word: Substring) -> [UInt8] {
            word.split(whereSeparator: { "-.'’/".contains($0) }).joined(separator: "_").utf8.map(\.self)
        }

        private static let headBits = 4_096

        private static func head(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash) & (headBits - 1) }

        /// Whether a phrase may begin with the word that has a hash.
        @inline(__always)
        func beginsPhrase(_ hash: UInt64) -> Bool {
            let head = Self.head(hash)
            return heads[head &>> 6] & (1 &<< UInt64(head & 63)) != 0
        }

        /// The topics of the word with a hash.
        @inline(__always)
        func topics(of hash: UInt64) -> UnsafeBufferPointer<UInt8>? {
            var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
            while taken[slot &>> 6] & (1 &<< UInt64(slot & 63)) != 0 {
                if hashes[slot] == hash {
                    let place = places[slot]
                    return UnsafeBufferPointer(start: lists + Int(place.start), count: Int(place.count))
                }
                slot = (slot + 1) & (Self.size - 1)
            }
            return nil
        }
    }

    private static let table = Table()

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3

    /// FNV-1a over the bytes with ASCII letters in lower case.
    @inline(__always)
    static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        return self.hash(hash, folded: folded)
    }

    /// The same for a byte that is in lower case already.
    @inline(__always)
    static func hash(_ hash: UInt64, folded byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* prime }

    /// Reports every known word that ends in a range of bytes. Words are runs of letters, whole and split where lower case turns to
    /// upper (`phoneNumber`); two neighbours, of which the list has the phrase as `tax_file`; and in scripts that write no spaces
    /// every two or three neighbours.
    static func scan(
        _ base: UnsafePointer<UInt8>, from start: Int, to end: Int,
        _ found: (_ topics: UnsafeBufferPointer<UInt8>, _ end: Int) -> Void
    ) {
        let table = table
        let letters = table.letters
        func look(up hash: UInt64, endingAt position: Int) {
            if let topics = table.topics(of: hash) { found(topics, position) }
        }
        /// The phrase of a word that is no `seed` and the one in a range after it.
        func lookUpPhrase(_ previous: UInt64, _ word: Range<Int>) {
            guard table.beginsPhrase(previous) else { return }
            var phrase = hash(previous, UInt8(ascii: "_"))
            for offset in word { phrase = hash(phrase, base[offset]) }
            look(up: phrase, endingAt: word.upperBound)
        }
        var position = start
        // The word before, its last part where it was split, and where it ended: for phrases.
        var previousWhole = seed
        var previous = seed
        var previousEnd = -1_000
        while position < end {
            let byte = base[position]
            guard letters[Int(byte)] != 0, byte < 0x80 || byte >= 0xC3 else {
                position &+= 1
                continue
            }
            if byte >= 0xE0 && byte < 0xF0, let width = unspaced(base, position, end, look(up:endingAt:)) {
                position &+= width
                continue
            }
            let first = position
            if first &- previousEnd > phraseGap {
                previous = seed
                previousWhole = seed
            }
            var part = first
            var word = seed
            // The bit in which a capital and a small letter differ: set for capitals.
            var lastCase: UInt8 = 0x20
            while position < end {
                let byte = base[position]
                let letter = letters[Int(byte)]
                guard letter != 0 else { break }
                let letterCase = letter ^ byte
                if letterCase > lastCase {
                    if position &- part >= 2 && position &- part <= longestWord {
                        look(up: word, endingAt: position)
                        if previous != seed { lookUpPhrase(previous, part..<position) }
                    }
                    previous = word
                    word = seed
                    part = position
                }
                lastCase = letterCase
                word = (word ^ UInt64(letter)) &* prime
                position &+= 1
            }
            previousEnd = position
            // One letter is no word: `driver's licence`.
            guard position &- first >= 2 else { continue }
            if position &- part >= 2 && position &- part <= longestWord {
                look(up: word, endingAt: position)
                if previous != seed { lookUpPhrase(previous, part..<position) }
            }
            var whole = word
            if part != first || previousWhole != previous, position &- first <= longestWord {
                if part != first {
                    whole = seed
                    for offset in first..<position { whole = hash(whole, base[offset]) }
                    look(up: whole, endingAt: position)
                }
                if previousWhole != seed { lookUpPhrase(previousWhole, first..<position) }
            }
            previous = word
            previousWhole = whole
        }
    }

    /// How far apart the words of a phrase may stand, in bytes.
    private static let phraseGap = 4

    /// Looks up the words that begin with one character of a script without spaces; gives back its width, `nil` for other scripts.
    @inline(__always)
    private static func unspaced(
        _ base: UnsafePointer<UInt8>, _ position: Int, _ end: Int, _ look: (UInt64, Int) -> Void
    ) -> Int? {
        guard position &+ 6 <= end else { return nil }
        let isThai = base[position] == 0xE0 && base[position &+ 1] & 0xFE == 0xB8
        guard isThai || base[position] >= 0xE2 && base[position &+ 3] >= 0xE2 else { return nil }
        // Two and three characters; in Thai, which writes vowels and tones apart, six to eight.
        let lengths = isThai ? 6...8 : 2...3
        var word = seed
        var offset = position
        for length in 1...lengths.upperBound {
            guard offset &+ 3 <= end, base[offset] >= 0xE0, base[offset] < 0xF0 else { break }
            word = hash(hash(hash(word, base[offset]), base[offset &+ 1]), base[offset &+ 2])
            offset &+= 3
            if length >= lengths.lowerBound { look(word, offset) }
        }
        return 3
    }
}

/// Remembers where a word of each topic was last seen before the place that is examined.
///
/// Each byte is read at most once, and only near places that need context.
struct ContextCursor: ~Copyable {
    private enum Reach {
        /// How far before a number a word still speaks of it, in bytes.
        static let before = 64
        /// The same for words after it: `416 60 039 office`.
        static let after = 14
        /// Counter-words count only when close.
        static let other = 28
    }

    private var scanned = 0
    private var lastSeen = InlineArray<160, Int32>(repeating: -1_000_000)

    /// `inherited`: topics of the member's name that the text is the value of.
    init(inherited: [Topic]) {
        for topic in inherited { lastSeen[Int(topic.index)] = 0 }
    }

    mutating func advance(to position: Int, _ base: UnsafePointer<UInt8>) {
        guard position > scanned else { return }
        var start = scanned
        if position - start > Reach.before * 2 {
            start = position - Reach.before * 2
            // Not from inside a word.
            while start < position && base[start] | 0x20 >= 0x61 { start += 1 }
        }
        ContextWords.scan(base, from: start, to: position) { topics, end in
            for topic in topics { lastSeen[Int(topic)] = Int32(truncatingIfNeeded: end) }
        }
        scanned = position
    }

    /// Whether a word of the topic stands shortly before `position`, to which the cursor was advanced.
    func speaks(of topic: Topic, before position: Int) -> Bool { position - place(topic) <= Reach.before }

    /// Whether a counter-word stands close before `position`, and closer than any word of the topic.
    func speaksOfOthers(than topic: Topic, before position: Int) -> Bool {
        let other = place(.other)
        return position - other <= Reach.other && other > place(topic)
    }

    /// Where the last word of a topic ended.
    func place(_ topic: Topic) -> Int { Int(lastSeen[Int(topic.index)]) }

    /// Whether a word of the topic stands shortly after `position`, on the same line.
    static func speaks(of topic: Topic, after position: Int, in text: ScannedText) -> Bool {
        var found = false
        scan(after: position, in: text) { topics in
            if topics.contains(topic.index) { found = true }
        }
        return found
    }

    /// The classes, as bits by their numbers, of which words shortly after `position` speak.
    static func classes(after position: Int, in text: ScannedText) -> UInt128 {
        var classes: UInt128 = 0
        scan(after: position, in: text) { topics in
            for topic in topics where topic < 128 { classes |= 1 << UInt128(topic) }
        }
        return classes
    }

    private static func scan(
        after position: Int, in text: ScannedText, _ found: (_ topics: UnsafeBufferPointer<UInt8>) -> Void
    ) {
        var end = position
        let limit = min(text.count, position + Reach.after)
        while end < limit && text.base[end] != UInt8(ascii: "\n") { end += 1 }
        // A word that the limit cuts is read to its end.
        while end < text.count && end < limit + 8 && text.has(end, ByteClass.letter) { end += 1 }
        ContextWords.scan(text.base, from: position, to: end) { topics, _ in found(topics) }
    }

    mutating func note(_ topic: Topic, at position: Int) {
        lastSeen[Int(topic.index)] = Int32(truncatingIfNeeded: position)
    }
}
