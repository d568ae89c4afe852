import Model

/// Passwords tried over many accounts: failed sign-ins from places that are foreign to the accounts, one or a few each.
///
/// An account that was among them is likelier to be entered from elsewhere for some time.
struct SprayWatch {
    static let window = Instant.hour
    static let accountsMin = 10
    static let remembered = 21 * Instant.day

    private var recent: [(time: Instant, account: UInt32)] = []
    private var head = 0
    /// Accounts in the window, with their failures there.
    private var wave: [UInt32: Int] = [:]
    /// When each account was last part of a wave.
    private var tried: [UInt32: Instant] = [:]

    mutating func failedFromElsewhere(_ account: UInt32, at time: Instant) {
        recent.append((time, account))
        wave[account, default: 0] += 1
        while head < recent.count, time - recent[head].time > SprayWatch.window {
            let old = recent[head].account
            if let left = wave[old], left > 1 { wave[old] = left - 1 } else { wave[old] = nil }
            head += 1
        }
        if head > 1_000, head * 2 > recent.count {
            recent.removeFirst(head)
            head = 0
        }
        if wave.count == SprayWatch.accountsMin {
            for member in wave.keys { tried[member] = time }
        } else if wave.count > SprayWatch.accountsMin {
            tried[account] = time
        }
    }

    func wasTried(_ account: UInt32, before time: Instant) -> Bool {
        guard let at = tried[account] else { return false }
        return time - at <= SprayWatch.remembered
    }
}
