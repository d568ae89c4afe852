import Model
import Story
import Testing

@Suite struct StoryTests {
    @Test func `the same seed tells the same story, byte for byte, another seed another`() throws {
        let (a, b, c) = (try Told(small(1)), try Told(small(1)), try Told(small(2)))
        for name in Told.files {
            #expect((a.bytes(name) == b.bytes(name)) == true)
            // Establishments are the same in each story.
            if name != Story.profileFile { #expect((a.bytes(name) == c.bytes(name)) == false) }
        }
        #expect(a.truth == b.truth)
    }

    @Test func `the shown story has the size that it promises`() throws {
        let told = try Told(StoryPlan(seed: 2025)), truth = told.truth
        #expect((180_000...220_000).contains(truth.events))
        #expect(truth.accounts.count == 10)
        #expect(Set(truth.accounts.map(\.region)) == [0, 1, 2])
        #expect(truth.allAccounts == 406)
        #expect((29_000...30_000).contains(truth.directoryPersons))
        let first = truth.accounts.map(\.onset).min()!, last = truth.accounts.map(\.onset).max()!
        #expect(first.date == "2025-08-25")
        #expect((14...23).contains((last - first) / Instant.day))
        // Slow: nobody sees more than 200 persons a day, everybody some hundreds in all.
        for a in truth.accounts {
            #expect(a.persons > 300 && a.persons < 4_000)
            #expect(a.byCategory["identity"] == a.persons)
            #expect((a.byCategory["medical"] ?? 0) < a.persons / 20)
        }
        #expect(truth.persons <= truth.accounts.map(\.persons).reduce(0, +))
        #expect(truth.cleanAccountWeeks > 7_000)
    }

    @Test func `truth and files agree`() throws {
        let told = try Told(small(3)), rows = told.placement
        #expect(rows.count == told.truth.placementLines)
        #expect(told.identity.count == told.truth.identityLines)
        // The acts of the operation, by the ids that truth.json gives, found in the files again.
        let ids = told.actIDs, byID = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
        let signIns = Set(told.identity.map(\.id))
        var seen: [String: Set<String>] = [:], acts: [String: Int] = [:]
        for (id, account) in ids {
            acts[account, default: 0] += 1
            if let row = byID[id] {
                #expect(row.account == account)
                seen[account, default: []].formUnion(row.persons)
            } else {
                #expect(signIns.contains(id))
            }
        }
        for a in told.truth.accounts {
            #expect(seen[a.account]?.count == a.persons)
            #expect(acts[a.account] == a.acts)
            #expect(ids.first { $0.account == a.account }?.id == a.onsetEvent)
            // The owner goes on working, before and after.
            let theirs = Set(ids.map(\.id)), mine = rows.filter { $0.account == a.account && !theirs.contains($0.id) }
            #expect(!mine.isEmpty)
        }
        #expect(seen.values.reduce(into: Set()) { $0.formUnion($1) }.count == told.truth.persons)
    }

    @Test func `lines are in order of time and have all their fields`() throws {
        let told = try Told(small(4)), rows = told.placement
        #expect(rows.allSatisfy { $0.fields.count == 19 })
        let times = rows.map { f -> String in
            let t = Array(f.fields[0])
            return String(t[6...9] + t[3...4] + t[0...1] + t[10...])
        }
        #expect(times == times.sorted())
        let millis = told.identity.map(\.time)
        // Milliseconds are drawn inside the second.
        #expect(zip(millis, millis.dropFirst()).allSatisfy { $0 / 1000 <= $1 / 1000 })
        #expect(Set(rows.map(\.id)).count == rows.count)
        #expect(rows.allSatisfy { $0.persons.count == $0.ins.count })
        #expect(rows.contains { $0.fields[18] == "Oui" })
    }

    @Test func `every national number has its right key and belongs to nobody`() throws {
        let told = try Told(small(5))
        var ins: Set<String> = [], rpps: Set<String> = [], finess: Set<String> = []
        for row in told.placement {
            ins.formUnion(row.ins)
            if !row.fields[4].isEmpty { rpps.insert(row.fields[4]) }
            finess.insert(row.fields[6])
        }
        ins.formUnion(told.directory.map { $0[1] })
        #expect(ins.count > 2_000 && rpps.count > 50 && finess.count > 5)
        #expect(ins.allSatisfy(hasINSKey))
        #expect(rpps.allSatisfy { $0.utf8.count == 11 && luhn($0) && $0.hasPrefix("997") })
        #expect(finess.allSatisfy { $0.utf8.count == 9 && luhn($0) && $0.hasPrefix("99") })
        // One number, one person.
        #expect(Set(told.directory.map { $0[1] }).count == told.directory.count)
        #expect(Set(told.directory.map { $0[0] }).count == told.directory.count)
    }

    @Test func `nobody is shown before the service knows them`() throws {
        let told = try Told(small(6))
        var known = Set(told.placement.filter { $0.fields[7] == "Création" }.flatMap(\.persons))
        let made = known
        #expect(made.count > 30)
        for row in told.placement.reversed() {
            if row.fields[7] == "Création" { known.subtract(row.persons) } else { #expect(row.persons.allSatisfy { !made.contains($0) || known.contains($0) }) }
        }
        let directory = Set(told.directory.map { $0[0] })
        #expect(told.placement.allSatisfy { $0.persons.allSatisfy(directory.contains) })
    }

    @Test func `the profile names a controller for each establishment of the trail`() throws {
        let told = try Told(small(8)), profile = String(decoding: told.bytes(Story.profileFile), as: UTF8.self)
        for finess in Set(told.placement.map { $0.fields[6] }) { #expect(profile.contains("\"\(finess)\": Agence")) }
    }

    @Test func `no field is a formula`() throws {
        let told = try Told(small(7))
        for row in told.placement { #expect(row.fields.allSatisfy { !"=+-@\t".contains($0.first ?? "x") }) }
    }

    @Test func `thieves use networks and browsers that honest people use too`() throws {
        let told = try Told(StoryPlan(seed: 2026)), thief = Set(told.actIDs.map(\.id))
        var honestAgents: Set<String> = [], honestNetworks: Set<String> = [], agents: Set<String> = [], networks: Set<String> = []
        for row in told.placement {
            let network = row.fields[11].split(separator: ".").prefix(3).joined(separator: ".")
            if thief.contains(row.id) {
                agents.insert(row.fields[12])
                networks.insert(network)
            } else {
                honestAgents.insert(row.fields[12])
                honestNetworks.insert(network)
            }
        }
        #expect(agents.isSubset(of: honestAgents))
        #expect(!networks.isDisjoint(with: honestNetworks))
    }

    @Test(arguments: [-5, 0, 1])
    func `a plan of nearly nothing is told, too`(n: Int) throws {
        var plan = StoryPlan(seed: 9)
        (plan.weeks, plan.regions, plan.establishments, plan.professionals, plan.sharedLogins, plan.persons) = (n, n, n, n, n, n)
        (plan.knownBefore, plan.activity, plan.usurpedAccounts, plan.operationStagger) = (n, n, n, n)
        (plan.pagesPerSitting, plan.secondsBetweenPages) = (n...n, n...n)
        plan.operationFirstDay = plan.firstDay
        let told = try Told(plan)
        #expect(told.truth.events == told.placement.count + told.identity.count)
        // Nobody is left who worked a month before the operation.
        #expect(told.truth.accounts.isEmpty)
    }

    @Test func `a folder that is not there is named as the cause`() {
        #expect(throws: StoryError.self) { try Story(plan: small(1)).write(to: "/tmp/cordon-no-such-folder/story") }
    }
}

/// A story told in a second's fraction.
private func small(_ seed: UInt64) -> StoryPlan {
    var plan = StoryPlan(seed: seed)
    plan.professionals = 90
    plan.establishments = 9
    plan.persons = 3_000
    plan.sharedLogins = 2
    plan.usurpedAccounts = 3
    return plan
}

private func luhn(_ digits: String) -> Bool {
    var sum = 0
    for (i, c) in digits.reversed().enumerated() {
        guard let d = c.wholeNumberValue else { return false }
        sum += i % 2 == 0 ? d : 2 * d > 9 ? 2 * d - 9 : 2 * d
    }
    return sum % 10 == 0
}

private func hasINSKey(_ ins: String) -> Bool {
    guard ins.utf8.count == 15, let key = Int(ins.suffix(2)) else { return false }
    var body = String(ins.prefix(13))
    let place = Array(body)[5...6]
    if place == ["2", "A"] { body = body.prefix(5) + "19" + body.suffix(6) }
    if place == ["2", "B"] { body = body.prefix(5) + "18" + body.suffix(6) }
    guard let n = Int(body) else { return false }
    return key == 97 - n % 97
}
