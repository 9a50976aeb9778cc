import Cryptography
import Testing
import TransparencyLog

@Suite struct NoteTests {
    /// The keys of the documentation of golang.org/x/mod/sumdb/note.
    static let goSigner = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    static let goVerifier = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    static let goText =
        "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    static let goNote =
        goText
        + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

    @Test func `notes and keys of Go are read, verified and made to the byte`() throws {
        let signer = try NoteSigner(text: NoteTests.goSigner)
        let verifier = try NoteVerifier(text: NoteTests.goVerifier)
        #expect(signer.verifier.text == NoteTests.goVerifier && verifier.text == NoteTests.goVerifier)
        let note = try SignedNote(parsing: NoteTests.goNote.bytes)
        #expect(note.text == NoteTests.goText.bytes)
        #expect(try note.verified(by: [verifier]).count == 1)
        var made = try #require(SignedNote(text: NoteTests.goText.bytes))
        made.append(try signer.sign(made.text))
        #expect(made.bytes == NoteTests.goNote.bytes)
    }

    @Test func `a flipped bit anywhere in a note is found`() throws {
        let verifier = try NoteVerifier(text: NoteTests.goVerifier)
        let bytes = NoteTests.goNote.bytes
        for position in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[position] ^= 1 << UInt8(bit)
                #expect((try? SignedNote(parsing: changed).verified(by: [verifier])) == nil, "byte \(position)")
            }
        }
    }

    @Test func `unknown signatures are kept and passed over, and wrong ones of known keys condemn the note`() throws {
        let signer = try Keys.signer("log.example", 1)
        let other = try Keys.signer("other.example", 2)
        var note = try #require(SignedNote(text: "text\n".bytes))
        note.append(try other.sign(note.text))
        #expect(throws: NoteVerificationError.unsigned) { try note.verified(by: [signer.verifier]) }
        note.append(NoteSignature(name: signer.verifier.name, keyID: 7, bytes: [UInt8](repeating: 9, count: 2420)))
        note.append(try signer.sign(note.text))
        note.append(try signer.sign(note.text))
        #expect(try SignedNote(parsing: note.bytes) == note)
        #expect(try note.verified(by: [signer.verifier]).count == 1)
        #expect(try note.verified(by: [signer.verifier, other.verifier]).count == 2)
        note.append(NoteSignature(name: signer.verifier.name, keyID: signer.verifier.keyID, bytes: [1]))
        #expect(throws: NoteVerificationError.invalidSignature(signer.verifier.name)) {
            try note.verified(by: [signer.verifier])
        }
        #expect(try note.verified(by: [other.verifier]).count == 1)
    }

    @Test func `a cosignature says its time, and is none of another type`() throws {
        let witness = try Keys.signer("witness.example", 3, .cosignatureV1)
        let plain = try Keys.signer("witness.example", 3)
        #expect(witness.verifier.keyID != plain.verifier.keyID)
        var note = try #require(SignedNote(text: "text\n".bytes))
        let signature = try witness.sign(note.text, time: 1_679_315_147)
        note.append(signature)
        #expect(try note.verified(by: [witness.verifier]).first?.time == 1_679_315_147)
        for bit in 0..<(72 * 8) {
            var bytes = signature.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            let changed = NoteSignature(name: signature.name, keyID: signature.keyID, bytes: bytes)
            let other = try #require(SignedNote(text: note.text, signatures: [changed]))
            #expect(throws: NoteVerificationError.self) { try other.verified(by: [witness.verifier]) }
        }
        let asPlain = NoteSignature(
            name: signature.name, keyID: plain.verifier.keyID, bytes: Array(signature.bytes.suffix(64)))
        let other = try #require(SignedNote(text: note.text, signatures: [asPlain]))
        #expect(throws: NoteVerificationError.self) { try other.verified(by: [plain.verifier]) }
        let key = try NoteVerifier(text: witness.verifier.text)
        #expect(key.type == .cosignatureV1 && key.keyID == witness.verifier.keyID)
        let text = try #require(
            NoteSigner.text(
                name: witness.verifier.name, type: .cosignatureV1, seed: [UInt8](repeating: 3, count: 32)))
        #expect(try NoteSigner(text: text).verifier.text == witness.verifier.text)
    }

    @Test(arguments: [
        "", "\n", "text", "text\n", "text\n\n", "text\n\n— a AAAAAAE=", "text\n\n- a AAAAAAE=\n",
        "text\n\n— a  AAAAAAE=\n",
        "text\n\n— a AAAAAA==\n", "text\n\n— a+b AAAAAAE=\n", "text\n\n—  AAAAAAE=\n", "text\n\n— a AAAAAAF=\n",
        "text\n\n— a AAAAAAE\n", "text\n\n— a AAAAAAE=\r\n", "te\txt\n\n— a AAAAAAE=\n", "text\n\n— a AAAAAAE=\nmore\n",
        "text\n\n— a\u{A0}b AAAAAAE=\n", "text\n\n— a\u{2003} AAAAAAE=\n", "text\n\n\u{2014}a AAAAAAE=\n",
    ])
    func `what is no note is refused`(_ text: String) {
        #expect(throws: LogFormatError.self) { try SignedNote(parsing: text.bytes) }
    }

    @Test func `notes of bytes that are not UTF-8, and of too many signatures, are refused`() throws {
        #expect(throws: LogFormatError.self) { try SignedNote(parsing: [0xFF] + "\n\n— a AAAAAAE=\n".bytes) }
        func note(_ count: Int) -> [UInt8] { "text\n\n".bytes + (0..<count).flatMap { "— a\($0) AAAAAAE=\n".bytes } }
        #expect(try SignedNote(parsing: note(100)).signatures.count == 100)
        #expect(throws: LogFormatError.self) { try SignedNote(parsing: note(101)) }
        #expect(try SignedNote(parsing: "a\n\nb\n\n— a AAAAAAE=\n".bytes).text == "a\n\nb\n".bytes)
        #expect(SignedNote(text: "text".bytes) == nil && SignedNote(text: [0x0D, 0x0A]) == nil)
    }

    @Test(arguments: [
        "", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumenn+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+Bhpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10Q=",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ])
    func `what is no key is refused`(_ text: String) {
        #expect(throws: LogFormatError.self) { try NoteVerifier(text: text) }
        #expect(throws: LogFormatError.self) { try NoteSigner(text: text) }
        #expect(throws: LogFormatError.self) { try NoteSigner(text: "PRIVATE+KEY+" + text) }
    }

    @Test func `a key that is given twice counts once`() throws {
        let first = try Keys.signer("a", 1).verifier
        var note = try #require(SignedNote(text: "text\n".bytes))
        note.append(try Keys.signer("a", 1).sign(note.text))
        #expect(try note.verified(by: [first, first]).count == 1)
    }
}
