import Crypto
import Foundation
import Ledger
import Testing

/// Texts and keys of golang.org/x/mod/sumdb/note, transparency-dev/formats and the specifications.
@Suite struct NoteTests {
    private let peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    private let enoch = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop"
    private let privatePeter = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
    private let text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    private let peterSignature = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    private let enochSignature = "— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n"

    private func open(_ note: String, _ keys: [String]) throws -> [SignedNote.Verified] {
        try SignedNote(parsing: Array(note.utf8)).verify(with: keys.map { try VerifierKey($0) })
    }

    @Test func `a verifier key is read and no mangled one is`() throws {
        #expect(try VerifierKey(peter).description == peter)
        let bytes = Array(peter.utf8)
        for i in bytes.indices {
            for j in (i + 1)...bytes.count where i != 0 || j != bytes.count {
                #expect(throws: NoteProblem.self) { try VerifierKey(String(decoding: bytes[i..<j], as: UTF8.self)) }
            }
            var changed = bytes
            changed[i] += 1
            #expect(throws: NoteProblem.self) { try VerifierKey(String(decoding: changed, as: UTF8.self)) }
        }
        #expect(throws: NoteProblem.self) { try VerifierKey("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==") }
        #expect(throws: NoteProblem.self) { try VerifierKey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW") }
    }

    @Test func `a witness's key is read, keys of other types are refused by number`() throws {
        #expect(try VerifierKey("remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2").kind == .cosignature)
        #expect(try VerifierKey("TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6").kind == .ed25519)
        for bad in ["bananas.sigstore.dev+12344556", "rekor.sigstore.dev+12345678+THIS_IS_NOT_BASE64!", "rekor.sigstore.dev+12345678+AwEB"] {
            #expect(throws: NoteProblem.self) { try VerifierKey(bad) }
        }
        let error = #expect(throws: NoteProblem.self) { try VerifierKey("rekor.sigstore.dev+12345678+AwEB") }
        #expect(error?.description == "keys of type 3 are not understood; Ed25519 (1) and its cosignature (4) are")
    }

    @Test func `a signing key is read and no mangled one is`() throws {
        let signer = try Signer(parsing: "# comment\n\n" + privatePeter + "\n")
        #expect(signer.verifierKey.description == peter && signer.privateText == privatePeter)
        #expect("\(signer)" == "(signing key of PeterNeumann)" && Mirror(reflecting: signer).children.isEmpty)
        let bytes = Array(privatePeter.utf8)
        for i in bytes.indices {
            for j in (i + 1)...bytes.count where i != 0 || j != bytes.count {
                #expect(throws: NoteProblem.self) { try Signer(parsing: String(decoding: bytes[i..<j], as: UTF8.self)) }
            }
            var changed = bytes
            changed[i] += 1
            #expect(throws: NoteProblem.self) { try Signer(parsing: String(decoding: changed, as: UTF8.self)) }
        }
        #expect(throws: NoteProblem.self) { try Signer(parsing: privatePeter + "\n" + privatePeter) }
        #expect(throws: NoteProblem.self) { try Signer(name: "x", seed: [UInt8](repeating: 0, count: 31)) }
    }

    @Test func `signing is deterministic and gives what Go gives`() throws {
        let signer = try Signer(parsing: privatePeter)
        for _ in 0..<3 {
            #expect(try SignedNote(text: text, signers: [signer]).bytes == Array((text + "\n" + peterSignature).utf8))
        }
        #expect(throws: NoteProblem.self) { try SignedNote(text: "abc", signers: [signer]) }
        #expect(throws: NoteProblem.self) { try SignedNote(text: "a\tb\n", signers: [signer]) }
        // The separating line is the last empty one: a text may end with empty lines.
        for odd in ["\n", "\n\n", "a\n\n\nb\n\n"] {
            let note = try SignedNote(text: odd, signers: [signer])
            #expect(try SignedNote(parsing: note.bytes) == note && note.verify(with: [signer.verifierKey]).count == 1)
        }
    }

