/// The entity names of Microsoft Presidio (and of its evaluator's data sets) in our classes, for remote analysers and for corpora.
public enum PresidioNames {
    /// What is not in it has no class here.
    public static let classes: [String: SensitiveClass] = [
        "EMAIL_ADDRESS": .email, "PHONE_NUMBER": .phone, "CREDIT_CARD": .card, "IBAN_CODE": .iban, "IBAN": .iban,
        "IP_ADDRESS": .ipAddress, "MAC_ADDRESS": .macAddress, "CRYPTO": .cryptoAddress, "URL": .url,
        "DOMAIN_NAME": .url, "DATE_TIME": .date, "DATE_OF_BIRTH": .dateOfBirth, "AGE": .age, "UUID": .uuid,
        "PERSON": .person, "LOCATION": .place, "GPE": .place, "ADDRESS": .streetAddress,
        "STREET_ADDRESS": .streetAddress, "ZIP_CODE": .usZip, "US_ZIP": .usZip, "SWIFT_CODE": .bic,
        "BIC": .bic, "IMEI": .imei, "VIN": .vin, "COORDINATES": .coordinates, "PASSWORD": .secret,

        "US_SSN": .ssn, "US_ITIN": .usItin, "US_EIN": .usEin, "US_PROVIDER_TAX_ID": .usEin,
        "ABA_ROUTING_NUMBER": .usRoutingNumber, "US_BANK_NUMBER": .usBankAccount, "US_NPI": .usNpi,
        "MEDICAL_LICENSE": .usDea, "US_MBI": .usMbi, "US_PASSPORT": .usPassport,
        "US_DRIVER_LICENSE": .usDriverLicense,

        "UK_NHS": .ukNhs, "UK_NINO": .ukNino, "UK_UTR": .ukUtr, "UK_DRIVING_LICENCE": .ukDrivingLicence,
        "UK_VEHICLE_REGISTRATION": .ukVehicleRegistration, "UK_PASSPORT": .ukPassport, "UK_POSTCODE": .ukPostcode,

        "DE_TAX_ID": .deTaxId, "DE_TAX_NUMBER": .deTaxNumber, "DE_ID_CARD": .deIdCard, "DE_PASSPORT": .dePassport,
        "DE_SOCIAL_SECURITY": .deSocialSecurity, "DE_HEALTH_INSURANCE": .deHealthInsurance, "DE_LANR": .deLanr,
        "DE_BSNR": .deBsnr, "DE_VAT_ID": .deVatId, "DE_FUEHRERSCHEIN": .deDrivingLicence,
        "DE_KFZ": .deVehicleRegistration, "DE_HANDELSREGISTER": .deCommercialRegister, "DE_PLZ": .dePostcode,

        "ES_NIF": .esNif, "ES_NIE": .esNie, "ES_PASSPORT": .esPassport, "IT_FISCAL_CODE": .itFiscalCode,
        "IT_VAT_CODE": .itVat, "IT_DRIVER_LICENSE": .itDrivingLicence, "IT_PASSPORT": .itPassport,
        "IT_IDENTITY_CARD": .itIdCard, "PL_PESEL": .plPesel, "SE_PERSONNUMMER": .sePersonnummer,
        "SE_ORGANISATIONSNUMMER": .seOrganisationsnummer, "FI_PERSONAL_IDENTITY_CODE": .fiPersonalIdentityCode,

        "TR_NATIONAL_ID": .trNationalId, "TR_LICENSE_PLATE": .trVehicleRegistration, "TR_PHONE_NUMBER": .phone,

        "IN_AADHAAR": .inAadhaar, "IN_PAN": .inPan, "IN_GSTIN": .inGstin, "IN_VOTER": .inVoter,
        "IN_PASSPORT": .inPassport, "IN_VEHICLE_REGISTRATION": .inVehicleRegistration,

        "KR_RRN": .krRrn, "KR_FRN": .krFrn, "KR_BRN": .krBrn, "KR_DRIVER_LICENSE": .krDriverLicense,
        "KR_PASSPORT": .krPassport, "TH_TNIN": .thNationalId, "SG_NRIC_FIN": .sgNric, "FIN": .sgNric,
        "SG_UEN": .sgUen, "PH_TIN": .phTin, "PH_MOBILE_NUMBER": .phone,

        "AU_ABN": .auAbn, "AU_ACN": .auAcn, "AU_TFN": .auTfn, "AU_MEDICARE": .auMedicare, "CA_SIN": .caSin,
        "CA_POSTAL_CODE": .caPostcode, "ZA_ID_NUMBER": .zaId, "ZA_PHONE_NUMBER": .phone, "NG_NIN": .ngNin,
        "NG_VEHICLE_REGISTRATION": .ngVehicleRegistration,
    ]
}
