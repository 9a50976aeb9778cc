/// Stand-ins of where somebody is.
enum PlaceStandIn {
    static func place(_ source: StandIn.Source) -> [UInt8]? {
        guard source.hasLetters else { return nil }
        var sequence = source.sequence()
        return Array(sequence.element(of: NameLists.places).utf8)
    }

    /// Whole degrees stay; digits after the point, minutes and seconds change.
    static func coordinates(_ source: StandIn.Source) -> [UInt8]? {
        var sequence = source.sequence()
        var result = source.value
        var changed = 0
        for group in Mask.digitGroups(source.value) {
            let isFraction = group.lowerBound > 0 && result[group.lowerBound - 1] == UInt8(ascii: ".")
            let next = group.upperBound < result.count ? result[group.upperBound] : 0
            let isMinute =
                next == UInt8(ascii: "'") || next == UInt8(ascii: "\"")
                || result[group.upperBound...].starts(with: [0xE2, 0x80, 0xB2])
                || result[group.upperBound...].starts(with: [0xE2, 0x80, 0xB3])
            guard isFraction || isMinute && group.count <= 2 else { continue }
            for place in group { result[place] = sequence.digit() }
            if !isFraction, group.count == 2 { result[group.lowerBound] = 0x30 + UInt8(sequence.next(below: 6)) }
            changed += group.count
        }
        return changed >= 4 ? result : nil
    }

    /// The order in which a language names street and number.
    private struct Form: Sendable {
        /// Parts of words, lower case, that tell the language.
        let marks: [String]
        let isNumberFirst: Bool
        let streets: [String]
    }

    /// A street of our own in the address's language, with another number; towns after a comma become another one, and digits others.
    static func street(_ source: StandIn.Source) -> [UInt8]? {
        let lower = source.value.map { Mask.isLetter($0) ? $0 | 0x20 : $0 }
        let form = forms.first { $0.marks.contains { contains($0, in: lower) } } ?? english
        var sequence = source.sequence()
        let number = sequence.next(in: 1...199)
        let street = sequence.element(of: form.streets)
        var parts = [form.isNumberFirst ? "\(number) \(street)" : "\(street) \(number)"]
        let sections = source.value.split(whereSeparator: { $0 == UInt8(ascii: ",") || $0 == 0x0A })
        var hasTown = false
        for section in sections.dropFirst() {
            let digits = section.count(where: Mask.isDigit)
            let letters = section.count(where: Mask.isLetter)
            var words: [String] = []
            if letters > 2 || digits > 0 && letters > 0, !hasTown {
                words.append(sequence.element(of: NameLists.places))
                hasTown = true
            }
            // No postcode begins so.
            if digits >= 4 { words.append("00" + String(sequence.next(in: 100...999))) }
            if !words.isEmpty { parts.append(words.joined(separator: " ")) }
        }
        return Array(parts.joined(separator: ", ").utf8)
    }

    private static func contains(_ mark: String, in text: [UInt8]) -> Bool {
        let mark = Array(mark.utf8)
        guard text.count >= mark.count else { return false }
        return (0...(text.count - mark.count)).contains { text[$0...].starts(with: mark) }
    }

    private static let english = Form(
        marks: [], isNumberFirst: true,
        streets: [
            "Acorn Street", "Birchwood Lane", "Cedar Grove Road", "Clover Avenue", "Copperfield Drive", "Dogwood Court",
            "Elderberry Lane", "Fernhill Road", "Foxglove Street", "Greenbriar Avenue", "Hawthorn Close",
            "Hazelnut Lane", "Juniper Street", "Larkspur Drive", "Lavender Road", "Linden Avenue", "Maplewood Court",
            "Meadowlark Lane", "Nightingale Road", "Oakfield Street", "Orchard Hill", "Pebble Lane", "Pinecrest Drive",
            "Primrose Street", "Quarry Road", "Rosewood Avenue", "Saddler Lane", "Sycamore Street", "Thistle Road",
            "Willowbrook Lane",
        ])

    private static let forms = [
        Form(
            marks: ["straße", "strasse", "str. ", "weg ", "gasse", "platz", "allee"], isNumberFirst: false,
            streets: [
                "Ahornweg", "Amselgasse", "Birkenallee", "Buchenweg", "Drosselstraße", "Eichenweg", "Erlenstraße",
                "Finkenweg", "Fliederstraße", "Haselweg", "Holunderweg", "Kastanienallee", "Kiefernweg", "Lerchenweg",
                "Lindenstraße", "Meisenweg", "Pappelallee", "Rosenweg", "Tulpenstraße", "Ulmenweg",
            ]),
        Form(
            marks: ["rue ", "boulevard ", "chemin ", "impasse ", "quai "], isNumberFirst: true,
            streets: [
                "rue des Acacias", "rue des Bleuets", "rue des Cerisiers", "rue des Chênes", "rue des Érables",
                "rue des Glycines", "rue des Hirondelles", "rue des Jonquilles", "rue des Lilas", "rue des Noyers",
                "rue des Peupliers", "rue des Primevères", "rue des Tilleuls", "rue du Moulin", "rue du Verger",
            ]),
        Form(
            marks: ["calle ", "avenida ", "c/ ", "paseo ", "plaza "], isNumberFirst: false,
            streets: [
                "Calle del Almendro,", "Calle del Cerezo,", "Calle del Fresno,", "Calle del Jazmín,",
                "Calle del Laurel,", "Calle del Nogal,", "Calle del Olmo,", "Calle del Pino,", "Calle del Rosal,",
                "Calle del Sauce,",
            ]),
        Form(
            marks: ["via ", "viale ", "piazza ", "corso "], isNumberFirst: false,
            streets: [
                "Via degli Aceri", "Via dei Ciliegi", "Via dei Gelsi", "Via dei Mandorli", "Via dei Noci",
                "Via dei Pini", "Via dei Salici", "Via dei Tigli", "Via delle Betulle", "Via delle Querce",
            ]),
        Form(
            marks: ["straat", "laan ", "gracht", "plein "], isNumberFirst: false,
            streets: [
                "Beukenlaan", "Eikenlaan", "Elzenstraat", "Esdoornlaan", "Hazelaarstraat", "Kastanjelaan",
                "Lijsterstraat", "Lindelaan", "Merelstraat", "Wilgenstraat",
            ]),
    ]
}
