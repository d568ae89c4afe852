import Model
import Profiles
import Scan

/// One line's way through Trail, for `cordon explain FILE:LINE`.
package struct LineExplanation: Sendable {
    /// Base name of the file and the line asked for.
    package var place: Place
    package var format: String
    /// How sure the format was of the file, 0 to 100.
    package var confidence: Int
    /// What became of the line.
    package var fate: Fate
    /// Fields of the event that the line gives, in a fixed order. Values of personal ones are for the user's own eyes only.
    package var fields: [Field]
    /// The profile that spoke of it, and its rule from 1; nil rule: no rule fits, so what it discloses is unknown.
    package var profile: String?
    package var rule: Int?
    /// The event after the profile.
    package var event: AccessEvent?
    /// How the line was read: zone, encoding, year.
    package var assumptions: [Assumption]

    package enum Fate: Sendable, Equatable {
        case kept, header, blank
        case refused(FieldProblem)
        /// The file ends before this line.
        case beyondEnd
    }

    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
        package var isPersonal: Bool
    }
}

extension Trail {
    /// Reads a file up to one line and tells what was understood.
    /// - Throws: `TrailError.missing`, or `.nothingRecognised` when no format knows the file.
    package static func explainLine(file path: String, line: Int, plan: TrailPlan) throws -> LineExplanation {
        let input = Input(path: path, name: InputList.baseName(path))
        let (opened, encoding) = try Reading.openText(input, temporaryFolder: plan.temporaryFolder)
        let text = opened.text.bytes
        let body = UnsafeRawBufferPointer(rebasing: text[(TextEncoding.markLength(text) == 3 ? 3 : 0)...])
        let (format, confidence) = TrailFormats.recognise(body, among: plan.formats)
        guard let format else {
            var balance = FileBalance(name: opened.name, bytes: opened.original.bytes.count)
            balance.lines = Lines.count(text)
            balance.refused = balance.lines
            throw TrailError.nothingRecognised([balance])
        }
        let sink = LineSink(line: line)
        if let encoding { sink.assume(encoding) }
        let reader = plan.formats[format]
        do { try reader.read(body, of: Reading.hand(opened.name, plan.profiles, assumedYear: plan.assumedYear), to: sink) } catch { sink.fate = sink.fate ?? .refused(error) }

        var explanation = LineExplanation(
            place: Place(file: opened.name, line: line, byte: sink.byte), format: reader.name, confidence: confidence, fate: sink.fate ?? .beyondEnd,
            fields: [], profile: nil, rule: nil, event: nil, assumptions: sink.assumptions)
        if var event = sink.event {
            if event.source.isEmpty { event.source = event.service.isEmpty ? reader.name : event.service }
            explanation.fields = LineExplanation.fields(of: event)
            var applier = ProfileApplier(plan.profiles)
            let decision = applier.decision(for: event)
            (explanation.profile, explanation.rule) = (decision?.profile, decision?.rule.map { $0 + 1 })
            applier.apply(to: &event)
            explanation.event = event
        }
        return explanation
    }
}

extension LineExplanation {
    fileprivate static func fields(of event: AccessEvent) -> [Field] {
        var all: [Field] = []
        func add(_ name: String, _ value: String, personal: Bool = false) {
            if !value.isEmpty { all.append(Field(name: name, value: value, isPersonal: personal)) }
        }
        add("source", event.source)
        add("id", event.id)
        if let sequence = event.sequence { add("sequence", String(sequence)) }
        add("request", event.request)
        add("time", event.time.description)
        add("account", event.account, personal: true)
        add("subject", event.subject, personal: true)
        add("professional", event.professional, personal: true)
        add("role", event.role)
        add("organisation", event.organisation)
        add("session", event.session, personal: true)
        add("authentication", event.authentication)
        add("address", event.address, personal: true)
        add("agent", event.agent)
        add("service", event.service)
        add("action", event.action.name)
        add("outcome", "\(event.outcome)")
        if event.breakGlass { add("break_glass", "true") }
        add("resource", event.resource)
        add("query", event.query, personal: true)
        if let page = event.page { add("page", String(page)) }
        if let count = event.resultCount { add("result_count", String(count)) }
        add("path", event.path, personal: true)
        for (number, person) in event.persons.enumerated() {
            add("person[\(number + 1)]", person.reference, personal: true)
            for identifier in person.identifiers { add("identifier[\(number + 1)]", identifier.description, personal: true) }
        }
        return all
    }
}

/// Keeps the one line that was asked for.
private final class LineSink: EventSink {
    private let line: Int
    private var next = 1
    var event: AccessEvent?
    var fate: LineExplanation.Fate?
    var byte = 0
    var assumptions: [Assumption] = []

    init(line: Int) { self.line = line }

    func keep(_ event: AccessEvent, at place: Place, units: Int) {
        defer { next = place.line + units }
        // A unit may give several events; the first stands for it.
        guard line >= place.line, line < place.line + max(1, units), fate == nil else { return }
        (self.event, fate, byte) = (event, .kept, place.byte)
    }
    func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
        defer { next = place.line + units }
        if line >= place.line, line < place.line + max(1, units), fate == nil { (fate, byte) = (.refused(problem), place.byte) }
    }
    func blank(units: Int) { pass(units, .blank) }
    func header(units: Int) { pass(units, .header) }
    private func pass(_ units: Int, _ what: LineExplanation.Fate) {
        if line >= next, line < next + units, fate == nil { fate = what }
        next += units
    }
    func assume(_ assumption: Assumption) { if !assumptions.contains(assumption) { assumptions.append(assumption) } }
    func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
    func warn(_ problem: FieldProblem, at place: Place) {}
    func advance(to byte: Int) -> Bool { next <= line }
}
