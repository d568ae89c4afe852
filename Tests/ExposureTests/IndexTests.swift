import Exposure
import Model
import Testing

@Suite struct IndexTests {
    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `index and reference counter agree on any scope`(seed: UInt64) throws {
        var world = World(seed: seed)
        let trail = world.trail(acts: 20 + world.next(300), controllers: seed % 5 == 0 ? 150 : 4)
        let folder = Folder()
        // A small limit gives many segments, a large one gives one.
        try trail.write(to: folder.path, memoryMax: seed % 2 == 0 ? 4_000 : 64 << 20)
        #expect(folder.names.count > (seed % 2 == 0 ? 2 : 1))
        let index = try ExposureIndex(folder: folder.path)
        try index.check()
        for _ in 0..<40 {
            let scope = world.scope(of: trail)
            #expect(try index.count(scope) == trail.count(scope))
            #expect(try index.persons(scope) == trail.persons(scope))
        }
        for person in 0..<UInt32(200) { #expect(try index.who(saw: person) == trail.who(saw: person)) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `streaming counter and reference counter agree`(seed: UInt64) {
        var world = World(seed: seed)
        let trail = world.trail(acts: 200)
        let scope = ExposureScope(accounts: [1, 2, 70_001])
        var all = ExposureCounter(), halves = (ExposureCounter(), ExposureCounter())
        for (i, row) in trail.rows.enumerated() where scope.accounts!.contains(row.account) {
            all.add(row.disclosures, service: row.service, controller: row.controller, unrecorded: row.unrecorded)
            if i % 2 == 0 {
                halves.0.add(row.disclosures, service: row.service, controller: row.controller, unrecorded: row.unrecorded)
            } else {
                halves.1.add(row.disclosures, service: row.service, controller: row.controller, unrecorded: row.unrecorded)
            }
        }
        halves.0.formUnion(halves.1)
        #expect(all.count == trail.count(scope))
        #expect(halves.0.count == trail.count(scope))
        #expect(all.persons == trail.persons(scope).map(\.person))
    }

    @Test func `the same acts give the same bytes, and the number of segments does not change an answer`() throws {
        var world = World(seed: 7)
        let trail = world.trail(acts: 400)
        let (a, b, c) = (Folder(), Folder(), Folder())
        try trail.write(to: a.path, memoryMax: 6_000)
        try trail.write(to: b.path, memoryMax: 6_000)
        try trail.write(to: c.path)
        #expect(a.names == b.names && a.names.count > 5 && c.names == ["names", "segment-000000"])
        for name in a.names { #expect(a.read(name) == b.read(name)) }
        #expect(try ExposureIndex(folder: a.path).count(ExposureScope()) == ExposureIndex(folder: c.path).count(ExposureScope()))
    }

    @Test func `writing again over a longer index leaves nothing of it`() throws {
        var world = World(seed: 8)
        let (long, short, folder) = (world.trail(acts: 500), world.trail(acts: 40), Folder())
        try long.write(to: folder.path, memoryMax: 6_000)
        try short.write(to: folder.path)
        #expect(folder.names == ["names", "segment-000000"])
        #expect(try ExposureIndex(folder: folder.path).count(ExposureScope()) == short.count(ExposureScope()))
    }

    @Test func `an unfinished writer leaves no index`() throws {
        var world = World(seed: 9)
        let folder = Folder()
        do {
            let writer = try ExposureIndexWriter(folder: folder.path, memoryMax: 2_000)
            for r in world.trail(acts: 300).rows {
                try writer.append(entry: r.entry, time: r.time, account: r.account, session: r.session, service: r.service, controller: r.controller, disclosures: r.disclosures, unrecorded: r.unrecorded)
            }
            #expect(!folder.names.isEmpty)
        }
        #expect(folder.names.isEmpty)
        #expect(throws: ExposureError.self) { try ExposureIndex(folder: folder.path) }
    }

    @Test func `an empty trail is an index of nobody`() throws {
        let folder = Folder()
        try ExposureIndexWriter(folder: folder.path).finish(accounts: [], persons: [], references: [], services: [], controllers: [])
        let index = try ExposureIndex(folder: folder.path)
        try index.check()
        #expect(try index.count(ExposureScope()) == ExposureCount())
        #expect(try index.who(saw: 3).isEmpty)
    }

    @Test func `names and pseudonyms come back by number, numbers by pseudonym`() throws {
        var world = World(seed: 10)
        let folder = Folder()
        try world.trail(acts: 30).write(to: folder.path)
        let index = try ExposureIndex(folder: folder.path)
        #expect(index.services == ["identité", "placement", ""])
        #expect(index.controllers[1] == "controller 1")
        #expect(index.pseudonym(ofAccount: 70_002) == pseudonyms(70_003, 1)[70_002])
        #expect(index.account(pseudonyms(70_003, 1)[70_002]) == 70_002)
        #expect(index.person(pseudonyms(200, 2)[199]) == 199)
        #expect(index.person(pseudonyms(200, 3)[199]) == nil)
        #expect(index.pseudonym(ofReference: 400) == nil)
    }

    @Test func `acts out of order and numbers without names are refused`() throws {
        let folder = Folder()
        let writer = try ExposureIndexWriter(folder: folder.path)
        let seen = [Disclosure(reference: 4, person: 4, categories: .identity, manners: .listed)]
        func append(_ entry: UInt64, _ time: Int64) throws(ExposureError) {
            try writer.append(entry: entry, time: Instant(milliseconds: time), account: 0, session: 0, service: 0, controller: 0, disclosures: seen, unrecorded: 0)
        }
        try append(5, 100)
        #expect(throws: ExposureError(.misuse, "an act is out of order")) { try append(6, 99) }
        #expect(throws: ExposureError(.misuse, "an act is out of order")) { try append(5, 101) }
        #expect(throws: ExposureError(.misuse, "a number has no name")) { try writer.finish(accounts: pseudonyms(1, 1), persons: pseudonyms(4, 2), references: pseudonyms(5, 3), services: ["s"], controllers: ["c"]) }
        try writer.finish(accounts: pseudonyms(1, 1), persons: pseudonyms(5, 2), references: pseudonyms(5, 3), services: ["s"], controllers: ["c"])
        #expect(try ExposureIndex(folder: folder.path).count(ExposureScope()).persons == 1)
    }
}
