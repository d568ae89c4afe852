import Model

struct SessionKey: Hashable { var account: UInt32; var token: UInt64; var isGiven: Bool }
struct DeviceKey: Hashable { var account: UInt32; var network: UInt64; var agent: UInt64 }
struct Place: Hashable { var network: UInt64; var agent: UInt64 }

struct SessionState {
    var account: UInt32
    var token: UInt64
    var isGiven: Bool
    var firstMark: ActMark
    var last: Instant
    var lastMark = ActMark(index: 0, eventID: "", time: Instant(milliseconds: 0))
    /// Place class of the sign-in; nil when not weighed.
    var signIn: Int?
    /// Whether the place of the sign-in was weighed.
    var isPlaced = false
    var acts = 0
    var network: UInt64 = 0
    var agent: UInt64 = 0
    var places: [Place] = []
    var run = ListRun()
    /// The person opened last, and what was done with them in this visit.
    var visited: UInt32?
    var visitIsStranger = false
    var visitContext = 0
    var visitActs = 0
    var forgivenContext = 0
    var forgivenOrder = 0
    var visitEdits = false
    var isFamiliar = false
    var searchedSinceOpening = false
    var lastReading = Instant(milliseconds: 0)
    /// Its place in the detector's clocks; nil once it has been idle for long.
    var clock: Int?
    /// All evidence of the session, for and against.
    var sums = Weights()
    var counters = Counters()
    var peak = 0

    init(account: UInt32, token: UInt64, isGiven: Bool, first: ActMark) {
        (self.account, self.token, self.isGiven, firstMark) = (account, token, isGiven, first)
        last = first.time
    }
}

/// What a network and browser on an account have shown.
struct DeviceState {
    var clock = Clock()
    var last = Instant(milliseconds: 0)
}

struct AccountState {
    var team: Int32 = 0
    var signIns = 0
    var lastWeek: Int32 = .min
    var lastSignIn = Instant(milliseconds: .min / 2)
    var lastNetwork: UInt64 = 0
    var lastAgent: UInt64 = 0
    /// The persons opened last, newest last.
    var ring: [UInt32] = []
    var cameFromStranger = false
    var listWork = 0
    var clock = Clock()
    var isSuspect = false
    var suspectSince = Instant(milliseconds: .min / 2)
    var suspectTo = Instant(milliseconds: .min / 2)
    /// The crossing that is not over yet.
    var cut: Crossing?
    var stepUp: Crossing?
    /// Earlier crossings; after some days in which nothing was suspect the account is judged anew.
    var past: [Crossing] = []
    var lastAct = -1

    mutating func remember(_ person: UInt32) {
        if let at = ring.firstIndex(of: person) { ring.remove(at: at) }
        else if ring.count >= DirectoryOrder.ring { ring.removeFirst() }
        ring.append(person)
    }
}

/// The act at which evidence crossed a threshold, and what it was made of.
struct Crossing {
    var method: Method
    var weight: Int
    var onset: ActMark
    var at: ActMark
    var sums: Weights
    var counters: Counters
    var session: Int
    /// The account's last act before the onset.
    var before: Int
    /// When the account was judged anew; nil while the crossing lasts.
    var over: Instant?
    /// How the account, before this, followed a list by an opening: parts of ten.
    var opensOfTen = 0
    var threshold: Int
}

/// Lessons that wait seven days before team and population learn them; those of a suspect time are dropped.
struct Quarantine {
    static let days = 7 * Instant.day
    /// In order, in blocks: what has been learnt gives its memory back.
    private var blocks: [[Lesson]] = []
    private var head = 0
    private static let blockSize = 4_096

    mutating func hold(_ lesson: Lesson) {
        if blocks.last.map({ $0.count == Quarantine.blockSize }) ?? true {
            blocks.append([])
            blocks[blocks.count - 1].reserveCapacity(Quarantine.blockSize)
        }
        blocks[blocks.count - 1].append(lesson)
    }

    mutating func release(before now: Instant, into habits: inout [Habit], accounts: [AccountState]) {
        while let block = blocks.first {
            while head < block.count, now - block[head].time > Quarantine.days {
                let lesson = block[head]
                head += 1
                let account = accounts[Int(lesson.account)]
                if account.cut != nil { continue }
                if lesson.time >= account.suspectSince, lesson.time <= account.suspectTo { continue }
                habits[Int(lesson.habit.rawValue)].learnTogether(team: Int(account.team), row: Int(lesson.row), class: Int(lesson.choice))
            }
            guard head == Quarantine.blockSize else { return }
            blocks.removeFirst()
            head = 0
        }
    }

    /// The account's own habits forget what they learnt since a time, as far as it still waits.
    mutating func takeBack(account: UInt32, since: Instant, from habits: inout [Habit]) {
        for (b, block) in blocks.enumerated() {
            for lesson in block[(b == 0 ? head : 0)...] where lesson.account == account && lesson.time >= since {
                habits[Int(lesson.habit.rawValue)].unlearn(account: Int(account), row: Int(lesson.row), class: Int(lesson.choice))
            }
        }
    }
}
