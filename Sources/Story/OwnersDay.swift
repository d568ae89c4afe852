import Model

/// A day of the accounts' owners.
struct OwnersDay {
    let scene: Scene
    /// Of the story, from 0.
    let day: Int
    /// New cases that teams have yet to open.
    var waiting: [Int]

    private var plan: StoryPlan { scene.plan }
    private var civilDay: Int { scene.firstDay + day }
    private var isWeekend: Bool { ParisTime(day: civilDay).weekday >= 5 }

    mutating func pass(_ randoms: inout [Random], _ news: inout Random) {
        if !isWeekend {
            for t in scene.teams.indices where !scene.teams[t].members.isEmpty {
                for _ in scene.teams[t].members where news.chance(plan.newCases) { waiting[t] += 1 }
            }
        }
        for account in scene.staff.all.indices { live(account, &randoms[account]) }
    }

    private mutating func live(_ account: Int, _ random: inout Random) {
        let who = scene.staff.all[account], kind = scene.teams[scene.staff.team(of: account, day: day)].kind
        // Drawn first, so that one person's absence shifts nobody else's story.
        let works = random.chance(kind.sessionChance * plan.activity / 100), weekend = random.chance(kind == .ward ? 450 : kind == .coordination ? 60 : 12)
        guard day >= who.firstDay, day < who.lastDay, !who.leaves.contains(where: { $0.contains(day) }), !isWeekend || weekend || who.isShared else { return }
        if who.isShared {
            for _ in 0..<random.among(2...4) { sit(account, at: ParisTime(day: civilDay) + random.below(86_400), &random) }
        } else if works {
            let start = self.start(of: who, kind, &random)
            sit(account, at: start, &random)
            if random.chance(300) { sit(account, at: start + random.among(7_200...18_000), &random) }
        }
    }

    /// When a session begins: by shift on wards, in the evening for physicians, in office hours else.
    private func start(of who: Professional, _ kind: TeamKind, _ random: inout Random) -> ParisTime {
        let midnight = ParisTime(day: civilDay)
        switch kind {
        case .ward:
            switch (day / 7 + who.rotation) % 3 {
            case 0: return midnight + random.among(6 * 3_600 + 1_800...13 * 3_600)
            case 1: return midnight + random.among(13 * 3_600 + 1_800...20 * 3_600)
            default: return midnight + (who.rotation == 0 ? random.among(21 * 3_600...29 * 3_600) : random.among(7 * 3_600...15 * 3_600))
            }
        case .physicians: return midnight + (random.chance(600) ? random.among(18 * 3_600...22 * 3_600) : random.among(8 * 3_600...13 * 3_600))
        default: return midnight + (random.chance(700) ? random.among(8 * 3_600...12 * 3_600) : random.among(13 * 3_600...17 * 3_600))
        }
    }

    private mutating func sit(_ account: Int, at start: ParisTime, _ random: inout Random) {
        let team = scene.staff.team(of: account, day: day), kind = scene.teams[team].kind, who = scene.staff.all[account]
        var sitting = Sitting(scene, account: account, at: start, from: place(who, team, &random), random: random)
        for _ in 0..<max(1, sitting.random.among(kind.touches) * plan.activity / 100) {
            if sitting.random.chance(kind.glances * who.habit.glancing / 100 / 2) { sitting.glance(team: team) }
            touch(&sitting, team, account)
            sitting.now = sitting.now + sitting.random.among(60...1_000)
        }
        if kind == .admissions && sitting.random.chance(350) { workTheWeek(&sitting, team) }
        if sitting.random.chance(3) { workThrough(&sitting, team) }
        if sitting.random.chance(5) { sitting.exportTeamList(team) }
        if sitting.random.chance(450) { sitting.signOut() }
        random = sitting.random
    }

