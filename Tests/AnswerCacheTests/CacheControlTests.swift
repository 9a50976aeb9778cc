import AnswerCache
import Testing

private struct Case: CustomTestStringConvertible, Sendable {
    let values: [String]
    let takesKept: Bool
    let mayKeep: Bool
    var maximumAge: Int64?
    var testDescription: String { "\(values)" }
}

private let cases = [
    Case(values: [], takesKept: true, mayKeep: true),
    Case(values: [""], takesKept: true, mayKeep: true),
    Case(values: ["no-store"], takesKept: false, mayKeep: false),
    Case(values: ["No-Cache"], takesKept: false, mayKeep: true),
    Case(values: ["max-age=60, no-transform"], takesKept: true, mayKeep: true, maximumAge: 60_000),
    Case(values: [" foo=1 ,\tno-store "], takesKept: false, mayKeep: false),
    Case(values: ["max-age=60", "max-age=5"], takesKept: true, mayKeep: true, maximumAge: 5_000),
    Case(values: ["max-age=0"], takesKept: true, mayKeep: true, maximumAge: 0),
    Case(values: ["max-age"], takesKept: true, mayKeep: true, maximumAge: 0),
    Case(values: ["max-age=-1"], takesKept: true, mayKeep: true, maximumAge: 0),
    Case(values: ["max-age=\"7\""], takesKept: true, mayKeep: true, maximumAge: 7_000),
    Case(values: ["max-age=99999999999999999999"], takesKept: true, mayKeep: true, maximumAge: .max),
    Case(values: ["no-storeroom, x-no-cache"], takesKept: true, mayKeep: true),
]

@Test(arguments: cases) private func `the caller's cache-control is heeded`(of case: Case) {
    let control = CacheControl(`case`.values)
    #expect(control.takesKept == `case`.takesKept)
    #expect(control.mayKeep == `case`.mayKeep)
    #expect(control.maximumAge == `case`.maximumAge)
}
