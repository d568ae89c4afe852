import Exposure
import Glibc
import Model

/// Everything random of one test, from one number.
struct World {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 11) % UInt64(bound))
    }
    mutating func chance(_ percent: Int) -> Bool { next(100) < percent }

    /// A trail of odd shapes: many acts at one time, gaps in entries, lists, acts without an account, unrecorded persons,
    /// several references of one person, a person twice in one act, high numbers.
    mutating func trail(acts: Int, controllers: Int = 5) -> ReferenceCounter {
        var rows: [ReferenceCounter.Row] = []
        var entry: UInt64 = 0, time: Int64 = 1_700_000_000_000
        for _ in 0..<acts {
            entry += UInt64(1 + next(3))
            time += Int64(next(3) == 0 ? 0 : next(100_000))
            let account = chance(3) ? ExposureIndexWriter.nobody : chance(10) ? UInt32(70_000 + next(3)) : UInt32(next(8))
            var disclosures: [Disclosure] = []
            for _ in 0..<(chance(30) ? next(20) : chance(90) ? 1 : 0) {
                let reference = UInt32(next(chance(20) ? 400 : 60))
                disclosures.append(Disclosure(reference: reference, person: reference / 2, categories: Categories(rawValue: [1, 2, 5, 33, 128, 63, 0][next(7)]), manners: Manners(rawValue: [1, 2, 3, 4, 31, 0][next(6)])))
            }
            disclosures.sort { $0.reference < $1.reference }
            disclosures = disclosures.enumerated().filter { $0.offset == 0 || disclosures[$0.offset - 1].reference != $0.element.reference }.map(\.element)
            rows.append(.init(entry: entry, time: Instant(milliseconds: time), account: account, session: UInt64(next(12)), service: UInt32(next(3)), controller: UInt32(next(controllers)), disclosures: disclosures, unrecorded: chance(5) ? next(50) : 0))
        }
        return ReferenceCounter(rows: rows)
    }

    mutating func scope(of trail: ReferenceCounter) -> ExposureScope {
        var scope = ExposureScope()
        func some(_ n: Int, _ count: Int, _ world: inout World) -> [Int] { (0..<world.next(count + 1)).map { _ in world.next(n) } }
        func when(_ world: inout World) -> Instant { trail.rows[world.next(trail.rows.count)].time + Int64(world.next(3) - 1) }
        if chance(60) { scope.accounts = some(9, 4, &self).map { $0 == 8 ? 70_001 : UInt32($0) } }
        if chance(10) { scope.accounts = [ExposureIndexWriter.nobody] }
        if chance(25) { scope.sessions = some(14, 6, &self).map(UInt64.init) }
        if chance(40) { scope.from = when(&self) }
        if chance(40) { scope.to = when(&self) }
        if chance(25) { scope.categories = Categories(rawValue: UInt8(next(256))) }
        if chance(25) { scope.manners = Manners(rawValue: UInt8(next(32))) }
        if chance(20) { scope.services = some(4, 2, &self).map(UInt32.init) }
        if chance(20) { scope.controllers = some(6, 3, &self).map(UInt32.init) }
        if chance(20) { scope.persons = some(220, 30, &self).map(UInt32.init) }
        if chance(30) {
            scope.entries = (0..<next(4)).map { _ in
                let low = UInt64(next(2 * trail.rows.count))
                return low..<(low + UInt64(next(trail.rows.count)))
            }
        }
        return scope
    }
}

/// A folder of its own, gone with its owner.
final class Folder {
    let path: String
    init() {
        var template = Array("/tmp/cordon-exposure-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
    }
    deinit { names.forEach { unlink(path + "/" + $0) }; rmdir(path) }

    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    func read(_ name: String) -> [UInt8] {
        guard let file = fopen(path + "/" + name, "rb") else { return [] }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        _ = fread(&bytes, 1, bytes.count, file)
        return bytes
    }

    func write(_ bytes: [UInt8], _ name: String) {
        guard let file = fopen(path + "/" + name, "wb") else { return }
        fwrite(bytes, 1, bytes.count, file)
        fclose(file)
    }
}

func pseudonyms(_ count: Int, _ kind: UInt8) -> [[UInt8]] {
    (0..<count).map { n in [kind, UInt8(n & 0xFF), UInt8((n >> 8) & 0xFF), UInt8(n >> 16)] + [UInt8](repeating: 7, count: 12) }
}

extension ReferenceCounter {
    func write(to folder: String, memoryMax: Int = 64 << 20) throws {
        let writer = try ExposureIndexWriter(folder: folder, memoryMax: memoryMax)
        for r in rows {
            try writer.append(entry: r.entry, time: r.time, account: r.account, session: r.session, service: r.service, controller: r.controller, disclosures: r.disclosures, unrecorded: r.unrecorded)
        }
        let controllers = (rows.map { Int($0.controller) }.max() ?? 0) + 1
        try writer.finish(accounts: pseudonyms(70_003, 1), persons: pseudonyms(200, 2), references: pseudonyms(400, 3), services: ["identité", "placement", ""], controllers: (0..<controllers).map { "controller \($0)" })
    }
}
