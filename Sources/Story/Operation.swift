import Model

/// The thieves: accounts of professionals in other hands, each with its part of the alphabet, in office hours, at the pace
/// of somebody who reads. Networks and machines come from the pools of honest staff and are partly shared.
struct Operation {
    let scene: Scene
    let usurped: [Usurped]
    private var random: Random
    private var reading: [Reading]
    private let places: [(address: String, shape: Int, lag: Int)]

    struct Usurped: Sendable {
        var account: Int
        /// Day of the story on which it is first used by somebody else.
        var firstDay: Int
        /// The operation's places that this account is used from, most often the first.
        var places: [Int]
    }

    /// How far an account's part of the alphabet is read.
    private struct Reading {
        var prefixes: [String]
        var at = 0
        var page = 1
    }

    init(_ scene: Scene) {
        self.scene = scene
        let plan = scene.plan
        var random = Random(seed: plan.seed, stream: "operation")
        let first = plan.operationFirstDay.daysSinceEpoch - scene.firstDay
        // Spread over the regions; owners who work during the whole operation.
        var usurped: [Usurped] = []
        for k in 0..<plan.usurpedAccounts {
            let fit = scene.staff.all.indices.filter { i in
                let p = scene.staff.all[i]
                return !p.isShared && p.firstDay < first - 30 && p.lastDay >= plan.days && p.move == nil && scene.teams[p.team].region == k % plan.regions
                    && scene.teams[p.team].kind != .physicians && !usurped.contains { $0.account == i }
            }
            guard !fit.isEmpty else { continue }
            usurped.append(Usurped(account: random.pick(fit), firstDay: first + k * plan.operationStagger / max(plan.usurpedAccounts, 1) + random.below(2), places: []))
        }
        // Two ends of the regions' own remote access, two lines at homes, and some lines in owners' towns.
        var places = (0..<4).map { n in (n < 2 ? random.pick(scene.networks.remote) : Networks.home(town: random.below(plan.establishments), &random), random.below(3), random.below(28)) }
        for k in usurped.indices {
            usurped[k].places = [k % 4, random.below(4)]
            if random.chance(400) {
                usurped[k].places.insert(places.count, at: 0)
                places.append((Networks.home(town: scene.teams[scene.staff.all[usurped[k].account].team].town, &random), random.below(3), random.below(28)))
            }
        }
        var reading = scene.people.parts(max(1, usurped.count)).map { Reading(prefixes: $0) }
        for k in reading.indices where !reading[k].prefixes.isEmpty { reading[k].at = random.below(reading[k].prefixes.count) }
        (self.places, self.usurped, self.reading, self.random) = (places, usurped, reading, random)
    }

    mutating func pass(day: Int) {
        let civilDay = scene.firstDay + day, midnight = ParisTime(day: civilDay)
        guard midnight.weekday < 5, civilDay <= scene.plan.operationLastDay.daysSinceEpoch else { return }
        for k in usurped.indices where day >= usurped[k].firstDay && (day == usurped[k].firstDay || random.chance(800)) {
            let place = places[usurped[k].places[random.chance(700) ? 0 : random.below(usurped[k].places.count)]]
            let start = midnight + (random.chance(550) ? random.among(8 * 3_600 + 1_200...11 * 3_600) : random.among(13 * 3_600 + 1_800...16 * 3_600 + 1_800))
            var sitting = Sitting(scene, account: usurped[k].account, at: start, from: (place.address, Agents.text(place.shape, version: Agents.version(day: civilDay, lag: place.lag))), thief: k, random: random)
            if sitting.random.chance(150) {
                _ = sitting.teamList(scene.staff.all[usurped[k].account].team)
                sitting.now = sitting.now + sitting.random.among(20...90)
            }
            for _ in 0..<sitting.random.among(scene.plan.pagesPerSitting) { read(k, &sitting) }
            if sitting.random.chance(300) { sitting.signOut() }
            random = sitting.random
        }
    }

    /// The next page of the account's part, and perhaps one or two of its persons.
    private mutating func read(_ k: Int, _ sitting: inout Sitting) {
        guard !reading[k].prefixes.isEmpty else { return }
        let list = sitting.search(reading[k].prefixes[reading[k].at], page: reading[k].page)
        if list.count == People.page {
            reading[k].page += 1
        } else {
            (reading[k].at, reading[k].page) = ((reading[k].at + 1) % reading[k].prefixes.count, 1)
        }
        if !list.isEmpty && sitting.random.chance(scene.plan.openedPages) {
            for _ in 0..<sitting.random.among(1...2) {
                sitting.now = sitting.now + sitting.random.among(5...40)
                sitting.open(sitting.random.pick(list))
            }
        }
        sitting.now = sitting.now + sitting.random.among(scene.plan.secondsBetweenPages)
    }
}
