/// Words whose nearness makes a number more or less likely to be of a class, in several languages.
enum ContextWords {
    /// What a word speaks of; a word may speak of several.
    struct Topics: OptionSet, Sendable {
        let rawValue: UInt16
        init(rawValue: UInt16) { self.rawValue = rawValue }

        static let phone = Topics(rawValue: 1 << 0)
        /// Says "number" but not whose.
        static let number = Topics(rawValue: 1 << 1)
        static let card = Topics(rawValue: 1 << 2)
        static let ssn = Topics(rawValue: 1 << 3)
        static let address = Topics(rawValue: 1 << 4)
        /// Other numbers: orders, tickets, times, amounts.
        static let other = Topics(rawValue: 1 << 5)
        /// Versions, which look like addresses.
        static let version = Topics(rawValue: 1 << 6)
    }

    static let topicCount = 7

    /// The longest word that is looked up, in bytes.
    static let longestWord = 24

    private static let words: [(Topics, String)] = [
        (
            .phone,
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
            .card,
            """
            card cards cc credit debit visa mastercard amex american discover maestro diners jcb unionpay cardnumber \
            cardno ccnumber pan payment kreditkarte karte carta tarjeta carte cartão cartao kort kaart карта карты 卡号 \
            信用卡 カード 카드
            """
        ),
        (
            .ssn,
            """
            ssn ssns ssid social security socsec taxpayer socialsecurity socialsecuritynumber
            """
        ),
        (
            .address,
            """
            ip ips ipv address addresses addr host hosts server servers listen listening bind connect connecting connected \
            subnet cidr network gateway unspecified loopback localhost interface prefix inet netmask ping dns route router \
            endpoint client
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

    /// An open-addressed table from hashes of words to topics; made once, never freed.
    private struct Table: @unchecked Sendable {
        static let size = 2_048
        let hashes: UnsafeMutablePointer<UInt64>
        let topics: UnsafeMutablePointer<UInt16>

        init() {
            hashes = .allocate(capacity: Self.size)
            topics = .allocate(capacity: Self.size)
            hashes.initialize(repeating: 0, count: Self.size)
            topics.initialize(repeating: 0, count: Self.size)
            for (topic, list) in ContextWords.words {
                for word in list.split(separator: " ") {
                    var hash = ContextWords.seed
                    for byte in word.utf8 { hash = ContextWords.hash(hash, byte) }
                    var slot = Int(truncatingIfNeeded: hash) & (Self.size - 1)
                    while hashes[slot] != 0 && hashes[slot] != hash { slot = (slot + 1) & (Self.size - 1) }
                    hashes[slot] = hash
                    topics[slot] |= topic.rawValue
                }
            }
        }
    }

    private static let table = Table()

    static let seed: UInt64 = 0xCBF2_9CE4_8422_2325

    /// FNV-1a over the bytes with ASCII letters in lower case.
    @inline(__always)
    static func hash(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        let folded = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        return (hash ^ UInt64(folded)) &* 0x0000_0100_0000_01B3
    }

    static func topics(of hash: UInt64) -> Topics {
        var slot = Int(truncatingIfNeeded: hash) & (Table.size - 1)
        while table.hashes[slot] != 0 {
            if table.hashes[slot] == hash { return Topics(rawValue: table.topics[slot]) }
            slot = (slot + 1) & (Table.size - 1)
        }
        return []
    }

    /// Reports every known word that ends in a range of bytes: words are runs of letters, split where lower case turns to upper
    /// (`phoneNumber`), and every pair of neighbours in scripts that write no spaces.
    static func scan(
        _ base: UnsafePointer<UInt8>, from start: Int, to end: Int, _ found: (_ topics: Topics, _ end: Int) -> Void
    ) {
        var position = start
        while position < end {
            let byte = base[position]
            let folded = byte | 0x20
            guard folded >= 0x61 && folded <= 0x7A || byte >= 0xC3 else {
                position &+= 1
                continue
            }
            if byte >= 0xE2 && byte < 0xF0 && position &+ 6 <= end && base[position &+ 3] >= 0xE2 {
                var pair = seed
                for offset in 0..<6 { pair = hash(pair, base[position &+ offset]) }
                let topics = topics(of: pair)
                if !topics.isEmpty { found(topics, position &+ 6) }
                // Korean words of three syllables.
                if topics.isEmpty, position &+ 9 <= end {
                    for offset in 6..<9 { pair = hash(pair, base[position &+ offset]) }
                    let longer = ContextWords.topics(of: pair)
                    if !longer.isEmpty { found(longer, position &+ 9) }
                }
                position &+= 3
                continue
            }
            let first = position
            var word = seed
            var wasLower = false
            while position < end {
                let byte = base[position]
                let folded = byte | 0x20
                guard folded >= 0x61 && folded <= 0x7A || byte >= 0x80 else { break }
                let isUpper = byte >= 0x41 && byte <= 0x5A
                if isUpper && wasLower { break }
                wasLower = !isUpper
                word = hash(word, byte)
                position &+= 1
            }
            if position - first >= 2 && position - first <= longestWord {
                let topics = topics(of: word)
                if !topics.isEmpty { found(topics, position) }
            }
        }
    }
}

/// Remembers where a word of each topic was last seen before the place that is examined.
///
/// Each byte is read at most once, and only near places that need context.
struct ContextCursor {
    private enum Reach {
        /// How far before a number a word still speaks of it, in bytes.
        static let before = 64
        /// The same for words after it: `416 60 039 office`.
        static let after = 14
        /// Counter-words count only when close.
        static let other = 28
    }

    private var scanned = 0
    private var lastSeen = InlineArray<7, Int32>(repeating: -1_000_000)

    /// `inherited`: topics of the member's name that the text is the value of.
    init(inherited: ContextWords.Topics) {
        for topic in 0..<ContextWords.topicCount where inherited.rawValue & (1 << UInt16(topic)) != 0 {
            lastSeen[topic] = 0
        }
    }

    mutating func advance(to position: Int, _ base: UnsafePointer<UInt8>) {
        guard position > scanned else { return }
        var start = scanned
        if position - start > Reach.before * 2 {
            start = position - Reach.before * 2
            // Not from inside a word.
            while start < position && base[start] | 0x20 >= 0x61 { start += 1 }
        }
        var seen = lastSeen
        ContextWords.scan(base, from: start, to: position) { topics, end in
            for topic in 0..<ContextWords.topicCount where topics.rawValue & (1 << UInt16(topic)) != 0 {
                seen[topic] = Int32(truncatingIfNeeded: end)
            }
        }
        lastSeen = seen
        scanned = position
    }

    /// Whether a word of the topic stands shortly before `position`, to which the cursor was advanced.
    func speaks(of topic: ContextWords.Topics, before position: Int) -> Bool {
        position - place(topic) <= Reach.before
    }

    /// Whether a counter-word stands close before `position`, and closer than any word of the topic.
    func speaksOfOthers(than topic: ContextWords.Topics, before position: Int) -> Bool {
        let other = place(.other)
        return position - other <= Reach.other && other > place(topic)
    }

    /// Where the last word of a topic ended.
    func place(_ topic: ContextWords.Topics) -> Int { Int(lastSeen[topic.rawValue.trailingZeroBitCount]) }

    /// Whether a word of the topic stands shortly after `position`, on the same line.
    static func speaks(of topic: ContextWords.Topics, after position: Int, in text: ScannedText) -> Bool {
        var end = position
        let limit = min(text.count, position + Reach.after)
        while end < limit && text.base[end] != UInt8(ascii: "\n") { end += 1 }
        // A word that the limit cuts is read to its end.
        while end < text.count && end < limit + 8 && text.has(end, ByteClass.letter) { end += 1 }
        var found = false
        ContextWords.scan(text.base, from: position, to: end) { topics, _ in
            if !topics.intersection(topic).isEmpty { found = true }
        }
        return found
    }

    mutating func note(_ topic: ContextWords.Topics, at position: Int) {
        lastSeen[topic.rawValue.trailingZeroBitCount] = Int32(truncatingIfNeeded: position)
    }
}
