import Foundation
import Testing

@Suite struct `exposure` {
    @Test func `the persons that an account saw are counted exactly`() throws {
        let made = try WardCase.get()
        for account in [0, 5, WardTrail.victim] {
            let answer = try Cordon.run("exposure", made.folder, "--account", WardTrail.accounts[account], "--json").json()
            #expect(number(answer, "count", "persons") == WardCase.trail.seen(by: account).count)
            let accesses = WardCase.trail.acts.filter { $0.account == account }.map(\.persons.count).reduce(0, +)
            #expect(number(answer, "accesses") == accesses)
            #expect(value(answer, "scope") != nil)
        }
    }

    @Test func `a professional id names the account too`() throws {
        let folder = try WardCase.get().folder
        let byName = try Cordon.run("exposure", folder, "--account", WardTrail.accounts[2], "--json").json()
        let byNumber = try Cordon.run("exposure", folder, "--account", WardTrail.rpps(2), "--json").json()
        #expect(number(byName, "count", "persons") == number(byNumber, "count", "persons"))
    }

    @Test func `two accounts count a person whom both saw once`() throws {
        let folder = try WardCase.get().folder
        let answer = try Cordon.run("exposure", folder, "--account", "pro00", "--account", "pro01", "--json").json()
        let both = WardCase.trail.seen(by: 0).union(WardCase.trail.seen(by: 1))
        #expect(number(answer, "count", "persons") == both.count)
    }

    @Test func `the window's ends belong to it`() throws {
        let folder = try WardCase.get().folder
        let acts = WardCase.trail.acts.filter { $0.account == 4 && !$0.persons.isEmpty }
        let from = acts[10].time, to = acts[20].time
        let answer = try Cordon.run("exposure", folder, "--account", "pro04", "--from", WardTrail.rfc3339(from), "--to", WardTrail.rfc3339(to), "--json").json()
        #expect(number(answer, "count", "persons") == Set(acts[10...20].flatMap(\.persons)).count)
        #expect(number(answer, "accesses") == 11)
    }

    @Test func `who saw one person is answered`() throws {
        let folder = try WardCase.get().folder
        let person = 15
        let answer = try Cordon.run("exposure", folder, "--person", WardTrail.person(person), "--json").json()
        #expect(number(answer, "count", "persons") == 1)
        #expect(number(answer, "accesses") == WardCase.trail.acts.filter { $0.persons.contains(person) }.count)
    }

    @Test func `an unknown account is status 66, never zero persons`() throws {
        let answer = try Cordon.run("exposure", try WardCase.get().folder, "--account", "nobody", "--json")
        #expect(answer.status == 66)
        #expect(answer.out.isEmpty)
    }

    @Test func `a time that is none is status 64`() throws {
        #expect(try Cordon.run("exposure", try WardCase.get().folder, "--from", "last week").status == 64)
    }
}
