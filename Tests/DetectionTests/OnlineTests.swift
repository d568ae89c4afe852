import Detection
import Model
import Testing

/// The verdict depends on the acts up to it, on nothing later, and on no accident of keys or machines.
struct OnlineTests {
    private let taken: UInt64 = 99_000

    private var theft: Play {
        var play = Play.honest()
        play.strangers(4, from: Play.until + 9 * Instant.hour, session: taken, network: 77_000, agent: 88_000, count: 40)
        for day in 1..<5 { for account in 0..<Play.accounts { play.workday(account, Play.until + Int64(day) * Instant.day, session: UInt64(6_000_000 + day * 100 + account)) } }
        return play
    }

    @Test func `cutting the trail right after the act that crossed changes nothing of it`() throws {
        let whole = try #require(theft.judged().cut(4))
        let short = try #require(theft.judged(upTo: whole.containedAt.index).cut(4))
        #expect(short.containedAt == whole.containedAt)
        #expect(short.onset == whole.onset)
        #expect(short.evidence == whole.evidence)
        #expect(theft.judged(upTo: whole.containedAt.index - 1).cut(4) == nil)
    }

    @Test func `another case key gives the same verdicts`() throws {
        let play = theft
        var other = play
        func key(_ x: UInt64) -> UInt64 { x == 0 ? 0 : (x ^ 0xA5A5_5A5A_1234_9876) &* 0x9E37_79B9_7F4A_7C15 }
        for i in other.acts.indices {
            other.acts[i].session = key(other.acts[i].session)
            other.acts[i].network = key(other.acts[i].network)
            other.acts[i].agent = key(other.acts[i].agent)
            if let s = other.acts[i].search {
                other.acts[i].search = Act.Search(term: key(s.term), letters: (key(s.letters.0), key(s.letters.1), key(s.letters.2)), page: s.page, length: s.length, isNarrow: s.isNarrow, results: s.results)
            }
        }
        let a = try #require(play.judged().cut(4)), b = try #require(other.judged().cut(4))
        #expect(a.containedAt == b.containedAt && a.onset == b.onset && a.evidence == b.evidence && a.last == b.last)
        #expect(play.ordered.map { a.level(of: $0) } == other.ordered.map { b.level(of: $0) })
    }

    @Test func `a finding appears exactly when crossings move, and nothing later is needed to read it`() throws {
        var detector = Detector()
        var (seen, standing) = (0, 0)
        for act in theft.ordered {
            detector.observe(act)
            // Between two crossings the number of findings stands still; asking for them changes nothing.
            if detector.crossings == seen {
                if act.index % 500 == 0 { #expect(detector.findings().count == standing) }
            } else {
                (seen, standing) = (detector.crossings, detector.findings().count)
                let finding = try #require(detector.findings().first { $0.accounts.contains { $0.containedAt.index == act.index } })
                #expect(!finding.evidence.isEmpty)
            }
        }
        #expect(seen > 0 && detector.finish().findings.count == standing)
    }

    @Test func `a stricter rate never cuts earlier`() throws {
        let usual = try #require(theft.judged().cut(4))
        let strict = try #require(theft.judged(policy: DetectionPolicy(falseCutsPer1000AccountWeeks: 0.01)).cut(4))
        #expect(strict.containedAt.index >= usual.containedAt.index)
    }

    @Test func `logarithms agree with known values to a seventh of a millinat`() {
        for (x, expected) in [(1, 0), (2, 693), (3, 1_099), (10, 2_303), (1_000, 6_908), (1_048_576, 13_863), (999_999_999, 20_723)] {
            #expect(abs(Logarithm.millinats(x) - expected) <= 1)
        }
        #expect(Logarithm.ratio(1, 8) == -2_079)
        #expect(Logarithm.millinats(0) == 0 && Logarithm.millinats(-5) == 0)
    }

    @Test func `how small a theft would have been seen follows from the habits and the rate`() throws {
        let play = Play.honest()
        let usual = try #require(play.judged().openingsUntilCut)
        let strict = try #require(play.judged(policy: DetectionPolicy(falseCutsPer1000AccountWeeks: 0.01)).openingsUntilCut)
        #expect((2...30).contains(usual))
        #expect(strict > usual)
    }
}
