import Foundation
import Ledger
import Testing

/// Third-party data (CORDON_VECTORS): never committed, its tests say so when it is not there.
let vectors: String? = ProcessInfo.processInfo.environment["CORDON_VECTORS"]

extension Trait where Self == ConditionTrait {
    static var needsVectors: Self { .enabled(if: vectors != nil, "CORDON_VECTORS is not set: third-party vectors are not here") }
}

func vectorFile(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: try #require(vectors)).appendingPathComponent(path))
}

/// All files below a folder of the vectors, sorted.
func vectorFiles(_ folder: String) throws -> [String] {
    let root = try #require(vectors) + "/" + folder
    let files = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }.filter { $0.hasSuffix(".json") }
    return files.sorted().map { folder + "/" + $0 }
}

/// A tree in memory, by the definition of RFC 6962 and nothing cleverer: what the product is compared with.
struct PlainTree {
    var leaves: [Hash] = []

    init(leaves: [Hash]) { self.leaves = leaves }
    init(count: Int) { leaves = (0..<count).map { Hash(leaf: [UInt8(truncatingIfNeeded: $0)] + ($0 < 256 ? [] : Array("\($0)".utf8))) } }

    func root(_ range: Range<Int>) -> Hash {
        if range.isEmpty { return .emptyRoot }
        if range.count == 1 { return leaves[range.lowerBound] }
        var k = 1
        while k * 2 < range.count { k *= 2 }
        let middle = range.lowerBound + k
        return Hash(node: root(range.lowerBound..<middle), root(middle..<range.upperBound))
    }

    func node(_ node: Merkle.Node) throws -> Hash {
        let start = Int(node.index) << node.height
        guard start + 1 << node.height <= leaves.count else { throw CocoaError(.coderInvalidValue) }
        return root(start..<start + 1 << node.height)
    }
}

/// A folder that is gone when the test is over.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-ledger-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

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

func flipped(_ hash: Hash, bit: Int = 0) -> Hash {
    var bytes = hash.bytes
    bytes[bit / 8] ^= 1 << UInt8(bit % 8)
    return Hash(bytes)!
}
