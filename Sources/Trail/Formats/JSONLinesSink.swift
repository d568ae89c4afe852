import Model

/// A sink that remembers everything, for tests and fuzzing of formats.
package final class RecordingSink: EventSink {
    package private(set) var events: [AccessEvent] = []
    package private(set) var places: [Place] = []
    package private(set) var refusals: [(problem: FieldProblem, place: Place)] = []
    package private(set) var kept = 0, refused = 0, blanks = 0, headers = 0
    package private(set) var assumptions: [Assumption] = []
    package private(set) var gaps: [(kind: String, source: String, time: Instant?, count: Int?)] = []
    package private(set) var warnings: [FieldProblem] = []
    package private(set) var position = 0

    package init() {}

    /// Units of every sort.
    package var units: Int { kept + refused + blanks + headers }

    package func keep(_ event: AccessEvent, at place: Place, units: Int) {
        events.append(event)
        places.append(place)
        kept += units
    }
    package func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
        refusals.append((problem, place))
        refused += units
    }
    package func blank(units: Int) { blanks += units }
    package func header(units: Int) { headers += units }
    package func assume(_ assumption: Assumption) { if !assumptions.contains(assumption) { assumptions.append(assumption) } }
    package func declare(gap kind: String, source: String, at time: Instant?, count: Int?) { gaps.append((kind, source, time, count)) }
    package func warn(_ problem: FieldProblem, at place: Place) { warnings.append(problem) }
    package func advance(to byte: Int) -> Bool {
        precondition(byte >= position, "progress runs backwards")
        position = byte
        return true
    }
}

/// What must hold for any bytes at all, whatever format is told to read them.
package enum FormatFuzz {
    /// Every unit is told exactly once, in order; kept events have an id; nothing crashes; a second reading says the same.
    /// Files of lines: as many units as a text editor counts lines.
    package static func check(_ format: any TrailFormat, _ bytes: [UInt8]) {
        let file = FileInHand(name: "fuzz")
        bytes.withUnsafeBytes { text in
            let score = format.recognise(text)
            precondition((0...100).contains(score))
            let first = RecordingSink(), second = RecordingSink()
            let thrown = Result { () throws(FieldProblem) in try format.read(text, of: file, to: first) }
            let again = Result { () throws(FieldProblem) in try format.read(text, of: file, to: second) }
            precondition(first.events == second.events && first.units == second.units && first.refusals.count == second.refusals.count)
            precondition(isFailure(thrown) == isFailure(again))
            precondition(first.events.allSatisfy { !$0.id.isEmpty })
            let numbers = first.places.map(\.line)
            precondition(numbers == numbers.sorted() && Set(numbers).count == numbers.count, "a unit was told twice")
            guard !isFailure(thrown) else { return }
            let isLines = JSONUnits.shape(of: text, containers: []) == .lines && JSONUnits.shape(of: text, containers: ["entry", "value"]) == .lines
            if isLines { precondition(first.units == lines(text), "lines do not add up") }
            let isBlank = text.allSatisfy { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
            if isBlank { precondition(first.events.isEmpty && first.refused == 0) }
        }
    }

    private static func isFailure(_ result: Result<Void, FieldProblem>) -> Bool {
        if case .failure = result { return true }
        return false
    }

    /// What a text editor counts: the last line needs no newline.
    package static func lines(_ text: UnsafeRawBufferPointer) -> Int {
        text.count { $0 == 10 } + (text.isEmpty || text.last == 10 ? 0 : 1)
    }
}

/// The three readers under the names that fuzz targets are called by.
package enum FHIRFuzz { package static func check(_ bytes: [UInt8]) { FormatFuzz.check(FHIRAuditEventFormat(), bytes) } }
package enum KeycloakFuzz { package static func check(_ bytes: [UInt8]) { FormatFuzz.check(KeycloakFormat(), bytes) } }
package enum M365Fuzz { package static func check(_ bytes: [UInt8]) { FormatFuzz.check(M365Format(), bytes) } }
