/// The functions and methods of the extension types.
public enum ExtensionFunction: String, Sendable, CaseIterable {
    /// Makes a decimal of a string.
    case decimal
    /// Makes an IP address or range of a string.
    case ip
    /// Makes a moment of a string.
    case datetime
    /// Makes a length of time of a string.
    case duration
    /// Compares two decimals.
    case lessThan, lessThanOrEqual, greaterThan, greaterThanOrEqual
    /// Asks an IP address.
    case isIpv4, isIpv6, isLoopback, isMulticast, isInRange
    /// Reckons with moments.
    case offset, durationSince, toDate, toTime
    /// Converts a length of time into a whole number.
    case toMilliseconds, toSeconds, toMinutes, toHours, toDays

    /// Whether it is written `f(x)`; the others are written `x.f()`.
    public var isConstructor: Bool {
        switch self {
        case .decimal, .ip, .datetime, .duration: true
        default: false
        }
    }

    /// How many arguments it takes, the receiver of a method included.
    public var arity: Int {
        switch self {
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual, .isInRange, .offset, .durationSince: 2
        default: 1
        }
    }

    /// What is wrong with a call; no values.
    struct Failure: Error {
        let message: String
    }

    /// Calls it; as many arguments as it takes.
    func call(_ arguments: [Value]) throws(Failure) -> Value {
        guard arguments.count == arity else {
            throw Failure(message: "`\(rawValue)` takes \(arity) arguments, not \(arguments.count)")
        }
        switch self {
        case .decimal, .ip, .datetime, .duration: return try construct(arguments[0])
        case .lessThan, .lessThanOrEqual, .greaterThan, .greaterThanOrEqual:
            let left = try decimal(arguments[0])
            let right = try decimal(arguments[1])
            switch self {
            case .lessThan: return .bool(left < right)
            case .lessThanOrEqual: return .bool(left <= right)
            case .greaterThan: return .bool(left > right)
            default: return .bool(left >= right)
            }
        case .isIpv4: return .bool(try ipAddress(arguments[0]).isIPv4)
        case .isIpv6: return .bool(try !ipAddress(arguments[0]).isIPv4)
        case .isLoopback: return .bool(try ipAddress(arguments[0]).isLoopback)
        case .isMulticast: return .bool(try ipAddress(arguments[0]).isMulticast)
        case .isInRange: return .bool(try ipAddress(arguments[0]).isInRange(try ipAddress(arguments[1])))
        case .offset:
            guard let result = try dateTime(arguments[0]).offset(by: try timeSpan(arguments[1])) else {
                throw Failure(message: "overflow in `offset`")
            }
            return .dateTime(result)
        case .durationSince:
            guard let result = try dateTime(arguments[0]).since(try dateTime(arguments[1])) else {
                throw Failure(message: "overflow in `durationSince`")
            }
            return .duration(result)
        case .toDate:
            guard let result = try dateTime(arguments[0]).date else { throw Failure(message: "overflow in `toDate`") }
            return .dateTime(result)
        case .toTime: return .duration(try dateTime(arguments[0]).time)
        case .toMilliseconds: return .long(try timeSpan(arguments[0]).milliseconds)
        case .toSeconds: return .long(try timeSpan(arguments[0]).milliseconds / 1000)
        case .toMinutes: return .long(try timeSpan(arguments[0]).milliseconds / 60_000)
        case .toHours: return .long(try timeSpan(arguments[0]).milliseconds / 3_600_000)
        case .toDays: return .long(try timeSpan(arguments[0]).milliseconds / 86_400_000)
        }
    }

    private func construct(_ argument: Value) throws(Failure) -> Value {
        guard case .string(let text) = argument else { throw mismatch("a string", argument) }
        let value: Value? =
            switch self {
            case .decimal: Decimal(parsing: text).map(Value.decimal)
            case .ip: IPAddress(parsing: text).map(Value.ipAddress)
            case .datetime: DateTime(parsing: text).map(Value.dateTime)
            default: TimeSpan(parsing: text).map(Value.duration)
            }
        guard let value else { throw Failure(message: "the string given to `\(rawValue)` has no such form") }
        return value
    }

    private func decimal(_ value: Value) throws(Failure) -> Decimal {
        guard case .decimal(let result) = value else { throw mismatch("a decimal", value) }
        return result
    }

    private func ipAddress(_ value: Value) throws(Failure) -> IPAddress {
        guard case .ipAddress(let result) = value else { throw mismatch("an IP address", value) }
        return result
    }

    private func dateTime(_ value: Value) throws(Failure) -> DateTime {
        guard case .dateTime(let result) = value else { throw mismatch("a datetime", value) }
        return result
    }

    private func timeSpan(_ value: Value) throws(Failure) -> TimeSpan {
        guard case .duration(let result) = value else { throw mismatch("a duration", value) }
        return result
    }

    private func mismatch(_ expected: String, _ found: Value) -> Failure {
        Failure(message: "`\(rawValue)` wants \(expected), found \(found.typeName)")
    }
}
