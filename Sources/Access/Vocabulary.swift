internal import Cedar
internal import Inference

/// The words that policies may use, and what the gateway says in them.
enum Vocabulary {
    static let user = "User"
    static let service = "Service"
    static let team = "Team"
    static let tenant = "Tenant"
    static let model = "Model"
    static let provider = "Provider"
    static let alias = "Alias"
    static let group = "Group"
    static let action = "Action"

    static let gateway = "Gateway"

    /// The forms of sending with their actions, from the most open to the most closed.
    static let forms: [(form: SendingForm, action: AccessAction)] = SendingForm.allCases.map { ($0, AccessAction($0)) }

    /// Classes of data that are the house's to fill: the policies that come with the gateway speak of them.
    static let houseClasses = ["health", "inside_only"]
    static let operations =
        Operation.allCases.map(\.rawValue) + [AccessAction.listModels.rawValue, "policies", "reload"]
    static let dialects = Dialect.allCases.map(\.rawValue)
    static let methods = Principal.Method.allCases.map(\.rawValue)
    static let trusts = ["internal", "external", "demo"]

    // MARK: - Principals and the gateway

    /// A principal as policies see it: of its further attributes those that the schema declares.
    static func asker(_ principal: Principal, _ declared: DeclaredVocabulary) -> Asker {
        let uid = EntityUID(type: principal.kind == .user ? user : service, id: principal.name)
        var parents: [EntityUID] = []
        parents.reserveCapacity(principal.teams.count + 1)
        for name in principal.teams { parents.append(EntityUID(type: team, id: name)) }
        parents.append(EntityUID(type: tenant, id: principal.tenant))
        var attributes = Record(sorted: [
            Record.Field("credential", .string(principal.credentials)),
            Record.Field("method", .string(principal.method.rawValue)),
            Record.Field(
                "methods",
                .set(ValueSet(strings: [principal.method.rawValue] + principal.furtherProofs.map(\.method.rawValue)))),
            Record.Field("name", .string(principal.name)),
            Record.Field("tenant", .string(principal.tenant)),
        ])
        var faults: [String] = []
        if !principal.attributes.isEmpty {
            let (further, wrong) = declared.admitted(principal)
            // What identification proved itself is not for a claim to replace.
            attributes = Record(sorted: further).merging(attributes.fields)
            faults = wrong
        }
        let described = Entity(uid: uid, attributes: attributes, parents: parents)
        return Asker(uid: uid, described: described, entities: Entities(closed: [described]), faults: faults)
    }

    /// The gateway itself, the resource of `administer`. It is told as our own machine, so that policies that speak of `trust`
    /// and name no action hold for it as well.
    static let gatewayItself = Entity(
        uid: EntityUID(type: gateway, id: "sallyport"),
        attributes: Record([
            Record.Field("internal", .bool(true)), Record.Field("name", .string("sallyport")),
            Record.Field("trust", .string("internal")),
        ]))

    // MARK: - Context

    private static let noClasses = ValueSet([])

    static func context(
        operation: String, dialect: String, data: DataSummary, counts zeros: Record, tools: [String],
        estimatedTokens: Int, purpose: String?, clientAddress: String?, now: Int64
    ) -> Record {
        // Years 0 to 9999: no reckoning below can overflow, and no clock is further off.
        let now = min(max(now, -62_167_219_200), 253_402_300_799)
        let (classes, counts) = summary(of: data, zeros)
        // In the order of the names, which spares sorting.
        var fields: [Record.Field] = []
        fields.reserveCapacity(12)
        fields.append(Record.Field("classes", .set(classes)))
        if let clientAddress, let address = IPAddress(parsing: clientAddress) {
            fields.append(Record.Field("client_ip", .ipAddress(address)))
        }
        fields.append(Record.Field("counts", .record(counts)))
        fields.append(Record.Field("dialect", .string(dialect)))
        fields.append(Record.Field("estimated_tokens", .long(Int64(estimatedTokens))))
        fields.append(Record.Field("hour", .long(floorModulo(now, 86_400) / 3600)))
        fields.append(Record.Field("operation", .string(operation)))
        if let purpose { fields.append(Record.Field("purpose", .string(purpose))) }
        fields.append(Record.Field("time", .dateTime(DateTime(milliseconds: now * 1000))))
        fields.append(Record.Field("tools", .set(tools.isEmpty ? noClasses : ValueSet(strings: tools))))
        fields.append(Record.Field("unscannable", .bool(data.unscannable > 0)))
        // 1970-01-01 was a Thursday, the fourth day of the week.
        let days = (now - floorModulo(now, 86_400)) / 86_400
        fields.append(Record.Field("weekday", .long(floorModulo(days + 3, 7) + 1)))
        return Record(sorted: fields)
    }

    /// The classes that were found, and how many of each.
    private static func summary(of data: DataSummary, _ noCounts: Record) -> (classes: ValueSet, counts: Record) {
        guard !data.counts.isEmpty || data.unscannable > 0 else { return (noClasses, noCounts) }
        // The summary's lines are sorted by class, so that the lines of one class follow each other.
        var found: [Record.Field] = []
        var sum: Int64 = 0
        for (index, line) in data.counts.enumerated() {
            sum += Int64(line.count)
            if index + 1 < data.counts.count, data.counts[index + 1].dataClass == line.dataClass { continue }
            found.append(Record.Field(line.dataClass.rawValue, .long(sum)))
            sum = 0
        }
        if data.unscannable > 0 {
            found.append(Record.Field(DataClass.unscannable.rawValue, .long(Int64(data.unscannable))))
        }
        // A class of the house's own is counted where the schema declares it.
        return (ValueSet(strings: found.map(\.name)), noCounts.merging(found.filter { noCounts[$0.name] != nil }))
    }

    private static func floorModulo(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
