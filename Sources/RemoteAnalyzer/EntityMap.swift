public import Inference

/// Which of our data classes a service's entity names stand for.
///
/// The rule: a name of the map stands for its class, or for nothing where the map says so; every other name stands for
/// `unknown`, which is `custom` unless told otherwise. So what an operator's own recogniser finds is never lost for want of a
/// line here, and what we have no class for on purpose (organisations, nationalities) is passed over knowingly.
public struct EntityMap: Sendable, Hashable {
    /// By the service's name; `nil` for what is passed over.
    public var classes: [String: DataClass?]
    /// What a name outside of the map stands for; `nil` to pass it over.
    public var unknown: DataClass?

    /// Presidio's names, unless told otherwise.
    public init(classes: [String: DataClass?] = EntityMap.presidio, unknown: DataClass? = DataClass("custom")) {
        self.classes = classes
        self.unknown = unknown
    }

    /// The class that an entity stands for; `nil` where it is passed over.
    public subscript(entity: String) -> DataClass? {
        if let known = classes[entity] { known } else { unknown }
    }
}

extension EntityMap {
    /// The entities of Presidio 2.2.366 (its predefined recognisers and the labels of its model engines).
    public static let presidio: [String: DataClass?] = {
        var classes: [String: DataClass?] = [:]
        for (entity, dataClass) in named { classes.updateValue(DataClass(dataClass), forKey: entity) }
        for (entity, dataClass) in byCountry { classes.updateValue(DataClass(dataClass), forKey: entity) }
        for entity in passedOver { classes.updateValue(nil, forKey: entity) }
        return classes
    }()

    /// People, places, and what is the same everywhere.
    private static let named: [(entity: String, dataClass: String)] = [
        ("PERSON", "person"), ("LOCATION", "place"), ("ADDRESS", "street_address"), ("AGE", "age"),
        ("DATE_TIME", "date"), ("DATE_OF_BIRTH", "date_of_birth"), ("EMAIL_ADDRESS", "email"), ("EMAIL", "email"),
        ("PHONE_NUMBER", "phone"), ("CREDIT_CARD", "card"), ("IBAN_CODE", "iban"), ("SWIFT_CODE", "bic"),
        ("CRYPTO", "crypto_address"), ("IP_ADDRESS", "ip_address"), ("MAC_ADDRESS", "mac_address"),
        ("IMEI", "imei"), ("VIN", "vin"), ("URL", "url"), ("UUID", "uuid"), ("PASSWORD", "secret"),
    ]

    /// Numbers that states and their banks give.
    private static let byCountry: [(entity: String, dataClass: String)] = [
        ("US_SSN", "ssn"), ("US_ITIN", "us_itin"), ("US_PROVIDER_TAX_ID", "us_ein"), ("US_EIN", "us_ein"),
        ("ABA_ROUTING_NUMBER", "us_routing_number"), ("US_BANK_NUMBER", "us_bank_account"), ("US_NPI", "us_npi"),
        ("US_MBI", "us_mbi"), ("US_PASSPORT", "us_passport"), ("US_DRIVER_LICENSE", "us_driver_license"),
        ("MEDICAL_LICENSE", "us_dea"), ("US_ZIP_CODE", "us_zip"),
        ("UK_NHS", "uk_nhs"), ("UK_NINO", "uk_nino"), ("UK_DRIVING_LICENCE", "uk_driving_licence"),
        ("UK_PASSPORT", "uk_passport"), ("UK_POSTCODE", "uk_postcode"),
        ("UK_VEHICLE_REGISTRATION", "uk_vehicle_registration"),
        ("DE_TAX_ID", "de_tax_id"), ("DE_TAX_NUMBER", "de_tax_number"), ("DE_ID_CARD", "de_id_card"),
        ("DE_PASSPORT", "de_passport"), ("DE_SOCIAL_SECURITY", "de_social_security"),
        ("DE_HEALTH_INSURANCE", "de_health_insurance"), ("DE_LANR", "de_lanr"), ("DE_BSNR", "de_bsnr"),
        ("DE_VAT_ID", "de_vat_id"), ("DE_FUEHRERSCHEIN", "de_driving_licence"),
        ("DE_HANDELSREGISTER", "de_commercial_register"), ("DE_KFZ", "de_vehicle_registration"),
        ("DE_PLZ", "de_postcode"),
        ("ES_NIF", "es_nif"), ("ES_NIE", "es_nie"), ("ES_PASSPORT", "es_passport"),
        ("IT_FISCAL_CODE", "it_fiscal_code"), ("IT_VAT_CODE", "it_vat"), ("IT_DRIVER_LICENSE", "it_driving_licence"),
        ("IT_PASSPORT", "it_passport"), ("IT_IDENTITY_CARD", "it_id_card"),
        ("PL_PESEL", "pl_pesel"), ("FI_PERSONAL_IDENTITY_CODE", "fi_personal_identity_code"),
        ("SE_PERSONNUMMER", "se_personnummer"), ("SE_ORGANISATIONSNUMMER", "se_organisationsnummer"),
        ("TR_NATIONAL_ID", "tr_national_id"), ("TR_LICENSE_PLATE", "tr_vehicle_registration"),
        ("IN_AADHAAR", "in_aadhaar"), ("IN_PAN", "in_pan"), ("IN_GSTIN", "in_gstin"), ("IN_VOTER", "in_voter"),
        ("IN_PASSPORT", "in_passport"), ("IN_VEHICLE_REGISTRATION", "in_vehicle_registration"),
        ("KR_RRN", "kr_rrn"), ("KR_FRN", "kr_frn"), ("KR_BRN", "kr_brn"), ("KR_PASSPORT", "kr_passport"),
        ("KR_DRIVER_LICENSE", "kr_driver_license"),
        ("TH_TNIN", "th_national_id"), ("SG_NRIC_FIN", "sg_nric"), ("SG_UEN", "sg_uen"), ("PH_TIN", "ph_tin"),
        ("AU_ABN", "au_abn"), ("AU_ACN", "au_acn"), ("AU_TFN", "au_tfn"), ("AU_MEDICARE", "au_medicare"),
        ("CA_SIN", "ca_sin"), ("CA_POSTAL_CODE", "ca_postcode"),
        ("ZA_ID_NUMBER", "za_id"), ("ZA_MOBILE_NUMBER", "phone"), ("ZA_TELEPHONE_NUMBER", "phone"),
        ("NG_NIN", "ng_nin"), ("NG_VEHICLE_REGISTRATION", "ng_vehicle_registration"),
    ]

    /// Groups and organisations: no value of theirs names a person, and models find many that are none.
    private static let passedOver = ["ORGANIZATION", "NRP"]
}
