/// What small numbers and short clusters may be, by the words beside them: ages, postcodes, codes and expiries of cards, dates, houses.
///
/// Small numbers are everywhere, so the words beside a number are read once and shared.
enum SmallNumberDetector {
    private static let classes: SensitiveClassSet = {
        var set = SensitiveClassSet()
        for member: SensitiveClass in [
            .age, .postcode, .usZip, .cardSecurityCode, .cardExpiry, .date, .dateOfBirth, .coordinates, .streetAddress,
        ] {
            set.insert(member)
        }
        return set
    }()

    static func examine(_ cluster: DigitCluster, in inspection: inout TextInspection) {
        guard cluster.groups[0].length <= 6, inspection.enabled.intersects(classes), cluster.isWhole else { return }
        guard mayHaveWords(cluster, in: inspection.text) else {
            if cluster.count > 2 { DateDetector.examine(cluster, NumberNeighbours(), in: &inspection) }
            return CoordinatesDetector.examine(cluster, in: &inspection)
        }
        let neighbours = NumberNeighbours(cluster, in: inspection.text)
        AgeDetector.examine(cluster, neighbours, in: &inspection)
        PostcodeDetector.examine(cluster, neighbours, in: &inspection)
        CardCompanionDetector.examine(cluster, neighbours, in: &inspection)
        DateDetector.examine(cluster, neighbours, in: &inspection)
        CoordinatesDetector.examine(cluster, in: &inspection)
        StreetAddressDetector.examine(cluster, neighbours, in: &inspection)
    }

    /// Whether words beside a number may say what it is: not within a word of letters and digits, such as a hash, nor where a point
    /// parts it, as in an amount or a version.
    private static func mayHaveWords(_ cluster: DigitCluster, in text: ScannedText) -> Bool {
        let first = cluster.groups[0]
        guard cluster.count > 1 else {
            return !text.has(Int(first.start) - 1, ByteClass.letter) || text.isWordStart(Int(first.start))
        }
        guard first.length < 3 else { return true }
        for index in 1..<cluster.count where cluster.groups[index].separator != .dot { return true }
        return false
    }
}