    /// Where and on what an owner signs in this time.
    private func place(_ who: Professional, _ team: Int, _ random: inout Random) -> (address: String, agent: String) {
        let habit = who.habit, x = random.below(1000)
        let desk = who.isShared ? (day: 0, shape: random.below(3), lag: who.rotation * 9 + random.pick([0, 7, 14])) : habit.desks.last { $0.day <= day } ?? habit.desks[0]
        let onDesk = Agents.text(desk.shape, version: Agents.version(day: civilDay, lag: desk.lag))
        let onPhone = Agents.text(habit.phone, version: Agents.version(day: civilDay, lag: habit.desks[0].lag))
        if !who.isShared {
            if x < habit.phoneShare { return (random.pick(scene.networks.mobile), onPhone) }
            if x < habit.phoneShare + habit.homeShare { return ((habit.homes.last { $0.day <= day } ?? habit.homes[0]).address, onDesk) }
            if x < habit.phoneShare + habit.homeShare + habit.remoteShare { return (random.pick(scene.networks.remote), onDesk) }
            // A hotel, a friend's house, a borrowed machine.
            if x >= 994 { return (Networks.home(town: random.below(plan.establishments), &random), random.chance(600) ? onPhone : onDesk) }
        }
        return (random.pick(scene.networks.sites[scene.teams[team].establishment]), onDesk)
    }

    /// Sees to one person: somebody new, somebody of the team's cases, or, seldom, somebody in an emergency.
    private mutating func touch(_ sitting: inout Sitting, _ team: Int, _ account: Int) {
        if waiting[team] > 0 && sitting.random.chance(450) {
            waiting[team] -= 1
            // The search that shows that nobody knows the person comes before the new file.
            let (person, isNew) = scene.openCase(team: team, keeper: account, at: sitting.now + 30, &sitting.random)
            sitting.searchExactly(person)
            sitting.now = sitting.now + 30
            if isNew { sitting.create(person) } else { sitting.open(person) }
            sitting.now = sitting.now + sitting.random.among(60...400)
            sitting.update(person)
            return scene.worked(team: team, on: person, at: sitting.now)
        }
        if sitting.random.chance(2) {
            let person = scene.someone(region: scene.teams[team].region, at: sitting.now, &sitting.random)
            sitting.searchExactly(person)
            sitting.now = sitting.now + sitting.random.among(3...15)
            sitting.open(person, breakGlass: true)
            return scene.worked(team: team, on: person, at: sitting.now)
        }
        let open = scene.openCases(team: team, at: sitting.now)
        let mine = open.filter { $0.keeper == account }
        guard !open.isEmpty else { return sitting.glance(team: team) }
        let person = sitting.random.pick(!mine.isEmpty && sitting.random.chance(600) ? mine : open).person
        if sitting.random.chance(700) { sitting.find(person, team: team) }
        if sitting.random.chance(20), let other = scene.people.find(scene.people.family(person), at: sitting.now).first(where: { $0 != person }) {
            // The wrong namesake first.
            sitting.open(other)
            sitting.now = sitting.now + sitting.random.among(3...25)
        }
        sitting.see(person)
        scene.worked(team: team, on: person, at: sitting.now)
    }

    /// The week's requests, page by page, some of them opened.
    private func workTheWeek(_ sitting: inout Sitting, _ team: Int) {
        for page in 1...sitting.random.among(1...4) {
            let list = sitting.weekList(region: scene.teams[team].region, page: page)
            guard !list.isEmpty else { return }
            for _ in 0..<sitting.random.below(4) {
                sitting.now = sitting.now + sitting.random.among(6...60)
                sitting.open(sitting.random.pick(list))
            }
            sitting.now = sitting.now + sitting.random.among(15...90)
        }
    }

    /// Honest list work: whom the team worked on lately, one after the other.
    private func workThrough(_ sitting: inout Sitting, _ team: Int) {
        for person in scene.workedLately(team: team, at: sitting.now).prefix(sitting.random.among(25...90)) {
            sitting.now = sitting.now + sitting.random.among(8...60)
            sitting.open(person)
        }
    }
}
