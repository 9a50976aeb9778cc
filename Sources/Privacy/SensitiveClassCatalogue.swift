import Inference

extension SensitiveClass {
    /// E-mail address.
    public static let email = SensitiveClass(rawValue: 0)
    /// Telephone number.
    public static let phone = SensitiveClass(rawValue: 1)
    /// Payment card number.
    public static let card = SensitiveClass(rawValue: 2)
    /// International bank account number.
    public static let iban = SensitiveClass(rawValue: 3)
    /// Social security number (US).
    public static let ssn = SensitiveClass(rawValue: 4)
    /// IP address or network.
    public static let ipAddress = SensitiveClass(rawValue: 5)
    /// API key, token, password or private key.
    public static let secret = SensitiveClass(rawValue: 6)
    /// Word or pattern of your own (see terms and patterns).
    public static let custom = SensitiveClass(rawValue: 7)
    /// Security code beside a card.
    public static let cardSecurityCode = SensitiveClass(rawValue: 8)
    /// Expiry date beside a card.
    public static let cardExpiry = SensitiveClass(rawValue: 9)
    /// SWIFT/BIC code of a bank.
    public static let bic = SensitiveClass(rawValue: 10)
    /// Address of a crypto-currency.
    public static let cryptoAddress = SensitiveClass(rawValue: 11)
    /// MAC address of a network interface.
    public static let macAddress = SensitiveClass(rawValue: 12)
    /// IMEI of a mobile device.
    public static let imei = SensitiveClass(rawValue: 13)
    /// Vehicle identification number.
    public static let vin = SensitiveClass(rawValue: 14)
    /// Web address.
    public static let url = SensitiveClass(rawValue: 15)
    /// Date or time.
    public static let date = SensitiveClass(rawValue: 16)
    /// Date of birth.
    public static let dateOfBirth = SensitiveClass(rawValue: 17)
    /// Age of a person.
    public static let age = SensitiveClass(rawValue: 18)
    /// Geographic coordinates.
    public static let coordinates = SensitiveClass(rawValue: 19)
    /// Universally unique identifier.
    public static let uuid = SensitiveClass(rawValue: 20)
    /// Street address.
    public static let streetAddress = SensitiveClass(rawValue: 21)
    /// Postcode of countries without a class of their own.
    public static let postcode = SensitiveClass(rawValue: 22)
    /// Name of a person (tagger).
    public static let person = SensitiveClass(rawValue: 23)
    /// Name of a place (tagger).
    public static let place = SensitiveClass(rawValue: 24)
    /// ZIP code (US).
    public static let usZip = SensitiveClass(rawValue: 25)
    /// Individual taxpayer identification number (US).
    public static let usItin = SensitiveClass(rawValue: 26)
    /// Employer identification number (US).
    public static let usEin = SensitiveClass(rawValue: 27)
    /// Bank routing number (US).
    public static let usRoutingNumber = SensitiveClass(rawValue: 28)
    /// Bank account number (US).
    public static let usBankAccount = SensitiveClass(rawValue: 29)
    /// National provider identifier (US).
    public static let usNpi = SensitiveClass(rawValue: 30)
    /// DEA registration number (US).
    public static let usDea = SensitiveClass(rawValue: 31)
    /// Medicare beneficiary identifier (US).
    public static let usMbi = SensitiveClass(rawValue: 32)
    /// Passport number (US).
    public static let usPassport = SensitiveClass(rawValue: 33)
    /// Driver's licence number (US).
    public static let usDriverLicense = SensitiveClass(rawValue: 34)
    /// NHS number (GB).
    public static let ukNhs = SensitiveClass(rawValue: 35)
    /// National insurance number (GB).
    public static let ukNino = SensitiveClass(rawValue: 36)
    /// Unique taxpayer reference (GB).
    public static let ukUtr = SensitiveClass(rawValue: 37)
    /// Driving licence number (GB).
    public static let ukDrivingLicence = SensitiveClass(rawValue: 38)
    /// Vehicle registration (GB).
    public static let ukVehicleRegistration = SensitiveClass(rawValue: 39)
    /// Passport number (GB).
    public static let ukPassport = SensitiveClass(rawValue: 40)
    /// Postcode (GB).
    public static let ukPostcode = SensitiveClass(rawValue: 41)
    /// Tax identification number (DE).
    public static let deTaxId = SensitiveClass(rawValue: 42)
    /// Tax number (DE).
    public static let deTaxNumber = SensitiveClass(rawValue: 43)
    /// Identity card number (DE).
    public static let deIdCard = SensitiveClass(rawValue: 44)
    /// Passport number (DE).
    public static let dePassport = SensitiveClass(rawValue: 45)
    /// Pension insurance number (DE).
    public static let deSocialSecurity = SensitiveClass(rawValue: 46)
    /// Health insurance number (DE).
    public static let deHealthInsurance = SensitiveClass(rawValue: 47)
    /// Doctor's number (DE).
    public static let deLanr = SensitiveClass(rawValue: 48)
    /// Practice's number (DE).
    public static let deBsnr = SensitiveClass(rawValue: 49)
    /// VAT identification number (DE).
    public static let deVatId = SensitiveClass(rawValue: 50)
    /// Driving licence number (DE).
    public static let deDrivingLicence = SensitiveClass(rawValue: 51)
    /// Vehicle registration (DE).
    public static let deVehicleRegistration = SensitiveClass(rawValue: 52)
    /// Commercial register number (DE).
    public static let deCommercialRegister = SensitiveClass(rawValue: 53)
    /// Postcode (DE).
    public static let dePostcode = SensitiveClass(rawValue: 54)
    /// Social security number (FR).
    public static let frNir = SensitiveClass(rawValue: 55)
    /// Identity card number (FR).
    public static let frIdCard = SensitiveClass(rawValue: 56)
    /// Tax reference number (FR).
    public static let frTaxId = SensitiveClass(rawValue: 57)
    /// SIREN or SIRET number of a company (FR).
    public static let frSiret = SensitiveClass(rawValue: 58)
    /// Identity document or tax number (ES).
    public static let esNif = SensitiveClass(rawValue: 59)
    /// Foreigner's identity number (ES).
    public static let esNie = SensitiveClass(rawValue: 60)
    /// Company's tax number (ES).
    public static let esCif = SensitiveClass(rawValue: 61)
    /// Passport number (ES).
    public static let esPassport = SensitiveClass(rawValue: 62)
    /// Codice fiscale (IT).
    public static let itFiscalCode = SensitiveClass(rawValue: 63)
    /// Partita IVA (IT).
    public static let itVat = SensitiveClass(rawValue: 64)
    /// Driving licence number (IT).
    public static let itDrivingLicence = SensitiveClass(rawValue: 65)
    /// Passport number (IT).
    public static let itPassport = SensitiveClass(rawValue: 66)
    /// Identity card number (IT).
    public static let itIdCard = SensitiveClass(rawValue: 67)
    /// Tax number (PT).
    public static let ptNif = SensitiveClass(rawValue: 68)
    /// Citizen card number (PT).
    public static let ptCitizenCard = SensitiveClass(rawValue: 69)
    /// Citizen service number (NL).
    public static let nlBsn = SensitiveClass(rawValue: 70)
    /// National register number (BE).
    public static let beNationalNumber = SensitiveClass(rawValue: 71)
    /// PESEL number (PL).
    public static let plPesel = SensitiveClass(rawValue: 72)
    /// Tax number (NIP) (PL).
    public static let plNip = SensitiveClass(rawValue: 73)
    /// Personal identity number (SE).
    public static let sePersonnummer = SensitiveClass(rawValue: 74)
    /// Organisation number (SE).
    public static let seOrganisationsnummer = SensitiveClass(rawValue: 75)
    /// Personal identity code (FI).
    public static let fiPersonalIdentityCode = SensitiveClass(rawValue: 76)
    /// National identity number (NO).
    public static let noFodselsnummer = SensitiveClass(rawValue: 77)
    /// Civil registration number (DK).
    public static let dkCpr = SensitiveClass(rawValue: 78)
    /// Social insurance number (CH).
    public static let chAhv = SensitiveClass(rawValue: 79)
    /// Social insurance number (AT).
    public static let atSocialSecurity = SensitiveClass(rawValue: 80)
    /// Personal public service number (IE).
    public static let iePps = SensitiveClass(rawValue: 81)
    /// National identity number (TR).
    public static let trNationalId = SensitiveClass(rawValue: 82)
    /// Vehicle registration (TR).
    public static let trVehicleRegistration = SensitiveClass(rawValue: 83)
    /// Aadhaar number (IN).
    public static let inAadhaar = SensitiveClass(rawValue: 84)
    /// Permanent account number (IN).
    public static let inPan = SensitiveClass(rawValue: 85)
    /// Goods and services tax number (IN).
    public static let inGstin = SensitiveClass(rawValue: 86)
    /// Voter's identity number (IN).
    public static let inVoter = SensitiveClass(rawValue: 87)
    /// Passport number (IN).
    public static let inPassport = SensitiveClass(rawValue: 88)
    /// Vehicle registration (IN).
    public static let inVehicleRegistration = SensitiveClass(rawValue: 89)
    /// Resident registration number (KR).
    public static let krRrn = SensitiveClass(rawValue: 90)
    /// Foreigner registration number (KR).
    public static let krFrn = SensitiveClass(rawValue: 91)
    /// Business registration number (KR).
    public static let krBrn = SensitiveClass(rawValue: 92)
    /// Driver's licence number (KR).
    public static let krDriverLicense = SensitiveClass(rawValue: 93)
    /// Passport number (KR).
    public static let krPassport = SensitiveClass(rawValue: 94)
    /// Individual number (JP).
    public static let jpMyNumber = SensitiveClass(rawValue: 95)
    /// Resident identity number (CN).
    public static let cnResidentId = SensitiveClass(rawValue: 96)
    /// National identity number (TW).
    public static let twNationalId = SensitiveClass(rawValue: 97)
    /// Identity card number (HK).
    public static let hkIdCard = SensitiveClass(rawValue: 98)
    /// National identity number (TH).
    public static let thNationalId = SensitiveClass(rawValue: 99)
    /// NRIC or FIN (SG).
    public static let sgNric = SensitiveClass(rawValue: 100)
    /// Unique entity number (SG).
    public static let sgUen = SensitiveClass(rawValue: 101)
    /// Tax identification number (PH).
    public static let phTin = SensitiveClass(rawValue: 102)
    /// Business number (AU).
    public static let auAbn = SensitiveClass(rawValue: 103)
    /// Company number (AU).
    public static let auAcn = SensitiveClass(rawValue: 104)
    /// Tax file number (AU).
    public static let auTfn = SensitiveClass(rawValue: 105)
    /// Medicare number (AU).
    public static let auMedicare = SensitiveClass(rawValue: 106)
    /// Tax number (NZ).
    public static let nzIrd = SensitiveClass(rawValue: 107)
    /// National health index (NZ).
    public static let nzNhi = SensitiveClass(rawValue: 108)
    /// Social insurance number (CA).
    public static let caSin = SensitiveClass(rawValue: 109)
    /// Postal code (CA).
    public static let caPostcode = SensitiveClass(rawValue: 110)
    /// CPF number (BR).
    public static let brCpf = SensitiveClass(rawValue: 111)
    /// CNPJ number (BR).
    public static let brCnpj = SensitiveClass(rawValue: 112)
    /// CURP (MX).
    public static let mxCurp = SensitiveClass(rawValue: 113)
    /// RFC tax number (MX).
    public static let mxRfc = SensitiveClass(rawValue: 114)
    /// Identity document number (AR).
    public static let arDni = SensitiveClass(rawValue: 115)
    /// Tax number (CUIT, CUIL) (AR).
    public static let arCuit = SensitiveClass(rawValue: 116)
    /// RUT number (CL).
    public static let clRut = SensitiveClass(rawValue: 117)
    /// Identity number (ZA).
    public static let zaId = SensitiveClass(rawValue: 118)
    /// National identification number (NG).
    public static let ngNin = SensitiveClass(rawValue: 119)
    /// Vehicle registration (NG).
    public static let ngVehicleRegistration = SensitiveClass(rawValue: 120)
    /// Identity number (IL).
    public static let ilId = SensitiveClass(rawValue: 121)
}

