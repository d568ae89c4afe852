import Ledger
import Model
import Testing

/// An entry with anything in it, for properties.
func randomEntry(_ random: inout SeededGenerator, disclosures: Int? = nil) -> LedgerEntry {
    func sometimes<T>(_ absent: T, _ value: (inout SeededGenerator) -> T) -> T { Bool.random(using: &random) ? absent : value(&random) }
    func pseudonym(_ random: inout SeededGenerator) -> Pseudonym { Pseudonym(random.bytes(16))! }
    let words = ["a", "placement", "région Île-de-France", String(repeating: "long", count: 80), "\u{1F600}", "e\u{301}"]
    var entry = LedgerEntry(
        salt: Salt(random.bytes(16))!,
        time: Instant(milliseconds: [0, -1, .min, .max, 1_757_325_600_123, Int64(bitPattern: random.next())].randomElement(using: &random)!)
    )
    entry.source = sometimes("") { words.randomElement(using: &$0)! }
    entry.service = sometimes("") { words.randomElement(using: &$0)! }
    entry.controller = sometimes("") { words.randomElement(using: &$0)! }
    entry.account = sometimes(nil, pseudonym)
    entry.attribution = [.none, .stated, .joined, .ambiguous].randomElement(using: &random)!
    entry.team = sometimes(0) { $0.next() }
    entry.session = sometimes(0) { $0.next() >> 32 }
    entry.address = sometimes(0) { $0.next() >> 48 }
    entry.network = sometimes(0) { $0.next() >> 58 }
    entry.agent = sometimes(0) { $0.next() }
    entry.authentication = sometimes(0) { $0.next() }
    entry.device = [.unknown, .desk, .phone, .tablet, .script].randomElement(using: &random)!
    entry.action = Action.allCases.randomElement(using: &random)!
    entry.outcome = [.success, .unknown].randomElement(using: &random)!
    entry.breakGlass = .random(using: &random)
    entry.resource = sometimes("") { words.randomElement(using: &$0)! }
    entry.search = sometimes(nil) {
        Act.Search(
            term: $0.next(), letters: ($0.next(), 0, $0.next() >> 40), page: .random(in: -3...300, using: &$0), length: .random(in: 0...30, using: &$0),
            isNarrow: .random(using: &$0), results: Bool.random(using: &$0) ? nil : .random(in: 0...100_000, using: &$0))
    }
    entry.eventID = sometimes(0) { $0.next() }
    entry.events = sometimes(1) { .random(in: 1...500, using: &$0) }
    entry.unrecorded = sometimes(0) { .random(in: 0...500, using: &$0) }
    let count = disclosures ?? [0, 0, 1, 1, 2, 30].randomElement(using: &random)!
    entry.disclosures = (0..<count).map { _ in
        .init(
            person: pseudonym(&random), reference: sometimes(nil, pseudonym), categories: Categories(rawValue: UInt8(truncatingIfNeeded: random.next())),
            manners: Manners(rawValue: UInt8(truncatingIfNeeded: random.next())),
            ranks: sometimes(nil) { .init(id: UInt32(truncatingIfNeeded: $0.next()), name: Bool.random(using: &$0) ? nil : 5, postcode: Bool.random(using: &$0) ? nil : 0) })
    }
    if Bool.random(using: &random) {
        for i in entry.disclosures.indices where Bool.random(using: &random) { entry.disclosures[i].identifiers = [pseudonym(&random)] }
        entry.live = .init(
            thread: random.next() >> 60, ownSession: .random(using: &random),
            names: sometimes(nil) { .init(name: pseudonym(&$0), subject: Bool.random(using: &$0) ? nil : pseudonym(&$0), professional: nil) },
            records: (0..<Int.random(in: 0...3, using: &random)).map { _ in .init(id: random.next(), content: random.next()) })
    }
    return entry
}