    @Test func `known signatures are verified and unknown ones passed over`() throws {
        let note = text + "\n" + peterSignature + enochSignature
        #expect(try open(note, [peter]).map(\.key.name) == ["PeterNeumann"])
        #expect(try open(note, [peter, enoch]).map(\.key.name) == ["PeterNeumann", "EnochRoot"])
        #expect(try open(note, [enoch, peter]).map(\.key.name) == ["PeterNeumann", "EnochRoot"])
        #expect(try SignedNote(parsing: Array(note.utf8)).text == text)
        #expect(throws: NoteProblem.self) { try open(note, []) }
        // A name or an id alone makes no known key.
        let otherID = peterSignature.replacingOccurrences(of: "x08g", with: "x08h")
        let otherName = peterSignature.replacingOccurrences(of: "PeterNeumann", with: "CarmenSandiego")
        for unknown in [otherID, otherName] {
            #expect(throws: NoteProblem.self) { try open(text + "\n" + unknown, [peter]) }
            #expect(try open(text + "\n" + unknown + peterSignature, [peter]).count == 1)
        }
    }

    @Test func `a known key that fails rejects the note whatever else holds`() throws {
        let broken = peterSignature.replacingOccurrences(of: "ZJkuBS", with: "ZJkuBT")
        #expect(throws: NoteProblem.self) { try open(text + "\n" + broken, [peter]) }
        #expect(throws: NoteProblem.self) { try open(text + "\n" + broken + enochSignature, [peter, enoch]) }
        #expect(throws: NoteProblem.self) { try open(text + "\n" + peterSignature + broken, [peter]) }
        #expect(try open(text + "\n" + broken + enochSignature, [enoch]).count == 1)
        #expect(throws: NoteProblem.self) { try open(text.replacingOccurrences(of: "your", with: "Your") + "\n" + peterSignature, [peter]) }
    }

    @Test func `repeated signatures count once and two equal keys are refused`() throws {
        let note = text + "\n" + peterSignature + peterSignature + enochSignature + enochSignature
        #expect(try open(note, [peter, enoch]).count == 2)
        #expect(throws: NoteProblem.self) { try open(text + "\n" + enochSignature, [enoch, peter, enoch]) }
        #expect(try open(text + "\n" + peterSignature, [enoch, peter, enoch]).count == 1)
    }

    @Test func `at least 16 signatures are read and more than 100 are not`() throws {
        #expect(try open(text + "\n" + String(repeating: enochSignature, count: 16) + peterSignature, [peter]).count == 1)
        #expect(try open(text + "\n" + String(repeating: enochSignature, count: 99) + peterSignature, [peter]).count == 1)
        #expect(throws: NoteProblem.self) { try open(text + "\n" + String(repeating: peterSignature, count: 101), [peter]) }
    }

    @Test func `a malformed note is refused`() {
        let line = String(peterSignature.dropLast())
        let signed = text + "\n" + peterSignature
        var bad = ["", "\n", "\n\n", text, text + "\n", text + peterSignature]
        bad += [text + "\n" + line, "\u{1}" + signed, text + "\r\n" + peterSignature, signed + "Unexpected line.\n", signed + "\n"]
        bad += [signed.replacingOccurrences(of: "— Peter", with: "- Peter"), signed.replacingOccurrences(of: "Peter", with: "Peter ")]
        bad += [signed.replacingOccurrences(of: "AM=", with: "AN="), signed.replacingOccurrences(of: "AM=", with: "AM")]
        for end in ["a+b x08go/ZJ", "a\u{a0}b x08go/ZJ", " x08go/ZJ", "a x08go/==", "a ", "a"] { bad.append(text + "\n— " + end + "\n") }
        for note in bad {
            #expect(throws: NoteProblem.self, "\(note)") { try SignedNote(parsing: Array(note.utf8)) }
        }
        #expect(throws: NoteProblem.self) { try SignedNote(parsing: [0xff] + Array((text + "\n" + peterSignature).utf8)) }
    }

    @Test func `names that only look alike are different`() throws {
        // "é" as one scalar and as two: Swift's == holds them equal, the key id does not.
        let composed = try Signer(name: "caf\u{e9}", seed: [UInt8](repeating: 1, count: 32))
        let decomposed = try Signer(name: "cafe\u{301}", seed: [UInt8](repeating: 1, count: 32))
        #expect(composed.verifierKey.id != decomposed.verifierKey.id)
        let note = try SignedNote(text: "x\n", signers: [composed])
        #expect(try SignedNote(parsing: note.bytes).verify(with: [composed.verifierKey]).count == 1)
        #expect(throws: NoteProblem.self) { try SignedNote(parsing: note.bytes).verify(with: [decomposed.verifierKey]) }
    }

