import Exposure
import Model
import Testing

@Suite struct DamageTests {
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `any changed byte is found by the check, and crashes no question`(seed: UInt64) throws {
        var world = World(seed: seed)
        let folder = Folder()
        try world.trail(acts: 25).write(to: folder.path)
        // The names file holds 70 003 accounts: its damage is tried at some places, the segment's at many.
        for name in ["names", "segment-000000"] {
            let whole = folder.read(name)
            for _ in 0..<(name == "names" ? 20 : 300) {
                var bytes = whole
                let at = world.chance(30) ? world.next(min(500, bytes.count)) : world.next(bytes.count)
                bytes[at] ^= UInt8(1 << world.next(8))
                folder.write(bytes, name)
                var refused = false
                do {
                    let index = try ExposureIndex(folder: folder.path)
                    _ = try? index.count(world.scope(of: ReferenceCounter(rows: [.init(entry: 1, time: Instant(milliseconds: 1), account: 0, session: 0, service: 0, controller: 0, disclosures: [], unrecorded: 0)])))
                    _ = try? index.persons(ExposureScope())
                    _ = try? index.who(saw: 3)
                    try index.check()
                } catch { refused = true }
                // Bytes that pad a column to a multiple of eight, and the header's last four, carry nothing.
                #expect(refused || isPadding(whole, at))
            }
            folder.write(whole, name)
        }
        try ExposureIndex(folder: folder.path).check()
    }

    @Test func `a cut file is refused, wherever it is cut`() throws {
        var world = World(seed: 5)
        let folder = Folder()
        try world.trail(acts: 20).write(to: folder.path)
        let whole = folder.read("segment-000000")
        for count in stride(from: 0, to: whole.count, by: 37) {
            folder.write(Array(whole[..<count]), "segment-000000")
            #expect(throws: ExposureError.self) { try ExposureIndex(folder: folder.path) }
        }
    }

    @Test func `a segment of another index is refused`() throws {
        var world = World(seed: 6)
        let (a, b) = (Folder(), Folder())
        try world.trail(acts: 20).write(to: a.path)
        try world.trail(acts: 20).write(to: b.path)
        a.write(b.read("segment-000000"), "segment-000000")
        #expect(throws: ExposureError(.corrupt, file: "segment-000000", "belongs to another index")) { try ExposureIndex(folder: a.path) }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `arbitrary bytes behind mended checksums crash nothing`(seed: UInt64) throws {
        var world = World(seed: seed)
        let folder = Folder()
        let writer = try ExposureIndexWriter(folder: folder.path)
        for r in world.trail(acts: 20).rows where r.account < 8 {
            try writer.append(entry: r.entry, time: r.time, account: r.account, session: r.session, service: r.service, controller: r.controller, disclosures: r.disclosures, unrecorded: r.unrecorded)
        }
        try writer.finish(accounts: pseudonyms(8, 1), persons: pseudonyms(200, 2), references: pseudonyms(400, 3), services: ["a", "b", "c"], controllers: (0..<5).map(String.init))
        let whole = ExposureFuzz.pack(names: folder.read("names"), segment: folder.read("segment-000000"))
        ExposureFuzz.check(whole)
        ExposureFuzz.check([])
        for _ in 0..<400 {
            var bytes = whole
            for _ in 0...world.next(4) {
                // Mostly in the segment, often in a header.
                let start = world.chance(70) ? 2 + Int(whole[0]) + Int(whole[1]) << 8 : 0
                let at = start + world.next(world.chance(40) ? min(440, bytes.count - start) : bytes.count - start)
                bytes[at] = world.chance(50) ? UInt8(world.next(256)) : bytes[at] ^ UInt8(1 << world.next(8))
            }
            ExposureFuzz.check(bytes)
        }
    }

    /// From the file's own table: outside of each column and of the header's checksummed part.
    private func isPadding(_ bytes: [UInt8], _ at: Int) -> Bool {
        func number(_ at: Int, _ width: Int) -> Int { (0..<width).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
        let columns = number(16, 4), header = 24 + 24 * columns
        if at < header + 4 { return false }
        if at < header + 8 { return true }
        return !(0..<columns).contains { i in
            let offset = number(24 + 24 * i, 8)
            return (offset..<offset + number(32 + 24 * i, 8)).contains(at)
        }
    }
}
