import Model
import Scan

/// How the server is, in one value: for `cordond status` and the administrator.
struct StatusReport: Sendable {
    let configuration: ServerConfiguration
    let door: any EventDoor
    let metrics: MetricRegistry
    let lifecycle: Lifecycle
    let began: Instant
    let world: World

    func json() async -> JSONValue {
        let health = await door.health(), now = world.now()
        let state = lifecycle.isStopping ? "stopping" : !lifecycle.isListening ? "starting" : health.trouble == nil ? "running" : "in trouble"
        return .fields([
            "state": .string(state), "trouble": health.trouble.map { .string($0) }, "since": .string(began.description), "now": .string(now.description),
            "tenants": .array(health.tenants.map { .fields(["name": .string($0.name), "deliveries": .int($0.size), "inbox_bytes": .int($0.inboxBytes)]) }),
            "sources": .array(configuration.sources.map { source in
                .fields([
                    "name": .string(source.name), "tenant": .string(source.tenant),
                    "last_delivery": metrics.value(.sourceLastSeconds, source.name).map { .string(Instant(milliseconds: Int64($0 * 1_000)).description) },
                    "events": .int(Int(metrics.value(.events, source.name, "accepted") ?? 0)), "refused": .int(Int(metrics.value(.events, source.name, "refused") ?? 0)),
                ])
            }),
        ])
    }
}
