import Model
import Trail

/// Counts what a format reads and touches eight values of each event, so that nothing is left out of the measurement.
final class CountingSink: EventSink {
    private(set) var events = 0
    private(set) var refused = 0
    private(set) var checksum = 0

    func keep(_ event: AccessEvent, at place: Place, units: Int) {
        events += 1
        checksum &+= event.id.utf8.count &+ Int(truncatingIfNeeded: event.time.milliseconds) &+ event.account.utf8.count &+ event.session.utf8.count
            &+ event.address.utf8.count &+ event.request.utf8.count &+ event.persons.count &+ event.agent.utf8.count
    }
    func refuse(_ problem: FieldProblem, at place: Place, units: Int) { refused += units }
    func blank(units: Int) {}
    func header(units: Int) {}
    func assume(_ assumption: Assumption) {}
    func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
    func warn(_ problem: FieldProblem, at place: Place) {}
    func advance(to byte: Int) -> Bool { true }
}
