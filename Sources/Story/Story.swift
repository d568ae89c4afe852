import Model

/// A fictitious trail of an incident, with the truth about it: for demonstrations, exercises and tests.
///
/// Files: `identity-server.ndjson` (events of the regional identity server, as Keycloak's), `placement-service.csv` (the
/// placement service that the regions share, French headers, `;`), `directory.csv` (everybody whom the service holds at
/// the end), `placement-profile.yaml` (who answers for whose data) and `truth.json`. The story is told day by day and
/// written as it goes; what stays in memory is the people.
package struct Story: Sendable {
    package let plan: StoryPlan

    /// Numbers too small for a story are raised.
    package init(plan: StoryPlan) { self.plan = plan.tellable }
    package init(seed: UInt64) { self.init(plan: StoryPlan(seed: seed)) }

    package static let identityFile = "identity-server.ndjson"
    package static let placementFile = "placement-service.csv"
    package static let directoryFile = "directory.csv"
    package static let profileFile = "placement-profile.yaml"
    package static let truthFile = "truth.json"

    /// Writes the five files into a folder that exists.
    package func write(to folder: String) throws -> StoryTruth {
        let scene = Scene(plan: plan)
        var operation = Operation(scene)
        var truth = TruthKeeper(scene, operation)
        var trail = try TrailWriter(folder: folder, scene: scene)
        var randoms = scene.staff.all.indices.map { Random(seed: plan.seed, stream: "account \($0)") }
        var news = Random(seed: plan.seed, stream: "news")
        var waiting = [Int](repeating: 0, count: scene.teams.count)
        for day in 0..<plan.days {
            var owners = OwnersDay(scene: scene, day: day, waiting: waiting)
            owners.pass(&randoms, &news)
            waiting = owners.waiting
            operation.pass(day: day)
            let midnight = ParisTime(day: scene.firstDay + day + 1)
            // The trail ends with its last day: what a last night still did is not exported yet.
            for event in scene.take(before: midnight) { truth.note(event, id: try trail.write(event)) }
            scene.close(before: midnight)
        }
        try trail.finish()
        let told = truth.truth(identityLines: trail.identityLines, placementLines: trail.placementLines, plan: plan)
        try DirectoryWriter.write(scene, folder: folder)
        try ProfileWriter.write(scene, folder: folder)
        try told.write(folder: folder, acts: truth.acts)
        return told
    }
}
