import Detection
import Model
import Testing

/// What a usurper does is found, whatever he leaves out.
struct UsurperTests {
    private let elsewhere: UInt64 = 77_000, browser: UInt64 = 88_000, taken: UInt64 = 99_000
    private var evening: Instant { Play.until + 9 * Instant.hour }

    @Test func `a session from elsewhere that opens strangers is cut within five persons`() throws {
        var play = Play.honest()
        play.strangers(4, from: evening, session: taken, network: elsewhere, agent: browser, count: 40)
        let result = play.judged()
        let verdict = try #require(result.cut(4))
        #expect(result.cuts.count == 1)
        let lost = play.ordered.filter { $0.session == taken && $0.index <= verdict.containedAt.index && !$0.disclosures.isEmpty }.count
        #expect(lost <= 5)
        #expect(verdict.evidence.map(\.millinats) == verdict.evidence.map(\.millinats).sorted(by: >))
        #expect(verdict.evidence.contains { $0.signal == "care_context" })
        #expect(verdict.counterfactual.fr.isEmpty == false)
        // Whoever reads it finds what was done with figures that can be counted again, and no word against a person.
        let opened = try #require(verdict.evidence.first { $0.signal == "care_context" }?.text)
        #expect(opened.fr.hasPrefix("\(lost) personnes ouvertes, dont \(lost) que ni ce compte"))
        #expect(verdict.evidence.allSatisfy { !$0.text.fr.isEmpty && !$0.text.en.isEmpty && !$0.text.fr.contains("voleur") && !$0.text.en.contains("thief") })
    }

    @Test func `pauses ten times as long hide nothing`() throws {
        func lost(pause: Int64) throws -> Int {
            var play = Play.honest()
            play.strangers(4, from: evening, session: taken, network: Play.network(4), agent: Play.agent(4), count: 40, pause: pause)
            let verdict = try #require(play.judged().cut(4))
            return play.ordered.filter { $0.session == taken && $0.index <= verdict.containedAt.index && !$0.disclosures.isEmpty }.count
        }
        let quick = try lost(pause: 60 * Instant.second), slow = try lost(pause: 600 * Instant.second)
        #expect(quick <= 8)
        #expect(slow <= quick + 2)
    }

    @Test func `days between the persons hide nothing`() throws {
        var play = Play.honest()
        for day in 0..<20 {
            play.strangers(4, from: evening + Int64(day) * Instant.day, session: taken + UInt64(day), network: Play.network(4), agent: Play.agent(4), count: 3, first: UInt32(700 + day * 51))
        }
        #expect(play.judged().cut(4) != nil)
    }

    @Test func `lists that nobody opens are found from the account's own place`() throws {
        var play = Play.honest()
        play.act(4, .login, evening, taken, Play.network(4), Play.agent(4))
        for k in 0..<12 {
            let shown = (0..<20).map { UInt32(600 + k * 20 + $0) }
            play.list(4, evening + Int64(k + 1) * 20 * Instant.second, taken, Play.network(4), Play.agent(4), letters: UInt64(5_000 + k), persons: shown)
        }
        let verdict = try #require(play.judged().cut(4))
        #expect(verdict.evidence.first?.signal == "unfollowed_list")
        #expect(verdict.evidence.first?.text.fr.contains("sans ouvrir personne") == true)
    }

    @Test func `an owner who goes on working does not hide the other hand`() throws {
        var play = Play.honest()
        for day in 0..<5 {
            let morning = Play.until + Int64(day) * Instant.day
            play.workday(4, morning, session: UInt64(5_000_000 + day))
            play.strangers(4, from: morning + 2 * Instant.hour, session: taken + UInt64(day), network: elsewhere, agent: browser, count: 4, first: UInt32(700 + day * 68))
        }
        let verdict = try #require(play.judged().cut(4))
        for day in 0..<5 {
            #expect(verdict.hand(ofSession: taken + UInt64(day)) == .usurper)
            #expect(verdict.hand(ofSession: UInt64(5_000_000 + day)) != .usurper)
        }
    }

