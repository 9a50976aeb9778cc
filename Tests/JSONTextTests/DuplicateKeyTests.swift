import JSONText
import Testing

struct DuplicateKeyTests {
    @Test(arguments: [
        #"{"a":1,"a":2}"#,
        #"{"a":1,"\u0061":2}"#,
        #"{"\u0061":1,"a":2}"#,
        #"{"\u0061":1,"\u0061":2}"#,
        #"{"":1,"":2}"#,
        #"{"model":"a","x":{},"y":[1,{"model":3}],"model":"b"}"#,
        #"{"a/b":1,"a\/b":2}"#,
        #"{"😀":1,"\ud83d\uDE00":2}"#,
        #"{"\n":1,"\u000a":2}"#,
        #"{"x":{"y":{"k":1,"k":1}}}"#,
    ])
    func `the same name twice is refused however it is escaped`(text: String) {
        #expect(reason(text) == .duplicateKey)
    }

    @Test(arguments: [
        #"{"a":1,"A":2}"#,
        #"{"a":{"a":{"a":1}}}"#,
        #"[{"a":1},{"a":1}]"#,
        #"{"a":"a","b":"a"}"#,
        #"{"ab":1,"ba":2,"a":3,"b":4,"":5}"#,
        // The same to a reader of Unicode, but other bytes: composed and decomposed.
        "{\"\u{E9}\":1,\"e\u{301}\":2}",
        #"{"a\u0000":1,"a":2}"#,
        #"{"a\\u0061":1,"aa":2}"#,
    ])
    func `different names are accepted`(text: String) {
        #expect(reason(text) == nil)
    }

    @Test func `one duplicate is found wherever it stands among few and many names`() {
        for count in [2, 3, 8, 15, 16, 17, 18, 64, 300] {
            for escaped in [false, true] {
                for (first, second) in [(0, count - 1), (count / 2, count - 1), (0, 1), (count - 2, count - 1)]
                where first < second {
                    var names = (0..<count).map { "name\($0)" }
                    #expect(reason(object(names)) == nil)
                    names[second] = names[first]
                    if escaped { names[second] = "\\u006e" + names[second].dropFirst() }
                    #expect(reason(object(names)) == .duplicateKey, "\(first) and \(second) of \(count)")
                }
            }
        }
    }

    @Test func `names that share length, first and last byte are told apart`() {
        let names = (100..<116).map { "x\($0)x" }
        #expect(reason(object(names)) == nil)
        #expect(reason(object(names + [names[7]])) == .duplicateKey)
        #expect(reason(object(Array(names.dropLast()) + [names[7]])) == .duplicateKey)
    }

    @Test func `long names that differ in one byte are told apart wherever it is`() throws {
        let name = [UInt8](repeating: 0x61, count: 27)
        for place in 0..<27 {
            var other = name
            other[place] = 0x62
            let text = Array("{\"".utf8) + name + Array("\":1,\"".utf8) + other + Array("\":2}".utf8)
            #expect(reason(text) == nil, "\(place)")
            let root = try JSONDocument(parsing: text).root
            #expect(root[String(decoding: name, as: UTF8.self)]?.int == 1)
            #expect(root[String(decoding: other, as: UTF8.self)]?.int == 2)
        }
    }

    @Test func `the error stands at the second name`() throws {
        let error = #expect(throws: JSONSyntaxError.self) { try document(#"{"a":[1,2],"b":0,"a":3}"#) }
        #expect(error?.offset == 17)
    }

    @Test func `two hundred thousand names take linear time`() throws {
        func seconds(_ count: Int, _ prefix: String) throws -> Duration {
            let text = Array(object((0..<count).map { prefix + "\($0)" }).utf8)
            return try computingTime { _ = try JSONDocument(parsing: text) }
        }
        // Quadratic work would be 100 times the time for 10 times the names; 20,000 million pairs take minutes.
        #expect(try seconds(200_000, "key") < .seconds(20))
        #expect(try seconds(200_000, "\\u0061") < .seconds(20))
        #expect(try seconds(10_000, String(repeating: "long common beginning ", count: 20)) < .seconds(20))
        let bytes = Array(object((0..<100_000).map { "key\($0)" } + ["key5"]).utf8)
        #expect(reason(bytes) == .duplicateKey)
    }

    private func object(_ names: [String]) -> String {
        "{" + names.map { "\"\($0)\":1" }.joined(separator: ",") + "}"
    }
}
