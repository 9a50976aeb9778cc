/// A language, or what a script lets one guess of it.
enum Language: String, Hashable, Sendable, CaseIterable {
    case unknown, english, german, french, spanish, italian, portuguese, dutch, polish, latin, cyrillic, greek, arabic
    case hebrew, indic, han, japanese, korean, thai

    var place: Int { Self.places[self] ?? 0 }
    private static let places = Dictionary(uniqueKeysWithValues: zip(allCases, 0...))

    /// No more than the first so many bytes are looked at: the beginning of a text has its language.
    private static let looked = 400

    /// Guesses by the script that most letters have and, where that is Latin, by frequent little words.
    static func guess(_ text: [UInt8]) -> Language {
        var scripts: [Language: Int] = [:]
        var words: [Language: Int] = [:]
        var word = ""
        for scalar in String(decoding: text.prefix(looked), as: UTF8.self).unicodeScalars {
            guard let script = script(scalar.value) else {
                if let language = stopWords[word] { words[language, default: 0] += 1 }
                word = ""
                continue
            }
            scripts[script, default: 0] += 1
            guard script == .latin, word.utf8.count < 12 else { continue }
            let isCapital = (0x41...0x5A).contains(scalar.value)
            word.unicodeScalars.append(isCapital ? Unicode.Scalar(UInt8(scalar.value) | 0x20) : scalar)
        }
        if let language = stopWords[word] { words[language, default: 0] += 1 }
        // Kana decide: Japanese is mostly written with Han characters.
        if let kana = scripts[.japanese], kana * 5 > scripts[.han, default: 0] { return .japanese }
        guard let script = most(scripts) else { return .unknown }
        guard script == .latin else { return script }
        return most(words) ?? .latin
    }

    private static func most(_ counts: [Language: Int]) -> Language? {
        counts.max { ($0.value, $1.key.place) < ($1.value, $0.key.place) }?.key
    }

    private static func script(_ scalar: UInt32) -> Language? {
        switch scalar {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0x24F: .latin
        case 0x370...0x3FF: .greek
        case 0x400...0x52F: .cyrillic
        case 0x590...0x5FF: .hebrew
        case 0x600...0x6FF, 0x750...0x77F: .arabic
        case 0x900...0xDFF: .indic
        case 0xE00...0xE7F: .thai
        case 0x3040...0x30FF: .japanese
        case 0x3400...0x9FFF: .han
        case 0x1100...0x11FF, 0xAC00...0xD7AF: .korean
        default: nil
        }
    }

    /// Words that one language has and the others do not, or seldom.
    private static let stopWords: [String: Language] = {
        let lists: [(Language, String)] = [
            (
                .english,
                "the and of to is that it for with you this are be not have from what which my your how can please"
            ),
            (.german, "der die und das ist nicht ein eine mit für auf von zu dem den ich sie wir wie bitte auch wird"),
            (.french, "le les et des une est pas pour que dans qui sur vous nous avec je au ce sont cette"),
            (.spanish, "el los y las es por para con una del se lo más pero como está su qué al muy"),
            (.italian, "il gli è di che non per sono della con una del più questo anche come nel si ma"),
            (.portuguese, "os não uma do da em com para você mais por isso são ao pela seu muito também como"),
            (.dutch, "het een van niet dat op te zijn voor met maar ook naar deze wordt hoe ik je wat"),
            (.polish, "nie się jest na do że jak to ale przez dla czy od są tak był oraz lub"),
        ]
        var owners: [String: Language?] = [:]
        for (language, words) in lists {
            for word in words.split(separator: " ") {
                // What two languages share says nothing.
                owners[String(word)] = .some(owners.keys.contains(String(word)) ? nil : language)
            }
        }
        return owners.compactMapValues { $0 }
    }()
}
