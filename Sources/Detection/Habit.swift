import Model

/// What somebody does next, as one of a few classes: how often this account does so, its team, and everybody.
///
/// The probability of a class is that of a Pólya urn: the account's own counts, shrunk to its team's, the team's to the
/// population's, the population's to what is assumed before anything is known. A weak pull to the team makes the urn learn
/// a newcomer's kind within a few acts; an account with a long history hardly moves. `row` is the state in which the class
/// was chosen (for a list: how many stand unopened).
///
/// Own counts are taken at once, because a burst of honest work must explain itself; team and population learn through
/// `Quarantine` only, because the first usurper must not teach that usurpers are normal.
struct Habit {
    let rows: Int
    let classes: Int
    /// How many acts of the account weigh as much as its team's habit.
    let personalStrength: Int
    let teamStrength: Int
    let populationStrength: Int
    /// Own acts above this are halved, so that an old habit can be left behind.
    let personalMax = 400
    /// The same for everybody's: what a trail's first weeks look like, when nobody is known yet, must not last.
    static let populationMax = 10_000

    /// Assumed before anything is known, `rows × classes`, in parts of `Chance.certain`.
    private let assumed: [Int]
    private var population: [Int32]
    private var populationTotals: [Int32]
    private var team: [Int32] = []
    private var teamTotals: [Int32] = []
    private var personal: [UInt16] = []
    private var personalTotals: [UInt16] = []

    /// `assumed` in thousandths, one list per row.
    init(assumed: [[Int]], personalStrength: Int, teamStrength: Int = 20, populationStrength: Int = 40) {
        rows = assumed.count
        classes = assumed[0].count
        (self.personalStrength, self.teamStrength, self.populationStrength) = (personalStrength, teamStrength, populationStrength)
        self.assumed = assumed.flatMap { $0 }.map(Chance.thousandths)
        population = Array(repeating: 0, count: rows * classes)
        populationTotals = Array(repeating: 0, count: rows)
    }

    /// How probable the class is for this account in this state, in parts of `Chance.certain`, never 0.
    func probability(account: Int, team teamNumber: Int, row: Int, class k: Int) -> Int {
        let cell = row * classes + k
        var p = (Int(population[cell]) << 20 + populationStrength * assumed[cell]) / (Int(populationTotals[row]) + populationStrength)
        if teamNumber > 0, (teamNumber + 1) * rows <= teamTotals.count {
            p = (Int(team[teamNumber * rows * classes + cell]) << 20 + teamStrength * p) / (Int(teamTotals[teamNumber * rows + row]) + teamStrength)
        }
        if (account + 1) * rows <= personalTotals.count {
            p = (Int(personal[account * rows * classes + cell]) << 20 + personalStrength * p) / (Int(personalTotals[account * rows + row]) + personalStrength)
        }
        return max(p, 1)
    }

    mutating func learn(account: Int, row: Int, class k: Int) {
        if (account + 1) * rows > personalTotals.count {
            let accounts = max(account + 1, personalTotals.count / rows * 2)
            personal.append(contentsOf: repeatElement(0, count: accounts * rows * classes - personal.count))
            personalTotals.append(contentsOf: repeatElement(0, count: accounts * rows - personalTotals.count))
        }
        let base = (account * rows + row) * classes
        personal[base + k] += 1
        personalTotals[account * rows + row] += 1
        if Int(personalTotals[account * rows + row]) > personalMax {
            var total: UInt16 = 0
            for i in base..<(base + classes) {
                personal[i] /= 2
                total += personal[i]
            }
            personalTotals[account * rows + row] = total
        }
    }

    /// Takes back what was learnt from an act that turned out not to be the owner's.
    mutating func unlearn(account: Int, row: Int, class k: Int) {
        let cell = (account * rows + row) * classes + k
        guard cell < personal.count, personal[cell] > 0 else { return }
        personal[cell] -= 1
        personalTotals[account * rows + row] -= 1
    }

    mutating func learnTogether(team teamNumber: Int, row: Int, class k: Int) {
        population[row * classes + k] += 1
        populationTotals[row] += 1
        if populationTotals[row] > Int32(Habit.populationMax) {
            var total: Int32 = 0
            for i in (row * classes)..<((row + 1) * classes) {
                population[i] /= 2
                total += population[i]
            }
            populationTotals[row] = total
        }
        guard teamNumber > 0 else { return }
        if (teamNumber + 1) * rows > teamTotals.count {
            let teams = max(teamNumber + 1, teamTotals.count / rows * 2)
            team.append(contentsOf: repeatElement(0, count: teams * rows * classes - team.count))
            teamTotals.append(contentsOf: repeatElement(0, count: teams * rows - teamTotals.count))
        }
        team[(teamNumber * rows + row) * classes + k] += 1
        teamTotals[teamNumber * rows + row] += 1
    }
}

/// The habits that the signals keep.
enum HabitName: UInt8 { case place = 0, change, hour, context, order, depth, pace, list, breadth }

/// One act's lesson, waiting. Twelve bytes: a busy week holds millions.
struct Lesson {
    private let seconds: UInt32
    let account: UInt32
    let habit: HabitName
    let row: UInt8
    let choice: UInt8

    init(time: Instant, account: UInt32, habit: HabitName, row: Int, choice: Int) {
        seconds = UInt32(clamping: time.milliseconds / 1_000)
        (self.account, self.habit, self.row, self.choice) = (account, habit, UInt8(truncatingIfNeeded: row), UInt8(truncatingIfNeeded: choice))
    }
    /// To the second, rounded down.
    var time: Instant { Instant(milliseconds: Int64(seconds) * 1_000) }
}
