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
        let neighbours = NumberNeighbours(cluster, in: inspection.text)
        AgeDetector.examine(cluster, neighbours, in: &inspection)
        PostcodeDetector.examine(cluster, neighbours, in: &inspection)
        CardCompanionDetector.examine(cluster, neighbours, in: &inspection)
        DateDetector.examine(cluster, neighbours, in: &inspection)
        CoordinatesDetector.examine(cluster, in: &inspection)
        StreetAddressDetector.examine(cluster, neighbours, in: &inspection)
    }
}
