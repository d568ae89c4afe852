import Model
import Scan

package enum TableFuzz {
    /// Whatever the bytes: every line is told once as heading, kept, refused or blank, a second reading says the same, and
    /// neither recognising nor drafting a mapping traps.
    package static func check(_ bytes: [UInt8]) {
        CSVFuzz.check(bytes)
        for format in [TableFormat.csv, TableFormat.tsv] {
            WebLogFuzz.check(bytes, format) { text in
                let encoding = TextEncoding.detect(text)
                return CSVFuzz.physicalLines(encoding == .utf8 ? Array(text) : encoding.utf8(text))
            }
        }
        bytes.withUnsafeBytes { _ = TableFormat.draftMapping(of: $0, named: "fuzz") }
        _ = TableWords.action(String(decoding: bytes.prefix(200), as: UTF8.self))
    }
}

package enum WebLogFuzz {
    /// As `TableFuzz`, for both web log formats.
    package static func check(_ bytes: [UInt8]) {
        for format in [WebLogFormat(), WebLogIISFormat()] as [any TrailFormat] {
            check(bytes, format) { $0.count { $0 == 0x0A } + ($0.isEmpty || $0.last == 0x0A ? 0 : 1) }
        }
    }

    static func check(_ bytes: [UInt8], _ format: any TrailFormat, lines: (UnsafeRawBufferPointer) -> Int) {
        bytes.withUnsafeBytes { text in
            precondition((0...100).contains(format.recognise(text)))
            let file = FileInHand(name: "fuzz", trustedProxies: ["10.0.0.0/8"])
            let first = FuzzSink(), second = FuzzSink()
            let isRead = (try? format.read(text, of: file, to: first)) != nil
            precondition(((try? format.read(text, of: file, to: second)) != nil) == isRead && first.events == second.events && first.units == second.units)
            if isRead { precondition(first.units == lines(text), "lines do not add up") }
            precondition(first.events.allSatisfy { !$0.id.isEmpty && !$0.source.contains("\0") })
        }
    }
}

/// Counts what it is told, and that places only go forward.
private final class FuzzSink: EventSink {
    private(set) var events: [AccessEvent] = []
    private(set) var units = 0
    private var line = 0
    private var byte = 0

    private func reach(_ place: Place) {
        precondition(place.line > line, "a line was told twice")
        line = place.line
    }
    func keep(_ event: AccessEvent, at place: Place, units: Int) {
        reach(place)
        events.append(event)
        self.units += units
    }
    func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
        reach(place)
        self.units += units
    }
    func blank(units: Int) { self.units += units }
    func header(units: Int) { self.units += units }
    func assume(_ assumption: Assumption) {}
    func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
    func warn(_ problem: FieldProblem, at place: Place) {}
    func advance(to byte: Int) -> Bool {
        precondition(byte >= self.byte, "progress runs backwards")
        self.byte = byte
        return true
    }
}
