import Scan
import Testing

/// The fuzz functions over a small corpus and its mutations. Past failures are kept in the corpus.
@Suite struct ScanFuzzTests {
    @Test func `times hold their properties whatever the bytes`() {
        mutate(TimeTests.shapes.map { Array($0.0.utf8) }, rounds: 20_000, TimeFuzz.check)
    }

    @Test func `encodings hold their properties whatever the bytes`() {
        mutate(["Zoë – 5 €\nabc\n", "\u{FEFF}x", "", "\u{1F600}"].map { Array($0.utf8) } + [[0xFF, 0xFE, 0x41, 0x00, 0x00, 0xD8], [0x80, 0x9F, 0xE9]], rounds: 20_000, EncodingFuzz.check)
    }

    @Test func `addresses, agents and numbers hold their properties whatever the bytes`() {
        mutate(["192.0.2.1:80", "[2001:db8::1]:443", "::ffff:1.2.3.4", "ipv4:127.0.0.1:1", "1:2:3:4:5:6:7:8", "810000005479", "2 62 08 75 032 039 77", "2A0000014", "185052B00608462", "Mozilla/5.0 (X11)", "+02:00", "Europe/Paris"].map { Array($0.utf8) }, rounds: 20_000, AddressFuzz.check)
    }

    @Test func `tables hold their properties whatever the bytes`() {
        mutate(["a,b\n\"x\"\"y\",2\n", "a;b\r\n1;\"two\nlines\"\r\n", "\"\"\"\n\",\n", "a,b\rc,d\r", "c\",d,\"e\n", "\"x\r\n\"", "\r\r\n", "a,\"b\"\r,c\n", "\"\"\r"].map { Array($0.utf8) }, rounds: 20_000, CSVFuzz.check)
    }
}

/// Each seed, and copies of it with a few bytes changed, doubled, dropped or taken from another seed.
func mutate(_ seeds: [[UInt8]], rounds: Int, _ check: ([UInt8]) -> Void) {
    var random = Seeded(UInt64(seeds.count))
    let spice: [UInt8] = [0x00, 0x0A, 0x0D, 0x20, 0x22, 0x2C, 0x2D, 0x30, 0x39, 0x3A, 0x3B, 0x41, 0x5B, 0x5C, 0x7C, 0x80, 0xA0, 0xC2, 0xC3, 0xE9, 0xFF]
    seeds.forEach(check)
    for _ in 0..<rounds {
        var bytes = seeds[Int(random.next() % UInt64(seeds.count))]
        for _ in 0...Int(random.next() % 4) {
            let at = Int(random.next() % UInt64(bytes.count + 1))
            switch random.next() % 5 {
            case 0 where at < bytes.count: bytes[at] = spice[Int(random.next() % UInt64(spice.count))]
            case 1: bytes.insert(spice[Int(random.next() % UInt64(spice.count))], at: at)
            case 2 where at < bytes.count: bytes.removeSubrange(at..<min(bytes.count, at + 1 + Int(random.next() % 4)))
            case 3: bytes.insert(contentsOf: bytes.prefix(at), at: at)
            default:
                let other = seeds[Int(random.next() % UInt64(seeds.count))]
                bytes.replaceSubrange(at..., with: other.suffix(Int(random.next() % UInt64(other.count + 1))))
            }
        }
        check(bytes)
    }
}
