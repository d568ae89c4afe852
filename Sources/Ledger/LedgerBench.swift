import Model

/// What `cordon bench` measures of this room, each beside its floor in the same run: how long the bare SHA-256 of the same
/// bytes takes.
///
/// The clock is given (nanoseconds from any start), and every result depends on every round, so that nothing is optimised away.
package enum LedgerBench {
    package struct Figure: Sendable {
        package var name: String
        package var count: Int
        package var nanoseconds: UInt64
        /// Of the floor over as many; 0 where there is none.
        package var floorNanoseconds: UInt64
        package var floor: String
        /// Printed, so that the work is seen to have been done.
        package var checksum: String

        package var perSecond: Double { Double(count) * 1e9 / Double(max(1, nanoseconds)) }
        /// Speed as a share of the floor's.
        package var ratio: Double { Double(floorNanoseconds) / Double(max(1, nanoseconds)) }
    }

    package typealias Clock = () -> UInt64

    /// - Parameter folder: one that can be made and is left to the caller to remove.
    package static func run(entries count: Int, bytes: Int = 200, folder: String, clock: Clock) throws -> [Figure] {
        let floor = bareHashes(count, bytes, clock)
        let floorName = "one leaf and one node hash per entry"
        var figures: [Figure] = []
        func measure(_ name: String, floor: Bool = true, _ body: () throws -> String) rethrows {
            let start = clock()
            let checksum = try body()
            figures.append(Figure(name: name, count: count, nanoseconds: clock() - start, floorNanoseconds: floor ? floorTime : 0, floor: floor ? floorName : "", checksum: checksum))
        }
        let floorTime = floor.nanoseconds
        figures.append(floor)

        let key = try CaseKey(secret: [UInt8](repeating: 1, count: 32))
        let signer = try key.signer(name: "bench")
        try measure("tree in memory") {
            var builder = TileBuilder()
            var entry = [UInt8](repeating: 0, count: bytes + 2)
            for i in 0..<count {
                stamp(&entry, i, at: 2)
                try builder.append(leafHash(inBundle: &entry, entryAt: 2, count: bytes)) { _, _ in }
            }
            return builder.root.base64
        }
        try measure("log written") {
            let writer = try LedgerWriter(folder: folder, origin: "bench")
            var entry = [UInt8](repeating: 0, count: bytes)
            for i in 0..<count {
                stamp(&entry, i, at: 0)
                try writer.append(entry)
            }
            return try writer.finish(signer: signer).root.base64
        }
        try measure("log audited") {
            let reader = try LedgerReader(folder: folder, keys: [signer.verifierKey])
            return String(try reader.audit().bytes)
        }
        let names = key.pseudonyms
        measure("pseudonyms", floor: false) {
            var sum = names.person("")
            for i in 0..<count { sum = max(sum, names.person("urn:oid:1.2.250.1.213.1.4.8|\(i)")) }
            return sum.hex
        }
        try measure("entries encoded and decoded", floor: false) {
            var sum = 0
            var entry = LedgerEntry(salt: names.salt(0), time: Instant(milliseconds: 1_757_325_600_000))
            (entry.source, entry.service, entry.controller) = ("identity.example", "placement", "region-a")
            (entry.account, entry.attribution, entry.session, entry.address) = (names.account("a"), .stated, 1 << 60, 1 << 61)
            entry.disclosures = [.init(person: names.person("p"), categories: .identity, manners: .opened)]
            for i in 0..<count {
                entry.time = entry.time + Int64(i)
                sum &+= Int(try LedgerEntry(decoding: try entry.encoded()).time.milliseconds & 0xff)
            }
            return String(sum)
        }
        return figures
    }

    private static func bareHashes(_ count: Int, _ bytes: Int, _ clock: Clock) -> Figure {
        var leaf = [UInt8](repeating: 0, count: bytes + 1), node = [UInt8](repeating: 1, count: 65)
        let start = clock()
        for i in 0..<count {
            stamp(&leaf, i, at: 1)
            stamp(&node, Int(truncatingIfNeeded: Hash(of: leaf).a), at: 1)
            leaf[0] = UInt8(truncatingIfNeeded: Hash(of: node).b)
        }
        return Figure(name: "bare hashes", count: count, nanoseconds: clock() - start, floorNanoseconds: 0, floor: "", checksum: Hash(of: leaf).base64)
    }

    private static func stamp(_ bytes: inout [UInt8], _ n: Int, at offset: Int) {
        for i in 0..<8 where offset + i < bytes.count { bytes[offset + i] = UInt8(truncatingIfNeeded: n >> (8 * i)) }
    }
}
