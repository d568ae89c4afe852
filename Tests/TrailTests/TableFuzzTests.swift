import Testing
import Trail

/// The fuzz functions over a small corpus and its mutations. Past failures are kept in the corpus.
@Suite struct TableFuzzTests {
    @Test func `tables hold their properties whatever the bytes`() {
        spoil([
            "time;account;patient\n17/05/2025 20:05;a;1\n17/05/2025 20:06;b;\"2\n3\"\n", TableTests.evalHeader + "\ne,2025-05-17T20:05:03Z,a,10000005479,g,read,success,s,1,2,::1,\"x,y\",q=1,P,1,p;q,1;2\n",
            "sep=;\n\nDate;Heure;Utilisateur;IPP\n17/05/2025;8h05;a;1\n", "time\taccount\n1747512303\ta\n", "time,account\r1747512303,a\r", "2025-05-17T20:05:03Z,a,1\n2025-05-17T20:05:03Z,b,2\n",
            "CreationDate,UserIds,AuditData\n2025-05-17T20:05:03Z,a,\"{\"\"Operation\"\":\"\"UserLoggedIn\"\",\"\"CreationTime\"\":\"\"2025-05-17T20:05:03\"\"}\"\n",
        ], TableFuzz.check)
    }

    @Test func `web logs hold their properties whatever the bytes`() {
        spoil([
            WebLogTests.line + "\n", WebLogTests.line + " \"10.0.0.1, 1.1.1.1\" rid=5\n", "h 192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 -\r\n\r\n",
            "#Fields: date time c-ip cs(User-Agent)\n2021-04-01 00:00:21 ::1 a+b\n#Fields: time\n00:00:22\n", "#Software: Microsoft Internet Information Services 10.0\n\nx y\n",
        ], WebLogFuzz.check)
    }
}

/// Each seed, and copies of it with a few bytes changed, doubled, dropped or taken from another seed.
private func spoil(_ texts: [String], _ check: ([UInt8]) -> Void) {
    let seeds = texts.map { Array($0.utf8) }
    var state: UInt64 = 42
    func random(_ n: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % n
    }
    let spice = Array("\0\n\r \"\\,;:-[]{}09aZ=".utf8) + [0x80, 0xC3, 0xE9, 0xFF]
    seeds.forEach(check)
    for _ in 0..<6_000 {
        var bytes = seeds[random(seeds.count)]
        for _ in 0...random(4) {
            let at = random(bytes.count + 1)
            switch random(5) {
            case 0 where at < bytes.count: bytes[at] = spice[random(spice.count)]
            case 1: bytes.insert(spice[random(spice.count)], at: at)
            case 2 where at < bytes.count: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random(4)))
            case 3: bytes.insert(contentsOf: bytes.prefix(at), at: at)
            default:
                let other = seeds[random(seeds.count)]
                bytes.replaceSubrange(at..., with: other.suffix(random(other.count + 1)))
            }
        }
        check(bytes)
    }
}
