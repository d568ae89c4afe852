import Ledger

/// The checkpoints that were published: all of the last two days, then one for each minute, after thirty days one for each
/// hour. An auditor who kept one can see that it is a prefix of what followed.
///
/// `checkpoints/<hours since 1970>.all`, `.minutes` or `.hours`: for each checkpoint a line `<ms since 1970> <bytes>` and the
/// note. Nothing depends on it, so it is not synced; a line that a power loss tore is cut off at the next start.
package struct CheckpointHistory {
    package static let folder = "checkpoints"

    private enum Grain: String, CaseIterable {
        case all, minutes, hours

        var milliseconds: Int64 {
            switch self {
            case .all: 1
            case .minutes: 60_000
            case .hours: 3_600_000
            }
        }

        static func wanted(ageHours: Int64) -> Grain { ageHours <= 48 ? .all : ageHours <= 30 * 24 ? .minutes : .hours }
    }

    package struct Item {
        package var time: Int64
        package var note: [UInt8]

        var bytes: [UInt8] { Array("\(time) \(note.count)\n".utf8) + note }
    }

    private let files: any FileSystem
    private var open: (hour: Int64, file: any OpenFile, end: Int)?

    package init(_ files: any FileSystem) { self.files = files }

    private static func file(_ hour: Int64, _ grain: Grain) -> String { "\(folder)/\(hour).\(grain.rawValue)" }

    mutating func append(_ note: [UInt8], time: Int64) throws {
        let hour = time / 3_600_000
        if open?.hour != hour {
            try files.makeFolder(CheckpointHistory.folder)
            let name = CheckpointHistory.file(hour, .all)
            if try files.size(name) == nil {
                open = (hour, try files.create(name), 0)
            } else {
                let end = try CheckpointHistory.items(files, name).reduce(0) { $0 + $1.bytes.count }
                let file = try files.open(name)
                try file.truncate(to: end)
                open = (hour, file, end)
            }
            try thin(now: time)
        }
        guard let (_, file, end) = open else { return }
        let bytes = Item(time: time, note: note).bytes
        try file.write(bytes, at: end)
        open?.end = end + bytes.count
    }

    /// In the order of their times.
    package func all() throws -> [Item] {
        let hours = try files.list(CheckpointHistory.folder).compactMap(CheckpointHistory.parse).sorted { $0.hour < $1.hour }
        return try hours.flatMap { try CheckpointHistory.items(files, CheckpointHistory.file($0.hour, $0.grain)) }
    }

    private static func parse(_ name: String) -> (hour: Int64, grain: Grain)? {
        let parts = name.split(separator: ".")
        guard parts.count == 2, let hour = Int64(parts[0]), let grain = Grain(rawValue: String(parts[1])) else { return nil }
        return (hour, grain)
    }

    private static func items(_ files: any FileSystem, _ file: String) throws -> [Item] {
        guard let bytes = try files.read(file, maximum: 1 << 28) else { return [] }
        var items: [Item] = [], at = 0
        while let newline = bytes[at...].firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: bytes[at..<newline], as: UTF8.self).split(separator: " ")
            guard words.count == 2, let time = Int64(words[0]), let count = Int(words[1]), count > 0, count <= bytes.count - newline - 1 else { break }
            let note = Array(bytes[(newline + 1)..<(newline + 1 + count)])
            guard note.last == UInt8(ascii: "\n"), !note.contains(0) else { break }
            items.append(Item(time: time, note: note))
            at = newline + 1 + count
        }
        return items
    }

    /// Once an hour: files that are old enough keep the last checkpoint of each minute, or hour.
    private func thin(now: Int64) throws {
        for (hour, grain) in try files.list(CheckpointHistory.folder).compactMap(CheckpointHistory.parse) {
            let wanted = Grain.wanted(ageHours: now / 3_600_000 - hour)
            guard wanted != grain, wanted.milliseconds > grain.milliseconds else { continue }
            let old = CheckpointHistory.file(hour, grain)
            var kept: [Item] = []
            for item in try CheckpointHistory.items(files, old) {
                if let last = kept.last, last.time / wanted.milliseconds == item.time / wanted.milliseconds { kept.removeLast() }
                kept.append(item)
            }
            try files.placeDurably(kept.flatMap(\.bytes), at: CheckpointHistory.file(hour, wanted))
            try files.remove(old)
        }
    }
}
