/// Identifiers of Brazil, Mexico, Argentina and Chile.
enum LatinAmericaIdentifiers: IdentifierFamily {
    static let formats: [IdentifierFormat] = [
        IdentifierFormat(.brCpf, ["999.999.999-99"], accepted: 92, check: isCPF),
        IdentifierFormat(
            .brCpf, ["999999999-99", "999 999 999 99", "999.999.999.99", "999 999 999-99"], accepted: 70, check: isCPF),
        IdentifierFormat(.brCpf, ["99999999999"], accepted: 40, check: isCPF),
        IdentifierFormat(.brCnpj, ["XX.XXX.XXX/XXXX-99"], accepted: 95, check: isCNPJ),
        IdentifierFormat(.brCnpj, ["XXXXXXXX/XXXX-99"], accepted: 80, check: isCNPJ),
        IdentifierFormat(.brCnpj, ["99999999999999"], accepted: 40, check: isCNPJ),
        IdentifierFormat(.mxCurp, ["AAAA999999AAAAAAX9"], accepted: 95, isCountered: false, check: isCURP),
        IdentifierFormat(
            .mxRfc, ["AAAA999999XXX", "AAAA-999999-XXX", "AAAA 999999 XXX"], accepted: 82, neutral: 30, check: isRFC),
        IdentifierFormat(
            .mxRfc, ["AAA999999XXX", "AAA-999999-XXX", "AAA 999999 XXX"], accepted: 62, neutral: 15, check: isRFC),
        IdentifierFormat(.arCuit, ["99-99999999-9"], accepted: 90, check: isCUIT),
        IdentifierFormat(.arCuit, ["99 99999999 9", "99999999999"], accepted: 40, check: isCUIT),
        IdentifierFormat(.arDni, ["99.999.999", "9.999.999"], neutral: 12),
        IdentifierFormat(.arDni, ["99999999", "9999999"], neutral: 3),
        IdentifierFormat(.clRut, ["99.999.999-X", "9.999.999-X"], accepted: 92, check: isRUT),
        IdentifierFormat(.clRut, ["99999999-X", "9999999-X"], accepted: 55, check: isRUT),
    ]

    static let context: [(sensitiveClass: SensitiveClass, words: String)] = [
        (.brCpf, "cpf cadastro_de_pessoas contribuinte receita_federal cpf_nº"),
        (.brCnpj, "cnpj cadastro_nacional pessoa_jurídica pessoa_juridica empresa"),
        (.mxCurp, "curp clave_única clave_unica registro_de_población"),
        (.mxRfc, "rfc registro_federal contribuyentes sat contribuyente"),
        (.arCuit, "cuit cuil afip clave_única clave_unica"),
        (.arDni, "dni documento documento_nacional identidad"),
        (.clRut, "rut run rol_único rol_unico tributario"),
    ]

    /// Receita Federal: two check digits modulo eleven with weights falling to 2; 0 for ten and eleven.
    private static func isCPF(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard !text.isUniform else { return .reject }
        let first = CheckDigits.weightedSum(text, [10, 9, 8, 7, 6, 5, 4, 3, 2])
        let second = CheckDigits.weightedSum(text, [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        return .init(text.digit(9) == first * 10 % 11 % 10 && text.digit(10) == second * 10 % 11 % 10)
    }

    /// Receita Federal, Instrução Normativa 2.229/2024: letters too since July 2026, each counting as its ASCII code less 48.
    private static func isCNPJ(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard text.count == 14, !text.isUniform, !text.hasLowercase else { return .reject }
        func check(_ weights: [Int]) -> Int {
            var sum = 0
            for (index, weight) in weights.enumerated() { sum += (Int(text[index]) - 48) * weight }
            return sum % 11 < 2 ? 0 : 11 - sum % 11
        }
        return .init(
            check([5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == text.digit(12)
                && check([6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2]) == text.digit(13))
    }

    /// The place in the alphabet of Mexican registers: digits, then letters with Ñ after N.
    private static func mexicanValue(_ text: IdentifierText, _ index: Int) -> Int {
        let value = text.value(index)
        return value > 23 ? value + 1 : value
    }

    private static func isMexicanDate(_ text: IdentifierText, at start: Int) -> Bool {
        CheckDigits.isDate(
            year: text.number(start..<start + 2), month: text.number(start + 2..<start + 4),
            day: text.number(start + 4..<start + 6))
    }

    /// RENAPO, Instructivo normativo: initials, date of birth, sex, state, consonants; weights 18…2 modulo ten.
    private static func isCURP(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let states: StaticString =
            "AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE"
        guard isMexicanDate(text, at: 4), text.isOne(of: "HMX", 10), text.isPair(of: states, at: 11) else {
            return .reject
        }
        var sum = 0
        for index in 0..<17 { sum += mexicanValue(text, index) * (18 - index) }
        return .init((10 - sum % 10) % 10 == text.digit(17))
    }

    /// SAT, Anexo 3: weights 13…2 modulo eleven, A for ten; names of companies are one letter shorter, counted as a blank (37). A
    /// register with errors of its own: a wrong check digit proves nothing.
    private static func isRFC(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        let letters = text.count - 9
        guard isMexicanDate(text, at: letters), text.isOne(of: "0123456789A", text.count - 1) else { return .reject }
        var sum = letters == 3 ? 37 * 13 : 0
        for index in 0..<text.count - 1 { sum += mexicanValue(text, index) * (text.count - index) }
        let check = 11 - sum % 11
        return (check == 11 ? 0 : check) == text.value(text.count - 1) ? .accept : .neutral
    }

    /// AFIP: a prefix by kind of person, weights 5432765432 modulo eleven.
    private static func isCUIT(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        guard [20, 23, 24, 25, 26, 27, 30, 33, 34].contains(text.number(0..<2)) else { return .reject }
        let check = 11 - CheckDigits.weightedSum(text, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
        return .init(check != 10 && check % 11 == text.digit(10))
    }

    /// Registro Civil: weights 2…7 from the right modulo eleven, K for ten.
    private static func isRUT(_ text: IdentifierText) -> IdentifierFormat.Verdict {
        var sum = 0
        var weight = 2
        for index in (0..<text.count - 1).reversed() {
            sum += max(0, text.digit(index)) * weight
            weight = weight == 7 ? 2 : weight + 1
        }
        let check = 11 - sum % 11
        let last = text[text.count - 1]
        return .init(last == UInt8(ascii: "K") ? check == 10 : check != 10 && text.digit(text.count - 1) == check % 11)
    }
}
