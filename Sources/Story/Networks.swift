/// Addresses that everybody draws from, owners and thieves alike. All lie in ranges that belong to nobody: 198.18.0.0/15
/// (RFC 2544), 100.64.0.0/10 (RFC 6598), 2001:db8::/32 (RFC 3849).
struct Networks: Sendable {
    /// Per establishment, one to three outgoing addresses.
    let sites: [[String]]
    /// Mobile carriers' gateways and the regions' remote access, used by many.
    let mobile: [String]
    let remote: [String]

    init(plan: StoryPlan) {
        var random = Random(seed: plan.seed, stream: "networks")
        sites = (0..<plan.establishments).map { e in (0..<random.pick([1, 1, 2, 3])).map { _ in "198.18.\(e % 250).\(random.among(1...254))" } }
        mobile = (0..<60).map { _ in "100.\(random.among(120...127)).\(random.below(256)).\(random.among(1...254))" }
        remote = (0..<25).map { _ in "198.19.\(random.below(12)).\(random.among(1...254))" }
    }

    /// A line at somebody's home in a town: the provider gives a town its own blocks.
    static func home(town: Int, _ random: inout Random) -> String {
        if random.chance(350) { return "2001:db8:\(String(0x1000 + town * 16 + random.below(16), radix: 16)):\(String(random.among(1...0xFFFF), radix: 16))::\(String(random.among(0x10...0xFFFF), radix: 16))" }
        return "100.\(64 + town % 50).\(random.below(256)).\(random.among(1...254))"
    }
}

/// Browser texts as common as the shown time's. A thief's are drawn from the same.
enum Agents {
    /// `shape`: 0 to 2 at a desk, 3 and 4 on a telephone.
    static func text(_ shape: Int, version: Int) -> String {
        switch shape {
        case 0: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(version).0.0.0 Safari/537.36"
        case 1: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:\(version).0) Gecko/20100101 Firefox/\(version).0"
        case 2: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(version).0.0.0 Safari/537.36 Edg/\(version).0.0.0"
        case 3: "Mozilla/5.0 (iPhone; CPU iPhone OS \(version / 8)_\(version % 8) like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/\(version / 8).\(version % 8) Mobile/15E148 Safari/604.1"
        default: "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/\(version).0.0.0 Mobile Safari/537.36"
        }
    }

    /// Browsers renew themselves about every four weeks, each machine `lag` days late.
    static func version(day: Int, lag: Int) -> Int { 136 + max(0, day - 20_220 - lag) / 28 }
}