    @Test func `a cosignature covers time, text and extension lines`() throws {
        let seed = [UInt8](repeating: 5, count: 32)
        let key = try Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        let witness = try VerifierKey(name: "witness.example/w1", kind: .cosignature, publicKey: Array(key.publicKey.rawRepresentation))
        let body = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nextension\n"
        func line(time: UInt64, signedTime: UInt64, prefix: String = "cosignature/v1\n") throws -> String {
            let signature = try key.signature(for: Array((prefix + "time \(signedTime)\n" + body).utf8))
            let id = (0..<4).map { UInt8(truncatingIfNeeded: witness.id >> UInt32(24 - 8 * $0)) }
            let timeBytes = (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
            return "— witness.example/w1 " + Base64.encode(id + timeBytes + Array(signature)) + "\n"
        }
        let good = try line(time: 1_679_315_147, signedTime: 1_679_315_147)
        let verified = try SignedNote(parsing: Array((body + "\n" + good).utf8)).verify(with: [witness])
        #expect(verified.map(\.key) == [witness] && verified.map(\.time) == [1_679_315_147])
        #expect(try VerifierKey(witness.description) == witness)
        for bad in [
            body + "\n" + (try line(time: 1_679_315_148, signedTime: 1_679_315_147)),
            body + "\n" + (try line(time: 1, signedTime: 1, prefix: "")),
            body + "\n" + (try line(time: 1 << 63, signedTime: 1 << 63)),
            body.replacingOccurrences(of: "extension", with: "Extension") + "\n" + good,
        ] {
            #expect(throws: NoteProblem.self) { try SignedNote(parsing: Array(bad.utf8)).verify(with: [witness]) }
        }
        // The same key of the other kind has another id and is not asked.
        let plain = try VerifierKey(name: witness.name, publicKey: witness.publicKey)
        #expect(throws: NoteProblem.self) { try SignedNote(parsing: Array((body + "\n" + good).utf8)).verify(with: [plain]) }
    }

    @Test func `the times of published cosignatures are read`() {
        let good = Base64.decode("ZGhGuQAAAABm/qTPeyKXD+R2rzyQsxPiP8mXum7qq/iF0u4vanlqJyocWODBt97w9uL+8qT7S5gxEHWWOworDcFiEBYJXORmnFBOBA==")
        #expect(good.flatMap { VerifierKey.cosignatureTime(Array($0.dropFirst(4))) } == 1_727_964_367)
        let plain = Base64.decode("eQjRQm6eSKzFoiYalgwCPXu2y3ijtg68is9M46JKxuZB+dRfTmeQeDBoXnvxZx2ugnkyV+MUMLXpWs1hPb/W/4xkNQY=")
        #expect(plain.flatMap { VerifierKey.cosignatureTime(Array($0.dropFirst(4))) } == nil)
    }
}

@Suite struct CheckpointTests {
    private let root = Hash(leaf: [])

    @Test func `a checkpoint is read as it is written`() throws {
        let checkpoint = Checkpoint(origin: "example.com/log", size: 20_852_163, root: root, extensions: ["a line", "another"])
        #expect(checkpoint.text == "example.com/log\n20852163\n\(root.base64)\na line\nanother\n")
        #expect(try Checkpoint(text: checkpoint.text) == checkpoint)
        let empty = Checkpoint(origin: "x", size: 0, root: .emptyRoot)
        #expect(try Checkpoint(text: empty.text) == empty)
        #expect(try Checkpoint(text: "x\n18446744073709551615\n\(root.base64)\n").size == .max)
    }

    @Test func `a malformed checkpoint is refused`() {
        let good = root.base64
        for bad in [
            "", "x\n", "x\n1\n", "x\n1\n\(good)", "\n1\n\(good)\n", "x\n01\n\(good)\n", "x\n-1\n\(good)\n", "x\n+1\n\(good)\n", "x\n1e3\n\(good)\n", "x\n\n\(good)\n",
            "x\n18446744073709551616\n\(good)\n", "x\n1\n\(good.dropLast())\n", "x\n1\n\(good)\n\n", "x\n1\n\(good)\n\na\n", "x\n1\nAAAA\n", "x\n0\n\(good)\n", "x\n\u{0661}\n\(good)\n",
        ] {
            #expect(throws: NoteProblem.self, "\(bad)") { try Checkpoint(text: bad) }
        }
    }
}
