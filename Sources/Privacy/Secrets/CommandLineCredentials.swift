/// `curl -u user:password`, `curl --user "user:password"`, `mysql -ppassword`, `sshpass -p password`.
enum CommandLineCredentials {
    private enum Bounds {
        /// How far after its name a command goes on.
        static let command = 2_048
        static let word = 256
        static let shortestPassword = 3
    }

    /// A command whose options are being read.
    struct Command {
        enum Program {
            case curl
            /// MySQL's and MariaDB's clients: the password is joined to `-p`; alone it asks for one.
            case databaseClient
            /// The password may be a word of its own.
            case sshpass
        }

        var program: Program
        /// Where its name ends.
        var start: Int
        /// How far it was read.
        var end: Int
    }

    /// What an option's word holds, if the literal is an option of the command that was named before it: curl's user and password with
    /// their quotes, the others' password without.
    static func span(
        after literal: Range<Int>, _ memory: inout SecretDetector.Memory, in text: ScannedText
    ) -> Range<Int>? {
        if let (program, end) = program(literal, in: text) {
            if let end { memory.command = Command(program: program, start: end, end: end) }
            return nil
        }
        guard let command = memory.command, literal.lowerBound - command.start <= Bounds.command,
            goesOn(from: command.end, to: literal.lowerBound, in: text)
        else {
            memory.command = nil
            return nil
        }
        memory.command?.end = literal.lowerBound
        let isPassword = text.begins(" -p", at: literal.lowerBound)
        switch command.program {
        case .curl: return isPassword ? nil : userAndPassword(after: literal.upperBound, in: text)
        case .databaseClient:
            guard isPassword, let span = password(at: literal.upperBound, in: text) else { return nil }
            return isPortMapping(span, in: text) ? nil : span
        case .sshpass:
            guard isPassword else { return nil }
            // What follows is another command, of which `-p` may be the port.
            memory.command = nil
            let start = text.byte(literal.upperBound) == 0x20 ? literal.upperBound + 1 : literal.upperBound
            return password(at: start, in: text)
        }
    }

    /// The program that a literal names, and where its name ends if it is a word of a command; `nil` if the literal is an option.
    private static func program(
        _ literal: Range<Int>, in text: ScannedText
    ) -> (Command.Program, end: Int?)? {
        if text.beginsCaseless("curl", at: literal.lowerBound) { return (.curl, literal.upperBound) }
        let program: Command.Program
        switch text.base[literal.lowerBound] {
        case UInt8(ascii: "m"): program = .databaseClient
        case UInt8(ascii: "s"): program = .sshpass
        default: return nil
        }
        // `mysqldump`, `mariadb-dump`; not `my-mysql`, `mysql.connector`.
        var end = literal.upperBound
        let limit = min(text.count, end + 16)
        while end < limit, text.has(end, ByteClass.letter) || text.base[end] == UInt8(ascii: "-") { end += 1 }
        let isWord =
            !text.has(literal.lowerBound - 1, ByteClass.token) && text.byte(literal.lowerBound - 1) != UInt8(ascii: ".")
            && text.byte(end) == 0x20
        return (program, isWord ? end : nil)
    }

    /// curl's `user:password`.
    private static func userAndPassword(after option: Int, in text: ScannedText) -> Range<Int>? {
        var start = option
        guard text.byte(start) == 0x20 || text.byte(start) == UInt8(ascii: "=") else { return nil }
        while text.byte(start) == 0x20 || text.byte(start) == UInt8(ascii: "="), start < option + 6 { start += 1 }
        let word = Word(from: start, in: text)
        guard word.isClosed, let colon = word.colon,
            isPassword(withoutQuotes(colon + 1..<word.end, in: text), in: text)
        else { return nil }
        return start..<word.end
    }

