import Detection
import Model
import Testing

/// Honest work, usual and unusual, goes on.
struct OwnerTests {
    private let taken: UInt64 = 99_000
    private var morning: Instant { Play.until }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `honest weeks bring no cut`(seed: UInt64) {
        #expect(Play.honest(seed: seed).judged().cuts.isEmpty)
    }

    @Test func `a new ward is no theft`() {
        var play = Play.honest()
        for day in 0..<5 { play.workday(4, morning + Int64(day) * Instant.day, session: taken + UInt64(day), network: Play.network(9), team: Play.team(9)) }
        #expect(play.judged().cut(4) == nil)
    }

    @Test func `a new telephone with usual work is no theft`() {
        var play = Play.honest()
        for day in 0..<3 { play.workday(4, morning + Int64(day) * Instant.day, session: taken + UInt64(day), network: 66_000 + UInt64(day), agent: 950) }
        #expect(play.judged().cut(4) == nil)
    }

    @Test func `a file of namesakes opened down one list is no theft`() {
        var play = Play.honest()
        play.workday(4, morning, session: taken)
        // In name order: person p stands at rank p·1237 mod 2000, so the next rank is 173 persons further.
        for k in 0..<18 {
            let person = UInt32((700 + k * 173) % 2_000)
            play.act(4, .read, morning + 3 * Instant.hour + Int64(k) * 30 * Instant.second, taken, Play.network(4), Play.agent(4), persons: [person])
        }
        #expect(play.judged().cut(4) == nil)
    }

    @Test func `list work over the team's own persons is no theft`() {
        var play = Play.honest()
        play.workday(4, morning, session: taken)
        for k in 0..<60 { play.act(4, .read, morning + 3 * Instant.hour + Int64(k) * 20 * Instant.second, taken, Play.network(4), Play.agent(4), persons: [Play.person(1, k)]) }
        #expect(play.judged().cut(4) == nil)
    }

    @Test func `a shared ward login with three browsers is no theft`() {
        var play = Play()
        for day in 0..<56 where day % 7 < 5 {
            for account in 0..<Play.accounts {
                play.workday(account, Play.start + Int64(day) * Instant.day, session: UInt64(1_000_000 + day * 100 + account), agent: account == 4 ? 900 + UInt64(day % 3) : nil)
            }
        }
        #expect(play.judged().cuts.isEmpty)
    }

    @Test func `a name typed again is no sweep of prefixes`() {
        var typo = Play.honest(), sweep = Play.honest()
        typo.workday(4, morning, session: taken, persons: 2)
        sweep.workday(4, morning, session: taken, persons: 2)
        let t = morning + 2 * Instant.hour
        typo.list(4, t, taken, Play.network(4), Play.agent(4), letters: 3_001, length: 7, persons: [])
        typo.list(4, t + 5 * Instant.second, taken, Play.network(4), Play.agent(4), letters: 3_002, length: 7, persons: [Play.person(1, 10)])
        sweep.list(4, t, taken, Play.network(4), Play.agent(4), letters: 3_001, persons: [Play.person(1, 11), Play.person(1, 12)])
        sweep.list(4, t + 5 * Instant.second, taken, Play.network(4), Play.agent(4), letters: 3_002, persons: [Play.person(1, 10)])
        let last = { (play: Play) in play.traced(session: taken).last.map { [$0].sum("unfollowed_list") } ?? 0 }
        #expect(last(sweep) > last(typo) + 1_000)
    }

    @Test func `nobody is judged before habits are known`() {
        var play = Play()
        play.workday(4, Play.start, session: 1)
        play.strangers(4, from: Play.start + Instant.day, session: taken, network: 77_000, agent: 88_000, count: 60)
        let result = play.judged()
        #expect(result.cuts.isEmpty)
        #expect(result.blindUntil == Play.start + 7 * Instant.day)
    }

    @Test func `nothing that happened before habits were known counts afterwards`() {
        var play = Play.honest()
        play.strangers(4, from: Play.start + 6 * Instant.day + 20 * Instant.hour, session: 99_000, network: 77_000, agent: 88_000, count: 60)
        let result = play.judged()
        #expect(result.cuts.isEmpty)
        #expect(result.findings.allSatisfy { finding in finding.accounts.allSatisfy { $0.onset.time >= Play.start + 7 * Instant.day } })
    }
}
