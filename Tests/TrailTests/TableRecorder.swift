import Model
import Scan
import Trail

/// Remembers what a format told.
final class TableRecorder: EventSink {
    var events: [AccessEvent] = []
    var places: [Place] = []
    var refusals: [(problem: FieldProblem, place: Place)] = []
    var warnings: [FieldProblem] = []
    var assumptions: [Assumption] = []
    var kept = 0, refused = 0, blanks = 0, headers = 0
    var units: Int { kept + refused + blanks + headers }

    func keep(_ event: AccessEvent, at place: Place, units: Int) {
        events.append(event)
        places.append(place)
        kept += units
    }
    func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
        refusals.append((problem, place))
        refused += units
    }
    func blank(units: Int) { blanks += units }
    func header(units: Int) { headers += units }
    func assume(_ assumption: Assumption) { assumptions.append(assumption) }
    func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
    func warn(_ problem: FieldProblem, at place: Place) { warnings.append(problem) }
    func advance(to byte: Int) -> Bool { true }
}

func readTable(_ text: String, as format: some TrailFormat, _ file: FileInHand = FileInHand(name: "trail.csv", zoneIsStated: true)) throws(FieldProblem) -> TableRecorder {
    try readTable(Array(text.utf8), as: format, file)
}

func readTable(_ bytes: [UInt8], as format: some TrailFormat, _ file: FileInHand = FileInHand(name: "trail.csv", zoneIsStated: true)) throws(FieldProblem) -> TableRecorder {
    let sink = TableRecorder()
    let result = bytes.withUnsafeBytes { text in Result { () throws(FieldProblem) in try format.read(text, of: file, to: sink) } }
    try result.get()
    return sink
}

func recogniseTable(_ bytes: [UInt8], _ format: some TrailFormat) -> Int { bytes.withUnsafeBytes { format.recognise(UnsafeRawBufferPointer(rebasing: $0[..<min($0.count, 65_536)])) } }
