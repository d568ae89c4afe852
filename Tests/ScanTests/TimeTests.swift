import Model
import Scan
import Testing

@Suite struct TimeTests {
    /// What each shape means in UTC, read with Paris as the zone of values that name none.
    static let shapes: [(String, String)] = [
        ("2025-05-17T20:05:03Z", "2025-05-17T20:05:03.000Z"),
        ("2025-05-17t20:05:03.5z", "2025-05-17T20:05:03.500Z"),
        ("2025-05-17T20:05:03.123456789Z", "2025-05-17T20:05:03.123Z"),
        ("2025-05-17T20:05:03.12345678901234567890Z", "2025-05-17T20:05:03.123Z"),
        ("2025-05-17T20:05:03,250+02:00", "2025-05-17T18:05:03.250Z"),
        ("2025-05-17 20:05:03+0100", "2025-05-17T19:05:03.000Z"),
        ("2025-05-17 20:05:03 +01", "2025-05-17T19:05:03.000Z"),
        ("2025-05-17 20:05 UTC", "2025-05-17T20:05:00.000Z"),
        ("2025-05-17T20:05Z", "2025-05-17T20:05:00.000Z"),
        ("2025-05-17T20:05:03-03:30", "2025-05-17T23:35:03.000Z"),
        ("2025-05-17T20:05:03\u{2212}02:00", "2025-05-17T22:05:03.000Z"),
        ("2025-05-17T20:05:03+02:00[Europe/Paris]", "2025-05-17T18:05:03.000Z"),
        ("2025-05-17 20:05:03 Europe/Athens", "2025-05-17T17:05:03.000Z"),
        ("2025-05-17 20:05:03 [Indian/Reunion]", "2025-05-17T16:05:03.000Z"),
        ("2025/05/17 20:05:03", "2025-05-17T18:05:03.000Z"),
        ("2025-05-17T24:00:00Z", "2025-05-18T00:00:00.000Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("  \"2025-05-17T20:05:03Z\" ", "2025-05-17T20:05:03.000Z"),
        ("1747512303", "2025-05-17T20:05:03.000Z"),
        ("1747512303.7564995", "2025-05-17T20:05:03.756Z"),
        ("1747512303123", "2025-05-17T20:05:03.123Z"),
        ("1747512303123456", "2025-05-17T20:05:03.123Z"),
        ("1747512303123456789", "2025-05-17T20:05:03.123Z"),
        ("17/05/2025 20:05", "2025-05-17T18:05:00.000Z"),
        ("17/05/2025 20:05:03", "2025-05-17T18:05:03.000Z"),
        ("17/05/2025 à 20:05", "2025-05-17T18:05:00.000Z"),
        ("17/05/2025, 20:05", "2025-05-17T18:05:00.000Z"),
        ("17-05-2025 20:05:03.75", "2025-05-17T18:05:03.750Z"),
        ("17.05.2025 20:05", "2025-05-17T18:05:00.000Z"),
        ("7/5/2025 8:05", "2025-05-07T06:05:00.000Z"),
        ("5/17/2025 8:05:03 PM", "2025-05-17T18:05:03.000Z"),
        ("5/3/2025 12:05:03 AM", "2025-05-02T22:05:03.000Z"),
        ("5/3/2025 12:05:03\u{202F}PM", "2025-05-03T10:05:03.000Z"),
        ("17/05/2025 8:05 p.m.", "2025-05-17T18:05:00.000Z"),
        ("20250517200503", "2025-05-17T18:05:03.000Z"),
        ("20250517200503.123+0200", "2025-05-17T18:05:03.123Z"),
        ("202505172005+0000", "2025-05-17T20:05:00.000Z"),
        ("20250517T200503Z", "2025-05-17T20:05:03.000Z"),
        ("20250517 20:05:03", "2025-05-17T18:05:03.000Z"),
        ("10/Oct/2000:13:55:36 -0700", "2000-10-10T20:55:36.000Z"),
        ("[10/Oct/2000:13:55:36 -0700]", "2000-10-10T20:55:36.000Z"),
        ("17-May-2025 20:05:03", "2025-05-17T18:05:03.000Z"),
        ("17 mai 2025 à 20h05", "2025-05-17T18:05:00.000Z"),
        ("17 mai 2025 20 h 05 min 03 s", "2025-05-17T18:05:03.000Z"),
        ("samedi 17 mai 2025 à 20h", "2025-05-17T18:00:00.000Z"),
        ("le 1er août 2025 à 20:05", "2025-08-01T18:05:00.000Z"),
        ("3 févr. 2025 08:05", "2025-02-03T07:05:00.000Z"),
        ("3 FÉVRIER 2025 08:05", "2025-02-03T07:05:00.000Z"),
        ("25 déc. 2025 08:05:03", "2025-12-25T07:05:03.000Z"),
        ("mar. 13 mai 2025 08:05", "2025-05-13T06:05:00.000Z"),
        ("Mar 13 2025 08:05:00", "2025-03-13T07:05:00.000Z"),
        ("May 17 20:05:03", "2025-05-17T18:05:03.000Z"),
        ("May  7 20:05:03.123", "2025-05-07T18:05:03.123Z"),
        ("May 17, 2025 8:05 PM", "2025-05-17T18:05:00.000Z"),
        ("May 17, 2025 at 8 PM", "2025-05-17T18:00:00.000Z"),
        ("Sat May 17 20:05:03 2025", "2025-05-17T18:05:03.000Z"),
        ("Sat May 17 20:05:03 CEST 2025", "2025-05-17T18:05:03.000Z"),
        ("Sat, 17 May 2025 20:05:03 GMT", "2025-05-17T20:05:03.000Z"),
        ("Sat May 17 2025 20:05:03 GMT+0200 (Central European Summer Time)", "2025-05-17T18:05:03.000Z"),
        ("Sat 17/05/2025 20:05", "2025-05-17T18:05:00.000Z"),
    ]

