import Model

/// The story as it goes on: who is known, which cases are open, what happened since the last writing.
final class Scene {
    let plan: StoryPlan
    let staff: Staff
    let networks: Networks
    var people: People
    var teams: [Team]
    /// Per team, whom its members worked on and when; not quite in order of time.
    private var recent: [[(person: Int, time: ParisTime)]]
    /// Per region, persons whom the service does not know yet, next one last.
    private var unknown: [[Int]]
    private var happened: [Event] = []

    init(plan: StoryPlan) {
        self.plan = plan
        staff = Staff(plan: plan)
        networks = Networks(plan: plan)
        people = People(plan: plan, towns: staff.towns)
        teams = staff.teams
        recent = Array(repeating: [], count: teams.count)
        unknown = Array(repeating: [], count: plan.regions)
        for p in people.all.indices.reversed() where people.all[p].knownAt > start { unknown[people.all[p].region].append(p) }
        openFirstCases()
    }

    var firstDay: Int { plan.firstDay.daysSinceEpoch }
    var start: ParisTime { ParisTime(day: firstDay) }

    func add(_ event: Event) { happened.append(event) }

    /// Takes out what happened before `end`, in order of time.
    func take(before end: ParisTime) -> [Event] {
        let due = happened.enumerated().filter { $0.element.time < end }.sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        happened.removeAll { $0.time < end }
        return due
    }

    // Cases

    /// Somebody new for a team, at `time`: mostly a person whom the service does not know yet.
    func openCase(team: Int, keeper: Int, at time: ParisTime, _ random: inout Random) -> (person: Int, isNew: Bool) {
        let region = teams[team].region
        let isNew = random.chance(900) && !unknown[region].isEmpty
        let person = isNew ? unknown[region].removeLast() : someone(region: region, at: time, &random)
        if isNew { people.enter(person, at: time) }
        teams[team].cases.append(Case(person: person, start: time, end: time + 86_400 * random.among(14...56), keeper: keeper))
        return (person, isNew)
    }

    func openCases(team: Int, at time: ParisTime) -> [Case] { teams[team].cases.filter { $0.start < time && time < $0.end } }

    /// Forgets cases that ended more than a month ago.
    func close(before time: ParisTime) {
        for t in teams.indices {
            teams[t].cases.removeAll { $0.end + 30 * 86_400 < time }
            if recent[t].count > 800 { recent[t].removeFirst(recent[t].count - 500) }
        }
    }

    func worked(team: Int, on person: Int, at time: ParisTime) { recent[team].append((person, time)) }

    /// The team's latest persons, newest first: a page of the list that it works from.
    func teamList(_ team: Int, at time: ParisTime) -> [Int] {
        var page: [Int] = []
        for (p, t) in recent[team].suffix(80).reversed() where page.count < People.page && t <= time && !page.contains(p) { page.append(p) }
        return page
    }

    /// Everybody whom the team worked on in the last month of the trail, by number.
    func workedLately(team: Int, at time: ParisTime) -> [Int] {
        Set(recent[team].filter { $0.time >= start && $0.time <= time && time - $0.time < 30 * 86_400 }.map(\.person)).sorted()
    }

    /// Persons of a region whose cases began in the last seven days, latest first.
    func weekList(region: Int, page: Int, at time: ParisTime) -> [Int] {
        let cases = teams.filter { $0.region == region }.flatMap(\.cases).filter { $0.start <= time && time - $0.start < 7 * 86_400 }
        let persons = cases.sorted { ($1.start, $1.person) < ($0.start, $0.person) }.map(\.person)
        return Array(persons.dropFirst((page - 1) * People.page).prefix(People.page))
    }

    func someone(region: Int?, at time: ParisTime, _ random: inout Random) -> Int {
        for _ in 0..<60 {
            let p = random.below(people.all.count)
            if people.all[p].knownAt <= time && (region == nil || people.all[p].region == region) { return p }
        }
        return 0
    }

    private func openFirstCases() {
        var random = Random(seed: plan.seed, stream: "first cases")
        for t in teams.indices where !teams[t].members.isEmpty {
            for _ in 0..<(teams[t].members.count * 3) {
                let began = start + -86_400 * random.among(1...50)
                let person = someone(region: teams[t].region, at: start, &random)
                teams[t].cases.append(Case(person: person, start: began, end: start + 86_400 * random.among(2...45), keeper: random.pick(teams[t].members)))
                recent[t].append((person, began))
            }
        }
    }
}