/// All classes: their names, their labels and how they are ranked. The place in the list is the class's number.
enum SensitiveClassCatalogue {
    static let all: [SensitiveClass.Details] = [
        line("email", "EMAIL", "e-mail address", nil, isDefault: true, specificity: 104),
        line("phone", "PHONE", "telephone number", nil, isDefault: true, specificity: 20),
        line("card", "CARD", "payment card number", nil, isDefault: true, specificity: 100),
        line("iban", "IBAN", "international bank account number", nil, isDefault: true, specificity: 110),
        line("ssn", "SSN", "social security number", "us", isDefault: true, specificity: 40),
        line("ip_address", "IP", "IP address or network", nil, isDefault: true, specificity: 60),
        line("secret", "SECRET", "API key, token, password or private key", nil, isDefault: true, specificity: 120),
        line(
            "custom", "TERM", "word or pattern of your own (see terms and patterns)", nil, isDefault: true,
            specificity: 115),
        line("card_security_code", "CVV", "security code beside a card", nil, isDefault: true, specificity: 30),
        line("card_expiry", "EXPIRY", "expiry date beside a card", nil, isDefault: true, specificity: 31),
        line("bic", "BIC", "SWIFT/BIC code of a bank", nil, isDefault: true, specificity: 45),
        line("crypto_address", "CRYPTO", "address of a crypto-currency", nil, isDefault: true, specificity: 105),
        line("mac_address", "MAC", "MAC address of a network interface", nil, isDefault: true, specificity: 70),
        line("imei", "IMEI", "IMEI of a mobile device", nil, isDefault: true, specificity: 62),
        line("vin", "VIN", "vehicle identification number", nil, isDefault: true, specificity: 64),
        line("url", "URL", "web address", nil, isDefault: false, specificity: 50),
        line("date", "DATE", "date or time", nil, isDefault: false, specificity: 10),
        line("date_of_birth", "DOB", "date of birth", nil, isDefault: true, specificity: 34),
        line("age", "AGE", "age of a person", nil, isDefault: true, specificity: 12),
        line("coordinates", "COORD", "geographic coordinates", nil, isDefault: true, specificity: 33),
        line("uuid", "UUID", "universally unique identifier", nil, isDefault: false, specificity: 65),
        line("street_address", "ADDRESS", "street address", nil, isDefault: true, specificity: 32),
        line(
            "postcode", "POSTCODE", "postcode of countries without a class of their own", nil, isDefault: true,
            specificity: 11),
        line("person", "PERSON", "name of a person (tagger)", nil, isDefault: false, specificity: 25),
        line("place", "PLACE", "name of a place (tagger)", nil, isDefault: false, specificity: 5),
        line("us_zip", "ZIPCODE", "ZIP code", "us", isDefault: true, specificity: 13),
        line("us_itin", "ITIN", "individual taxpayer identification number", "us", isDefault: true, specificity: 42),
        line("us_ein", "EIN", "employer identification number", "us", isDefault: true, specificity: 24),
        line("us_routing_number", "ABA", "bank routing number", "us", isDefault: true, specificity: 52),
        line("us_bank_account", "USBANK", "bank account number", "us", isDefault: true, specificity: 14),
        line("us_npi", "NPI", "national provider identifier", "us", isDefault: true, specificity: 53),
        line("us_dea", "DEA", "DEA registration number", "us", isDefault: true, specificity: 66),
        line("us_mbi", "MBI", "Medicare beneficiary identifier", "us", isDefault: true, specificity: 67),
        line("us_passport", "USPASS", "passport number", "us", isDefault: true, specificity: 18),
        line("us_driver_license", "USDL", "driver's licence number", "us", isDefault: true, specificity: 17),
        line("uk_nhs", "NHS", "NHS number", "gb", isDefault: true, specificity: 54),
        line("uk_nino", "NINO", "national insurance number", "gb", isDefault: true, specificity: 68),
        line("uk_utr", "UTR", "unique taxpayer reference", "gb", isDefault: true, specificity: 51),
        line("uk_driving_licence", "UKDL", "driving licence number", "gb", isDefault: true, specificity: 69),
        line("uk_vehicle_registration", "UKPLATE", "vehicle registration", "gb", isDefault: true, specificity: 26),
        line("uk_passport", "UKPASS", "passport number", "gb", isDefault: true, specificity: 19),
        line("uk_postcode", "UKPC", "postcode", "gb", isDefault: true, specificity: 27),
        line("de_tax_id", "DETAXID", "tax identification number", "de", isDefault: true, specificity: 55),
        line("de_tax_number", "DETAXNR", "tax number", "de", isDefault: true, specificity: 28),
        line("de_id_card", "DEID", "identity card number", "de", isDefault: true, specificity: 71),
        line("de_passport", "DEPASS", "passport number", "de", isDefault: true, specificity: 72),
        line("de_social_security", "DESOCIAL", "pension insurance number", "de", isDefault: true, specificity: 73),
        line("de_health_insurance", "KVNR", "health insurance number", "de", isDefault: true, specificity: 74),
        line("de_lanr", "LANR", "doctor's number", "de", isDefault: true, specificity: 56),
        line("de_bsnr", "BSNR", "practice's number", "de", isDefault: true, specificity: 22),
        line("de_vat_id", "DEVAT", "VAT identification number", "de", isDefault: true, specificity: 75),
        line("de_driving_licence", "DEDL", "driving licence number", "de", isDefault: true, specificity: 29),
        line("de_vehicle_registration", "DEPLATE", "vehicle registration", "de", isDefault: true, specificity: 23),
        line("de_commercial_register", "DEHRB", "commercial register number", "de", isDefault: true, specificity: 35),
        line("de_postcode", "PLZ", "postcode", "de", isDefault: true, specificity: 9),
        line("fr_nir", "NIR", "social security number", "fr", isDefault: true, specificity: 76),
        line("fr_id_card", "FRID", "identity card number", "fr", isDefault: true, specificity: 36),
        line("fr_tax_id", "FRTAX", "tax reference number", "fr", isDefault: true, specificity: 57),
        line("fr_siret", "SIRET", "SIREN or SIRET number of a company", "fr", isDefault: true, specificity: 58),
        line("es_nif", "NIF", "identity document or tax number", "es", isDefault: true, specificity: 77),
        line("es_nie", "NIE", "foreigner's identity number", "es", isDefault: true, specificity: 78),
        line("es_cif", "ESCIF", "company's tax number", "es", isDefault: true, specificity: 79),
        line("es_passport", "ESPASS", "passport number", "es", isDefault: true, specificity: 37),
        line("it_fiscal_code", "ITFISCAL", "codice fiscale", "it", isDefault: true, specificity: 80),
        line("it_vat", "ITVAT", "partita IVA", "it", isDefault: true, specificity: 59),
        line("it_driving_licence", "ITDL", "driving licence number", "it", isDefault: true, specificity: 38),
        line("it_passport", "ITPASS", "passport number", "it", isDefault: true, specificity: 39),
        line("it_id_card", "ITID", "identity card number", "it", isDefault: true, specificity: 41),
        line("pt_nif", "PTTAX", "tax number", "pt", isDefault: true, specificity: 61),
        line("pt_citizen_card", "PTCC", "citizen card number", "pt", isDefault: true, specificity: 81),
        line("nl_bsn", "BSN", "citizen service number", "nl", isDefault: true, specificity: 63),
        line("be_national_number", "BENN", "national register number", "be", isDefault: true, specificity: 82),
        line("pl_pesel", "PESEL", "PESEL number", "pl", isDefault: true, specificity: 83),
        line("pl_nip", "PLTAX", "tax number (NIP)", "pl", isDefault: true, specificity: 84),
        line("se_personnummer", "SEPERS", "personal identity number", "se", isDefault: true, specificity: 85),
        line("se_organisationsnummer", "SEORG", "organisation number", "se", isDefault: true, specificity: 86),
        line("fi_personal_identity_code", "HETU", "personal identity code", "fi", isDefault: true, specificity: 87),
        line("no_fodselsnummer", "NOFNR", "national identity number", "no", isDefault: true, specificity: 88),
        line("dk_cpr", "CPR", "civil registration number", "dk", isDefault: true, specificity: 89),
        line("ch_ahv", "AHV", "social insurance number", "ch", isDefault: true, specificity: 90),
        line("at_social_security", "SVNR", "social insurance number", "at", isDefault: true, specificity: 91),
        line("ie_pps", "PPSN", "personal public service number", "ie", isDefault: true, specificity: 92),
        line("tr_national_id", "TCKN", "national identity number", "tr", isDefault: true, specificity: 93),
        line("tr_vehicle_registration", "TRPLATE", "vehicle registration", "tr", isDefault: true, specificity: 43),
        line("in_aadhaar", "AADHAAR", "Aadhaar number", "in", isDefault: true, specificity: 94),
        line("in_pan", "PAN", "permanent account number", "in", isDefault: true, specificity: 95),
        line("in_gstin", "GSTIN", "goods and services tax number", "in", isDefault: true, specificity: 96),
        line("in_voter", "EPIC", "voter's identity number", "in", isDefault: true, specificity: 46),
        line("in_passport", "INPASS", "passport number", "in", isDefault: true, specificity: 44),
        line("in_vehicle_registration", "INPLATE", "vehicle registration", "in", isDefault: true, specificity: 47),
        line("kr_rrn", "RRN", "resident registration number", "kr", isDefault: true, specificity: 97),
        line("kr_frn", "FRN", "foreigner registration number", "kr", isDefault: true, specificity: 98),
        line("kr_brn", "KRBRN", "business registration number", "kr", isDefault: true, specificity: 99),
        line("kr_driver_license", "KRDL", "driver's licence number", "kr", isDefault: true, specificity: 48),
        line("kr_passport", "KRPASS", "passport number", "kr", isDefault: true, specificity: 49),
        line("jp_my_number", "JPMYNUM", "individual number", "jp", isDefault: true, specificity: 101),
        line("cn_resident_id", "CNID", "resident identity number", "cn", isDefault: true, specificity: 102),
        line("tw_national_id", "TWID", "national identity number", "tw", isDefault: true, specificity: 103),
        line("hk_id_card", "HKID", "identity card number", "hk", isDefault: true, specificity: 106),
        line("th_national_id", "THID", "national identity number", "th", isDefault: true, specificity: 107),
        line("sg_nric", "NRIC", "NRIC or FIN", "sg", isDefault: true, specificity: 108),
        line("sg_uen", "UEN", "unique entity number", "sg", isDefault: true, specificity: 109),
        line("ph_tin", "PHTIN", "tax identification number", "ph", isDefault: true, specificity: 16),
        line("au_abn", "ABN", "business number", "au", isDefault: true, specificity: 111),
        line("au_acn", "ACN", "company number", "au", isDefault: true, specificity: 112),
        line("au_tfn", "TFN", "tax file number", "au", isDefault: true, specificity: 113),
        line("au_medicare", "AUMED", "Medicare number", "au", isDefault: true, specificity: 114),
        line("nz_ird", "IRD", "tax number", "nz", isDefault: true, specificity: 116),
        line("nz_nhi", "NHI", "national health index", "nz", isDefault: true, specificity: 117),
        line("ca_sin", "SIN", "social insurance number", "ca", isDefault: true, specificity: 118),
        line("ca_postcode", "CAPC", "postal code", "ca", isDefault: true, specificity: 21),
        line("br_cpf", "CPF", "CPF number", "br", isDefault: true, specificity: 119),
        line("br_cnpj", "CNPJ", "CNPJ number", "br", isDefault: true, specificity: 121),
        line("mx_curp", "CURP", "CURP", "mx", isDefault: true, specificity: 122),
        line("mx_rfc", "RFC", "RFC tax number", "mx", isDefault: true, specificity: 123),
        line("ar_dni", "ARDNI", "identity document number", "ar", isDefault: true, specificity: 15),
        line("ar_cuit", "CUIT", "tax number (CUIT, CUIL)", "ar", isDefault: true, specificity: 124),
        line("cl_rut", "RUT", "RUT number", "cl", isDefault: true, specificity: 125),
        line("za_id", "ZAID", "identity number", "za", isDefault: true, specificity: 126),
        line("ng_nin", "NGNIN", "national identification number", "ng", isDefault: true, specificity: 127),
        line("ng_vehicle_registration", "NGPLATE", "vehicle registration", "ng", isDefault: true, specificity: 8),
        line("il_id", "ILID", "identity number", "il", isDefault: true, specificity: 128),
    ]

    private static func line(
        _ name: String, _ label: StaticString, _ title: String, _ country: String?, isDefault: Bool, specificity: UInt8
    ) -> SensitiveClass.Details {
        SensitiveClass.Details(
            dataClass: DataClass(name), label: label, title: title, country: country, isDefault: isDefault,
            specificity: specificity)
    }
}