    @Test(arguments: shapes)
    func `each shape of time is read`(written: String, meant: String) throws {
        var parser = TimeParser()
        #expect(try parser.parse(written).description == meant)
    }

    @Test(arguments: [
        "", " ", "x", "31/02/2025 08:00", "2025-02-29T08:00:00Z", "2025-13-01T08:00:00Z", "2025-00-10T08:00:00Z", "2025-05-17", "17/05/2025",
        "2025-05-17T25:00:00Z", "2025-05-17T20:60:00Z", "2025-05-17T20:05:61Z", "2025-05-17T20:05:03+25:00", "2025-05-17T20:05:03 MARS",
        "2025-05-17T20:05:03Z and more", "17/05/25 20:05", "17/05/202520:05", "123456", "45794.836", "99999999999999999999", "12345678901", "May 32 20:05:03",
        "17 Brumaire 2025 20:05", "2025-05-17T20:05:", "20:05:03", "13:05 PM", "2025-05-17 13:05 PM", "13/13/2025 10:00", "0000-01-01T00:00:00Z",
        "2025-05-17T20:05:03+02:00[", "1747512303x", "-1747512303",
    ])
    func `what is no time is refused`(written: String) {
        var parser = TimeParser()
        #expect(throws: FieldProblem.self) { try parser.parse(written) }
    }

    @Test func `a refusal never quotes the value`() {
        var parser = TimeParser()
        do {
            _ = try parser.parse("Jeanne 99/99")
            Issue.record("was read")
        } catch {
            #expect(!error.description.contains("Jeanne") && !error.description.contains("99/99"))
        }
    }

    @Test func `what was assumed is said, and only that`() throws {
        var parser = TimeParser()
        _ = try parser.parse("2025-05-17T20:05:03Z")
        #expect(parser.assumptions.isEmpty)
        _ = try parser.parse("17/05/2025 20:05")
        #expect(parser.assumptions == [.zone("Europe/Paris")])
        _ = try parser.parse("05/06/2025 20:05")
        #expect(parser.assumptions == [.zone("Europe/Paris"), .dayFirst])

        var stated = TimeParser(zone: "Indian/Reunion", zoneIsStated: true, assumedYear: 2024)
        #expect(try stated.parse("Sep 17 08:00:00").description == "2024-09-17T04:00:00.000Z")
        #expect(stated.assumptions == [.year(2024)])

        var american = TimeParser()
        _ = try american.parse("5/6/2025 8:05:03 PM")
        #expect(american.assumptions.contains(.monthFirst) && !american.assumptions.contains(.dayFirst))
    }

    @Test func `the double hour of October is its first, the missing hour of March moves forward, both said`() throws {
        var parser = TimeParser(zoneIsStated: true)
        #expect(try parser.parse("26/10/2025 02:30").description == "2025-10-26T00:30:00.000Z")
        #expect(parser.assumptions == [.ambiguousHour("Europe/Paris")])
        var spring = TimeParser(zoneIsStated: true)
        #expect(try spring.parse("30/03/2025 02:30").description == "2025-03-30T01:30:00.000Z")
        #expect(spring.assumptions == [.missingHour("Europe/Paris")])
        #expect(try spring.parse("30/03/2025 01:59:59").description == "2025-03-30T00:59:59.000Z")
        #expect(try spring.parse("30/03/2025 03:00").description == "2025-03-30T01:00:00.000Z")
        #expect(try spring.parse("26/10/2025 03:00").description == "2025-10-26T02:00:00.000Z")
        #expect(try spring.parse("26/10/2025 01:59:59").description == "2025-10-25T23:59:59.000Z")
        #expect(spring.assumptions == [.missingHour("Europe/Paris")])
    }

