/// Every family of identifiers. A newcomer writes a file like its sisters and names it here.
enum IdentifierFamilies {
    static let all: [any IdentifierFamily.Type] = [
        UnitedStatesIdentifiers.self,
        UnitedKingdomIdentifiers.self,
        CanadaIdentifiers.self,
        AustraliaIdentifiers.self,
        AfricaIdentifiers.self,
        IrelandIdentifiers.self,
        IsraelIdentifiers.self,
        TurkeyIdentifiers.self,
        IndiaIdentifiers.self,
        SoutheastAsiaIdentifiers.self,
        KoreaIdentifiers.self,
        EastAsiaIdentifiers.self,
        GermanyIdentifiers.self,
        FranceIdentifiers.self,
        SpainIdentifiers.self,
        ItalyIdentifiers.self,
        PolandIdentifiers.self,
        SwedenAndFinlandIdentifiers.self,
        PortugalIdentifiers.self,
        LowCountriesIdentifiers.self,
        NorwayAndDenmarkIdentifiers.self,
        AlpsIdentifiers.self,
        LatinAmericaIdentifiers.self,
    ]
}
