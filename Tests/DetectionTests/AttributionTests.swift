import Detection
import Model
import Testing

/// Which acts are the usurper's, which may be, and which are not.
struct AttributionTests {
    private let taken: UInt64 = 99_000

    @Test func `all acts of the usurper's session are attributed, past the cut too; the owner's are not`() throws {
        var play = Play.honest()
        play.strangers(4, from: Play.until + 9 * Instant.hour, session: taken, network: 77_000, agent: 88_000, count: 40)
        play.workday(4, Play.until + Instant.day, session: 6_000_000)
        let verdict = try #require(play.judged().cut(4))
        for act in play.ordered {
            let level = verdict.level(of: act)
            if act.session == taken { #expect(level == .attributed) } else { #expect(level != .attributed) }
            if act.account != 4 { #expect(level == nil) }
        }
        #expect(verdict.last.time == play.ordered.last { $0.session == taken }?.time)
        #expect(verdict.onset.time == Play.until + 9 * Instant.hour)
    }

    @Test func `a usurper who first opens the owner's own persons had the session from its first act on`() throws {
        var play = Play.honest()
        let morning = Play.until + 2 * Instant.hour
        play.workday(4, morning, session: taken, network: 77_000, agent: 88_000, persons: 12)
        for k in 0..<40 { play.act(4, .read, morning + 6 * Instant.hour + Int64(k) * Instant.minute, taken, 77_000, 88_000, persons: [UInt32(701 + k * 17) | 1]) }
        let verdict = try #require(play.judged().cut(4))
        #expect(verdict.onset.time == morning)
        #expect(verdict.hand(ofSession: taken) == .usurper)
        for act in play.ordered where act.account == 4 { #expect((verdict.level(of: act) == .attributed) == (act.session == taken)) }
    }

    @Test func `in a session shared with the owner only acts from elsewhere are attributed`() throws {
        var play = Play.honest()
        let noon = Play.until + 3 * Instant.hour
        play.workday(4, Play.until, session: taken)
        for k in 0..<30 { play.act(4, .read, noon + Int64(k) * Instant.minute, taken, 77_000, Play.agent(4), persons: [UInt32(700 + k * 17)]) }
        play.act(4, .read, noon + Instant.hour, taken, Play.network(4), Play.agent(4), persons: [Play.person(1, 10)])
        let verdict = try #require(play.judged().cut(4))
        #expect(verdict.hand(ofSession: taken) == .shared)
        for act in play.ordered where act.session == taken && act.index >= verdict.onset.index && act.index <= verdict.last.index && act.action == .read {
            #expect((verdict.level(of: act) == .attributed) == (act.network == 77_000))
        }
    }

    @Test func `without sessions and addresses everything from the onset is possible and nothing attributed`() throws {
        var play = Play.honest()
        play.strangers(4, from: Play.until + 9 * Instant.hour, session: taken, network: 0, agent: 0, count: 40)
        for i in play.acts.indices { (play.acts[i].session, play.acts[i].network, play.acts[i].agent, play.acts[i].address) = (0, 0, 0, 0) }
        let verdict = try #require(play.judged().cut(4))
        let levels = play.ordered.filter { $0.account == 4 && $0.index >= verdict.onset.index && $0.index <= verdict.last.index }.map { verdict.level(of: $0) }
        #expect(levels.count > 5)
        #expect(levels.allSatisfy { $0 == .possible })
    }

    @Test func `a failed act discloses nobody and is never in scope`() throws {
        var play = Play.honest()
        play.strangers(4, from: Play.until + 9 * Instant.hour, session: taken, network: 77_000, agent: 88_000, count: 40)
        play.act(4, .read, Play.until + 9 * Instant.hour + 90 * Instant.second, taken, 77_000, 88_000, outcome: .failure)
        let verdict = try #require(play.judged().cut(4))
        for act in play.ordered where act.outcome == .failure { #expect(verdict.level(of: act) == nil) }
    }

    @Test func `of a declared account the trail says what it shows`() {
        var play = Play.honest()
        play.strangers(4, from: Play.until + 9 * Instant.hour, session: taken, network: 77_000, agent: 88_000, count: 40)
        var detector = Detector(directory: Play.directory)
        for act in play.ordered { detector.observe(act) }
        let shown = detector.trailShows(account: 4, from: Play.until, to: Play.until + Instant.day)
        #expect(shown.evidence.contains { $0.signal == "care_context" })
        let quiet = detector.trailShows(account: 5, from: Play.until + Instant.day, to: Play.until + 2 * Instant.day)
        #expect(quiet.evidence.isEmpty && quiet.text.en.hasPrefix("no act"))
    }
}