    @Test func `a decoy weighs at once, and alone cuts nobody`() {
        var play = Play.honest()
        play.workday(4, evening, session: taken)
        play.act(4, .read, evening + 3 * Instant.hour, taken, Play.network(4), Play.agent(4), persons: [1_500])
        #expect(play.traced(session: taken, decoys: [1_500]).highest("decoy") == 8_000)
        #expect(play.traced(session: taken).highest("decoy") == 0)
        #expect(play.judged(decoys: [1_500]).cut(4) == nil)
    }

    @Test func `an open session that goes on from elsewhere accuses`() {
        var play = Play.honest()
        play.workday(4, evening, session: taken)
        #expect(play.traced(session: taken).highest("session") == 0)
        play.act(4, .read, evening + 3 * Instant.hour, taken, elsewhere, Play.agent(4), persons: [Play.person(1, 10)])
        #expect(play.traced(session: taken).highest("session") > 1_500)
    }

    @Test func `neighbours in the directory accuse, and only among strangers`() {
        var walk = Play.honest()
        walk.strangers(4, from: evening, session: taken, network: elsewhere, agent: browser, count: 8, step: 1)
        #expect(walk.traced(session: taken).sum("directory_order") > 5_000)
        var own = Play.honest()
        own.act(4, .login, evening, taken, Play.network(4), Play.agent(4))
        for k in 0..<8 { own.act(4, .read, evening + Int64(k + 1) * Instant.minute, taken, Play.network(4), Play.agent(4), persons: [Play.person(1, k)]) }
        #expect(own.traced(session: taken).sum("directory_order") <= 0)
    }

    @Test func `a wave of passwords raises the sign-in that follows from elsewhere`() {
        var play = Play.honest()
        for account in 0..<12 { play.act(account, .login, evening + Int64(account) * 10 * Instant.second, 0, elsewhere + 5, browser, outcome: .failure) }
        play.act(4, .login, evening + 2 * Instant.hour, taken, elsewhere, browser)
        play.act(5, .login, evening + 2 * Instant.hour, taken + 1, Play.network(5), Play.agent(5))
        #expect(play.traced(session: taken).highest("password_spray") == 3_000)
        #expect(play.traced(session: taken + 1).highest("password_spray") == 0)
    }

    @Test func `accounts cut from one foreign network are one finding, others are not drawn in`() {
        var play = Play.honest()
        play.strangers(1, from: evening, session: taken, network: elsewhere, agent: browser, count: 12)
        play.strangers(7, from: evening + Instant.hour, session: taken + 1, network: elsewhere, agent: browser, count: 12, first: 1_000)
        play.strangers(10, from: evening + 2 * Instant.hour, session: taken + 2, network: elsewhere + 9, agent: browser + 1, count: 12, first: 1_300, step: 31)
        let cuts = play.judged().cuts
        #expect(cuts.map { $0.accounts.map(\.account).sorted() } == [[1, 7], [10]])
    }

    @Test func `where the trail gives no teams, who opens other wards' persons is found all the same`() throws {
        var play = Play.honest()
        for k in 0..<40 {
            let person = Play.person([0, 2, 3][k % 3], 1 + k)
            play.act(4, .read, evening + Int64(k) * Instant.minute, taken, elsewhere, browser, persons: [person])
        }
        for i in play.acts.indices { play.acts[i].team = 0 }
        let result = play.judged(directory: nil)
        let verdict = try #require(result.cut(4))
        #expect(result.cuts.count == 1)
        #expect(play.ordered.filter { $0.session == taken && $0.index <= verdict.containedAt.index }.count <= 12)
    }

    @Test func `who reads on through other teams' persons is cut, and nobody else, where neither teams nor a directory are given`() throws {
        var play = Play.honest()
        play.act(4, .login, Play.until + 9 * Instant.hour, 99_000, 77_000, 88_000)
        for k in 0..<100 { play.act(4, .read, Play.until + 9 * Instant.hour + Int64(k + 1) * 8 * Instant.second, 99_000, 77_000, 88_000, persons: [Play.person(2 + k % 2, k / 2)]) }
        for i in play.acts.indices { play.acts[i].team = 0 }
        let result = play.judged(directory: nil)
        #expect(result.cuts.flatMap(\.accounts).map(\.account) == [4])
        let verdict = try #require(result.cut(4))
        let before = play.ordered.count { $0.session == 99_000 && $0.action == .read && $0.index <= verdict.containedAt.index }
        #expect(before <= 20)
    }
}
