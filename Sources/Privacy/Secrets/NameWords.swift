/// What the words of a name say of its value: `apiKey` holds a key, `apiKeyName` the name of one.
struct NameWords {
    /// Some word names a credential.
    private(set) var namesCredential = false
    /// Some word names a password.
    private(set) var namesPassword = false
    /// Some word says that the value is something about the credential, or public.
    private(set) var namesOther = false

    private static func hashes(_ list: String) -> Set<UInt64> {
        Set(list.split(separator: " ").map { StopWords.hash(Array($0.utf8)) })
    }

    private static let credentials = hashes(
        """
        key keys apikey apikeys accesskey secretkey privatekey authkey signingkey encryptionkey masterkey sharedkey appkey \
        licensekey licencekey sessionkey deploykey accountkey servicekey storagekey clientkey userkey consumerkey adminkey \
        rootkey passkey cryptkey token tokens secret secrets credential credentials creds cred auth oauth access api jwt \
        bearer salt signature psk
        """)
    private static let passwords = hashes(
        "password passwords passwd pwd passphrase passcode pass passwort contraseña pw")
    private static let others = hashes(
        """
        id ids name names size sizes length len type types kind file files filename path paths dir directory folder url urls \
        uri uris endpoint endpoints host hostname port version versions alias board code codes frame frames pair pairs ring \
        selector selectors hash hashes public pub primary foreign natural sort partition cache csrf xsrf index idx count \
        counts format formats algorithm alg usage vault store event events press pressed down up left right stroke strokes \
        map mapping column columns field fields word words limit limits max min ttl expiry expires expiration expire timeout \
        date time at scope scopes issuer audience provider providers class method mode status state level group role policy \
        schema prefix suffix pattern regex placeholder label title description hint error errors message msg text button \
        link page view handler manager factory builder helper listener controller validator generator checksum digest \
        fingerprint kid thumbprint mesh storetype encoding charset space etag ref arn typename required enabled disabled \
        visible reset forgot confirm count total num number numbers price used left remaining per budget window rate
        """)

    init(_ name: Range<Int>, in text: ScannedText) {
        var position = name.lowerBound
        while position < name.upperBound {
            guard text.has(position, ByteClass.letter) else {
                position += 1
                continue
            }
            let first = position
            position += 1
            // A capital after a small letter begins a word; so does the last capital of several before a small letter.
            while position < name.upperBound, text.has(position, ByteClass.letter) {
                let isUpper = text.base[position] & 0x20 == 0
                let wasLower = text.base[position - 1] & 0x20 != 0
                if isUpper, wasLower { break }
                let nextIsLower = text.has(position + 1, ByteClass.letter) && text.byte(position + 1) & 0x20 != 0
                if isUpper, nextIsLower, position + 1 < name.upperBound { break }
                position += 1
            }
            note(first..<position, in: text)
        }
    }

    private mutating func note(_ word: Range<Int>, in text: ScannedText) {
        let hash = StopWords.hash(word, in: text)
        if Self.passwords.contains(hash) || ends(word, "password", text) || ends(word, "passwd", text) {
            namesPassword = true
        } else if Self.credentials.contains(hash) || ends(word, "token", text) || ends(word, "secret", text)
            || ends(word, "apikey", text) || ends(word, "accesskey", text) || ends(word, "secretkey", text)
        {
            namesCredential = true
        } else if Self.others.contains(hash) {
            namesOther = true
        }
    }

    private func ends(_ word: Range<Int>, _ suffix: StaticString, _ text: ScannedText) -> Bool {
        let length = suffix.utf8CodeUnitCount
        return word.count > length && text.beginsCaseless(suffix, at: word.upperBound - length)
    }
}
