/// Postcodes that a word announces (`zip code is 90210`, `PLZ 10115`), and American ones after a state's letters (`IL 62704`).
///
/// Those within an address belong to `StreetAddressDetector`; countries with letters in theirs have classes of their own.
enum PostcodeDetector {
    private enum Score {
        static let announced = 75
        static let afterState = 62
    }

    /// The states', territories' and forces' letters (USPS Publication 28, appendix B).
    private static let states: StaticString = """
        ALAKAZARCACOCTDEFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYDCPRVIGUASMPAAAEAP
        """

    static func examine(_ cluster: DigitCluster, _ neighbours: NumberNeighbours, in inspection: inout TextInspection) {
        let text = inspection.text
        let length = cluster.groups[0].length
        guard length >= 3, length <= 6, let key = neighbours.key else { return }
        if key.roles.contains(.postcode) {
            // `a zip of 2200 files`
            if neighbours.fillers == 1, let before = neighbours.before, before.end - before.start == 2,
                inspection.text.base[before.start] | 0x20 == UInt8(ascii: "o")
            {
                return
            }
            announced(Int(cluster.groups[0].start), key, in: &inspection)
        } else if length == 5, neighbours.fillers == 0, isState(key, in: text), inspection.enabled.contains(.usZip),
            text.byte(Int(cluster.groups[0].start) - 1) == UInt8(ascii: " "),
            let shape = PostcodeShape(at: Int(cluster.groups[0].start), in: text),
            shape.digits == 5 || shape.digits == 9
        {
            inspection.propose(Candidate(.usZip, Int(cluster.groups[0].start), shape.end, score: Score.afterState))
        }
    }

    private static func announced(_ start: Int, _ key: NumberWord, in inspection: inout TextInspection) {
        let text = inspection.text
        guard let shape = PostcodeShape(at: start, in: text), text.isWordStart(start) else { return }
        let isZip = text.base[key.start] | 0x20 == UInt8(ascii: "z") && (shape.end - start == 5 || shape.digits == 9)
        let sensitiveClass: SensitiveClass = isZip ? .usZip : .postcode
        guard inspection.enabled.contains(sensitiveClass) else { return }
        inspection.propose(
            Candidate(sensitiveClass, start, shape.end, score: Score.announced), Grounds(context: .supports))
    }

    /// Two capitals that are a state's, after a comma or a town.
    private static func isState(_ word: NumberWord, in text: ScannedText) -> Bool {
        guard word.end - word.start == 2, word.start >= 3 else { return false }
        let before = text.base[word.start - 2]
        guard text.has(before == UInt8(ascii: ",") ? word.start - 3 : word.start - 2, ByteClass.letter) else {
            return false
        }
        for index in stride(from: 0, to: states.utf8CodeUnitCount, by: 2)
        where states.utf8Start[index] == text.base[word.start]
            && states.utf8Start[index + 1] == text.base[word.start + 1]
        {
            return true
        }
        return false
    }
}
