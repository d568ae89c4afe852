import Model
import Testing
import Trail

/// Damage of every kind: what can be read is read, each line is accounted for, nothing crashes.
struct BalanceTests {
    private let twin = TwinTrail(seed: 42, acts: 120)

    /// Damages a trail; gives how many of its records must still be read, at least.
    enum Damage: String, CaseIterable {
        case cutLastLine, nul, extraColumn, unclosedQuote, wrongBytes, crlf, blankLines, longLine, nothing

        func applied(to lines: [String]) -> (bytes: [UInt8], readable: ClosedRange<Int>) {
            let n = lines.count - 1
            func joined(_ lines: [String], _ end: String = "\n") -> [UInt8] { Array(lines.joined(separator: end).utf8) }
            var lines = lines
            switch self {
            case .nothing: return (joined(lines), n...n)
            case .cutLastLine:
                var bytes = joined(lines)
                bytes.removeLast(20)
                return (bytes, n - 1...n)
            case .nul:
                lines[5] += "\u{0}"
                return (joined(lines), n - 1...n - 1)
            case .extraColumn:
                for k in 60..<lines.count { lines[k] += ",more" }
                return (joined(lines), 59...n)
            case .unclosedQuote:
                lines[7] = "\"" + lines[7]
                return (joined(lines), n - 1...n - 1)
            case .wrongBytes:
                var bytes = joined(Array(lines[..<9])) + [10]
                bytes += Array(lines[9].utf8) + [0xff, 0xfe, 10]
                return (bytes + joined(Array(lines[10...])), n - 1...n)
            case .crlf: return (joined(lines, "\r\n") + [13, 10], n...n)
            case .blankLines:
                lines.insert(contentsOf: ["", ""], at: 30)
                return (joined(lines) + [10, 10], n...n)
            case .longLine:
                lines[20] += String(repeating: "x", count: 50 << 20)
                return (joined(lines), n - 1...n)
            }
        }
    }

    @Test(arguments: Damage.allCases)
    func `a damaged table stays in balance`(damage: Damage) throws {
        let folder = try Folder()
        let (bytes, readable) = damage.applied(to: [TwinTrail.header] + twin.rows)
        let trail = try read([folder.file("a.csv", bytes)])
        expectBalance(trail, "\(damage.rawValue)")
        #expect(readable.contains(trail.files[0].kept), "\(damage.rawValue): kept \(trail.files[0].kept)")
        #expect(trail.files[0].refused == trail.files[0].refusals.count)
        for refusal in trail.files[0].refusals { #expect(refusal.place.line > 1 && refusal.place.line <= trail.files[0].lines) }
        #expect(trail.files[0].lines == lineCount(bytes))
    }

    @Test(arguments: Damage.allCases.filter { $0 != .extraColumn })
    func `damaged AuditEvents stay in balance`(damage: Damage) throws {
        let folder = try Folder()
        let (bytes, _) = damage.applied(to: twin.events)
        let trail = try read([folder.file("a.ndjson", bytes)])
        expectBalance(trail, "\(damage.rawValue)")
        #expect(trail.files[0].kept >= twin.events.count - 2)
        #expect(trail.files[0].lines == lineCount(bytes))
    }

    private func lineCount(_ bytes: [UInt8]) -> Int { bytes.count { $0 == 10 } + (bytes.last == 10 ? 0 : 1) }

    @Test func `random damage never crashes and never loses a line`() throws {
        let folder = try Folder()
        var dice = Dice(state: 7)
        for form in [twin.csv, twin.ndjson] {
            let whole = Array(form.utf8)
            for round in 0..<60 {
                var bytes = whole
                for _ in 0..<Int.random(in: 1...8, using: &dice) {
                    let at = Int.random(in: 0..<bytes.count, using: &dice)
                    switch Int.random(in: 0..<4, using: &dice) {
                    case 0: bytes[at] = UInt8.random(in: 0...255, using: &dice)
                    case 1: bytes.remove(at: at)
                    case 2: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: at)
                    default: bytes[at] = [34, 44, 10, 13, 0, 123, 93].randomElement(using: &dice) ?? 0
                    }
                }
                do {
                    let trail = try read([folder.file("a\(round)", bytes)])
                    expectBalance(trail, "round \(round)")
                } catch let error as TrailError {
                    #expect(error.status == 65)
                }
            }
        }
    }

