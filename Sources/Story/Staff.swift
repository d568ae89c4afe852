import Model

/// What sort of work a team does; it decides hours, screens and habits.
enum TeamKind: Int, CaseIterable, Sendable {
    /// Hospital wards that look for a place for their patients; shifts, nights, week-ends.
    case ward
    /// Admission offices of care homes: the list of the week's requests.
    case admissions
    /// Local coordination: many calls, looks without opening.
    case coordination
    /// Social services of towns.
    case social
    /// Physicians: few acts, evenings, from home.
    case physicians

    var title: String { ["Service de soins", "Admissions", "Coordination", "Action sociale", "Médecins"][rawValue] }
    /// Chance of 1000 that a working day has a session, and how many persons one sees to in it.
    var sessionChance: Int { [330, 320, 400, 300, 180][rawValue] }
    var touches: ClosedRange<Int> { [1...4, 2...5, 2...6, 1...4, 1...3][rawValue] }
    /// Lists looked at in a session without opening anybody, chance of 1000.
    var glances: Int { [180, 240, 620, 200, 80][rawValue] }
}

/// People who share cases.
struct Team: Sendable {
    var kind: TeamKind
    var name: String
    var establishment: Int
    var region: Int
    var town: Int
    var members: [Int] = []
    var cases: [Case] = []
}

/// A person whom a team looks after for some weeks.
struct Case: Sendable {
    var person: Int
    var start: ParisTime
    var end: ParisTime
    /// Who mostly does it.
    var keeper: Int
}

/// An account and how its owner lives.
struct Professional: Sendable {
    var account: String
    var userID: String
    /// Empty for a ward login.
    var rpps: String
    var team: Int
    var isShared: Bool
    /// Days of the story from and to which the account is used.
    var firstDay: Int, lastDay: Int
    var leaves: [Range<Int>]
    /// Another team from a day on.
    var move: (day: Int, team: Int)?
    var habit: Habit
    var rotation: Int
}

/// Devices and places, each with chances of 1000.
struct Habit: Sendable {
    /// From which day on which desk machine; lag of its updates.
    var desks: [(day: Int, shape: Int, lag: Int)]
    var phone: Int
    /// From which day on which line at home.
    var homes: [(day: Int, address: String)]
    var homeShare: Int, phoneShare: Int, remoteShare: Int
    /// Lists that this person looks at without opening, in percent of the team's habit.
    var glancing: Int
}

/// Establishments, teams and accounts.
struct Staff: Sendable {
    /// FINESS numbers.
    let establishments: [String]
    let establishmentRegions: [Int]
    /// Postcodes of each region.
    let towns: [[String]]
    var teams: [Team]
    var all: [Professional]

    static let regionNames = ["Nord", "Ouest", "Centre", "Sud", "Est"]

    init(plan: StoryPlan) {
        var random = Random(seed: plan.seed, stream: "staff")
        let departments = [[2, 59, 60, 62, 80], [14, 27, 50, 61, 76], [44, 49, 53, 72, 85]]
        towns = (0..<plan.regions).map { r in (0..<40).map { _ in padded(random.pick(departments[r % 3]), 2) + padded(random.below(40) * 10, 3) } }
        establishments = (0..<plan.establishments).map { Numbers.finess(100_000 + 37 * $0) }
        establishmentRegions = (0..<plan.establishments).map { $0 % plan.regions }

        let teamCount = max(plan.regions, plan.professionals / 8)
        var teams: [Team] = []
        for t in 0..<teamCount {
            let establishment = t % plan.establishments, kind = TeamKind.allCases[random.weighted([38, 24, 16, 12, 10])]
            let region = establishmentRegions[establishment]
            teams.append(Team(kind: kind, name: "\(kind.title) \(Staff.regionNames[region % Staff.regionNames.count]) \(t + 1)", establishment: establishment, region: region, town: establishment))
        }

        var all: [Professional] = [], names: Set<String> = []
        var numbers = Array(0..<max(plan.professionals * 7, 10))
        random.shuffle(&numbers)
        for i in 0..<(plan.professionals + plan.sharedLogins) {
            let isShared = i >= plan.professionals
            let wards = teams.indices.filter { teams[$0].kind == .ward }
            let team = isShared && !wards.isEmpty ? wards[(i * 7) % wards.count] : i % teamCount
            var account = ""
            repeat { account = isShared ? "service.poste\(random.among(1...99))" : Staff.name(&random) } while !names.insert(account).inserted
            var professional = Professional(
                account: account, userID: random.uuid(), rpps: isShared ? "" : Numbers.rpps(1_000_000 + numbers[i % numbers.count] * 13), team: team, isShared: isShared,
                firstDay: 0, lastDay: plan.days, leaves: [], move: nil, habit: Staff.habit(plan, town: teams[team].town, &random), rotation: random.below(3))
            if !isShared {
                if random.chance(90) { professional.firstDay = random.among(20...max(21, plan.days * 3 / 4)) }
                if random.chance(50) { professional.lastDay = random.among(min(60, plan.days - 1)...plan.days) }
                // Two or three weeks in July or August, perhaps one in May or June.
                let summer = random.among(49...91)
                professional.leaves.append(summer..<(summer + random.pick([14, 14, 21])))
                if random.chance(300) {
                    let spring = random.among(0...40)
                    professional.leaves.append(spring..<(spring + 7))
                }
                if random.chance(40) { professional.move = (random.among(30...max(31, plan.days - 20)), random.below(teamCount)) }
            }
            teams[team].members.append(all.count)
            if let move = professional.move { teams[move.team].members.append(all.count) }
            all.append(professional)
        }
        (self.teams, self.all) = (teams, all)
    }

    func team(of professional: Int, day: Int) -> Int {
        if let move = all[professional].move, day >= move.day { return move.team }
        return all[professional].team
    }

    private static func habit(_ plan: StoryPlan, town: Int, _ random: inout Random) -> Habit {
        var desks = [(0, random.below(3), random.below(28))]
        if random.chance(230) { desks.append((random.among(5...max(6, plan.days - 1)), random.below(3), random.below(28))) }
        var homes = [(0, Networks.home(town: town, &random))]
        while random.chance(550) && homes.count < 5 { homes.append((homes[homes.count - 1].0 + random.among(15...90), Networks.home(town: town, &random))) }
        return Habit(desks: desks, phone: random.among(3...4), homes: homes, homeShare: random.pick([0, 0, 0, 50, 150, 400]), phoneShare: random.pick([0, 0, 30, 100]), remoteShare: random.pick([0, 0, 0, 0, 50, 300]), glancing: random.among(30...180))
    }

    private static func name(_ random: inout Random) -> String {
        let first = ["ad", "bel", "cam", "dor", "el", "fan", "gil", "hel", "is", "jo", "ka", "li", "mar", "nad", "ol", "pa", "re", "sam", "tho", "val", "yas"]
        let firstEnd = ["a", "ine", "e", "ian", "ette", "o", "ie", "ane", "is"]
        let last = ["bar", "cour", "del", "fer", "gar", "har", "jol", "kel", "lam", "mor", "nav", "per", "quin", "ros", "sau", "tour", "vas", "wal"]
        let lastEnd = ["din", "ange", "ot", "ier", "mant", "ec", "oux", "ard", "ignon", "esse", "ival"]
        return random.pick(first) + random.pick(firstEnd) + "." + random.pick(last) + random.pick(["", "a", "e", "i"]) + random.pick(lastEnd)
    }
}
