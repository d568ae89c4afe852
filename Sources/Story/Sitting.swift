import Model

/// One pair of hands on an account from sign-in to leaving. Owners and thieves go through the same doors: what differs is
/// what they want.
struct Sitting {
    let scene: Scene
    let account: Int
    var session: String
    var address: String
    var agent: String
    var now: ParisTime
    var random: Random
    var thief: Int?

    /// Signs in at `start`, now and then with a wrong password first.
    init(_ scene: Scene, account: Int, at start: ParisTime, from place: (address: String, agent: String), thief: Int? = nil, random: Random) {
        (self.scene, self.account, self.thief, self.random) = (scene, account, thief, random)
        (address, agent) = place
        session = self.random.uuid()
        now = start
        if self.random.chance(50) {
            for _ in 0..<self.random.pick([1, 1, 1, 2]) {
                happen(.loginError)
                now = now + self.random.among(8...40)
            }
        }
        happen(.login)
        now = now + self.random.among(12...45)
    }

    mutating func signOut() {
        now = now + random.among(20...240)
        happen(.logout)
    }

    private func happen(_ kind: Event.Kind, criteria: String = "", screen: Screen = .list, persons: [Int] = [], breakGlass: Bool = false) {
        scene.add(Event(time: now, kind: kind, account: account, session: session, address: address, agent: agent, criteria: criteria, screen: screen, persons: persons, breakGlass: breakGlass, thief: thief))
    }

    // What the screens offer

    /// A search by the beginning of a family name; returns the page shown.
    mutating func search(_ prefix: String, page: Int = 1) -> [Int] {
        let found = scene.people.find(prefix, at: now, page: page)
        happen(.search, criteria: "nom=\(prefix)" + (page > 1 ? "&page=\(page)" : ""), persons: found)
        return found
    }

    mutating func searchExactly(_ person: Int) {
        let p = scene.people.all[person]
        happen(.search, criteria: "nom=\(scene.people.family(person))&naissance=\(padded(p.birth.day, 2))/\(padded(p.birth.month, 2))/\(p.birth.year)", persons: p.knownAt <= now ? [person] : [])
    }

    mutating func teamList(_ team: Int) -> [Int] {
        let list = scene.teamList(team, at: now)
        happen(.search, criteria: "liste=equipe", persons: list)
        return list
    }

    mutating func weekList(region: Int, page: Int) -> [Int] {
        let list = scene.weekList(region: region, page: page, at: now)
        happen(.search, criteria: "liste=semaine" + (page > 1 ? "&page=\(page)" : ""), persons: list)
        return list
    }

    mutating func open(_ person: Int, breakGlass: Bool = false) {
        let screen = breakGlass ? Screen.medical : [Screen.identity, .administrative, .medical, .social][random.weighted([56, 26, 13, 5])]
        happen(random.chance(15) ? .print : .open, screen: screen, persons: [person], breakGlass: breakGlass)
    }

    mutating func update(_ person: Int) {
        happen(.update, screen: [Screen.identity, .administrative, .medical, .social][random.weighted([30, 45, 17, 8])], persons: [person])
    }

    mutating func create(_ person: Int) { happen(.create, screen: .identity, persons: [person]) }

    mutating func exportTeamList(_ team: Int) {
        let list = scene.teamList(team, at: now)
        happen(.export, criteria: "liste=equipe", persons: list)
    }

    // What people do with them

    /// Finds a known person: by name and birth date, by name, by the first letters (perhaps turning the page), or on the
    /// team's list.
    mutating func find(_ person: Int, team: Int) {
        let name = scene.people.family(person)
        if random.chance(60) {
            // A slip of the finger first.
            _ = search(String(name.dropLast()) + random.pick(["Y", "H", "Z"]))
            now = now + random.among(3...9)
        }
        switch random.weighted([40, 30, 15, 15]) {
        case 0: searchExactly(person)
        case 1: seek(person, name)
        case 2: seek(person, String(name.prefix(random.among(3...4))))
        default:
            if !teamList(team).contains(person) {
                now = now + random.among(4...20)
                searchExactly(person)
            }
        }
        now = now + random.among(2...15)
    }

    private mutating func seek(_ person: Int, _ prefix: String) {
        for page in 1...4 {
            let found = search(prefix, page: page)
            if found.contains(person) || found.count < People.page { break }
            now = now + random.among(3...12)
        }
    }

    /// A look at a list without opening anybody: a call answered, a count, a wrong name.
    mutating func glance(team: Int) {
        if random.chance(400) {
            _ = teamList(team)
        } else {
            let name = scene.people.family(scene.someone(region: random.chance(800) ? scene.teams[team].region : nil, at: now, &random))
            _ = search(random.chance(700) ? name : String(name.prefix(4)))
        }
        now = now + random.among(20...150)
    }

    /// Opens one or more screens of a person, and perhaps writes.
    mutating func see(_ person: Int) {
        open(person)
        while random.chance(380) {
            now = now + random.among(10...140)
            open(person)
        }
        if random.chance(260) {
            now = now + random.among(30...300)
            update(person)
        }
    }
}
