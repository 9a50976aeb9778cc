import Foundation
import JSONText
import SharedMaterial
import Testing

/// All of JSONTestSuite (github.com/nst/JSONTestSuite), in `../shared/data/json`.
struct ConformanceTests {
    /// What `y_` files are refused on purpose: see the table in `JSONParser`.
    static let refusedOnPurpose: Set = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    /// How the texts on which RFC 8259 leaves the choice are decided; `nil` is accepted. The reasons stand in `JSONParser`.
    static let decisions: [String: JSONSyntaxError.Reason?] = [
        "i_number_double_huge_neg_exp.json": nil,
        "i_number_huge_exp.json": nil,
        "i_number_neg_int_huge_exp.json": nil,
        "i_number_pos_double_huge_exp.json": nil,
        "i_number_real_neg_overflow.json": nil,
        "i_number_real_pos_overflow.json": nil,
        "i_number_real_underflow.json": nil,
        "i_number_too_big_neg_int.json": nil,
        "i_number_too_big_pos_int.json": nil,
        "i_number_very_big_negative_int.json": nil,
        "i_object_key_lone_2nd_surrogate.json": .loneSurrogate,
        "i_string_1st_surrogate_but_2nd_missing.json": .loneSurrogate,
        "i_string_1st_valid_surrogate_2nd_invalid.json": .loneSurrogate,
        "i_string_UTF-16LE_with_BOM.json": .expectedValue,
        "i_string_UTF-8_invalid_sequence.json": .invalidUTF8,
        "i_string_UTF8_surrogate_U+D800.json": .invalidUTF8,
        "i_string_incomplete_surrogate_and_escape_valid.json": .loneSurrogate,
        "i_string_incomplete_surrogate_pair.json": .loneSurrogate,
        "i_string_incomplete_surrogates_escape_valid.json": .loneSurrogate,
        "i_string_invalid_lonely_surrogate.json": .loneSurrogate,
        "i_string_invalid_surrogate.json": .loneSurrogate,
        "i_string_invalid_utf-8.json": .invalidUTF8,
        "i_string_inverted_surrogates_U+1D11E.json": .loneSurrogate,
        "i_string_iso_latin_1.json": .invalidUTF8,
        "i_string_lone_second_surrogate.json": .loneSurrogate,
        "i_string_lone_utf8_continuation_byte.json": .invalidUTF8,
        "i_string_not_in_unicode_range.json": .invalidUTF8,
        "i_string_overlong_sequence_2_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes.json": .invalidUTF8,
        "i_string_overlong_sequence_6_bytes_null.json": .invalidUTF8,
        "i_string_truncated-utf-8.json": .invalidUTF8,
        "i_string_utf16BE_no_BOM.json": .expectedValue,
        "i_string_utf16LE_no_BOM.json": .expectedValue,
        "i_structure_500_nested_arrays.json": .depth,
        "i_structure_UTF-8_BOM_empty_object.json": .byteOrderMark,
    ]

    @Test func `every text of JSONTestSuite is accepted or refused as it says`() throws {
        let files = try suite()
        guard !files.isEmpty else { return }
        var counts = (accepted: 0, refused: 0, decided: 0)
        for (name, bytes) in files {
            let outcome = reason(bytes)
            switch name.prefix(2) {
            case "y_" where Self.refusedOnPurpose.contains(name):
                #expect(outcome == .duplicateKey, "\(name)")
            case "y_":
                counts.accepted += 1
                #expect(outcome == nil, "\(name)")
            case "n_":
                counts.refused += 1
                #expect(outcome != nil, "\(name)")
            default:
                counts.decided += 1
                let decision = try #require(Self.decisions[name], "no decision on \(name)")
                #expect(outcome == decision, "\(name)")
            }
        }
        print("JSONTestSuite: \(counts)")
        #expect(counts.accepted == 93 && counts.refused >= 187 && counts.decided == Self.decisions.count, "\(counts)")
    }

    @Test func `what JSONTestSuite accepts is kept byte by byte and means what Foundation reads`() throws {
        for (name, bytes) in try suite() where name.hasPrefix("y_") && !Self.refusedOnPurpose.contains(name) {
            let document = try JSONDocument(parsing: bytes)
            #expect(document.replacing([]) == bytes)
            let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            #expect(isSame(document.root, theirs), "\(name)")
        }
    }

    /// The suite's files; empty where there is no `../shared`.
    private func suite() throws -> [(name: String, bytes: [UInt8])] {
        guard let file = SharedMaterial.place("data/json/JSONTestSuite.tar.gz", for: "JSONTestSuite") else { return [] }
        let archive = try Archive(file)
        var files: [(name: String, bytes: [UInt8])] = []
        for path in archive.names(containing: "test_parsing") where path.hasSuffix(".json") {
            files.append(((path as NSString).lastPathComponent, try #require(archive[path])))
        }
        return files.sorted { $0.name < $1.name }
    }
}

/// Whether a value means what Foundation made of it.
func isSame(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours.kind {
    case .null: return theirs is NSNull
    case .true, .false: return (theirs as? Bool) == ours.bool
    case .number:
        // Foundation rounds long decimals through its own decimal type.
        guard let theirs = (theirs as? NSNumber)?.doubleValue, let ours = ours.double else { return false }
        return abs(theirs - ours) <= 1e-14 * abs(ours)
    case .string: return (theirs as? String).map { Array($0.utf8) } == ours.string.map { Array($0.utf8) }
    case .array:
        guard let theirs = theirs as? [Any], theirs.count == ours.count else { return false }
        return zip(ours.elements, theirs).allSatisfy { isSame($0, $1) }
    case .object:
        // Foundation's dictionaries unite canonically equivalent names, so only the size of ours is an upper bound.
        guard let theirs = theirs as? [String: Any], theirs.count == ours.count else { return false }
        return ours.members.allSatisfy { member in
            guard let name = member.key.string, let value = theirs[name] else { return false }
            return isSame(member.value, value)
        }
    }
}