    private static func password(at start: Int, in text: ScannedText) -> Range<Int>? {
        let word = Word(from: start, mayBeRedirected: true, in: text)
        guard word.isClosed else { return nil }
        // A quotation mark inside ends the text in which the command stands: `{"run":"mysql -pS3cr3t","next":…`.
        var password = withoutQuotes(start..<word.end, in: text)
        if let mark = password.first(where: { text.base[$0] == UInt8(ascii: "\"") }) {
            password = withoutQuotes(password.lowerBound..<mark, in: text)
        }
        return isPassword(password, in: text) ? password : nil
    }

    private static func isPassword(_ password: Range<Int>, in text: ScannedText) -> Bool {
        password.count >= Bounds.shortestPassword && !URLCredentials.isPlaceholder(password, in: text)
            && Randomness.entropy(password, in: text) >= 1.5
    }

    /// `3306:3306` of `docker run --name mysql -p3306:3306`.
    private static func isPortMapping(_ password: Range<Int>, in text: ScannedText) -> Bool {
        var hasColon = false
        for position in password {
            let byte = text.base[position]
            if byte == UInt8(ascii: ":") {
                hasColon = true
            } else if !text.has(position, ByteClass.digit), byte != 0x2E {
                return false
            }
        }
        return hasColon
    }

    private static func withoutQuotes(_ word: Range<Int>, in text: ScannedText) -> Range<Int> {
        func isMark(_ byte: UInt8) -> Bool { Assignment.isQuote(byte) || byte == UInt8(ascii: "\\") }
        var (first, last) = (word.lowerBound, word.upperBound)
        while first < last, isMark(text.base[first]) { first += 1 }
        while last > first, isMark(text.base[last - 1]) { last -= 1 }
        return first..<last
    }

    /// Whether no other command begins: after `;`, `&&`, `|` and a space, or on a line of its own that is not indented.
    private static func goesOn(from start: Int, to end: Int, in text: ScannedText) -> Bool {
        guard start < end else { return true }
        for position in start..<end {
            let next = text.byte(position + 1)
            switch text.base[position] {
            case UInt8(ascii: ";"), UInt8(ascii: "|"), UInt8(ascii: "&"): if next == 0x20 { return false }
            case 0x0A:
                let isContinued = text.byte(position - 1) == UInt8(ascii: "\\")
                if !isContinued, next != 0x20, next != 0x09, next != UInt8(ascii: "-") { return false }
            default: continue
            }
        }
        return true
    }

    /// A word of the shell: to the space that no quote encloses.
    private struct Word {
        let end: Int
        /// The first colon.
        let colon: Int?
        /// Whether its quotes are closed.
        let isClosed: Bool

        /// `mayBeRedirected`: whether what pipes, redirects or closes a command ends the word, too.
        init(from start: Int, mayBeRedirected: Bool = false, in text: ScannedText) {
            var position = start
            var quote: UInt8 = 0
            var colon: Int?
            let limit = min(text.count, start + Bounds.word)
            while position < limit {
                let byte = text.base[position]
                if byte == 0x0A || byte == UInt8(ascii: "`") { break }
                if quote == 0 {
                    if byte == 0x20 || byte == 0x09 || byte == UInt8(ascii: ";") { break }
                    if mayBeRedirected, Self.isOperator(byte), position > start || byte != UInt8(ascii: "<") { break }
                }
                if Assignment.isQuote(byte) {
                    if quote == 0 { quote = byte } else if quote == byte { quote = 0 }
                }
                if byte == UInt8(ascii: ":"), colon == nil { colon = position }
                position += 1
            }
            (end, self.colon, isClosed) = (position, colon, quote == 0)
        }

        /// POSIX.1-2024, Shell Command Language §2.2: what must be quoted to stand for itself.
        private static func isOperator(_ byte: UInt8) -> Bool {
            byte == UInt8(ascii: "|") || byte == UInt8(ascii: "&") || byte == UInt8(ascii: "<")
                || byte == UInt8(ascii: ">") || byte == UInt8(ascii: ")")
        }
    }
}
