import Ledger

/// How long entries are kept: the log's written policy, without which nothing is removed (c2sp.org/tlog-tiles, pruning).
///
/// Bundles that lie wholly below the minimum index go; hash tiles stay, 32 bytes for an entry, so that every proof ever given
/// keeps verifying and an event that was in the log is still known. The file `retention` is
///
/// ```
/// cordon-retention/1
/// minimum <index>
/// <the policy in words, one line>
/// ```
package struct Retention: Sendable, Hashable {
    package static let file = "retention"
    private static let version = "cordon-retention/1"

    /// Entries below it need not be there any more.
    package var minimum: UInt64
    package var policy: String

    package init(minimum: UInt64, policy: String) throws {
        guard !policy.isEmpty, !policy.utf8.contains(where: { $0 < 0x20 }) else {
            throw JournalProblem.foreign(file: Retention.file, "the policy is one line of words; without one nothing is removed")
        }
        (self.minimum, self.policy) = (minimum, policy)
    }

    package init(parsing bytes: [UInt8]) throws {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == Retention.version, lines[1].hasPrefix("minimum "), let minimum = decimalNumber(lines[1].dropFirst(8)), lines[3].isEmpty else {
            throw JournalProblem.damaged(file: Retention.file, "is not a retention file")
        }
        try self.init(minimum: minimum, policy: String(lines[2]))
    }

    var bytes: [UInt8] { Array("\(Retention.version)\nminimum \(minimum)\n\(policy)\n".utf8) }

    /// What is in force; nil when everything is kept.
    package static func inForce(_ files: any FileSystem) throws -> Retention? {
        try files.read(file, maximum: 1 << 16).map { try Retention(parsing: $0) }
    }

    /// Removes the bundles that the policy no longer keeps, after the policy itself is durable. May be interrupted and run
    /// again, beside a running log.
    ///
    /// - Returns: bundles and bytes that went.
    /// - Throws: when the minimum went back, or lies beyond the published log.
    package func prune(_ files: any FileSystem, published: UInt64) throws -> (bundles: Int, bytes: Int) {
        let before = try Retention.inForce(files)?.minimum ?? 0
        guard minimum >= before, minimum <= published & ~255 else {
            throw JournalProblem.foreign(file: Retention.file, "the minimum index must lie from \(before), which is in force, to \(published & ~255), the last full bundle's end")
        }
        try files.placeDurably(bytes, at: Retention.file)
        var (bundles, bytes) = (0, 0)
        for index in 0..<(minimum >> 8) {
            let path = Tile(.entries, index).path
            guard let size = try files.size(path) else { continue }
            try files.remove(path)
            (bundles, bytes) = (bundles + 1, bytes + size)
        }
        return (bundles, bytes)
    }
}
