import Foundation
import Journal
import Ledger
import Testing

/// A small generator with a seed (SplitMix64), so that every failure can be replayed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// Small enough that a few hundred entries see every part of a log's life.
extension JournalLimits {
    static var tiny: JournalLimits {
        var limits = JournalLimits()
        (limits.segmentBytes, limits.batchEntries, limits.reserveBytes) = (6_000, 40, 0)
        return limits
    }
}

func testSigner() throws -> Signer { try Signer(name: "log.example/2026", seed: [UInt8](repeating: 7, count: 32)) }

func entry(_ n: Int, bytes: Int = 12, content: UInt64 = 0) -> Entry {
    Entry(key: EventKey(source: "source", id: "\(n)"), content: content, bytes: Array("\(n):".utf8) + [UInt8](repeating: UInt8(n & 127 | 1), count: bytes))
}

/// A folder that is gone when the test is over.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-journal-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}
