import Model
import Scan

/// AuditEvents to `AccessEvent`s as fast as one core goes: for `cordon bench`, beside another reader in the same run.
package enum FHIRBench {
    /// Records read, and a checksum over what they became.
    package static func events(_ text: UnsafeRawBufferPointer) -> JSONBench.Count {
        let sink = Counting()
        do throws(FieldProblem) {
            try FHIRAuditEventFormat().read(text, of: FileInHand(name: "bench"), to: sink)
        } catch {
            return JSONBench.Count()
        }
        return sink.count
    }

    private final class Counting: EventSink {
        var count = JSONBench.Count()

        func keep(_ event: AccessEvent, at place: Place, units: Int) {
            count.records += 1
            let sizes = event.account.utf8.count &+ event.agent.utf8.count &+ event.address.utf8.count &+ event.query.utf8.count &+ event.persons.count
            count.checksum = count.checksum &* 31 &+ UInt64(bitPattern: event.time.milliseconds) &+ UInt64(truncatingIfNeeded: sizes)
        }
        func refuse(_ problem: FieldProblem, at place: Place, units: Int) { count.checksum &+= 1 }
        func blank(units: Int) {}
        func header(units: Int) {}
        func assume(_ assumption: Assumption) {}
        func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
        func warn(_ problem: FieldProblem, at place: Place) {}
        func advance(to byte: Int) -> Bool { true }
    }
}
