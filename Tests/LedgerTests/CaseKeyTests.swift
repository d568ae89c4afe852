import Crypto
import Foundation
import Ledger
import Model
import Testing

@Suite struct CaseKeyTests {
    private func key() throws -> CaseKey { try CaseKey(secret: Array(0..<32)) }

    @Test func `the file leads back to the key and shows it nowhere else`() throws {
        let key = try key()
        #expect(key.fileText.split(separator: "\n").last == "cordon-case-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
        #expect(key.fileText.hasPrefix("#") && key.fileText.hasSuffix("\n"))
        #expect(try CaseKey(parsing: Array(key.fileText.utf8)) == key)
        #expect(try CaseKey(parsing: Array("\r\n  \ncordon-case-key-1   AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=  \r\n".utf8)) == key)
        #expect("\(key)" == "(case key)" && Mirror(reflecting: key).children.isEmpty)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(dumped == "- (case key)\n")
    }

    @Test(arguments: [
        ("", "the file has no line that begins with cordon-case-key-1"),
        ("# only a comment\n", "the file has no line that begins with cordon-case-key-1"),
        ("hello\n", "the key's line is not `cordon-case-key-1`, a space and the key"),
        ("cordon-case-key-1\n", "the key's line is not `cordon-case-key-1`, a space and the key"),
        ("cordon-case-key-2 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "the key is of a version that this program does not know; it knows 1"),
        ("cordon-case-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n", "the key is not base64; a letter is missing or wrong"),
        ("cordon-case-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==\n", "a case key has 32 bytes, found 31"),
        ("cordon-case-key-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ncordon-case-key-1 AAAA\n", "the file has 2 keys; a case has one"),
    ])
    func `another file is refused with what is wrong`(text: String, problem: String) {
        let error = #expect(throws: CaseKeyProblem.self) { try CaseKey(parsing: Array(text.utf8)) }
        #expect(error?.description == problem)
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: CaseKeyProblem.self) { try CaseKey(parsing: [0xff, 0xfe]) }
        #expect(throws: CaseKeyProblem.self) { try CaseKey(parsing: [UInt8](repeating: 0x20, count: 1 << 20)) }
        #expect(throws: CaseKeyProblem.self) { try CaseKey(secret: [1, 2, 3]) }
    }

    /// Known answers computed apart (HKDF and HMAC from Python's hmac module).
    @Test func `pseudonyms, fingerprints, salts and the signing key are those of the derivation`() throws {
        let key = try key()
        let names = key.pseudonyms
        #expect(names.person("urn:oid:1.2.250.1.213.1.4.8|2 é").hex == "12c77fdb40412753a0866b11c340870a")
        #expect(names.reference("123").hex == "39fbc30bc1ce04ac966e5603df0b96af")
        #expect(names.account("123").hex == "b0c34293b071b288aa9e5a619cef74b3")
        #expect(names.account("123").base64URL == "sMNCk7BxsoiqnlphnO90sw")
        #expect(names.fingerprint(.session, "abc") == 9_375_046_922_701_065_968)
        #expect(names.fingerprint(.address, "abc") == 4_022_732_618_833_141_659)
        for (domain, value) in [(FingerprintDomain.source, 367_295_699_924_078_889), (.team, 8_900_630_977_083_366_325), (.event, 8_922_257_849_159_263_183), (.letters, 14_567_132_552_095_366_707)] as [(FingerprintDomain, UInt64)] {
            #expect(names.fingerprint(domain, "abc") == value)
        }
        #expect(Hex.encode(names.salt(513).bytes) == "b6ee6724e8d434529fd593299f1aee69")
        let seed = try #require(Hex.decode("e12a4483d8f4f44d2cfc1c45ad4c13c1b609ad2502e7310e9c48b47d05412cf3"))
        #expect(try key.signer(name: "log").verifierKey == Signer(name: "log", seed: seed).verifierKey)
    }

    @Test func `another key, purpose, domain or text gives another value`() throws {
        let names = try key().pseudonyms
        let others = try CaseKey(secret: [UInt8](repeating: 9, count: 32)).pseudonyms
        #expect(names.person("1") != others.person("1") && names.salt(0) != others.salt(0) && names.salt(0) != names.salt(1))
        #expect(Set([names.person("1"), names.reference("1"), names.account("1"), names.person("2"), names.person("")]).count == 5)
        #expect(Set(FingerprintDomain.allCases.map { names.fingerprint($0, "x") }).count == FingerprintDomain.allCases.count)
        // The domain and the text are told apart: "a" + "bc" is not "ab" + "c".
        #expect(names.fingerprint(.session, "") != 0)
    }

    @Test func `a pseudonym's texts lead back to it and sort like it`() throws {
        var random = SeededGenerator(2)
        var all: [Pseudonym] = []
        for _ in 0..<200 {
            let bytes = random.bytes(16)
            let pseudonym = try #require(Pseudonym(bytes))
            #expect(pseudonym.bytes == bytes && Pseudonym(pseudonym.hex) == pseudonym && Pseudonym(pseudonym.base64URL) == pseudonym)
            all.append(pseudonym)
        }
        #expect(all.sorted().map(\.hex) == all.map(\.hex).sorted())
        for bad in ["", "ab", String(repeating: "g", count: 32), String(repeating: "A", count: 21) + "B", String(repeating: "A", count: 21) + "+"] {
            #expect(Pseudonym(bad) == nil)
        }
        #expect(Pseudonym([UInt8](repeating: 0, count: 15)) == nil)
    }
}

/// The primitives under the case key, as this build has them.
@Suite(.needsVectors) struct KeyedHashVectorTests {
    private struct File: Decodable {
        struct Group: Decodable { var tagSize: Int?, tests: [Case] }
        struct Case: Decodable { var tcId: Int, key: String?, msg: String?, tag: String?, ikm: String?, salt: String?, info: String?, okm: String?, size: Int?, result: String }
        var testGroups: [Group]
    }

    @Test func `all 174 HMAC and 86 HKDF cases of Wycheproof hold`() throws {
        var count = 0
        let macs = try JSONDecoder().decode(File.self, from: vectorFile("wycheproof/hmac_sha256_test.json"))
        for group in macs.testGroups {
            for test in group.tests {
                count += 1
                let key = SymmetricKey(data: Hex.decode(test.key ?? "") ?? []), message = Hex.decode(test.msg ?? "") ?? []
                let tag = Array(HMAC<SHA256>.authenticationCode(for: message, using: key)).prefix((group.tagSize ?? 256) / 8)
                #expect((Hex.encode(tag) == test.tag) == (test.result == "valid"), "\(test.tcId)")
            }
        }
        #expect(count == 174)
        let keys = try JSONDecoder().decode(File.self, from: vectorFile("wycheproof/hkdf_sha256_test.json"))
        for test in keys.testGroups.flatMap(\.tests) {
            count += 1
            // A length beyond 255 blocks is refused by the standard, and by a precondition of the library.
            guard test.result == "valid", let size = test.size else { continue }
            let key = HKDF<SHA256>.deriveKey(
                inputKeyMaterial: SymmetricKey(data: Hex.decode(test.ikm ?? "") ?? []), salt: Hex.decode(test.salt ?? "") ?? [],
                info: Hex.decode(test.info ?? "") ?? [], outputByteCount: size)
            #expect(key.withUnsafeBytes { Hex.encode($0) } == test.okm, "\(test.tcId)")
        }
        #expect(count == 174 + 86)
    }
}