    @Test func `UTF-16 and Windows-1252 are read and said`() throws {
        let folder = try Folder()
        let text = "id;date et heure;utilisateur;action;application;ressource;patient\nx1;01/09/2025 10:00:00;Hélène;lecture;portail;Patient;p1\nx2;01/09/2025 10:00:01;Noël;lecture;portail;Patient;p2\n"
        let wide: [UInt8] = [0xff, 0xfe] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let narrow = text.unicodeScalars.map { UInt8($0.value) }
        let expected = try words(read([folder.file("utf8.csv", text)]))
        #expect(expected.count == 2 && expected[0].contains("Hélène"))
        for (bytes, name) in [(wide, "UTF-16LE"), (narrow, "Windows-1252")] {
            let trail = try read([folder.file("other.csv", bytes)])
            #expect(try words(trail) == expected)
            #expect(trail.assumptions.contains { $0.en.contains(name) })
            expectBalance(trail)
        }
        let marked = try read([folder.file("mark.csv", [0xef, 0xbb, 0xbf] + Array(text.utf8))])
        #expect(try words(marked) == expected)
    }

    @Test func `gzip of several members and zstd of several frames are read`() throws {
        let folder = try Folder()
        let bytes = Array(twin.csv.utf8), expected = try words(read([folder.file("a.csv", bytes)]))
        let half = bytes.count / 2
        let gzip = Packed.gzip(Array(bytes[..<half])) + Packed.gzip(Array(bytes[half...]))
        let zstd = Packed.zstd(Array(bytes[..<half])) + Packed.zstd(Array(bytes[half...]))
        for (name, packed) in [("a.csv.gz", gzip), ("b.bin", zstd)] {
            let trail = try read([folder.file(name, packed)])
            #expect(try words(trail) == expected)
            #expect(trail.files[0].bytes == packed.count)
            #expect(!trail.files[0].couldHide)
        }
    }

    @Test func `a cut gzip or zstd keeps what came before and says so`() throws {
        let folder = try Folder()
        let bytes = Array(twin.csv.utf8)
        for packed in [Packed.gzip(bytes), Packed.zstd(bytes)] {
            let trail = try read([folder.file("cut", Array(packed.dropLast(packed.count / 3)))])
            expectBalance(trail)
            #expect(trail.acts > 40 && trail.acts < twin.acts)
            #expect(trail.files[0].couldHide && !trail.files[0].remarks.isEmpty)
            #expect(trail.coverage.contains { $0.kind == "cut_short" && $0.couldHide })
        }
        var broken = Packed.gzip(bytes)
        broken[broken.count - 5] ^= 1
        let trail = try read([folder.file("broken.gz", broken)])
        #expect(trail.files[0].couldHide)
        #expect(trail.acts == twin.acts)
    }

    @Test func `the sum is that of the bytes as given`() throws {
        let folder = try Folder()
        // `printf 'id,time,account,action,service,persons\n' | sha256sum`
        let trail = try read([folder.file("a.csv", "id,time,account,action,service,persons\n")])
        #expect(trail.files[0].sha256 == "7e9518888d4876864968f5b6198ec072ac05ef3923ceb1fc658595a03db29b7d")
    }
}

/// Containers around stored bytes, written by hand after RFC 1952 and RFC 8878.
enum Packed {
    static func gzip(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(60_000)
            rest = rest.dropFirst(piece.count)
            let n = UInt16(piece.count)
            out.append(rest.isEmpty ? 1 : 0)
            for word in [n, ~n] { out += [UInt8(word & 255), UInt8(word >> 8)] }
            out += piece
        } while !rest.isEmpty
        return out + little(crc(bytes)) + little(UInt32(truncatingIfNeeded: bytes.count))
    }

    static func zstd(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, 0x58]
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(10_000)
            rest = rest.dropFirst(piece.count)
            let header: UInt32 = (rest.isEmpty ? 1 : 0) | UInt32(piece.count) << 3
            out += little(header).prefix(3)
            out += piece
        } while !rest.isEmpty
        return out
    }

    private static func little(_ n: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: n >> (8 * $0)) } }

    /// CRC-32 of RFC 1952, bit by bit.
    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? (crc >> 1) ^ 0xedb8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
