/// What speaks for the usurper or for the owner. Raw values index sums; their order is that of the sign-in and then of the act.
package enum Signal: Int, CaseIterable, Sendable {
    case login = 0, session, hour, context, order, depth, breadth, pace, lists, decoy, group, spray

    /// As `incident.json` names it.
    package var name: String {
        switch self {
        case .login: "login"
        case .session: "session"
        case .hour: "hour"
        case .context: "care_context"
        case .order: "directory_order"
        case .depth: "depth"
        case .breadth: "breadth"
        case .pace: "pace"
        case .lists: "unfollowed_list"
        case .decoy: "decoy"
        case .group: "group"
        case .spray: "password_spray"
        }
    }
}

/// Evidence of one act by signal, in millinats.
struct Weights {
    private var values: InlineArray<12, Int32> = .init(repeating: 0)
    subscript(signal: Signal) -> Int {
        get { Int(values[signal.rawValue]) }
        set { values[signal.rawValue] = Int32(clamping: newValue) }
    }
    subscript(index: Int) -> Int { Int(values[index]) }
    mutating func add(_ other: Weights, _ mask: SignalMask) {
        for i in 0..<12 where mask.rawValue & (1 << UInt16(i)) != 0 { values[i] = Int32(clamping: Int(values[i]) + Int(other.values[i])) }
    }
    func sum(_ mask: SignalMask) -> Int {
        var total = 0
        for i in 0..<12 where mask.rawValue & (1 << UInt16(i)) != 0 { total += Int(values[i]) }
        return total
    }
}

struct SignalMask: OptionSet {
    let rawValue: UInt16
    init(rawValue: UInt16) { self.rawValue = rawValue }
    init(_ signals: Signal...) { rawValue = signals.reduce(0) { $0 | 1 << UInt16($1.rawValue) } }
}
