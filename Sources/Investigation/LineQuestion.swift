import Detection
import Incident
import Ledger
import Model
import Trail

/// One line's way: which format read it, what was understood, which profile rule spoke of it, and what each signal said of
/// the act that it belongs to.
package struct LineQuestion {
    private let file: String
    private let line: Int
    private let plan: InvestigationPlan
    private let world: World

    /// - Parameter place: `FILE:LINE`.
    package init(place: String, plan: (String) throws -> InvestigationPlan, world: World) throws {
        guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]), line > 0, colon > place.startIndex else {
            throw InvestigationFailure(.usage, "name a line as FILE:LINE, with lines counted from 1")
        }
        (file, self.line, self.world) = (String(place[..<colon]), line, world)
        self.plan = try plan(file)
    }

    package func answer() throws -> LineAnswer {
        let trailPlan = TrailPlan(inputs: [file], profiles: plan.profiles, directory: plan.directory, threads: plan.threads, temporaryFolder: world.temporaryFolder)
        let explanation: LineExplanation
        do { explanation = try Trail.explainLine(file: file, line: line, plan: trailPlan) } catch let error as TrailError {
            throw InvestigationFailure(error.status == 66 ? .noInput : .badData, error.description)
        }
        guard explanation.fate == .kept, let event = explanation.event else { return LineAnswer(explanation: explanation, trace: nil, act: nil) }
        let judged = try judge(event)
        return LineAnswer(explanation: explanation, trace: judged?.trace, act: judged?.act)
    }

    /// Reads the whole file and stops the detector at the line's act.
    private func judge(_ event: AccessEvent) throws -> (trace: ActTrace, act: Act)? {
        let pseudonyms = try CaseKey(secret: world.randomBytes(32)).pseudonyms
        let trailPlan = TrailPlan(
            inputs: plan.inputs, profiles: plan.profiles, directory: plan.directory, threads: plan.threads, temporaryFolder: world.temporaryFolder)
        let world = world
        let trail = try Trail.read(trailPlan, fingerprints: { pseudonyms.fingerprint($0, $1) }) { _ in !world.isInterrupted() }
        var detector = Detector(policy: DetectionPolicy(), directory: trail.directory)
        let latest = LatestTrace()
        detector.trace = { latest.trace = $0 }
        var found: (trace: ActTrace, act: Act)?
        try trail.forEachAct { act, detail in
            if world.isInterrupted() { throw Interrupted() }
            guard act.time <= event.time else { return }
            detector.decoys.formUnion(detail.decoys.map { trail.person(of: $0) })
            latest.trace = nil
            detector.observe(act)
            // An act of several events bears the smallest id and the earliest time of them.
            let isSameAccount = act.account.map { trail.accounts[Int($0)].name == event.account || trail.accounts[Int($0)].professional == event.professional } ?? false
            let isIt = act.eventID == event.id || (isSameAccount && act.events > 1 && act.eventID < event.id)
            if isIt, let trace = latest.trace { found = (trace, act) }
        }
        return found
    }

    /// The detector's callback leaves its last words here.
    private final class LatestTrace { var trace: ActTrace? }
}

package struct LineAnswer {
    package var explanation: LineExplanation
    package var trace: ActTrace?
    package var act: Act?
}
