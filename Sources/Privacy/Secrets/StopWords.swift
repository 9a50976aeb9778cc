/// Words of programs and their texts. A value with one of them is a name, a path or a phrase, not a key that chance made.
enum StopWords {
    private static let words = """
        about absolute abstract accept accepted account accounts action actions active activity adapter address admin after \
        agent alert alias align allow allowed alpha already always amount analysis analytics android angular answer apache \
        append apple application apply archive args argument array article assert asset assets assign assistant async attach \
        attempt attribute audio audit author authorization auto available avatar award backend background backup badge balance \
        bar base basic batch bean before begin below beta between billing binary bind binding block blog blue board body \
        bool boolean bootstrap border bot both bottom box branch brand bridge browser bucket buffer bug build builder bundle \
        business button cache calendar call callback camera cancel capture card cart case catalog category center certificate \
        chain change channel char character charset chart chat check checkbox checkout child children choice chrome circle city \
        class classes clean clear click client clone close closed cloud cluster code collection color column combination command \
        comment commit common community company compare complete component compose computer concept condition conf config \
        configuration confirm connect connection console const constant consumer contact contain container content context \
        continue control controller convert cookie copy core count counter country cover create created creator credential \
        credentials currency current cursor custom customer daemon dark dashboard data database dataset date datetime debug \
        decode default define definition delay delegate delete delta demo dependency deploy deployment description design \
        desktop destination detail details detect develop developer development device dialog digest dimension direct directory \
        disable disabled discovery disk dispatch display distance docker document domain done double down download draft \
        drive driver drop dummy duration dynamic edge edit editor element email embed emit empty enable enabled encode \
        encoding encrypted encryption endpoint engine entity entry enum environment error errors escape event events every \
        example exception exchange exclude execute exist existing exit expand expect expire explorer export expression extend \
        extension external extra factory fail failed failure fake false family fast favorite feature feed fetch field \
        fields file files filter final find finder finish fire first fixture flag flash float flow focus folder follow font \
        foot footer force foreign forget form format forward frame framework free friend from front full function future \
        game gateway general generate generated generator generic github gitlab global good google grade grant graph green grid \
        group groups guard guest guide handle handler hash head header headers health height hello help helper here hidden \
        hide high history hold home hook host hosting hour html http https human icon idea identifier identity ignore image \
        images import important include index info init initial inline inner input insert inside install instance int integer \
        integration interface internal interval invalid invite invoice issue item items iterator java javascript job join json \
        jump just keep kernel key keyboard keys kind label lambda language large last latest launch layer layout lazy \
        leader learn left legacy length less level library license light like limit line lines link linux list listen listener \
        live load loader local locale location lock locked log logger logging login logo logout long look loop lower machine \
        magic mail main major make manage manager manifest manual map mapper mapping margin mark marker market master match \
        matrix maven maximum media medium member memory menu merge message messages meta metadata method metric metrics \
        middle migration mime mini minimum minor minute missing mobile mock modal mode model models modified module modules \
        monitor month more most mount mouse move multi multiple music mutable name names namespace native navigation need nested \
        network never new next node none normal note notice notification null number object objects offset online only open \
        operation operator optimize option optional options oracle order origin original other output outside over override \
        owner pack package packet padding page pages paint panel paper parallel param parameter params parent parse parser part \
        partial partner pass passphrase password past paste patch path pattern pause payload payment peer pending people percent \
        performance permission person phone photo picker picture pipe pipeline pixel place plain plan platform play player \
        please plugin point policy pool popup port portal position post power prefix present press pretty preview previous \
        price primary print private prod process processor producer product production profile program progress project promise \
        prompt property protocol prototype provider proxy public publish pull purchase push python quality query question queue \
        quick quote radio random range rank rate ratio read reader ready real reason receive recent record redirect reduce \
        reference refresh region register registry regular reject relation release remote remove render repeat replace reply \
        report repository request require required research reset resize resolve resource response rest restore result results \
        resume retry return reverse review right role roles root round route router rows rule rules run runner runtime safe \
        sale sample sandbox save scale scan schedule schema scheme school scope score screen script scroll search second secret \
        secrets section secure security select selected selector send sender sentence sequence serial series server service \
        services session setting settings setup shadow shape share shared sheet shell shift ship shop short should show side \
        sign signal signature simple since single site size skip slide slider slot small snapshot social socket software sort \
        sound source space special spec speed split sprint spring stack staging standard start started starter state static \
        station status step still stock stop storage store stream street string strip strong struct structure student style \
        subject submit success suffix suggest suite sum summary super supplier support switch symbol sync syntax system table \
        tables target task tasks team temp template tenant term terminal terms test testing tests text than that their theme \
        then there these thing this thread through ticket time timeout timer timestamp title today todo together toggle token \
        tokens tool tools tooltip topic total touch trace track tracker trade traffic train transaction transfer transform \
        transition translate transport trash tree trigger true trust turn tutorial type types unique unit unknown unlock until \
        update updated upgrade upload upper usage user username users using util utility utils valid validate validation \
        validator value values variable variant vault vector vendor verify version versions vertical very video view viewer virtual \
        visible visit wait wallet want warning watch water wave weather website week weight welcome what wheel when where which \
        while white widget width wiki wild window with within without wizard word words work worker workflow workspace world \
        wrap wrapper write writer wrong your zero zone
        """
    private static let hashes = Set(words.split(separator: " ").map { hash(Array($0.utf8)) })

    /// FNV-1a over letters in lower case.
    static func hash(_ word: [UInt8]) -> UInt64 {
        word.reduce(ContextWords.seed) { ContextWords.hash($0, $1) }
    }

    static func hash(_ word: Range<Int>, in text: ScannedText) -> UInt64 {
        var hash = ContextWords.seed
        for position in word { hash = ContextWords.hash(hash, text.base[position]) }
        return hash
    }

    /// Whether a value is made of words: one of the list with five letters or more stands in it, or two shorter ones do. Words are runs
    /// of letters in one case, or with a capital first.
    static func stand(in range: Range<Int>, of text: ScannedText) -> Bool {
        var short = 0
        var position = range.lowerBound
        while position < range.upperBound {
            guard text.has(position, ByteClass.letter) else {
                position += 1
                continue
            }
            let first = position
            let isUpper = text.base[first] & 0x20 == 0
            position += 1
            var isLower = !isUpper
            while position < range.upperBound, text.has(position, ByteClass.letter) {
                let isSmall = text.base[position] & 0x20 != 0
                if position == first + 1, isUpper, isSmall { isLower = true }
                if isSmall != isLower { break }
                position += 1
            }
            let length = position - first
            guard length >= 3, length <= 16, hashes.contains(hash(first..<position, in: text)) else { continue }
            if length >= 5 { return true }
            short += 1
            if short >= 2 || range.count < 24 { return true }
        }
        return false
    }
}