    @Test func `a column that a probe has settled is read month first and nothing is assumed`() throws {
        #expect("5/17/2025 20:05".withProbe == false)
        #expect("17/05/2025".withProbe == true)
        #expect("05/06/2025".withProbe == nil)
        #expect("2025-05-17".withProbe == nil)
        var parser = TimeParser(zone: "UTC", zoneIsStated: true)
        parser.dayFirst = false
        #expect(try parser.parse("05/06/2025 20:05").description == "2025-05-06T20:05:00.000Z")
        #expect(parser.assumptions.isEmpty)
        #expect(throws: FieldProblem.self) { try parser.parse("17/05/2025 20:05") }
    }

    @Test func `a date alone is midnight of its zone where the caller allows it`() throws {
        var parser = TimeParser(zoneIsStated: true)
        parser.acceptsDateAlone = true
        #expect(try parser.parse("2025-09-17").description == "2025-09-16T22:00:00.000Z")
        #expect(try parser.parse("17/09/2025").description == "2025-09-16T22:00:00.000Z")
        #expect(try parser.parse("20250917").description == "2025-09-16T22:00:00.000Z")
    }

    @Test func `a zone that nobody knows refuses times that name none`() throws {
        var parser = TimeParser(zone: "Mars/Olympus")
        #expect(throws: FieldProblem.self) { try parser.parse("17/05/2025 20:05") }
        #expect(try parser.parse("2025-05-17T20:05:03Z").description == "2025-05-17T20:05:03.000Z")
    }

    @Test func `what is printed is read back, in any shape`() throws {
        var random = Seeded(7)
        var parser = TimeParser(zone: "UTC", zoneIsStated: true)
        parser.dayFirst = true
        let months = ["janvier", "Feb", "mars", "AVRIL", "May", "juin", "juil.", "août", "Sept.", "Oct", "nov.", "déc."]
        for _ in 0..<20_000 {
            let instant = Instant(milliseconds: Int64(random.next() % 4_102_444_800_000))
            let text = instant.description
            #expect(try parser.parse(text) == instant)
            let offset = Int(random.next() % 1_680) - 840
            let local = (instant + Int64(offset) * 60_000).description
            let sign = offset < 0 ? "-" : "+"
            #expect(try parser.parse("\(local.dropLast())\(sign)\(padded(abs(offset) / 60, 2)):\(padded(abs(offset) % 60, 2))") == instant)
            #expect(try parser.parse(String(text.dropLast()).replacing("T", with: " ")) == instant)
            let civil = CivilDate(daysSinceEpoch: instant.dayNumber)
            let clock = text.dropFirst(11).dropLast(1)
            #expect(try parser.parse("\(civil.day)/\(civil.month)/\(civil.year) \(clock)") == instant)
            #expect(try parser.parse("\(civil.day) \(months[civil.month - 1]) \(civil.year) \(clock)") == instant)
            #expect(try parser.parse("\(padded(civil.year, 4))\(padded(civil.month, 2))\(padded(civil.day, 2))\(clock.filter { $0 != ":" })") == instant)
            if instant.milliseconds >= 1_000_000_000_000 { #expect(try parser.parse(String(instant.milliseconds)) == instant) }
        }
    }

    @Test(arguments: zoneTable.map(\.zone))
    func `offsets are those of the zone database, both ways`(name: String) throws {
        let zone = try #require(Zone(named: name))
        let points = try #require(zoneTable.first { $0.zone == name }).points
        for (second, offset) in points {
            let instant = Instant(milliseconds: second * 1_000)
            #expect(zone.offset(at: instant) == offset, "\(instant)")
            let back = zone.instant(ofLocal: instant + Int64(offset) * 1_000)
            switch back.occurrence {
            case .once: #expect(back.instant == instant)
            // The first of both, whichever of them this one was.
            case .twice: #expect(back.instant == instant || back.instant + Instant.hour == instant)
            case .never: Issue.record("an instant that is, on a clock that never showed it: \(instant)")
            }
        }
    }

    @Test func `fixed offsets are zones`() {
        #expect(Zone(named: "+02:00")?.standardOffset == 7_200)
        #expect(Zone(named: "-0330")?.standardOffset == -12_600)
        #expect(Zone(named: "UTC+4")?.standardOffset == 14_400)
        #expect(Zone(named: "europe/paris")?.name == "Europe/Paris")
        #expect(Zone(named: "+25:00") == nil)
        #expect(Zone(named: "America/New_York") == nil)
    }
}

extension String {
    var withProbe: Bool? { var text = self; return text.withUTF8 { TimeParser.probe(UnsafeRawBufferPointer($0)) } }
}

/// SplitMix64, so that a failing case comes back.
struct Seeded {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
