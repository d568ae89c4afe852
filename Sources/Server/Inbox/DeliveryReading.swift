import Model
import Trail

/// A delivery read with Trail's readers, to say what can be read of it and what cannot. Nothing is kept from it.
struct DeliveryReading {
    private(set) var kept = 0
    private(set) var refused = 0
    private(set) var problems: [DeliveryReceipt.Problem] = []

    init(of delivery: Delivery) throws(DeliveryRefusal) {
        let named = try DeliveryReading.format(named: delivery.format)
        let counter = Counter()
        let file = FileInHand(name: delivery.source, assumedYear: CivilDate(daysSinceEpoch: delivery.received.dayNumber).year)
        let problem = delivery.bytes.withUnsafeBytes { text -> FieldProblem? in
            guard let format = named ?? TrailFormats.recognise(text).format.map({ TrailFormats.all[$0] }) else {
                return FieldProblem(found: "text of no format that Cordon reads", expected: "one of those that `cordon formats` lists", remedy: "name the format in the source's configuration, or map the columns in a profile")
            }
            do throws(FieldProblem) {
                try format.read(text, of: file, to: counter)
                return nil
            } catch {
                return error
            }
        }
        if let problem { counter.refuse(problem, at: Place(file: delivery.source, line: 1, byte: 0), units: 1) }
        (kept, refused, problems) = (counter.kept, counter.refused, counter.problems)
    }

    static func format(named name: String?) throws(DeliveryRefusal) -> (any TrailFormat)? {
        guard let name else { return nil }
        guard let format = TrailFormats.all.first(where: { $0.name == name }) else { throw .unknownFormat }
        return format
    }

    private final class Counter: EventSink {
        var kept = 0, refused = 0
        var problems: [DeliveryReceipt.Problem] = []

        func keep(_ event: AccessEvent, at place: Place, units: Int) { kept += units }
        func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
            refused += units
            if problems.count < DeliveryReceipt.problemsMax { problems.append(.init(line: place.line, byte: place.byte, problem: problem)) }
        }
        func blank(units: Int) {}
        func header(units: Int) {}
        func assume(_ assumption: Assumption) {}
        func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
        func warn(_ problem: FieldProblem, at place: Place) {}
        func advance(to byte: Int) -> Bool { true }
    }
}
