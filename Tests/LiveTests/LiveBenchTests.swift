import Detection
import Foundation
import Journal
import Ledger
import Live
import Model
import Story
import Testing

/// Figures, not verdicts: `CORDON_BENCH=1 swift test -c release --filter LiveBenchTests`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["CORDON_BENCH"] != nil)) struct LiveBenchTests {
    @Test func `arrival to finding, rates of intake, replay and rebuild`() async throws {
        try await withTemporaryFolder { folder in
            var plan = StoryPlan(seed: 21)
            (plan.weeks, plan.professionals, plan.operationFirstDay, plan.operationLastDay) = (10, 200, CivilDate(year: 2025, month: 6, day: 30), CivilDate(year: 2025, month: 7, day: 18))
            let told = try Told(in: folder, plan: plan)
            let posts = told.posts(), events = told.truth.events
            let clock = ContinuousClock()
            func seconds(_ duration: Duration) -> Double { Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18 }

            // Each post waits for the one before.
            let tenant = try await told.tenant(at: folder)
            let whole = try await clock.measure { for post in posts { _ = try await tenant.receive(post) } }
            print("intake, one post after the other: \(Int(Double(events) / seconds(whole))) events/s (\(events) events, \(posts.count) deliveries)")
            await tenant.close()

            let again = try await clock.measure {
                let tenant = try await told.tenant(at: folder)
                print("restored: \(await tenant.status.acts) acts")
                await tenant.close()
            }
            print("restart from the ledger: \(Int(Double(events) / seconds(again))) acts/s, \(seconds(again)) s")

            // In order at 5,000 events a second: from the delivery's arrival to the moment at which findings are told.
            let paced = try await told.tenant(at: folder + "/paced")
            var taken: [Double] = []
            let start = clock.now
            var sent = 0
            for post in posts.prefix(1_000) {
                let due = start + .microseconds(sent * 200)
                if clock.now < due { try await Task.sleep(until: due) }
                let answer = try await paced.receive(post)
                taken.append(seconds(clock.now - max(due, start)) * 1_000)
                sent += answer.accepted
            }
            taken.sort()
            print("arrival to finding at 5,000 events/s in order: p50 \(taken[taken.count / 2]) ms, p99 \(taken[taken.count * 99 / 100]) ms, max \(taken[taken.count - 1]) ms over \(taken.count) deliveries, \(sent) events")
            let settling = await clock.measure { await paced.settle() }
            print("settling a window: \(seconds(settling) * 1_000) ms; not exact before: counted above where it happened")
            await paced.close()
        }
    }
}