@Suite struct EntryTests {
    private func full() throws -> LedgerEntry {
        var entry = LedgerEntry(salt: try #require(Salt(Array(0..<16))), time: Instant(milliseconds: 1_757_325_600_123))
        (entry.source, entry.service, entry.controller) = ("identity.example", "placement", "region-a")
        (entry.account, entry.attribution) = (Pseudonym([UInt8](repeating: 0xaa, count: 16)), .stated)
        (entry.team, entry.session, entry.address, entry.network, entry.agent, entry.authentication) = (1 << 63, .max, 256, 65_536, 23, 24)
        (entry.device, entry.action, entry.outcome, entry.breakGlass, entry.resource) = (.desk, .read, .unknown, true, "Patient")
        entry.search = Act.Search(term: 7, letters: (1, 2, 3), page: -5, length: 4)
        (entry.eventID, entry.events, entry.unrecorded) = (1 << 32, 3, 50)
        entry.disclosures = [
            .init(person: try #require(Pseudonym([UInt8](repeating: 1, count: 16))), categories: [.identity, .contact], manners: .listed),
            .init(
                person: try #require(Pseudonym([UInt8](repeating: 2, count: 16))), reference: Pseudonym([UInt8](repeating: 3, count: 16)),
                categories: [.identity, .medical, .unknown], manners: .opened, ranks: .init(id: 1_000, postcode: .max)),
        ]
        (entry.part, entry.parts) = (1, 2)
        return entry
    }

    /// Encoded apart by Python's cbor2 in its canonical mode.
    private let fullHex = "b81900010150000102030405060708090a0b0c0d0e0f021b0000019928c4a57b03706964656e746974792e6578616d706c650469706c6163656d656e740568726567696f6e2d610650aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa0701081b8000000000000000091bffffffffffffffff0a1901000b1a000100000c170d18180e010f04100211f5126750617469656e741388070102032404f4f6141b000000010000000015031618321782845001010101010101010101010101010101f60502875002020202020202020202020202020202500303030303030303030303030303030318a1011903e8f61affffffff1818820102"
    private let leastHex = "a300010150000000000000000000000000000000000220"

    @Test func `an entry is the deterministic CBOR that another encoder writes`() throws {
        let full = try full()
        #expect(Hex.encode(try full.encoded()) == fullHex)
        #expect(try LedgerEntry(decoding: try #require(Hex.decode(fullHex))) == full)
        let least = LedgerEntry(salt: try #require(Salt([UInt8](repeating: 0, count: 16))), time: Instant(milliseconds: -1))
        #expect(Hex.encode(try least.encoded()) == leastHex)
        #expect(try LedgerEntry(decoding: try #require(Hex.decode(leastHex))) == least)
    }

    @Test(arguments: [UInt64](1...20))
    func `what is written reads back the same`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        for _ in 0..<100 {
            let entry = randomEntry(&random)
            let bytes = try entry.encoded()
            #expect(try LedgerEntry(decoding: bytes) == entry)
        }
    }

    @Test(arguments: [
        ("another version", "a300020150000000000000000000000000000000000220", "version 2"),
        ("no version", "a20150000000000000000000000000000000000220", "without a version"),
        ("no salt", "a200010220", "without a salt"),
        ("no time", "a2000101500000000000000000000000000000000003", "without a time"),
        ("a short salt", "a3000101400220", "bytes of another length"),
        ("bytes after the entry", "a30001015000000000000000000000000000000000022000", "after the entry"),
        ("a number in a longer form", "a3001801015000000000000000000000000000000000022000", "shortest form"),
        ("a length in a longer form", "a300010158100000000000000000000000000000000002200000", "shortest form"),
        ("a map of indefinite length", "bf00010150000000000000000000000000000000000220ff", "not definite"),
        ("keys out of order", "a300010220015000000000000000000000000000000000", "without a salt"),
        ("a key twice", "a40001015000000000000000000000000000000000022002200000", "out of order"),
        ("an unknown key", "a400010150000000000000000000000000000000000220181a1900000000", "out of order"),
        ("a tag", "c1a300010150000000000000000000000000000000000220", "something else"),
        ("a float for the time", "a300010150000000000000000000000000000000000" + "2f93c00", "something else"),
        ("an empty text", "a40001015000000000000000000000000000000000022003600000000000000000", "should be absent"),
        ("an account of 15 bytes", "a400010150000000000000000000000000000000000220064f000000000000000000000000000000", "another length"),
        ("a fingerprint of 0", "a4000101500000000000000000000000000000000002200800", "should be absent"),
        ("an unknown action", "a4000101500000000000000000000000000000000002200f18ff", "code that is unknown"),
        ("an unknown device", "a4000101500000000000000000000000000000000002200e05", "code that is unknown"),
        ("break-glass that is false", "a40001015000000000000000000000000000000000022011f4", "should be absent"),
        ("events that are 1", "a4000101500000000000000000000000000000000002201501", "should be absent"),
        ("no events", "a4000101500000000000000000000000000000000002201500", "0 events"),
        ("a text that is not UTF-8", "a40001015000000000000000000000000000000000022012" + "61ff", "not UTF-8"),
        ("no persons in a list", "a4000101500000000000000000000000000000000002201780", "should be absent"),
        ("a list of more than there is", "a400010150000000000000000000000000000000000220179b7fffffffffffffff", "more items"),
        ("part 3 of 2", "a4000101500000000000000000000000000000000002201818820302", "part 3 of 2"),
        ("part 1 of 1", "a4000101500000000000000000000000000000000002201818820101", "part 1 of 1"),
        ("a failed act that shows persons", "a50001015000000000000000000000000000000000022010011781845000000000000000000000000000000000f60000", "failed act"),
        (
            "a person twice",
            "a40001015000000000000000000000000000000000022017828450" + "00000000000000000000000000000000f601018450" + "00000000000000000000000000000000f60202",
            "twice"
        ),
        ("ranks without a rank", "a4000101500000000000000000000000000000000002201781875000000000000000000000000000000000f60000f6f6f6", "without a rank"),
        ("a time beyond 64 bits", "a300010150000000000000000000000000000000000" + "23bffffffffffffffff", "64-bit"),
    ])
    func `another encoding is refused`(what: String, hex: String, problem: String) throws {
        let bytes = try #require(Hex.decode(hex))
        let error = #expect(throws: EntryProblem.self, "\(what)") { try LedgerEntry(decoding: bytes) }
        #expect(error?.description.contains(problem) == true, "\(what): \(error?.description ?? "")")
    }

    @Test func `every cut of an entry is refused`() throws {
        let bytes = try full().encoded()
        for count in bytes.indices { #expect(throws: EntryProblem.self) { try LedgerEntry(decoding: Array(bytes[..<count])) } }
    }

    @Test func `what cannot be read back is not written`() throws {
        var entry = try full()
        entry.events = 0
        #expect(throws: EntryProblem.self) { try entry.encoded() }
        entry.events = 1
        entry.part = 3
        #expect(throws: EntryProblem.self) { try entry.encoded() }
        entry.part = 1
        entry.disclosures.append(entry.disclosures[0])
        #expect(throws: EntryProblem.self) { try entry.encoded() }
        entry.disclosures.removeLast()
        entry.source = String(repeating: "x", count: 70_000)
        #expect(throws: EntryProblem.self) { try entry.encoded() }
        #expect(throws: EntryProblem.self) { try entry.split() }
    }

    @Test(arguments: [0, 1, 2, 511, 512, 1_200, 2_900, 3_300, 20_000])
    func `an act that shows many persons goes on in further entries`(persons: Int) throws {
        var random = SeededGenerator(UInt64(persons))
        var entry = randomEntry(&random, disclosures: persons)
        (entry.events, entry.unrecorded) = (9, 4)
        let parts = try entry.split()
        #expect(parts.flatMap(\.disclosures) == entry.disclosures)
        #expect(parts.reduce(0) { $0 + $1.events } == 9 && parts.reduce(0) { $0 + $1.unrecorded } == 4)
        for (i, part) in parts.enumerated() {
            #expect((part.part, part.parts) == (i + 1, parts.count))
            let bytes = try part.encoded()
            #expect(bytes.count <= Tile.entryMaximum)
            // Parts are filled: none but the last could take another person, were the first one's live mark in it, too.
            if i < parts.count - 1 { #expect(bytes.count > Tile.entryMaximum - 210) }
            #expect(i == 0 ? part.live == entry.live : part.live?.names == nil && part.live?.records.isEmpty != false && part.live?.thread == entry.live?.thread)
            #expect(try LedgerEntry(decoding: bytes) == part)
            var same = part
            same.live = entry.live
            (same.disclosures, same.part, same.parts, same.events, same.unrecorded) = (entry.disclosures, 1, 1, 9, 4)
            #expect(same == entry)
        }
        if persons <= 511 { #expect(parts.count == 1) }
        if persons >= 3_300 { #expect(parts.count > 1) }
    }

    @Test func `a name that is too long is cut and stays apart from others`() throws {
        #expect(LedgerEntry.bounded(name: "identity.example") == "identity.example")
        let long = String(repeating: "é", count: 40_000)
        let cut = LedgerEntry.bounded(name: long), other = LedgerEntry.bounded(name: long + "x")
        #expect(cut.utf8.count <= 1_024 && cut != other && cut.hasPrefix("ééé"))
        var entry = try full()
        (entry.source, entry.service, entry.controller) = (cut, other, cut)
        #expect(try LedgerEntry(decoding: entry.encoded()) == entry)
    }

    @Test func `the salt makes equal acts different leaves`() throws {
        let names = try CaseKey(secret: [UInt8](repeating: 3, count: 32)).pseudonyms
        let leaves = try (0..<100).map { Hash(leaf: try LedgerEntry(salt: names.salt($0), time: Instant(milliseconds: 0)).encoded()) }
        #expect(Set(leaves).count == 100)
    }
}

@Suite struct FuzzTests {
    /// Good inputs, then the same with bytes changed, taken out, put in and joined. `LedgerFuzz` stops the program where a promise breaks.
    @Test(arguments: [UInt64](1...8))
    func `what is damaged anywhere is read the same way or refused`(seed: UInt64) throws {
        var random = SeededGenerator(seed)
        let signer = try Signer(name: "fuzz", seed: [UInt8](repeating: 1, count: 32))
        let checkpoint = Checkpoint(origin: "fuzz", size: 300, root: Hash(leaf: []), extensions: ["x"])
        let note = try SignedNote(text: checkpoint.text, signers: [signer, signer]).bytes
        var corpus: [[UInt8]] = [note, Array(checkpoint.text.utf8), Array("tile/entries/x001/x234/067.p/25".utf8), [UInt8](repeating: 7, count: 24 + 32 * 5)]
        corpus += [signer.privateText, signer.verifierKey.description, try CaseKey(secret: random.bytes(32)).fileText].map { Array($0.utf8) }
        for _ in 0..<20 { corpus.append(try randomEntry(&random).encoded()) }
        for _ in 0..<5_000 {
            var bytes = corpus[Int.random(in: corpus.indices, using: &random)]
            for _ in 0..<Int.random(in: 0...4, using: &random) {
                let at = bytes.isEmpty ? 0 : Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<5, using: &random) {
                case 0 where !bytes.isEmpty: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                case 1 where !bytes.isEmpty: bytes[at] = [0, 0xff, 0x0a, 0x20, 0xf6, 0x80, 0x1b].randomElement(using: &random)!
                case 2 where !bytes.isEmpty: bytes.remove(at: at)
                case 3: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: at)
                default: bytes.replaceSubrange(at..., with: corpus.randomElement(using: &random)!.suffix(Int.random(in: 0...20, using: &random)))
                }
            }
            LedgerFuzz.checkEntry(bytes)
            LedgerFuzz.checkNote(bytes)
            LedgerFuzz.checkCheckpoint(bytes)
            LedgerFuzz.checkTilePath(bytes)
            LedgerFuzz.checkProof(bytes)
            LedgerFuzz.checkKeys(bytes)
        }
    }
}
