import HTTPTypes
import Hummingbird
import Model
import Scan

/// What the server answers, all of it. `/openapi.json` says the same for programs.
struct Routes {
    let door: any EventDoor
    let configuration: ServerConfiguration
    let administrator: AdministratorKeys
    let metrics: MetricRegistry
    let lifecycle: Lifecycle
    let budget: ByteBudget
    let status: @Sendable () async -> JSONValue

    var all: [Route] {
        let (events, fhir, tiles) = (EventRoutes(receiver: receiver), FHIRRoutes(receiver: receiver), TileRoutes(door: door, configuration: configuration))
        let issuers = IssuerRoutes(receiver: receiver, sources: configuration.sources, metrics: metrics)
        return [
            Route(.get, "/healthz", .anybody) { _ in Answer(text: "ok\n") },
            Route(.get, "/readyz", .anybody) { _ in await ready() },
            Route(.get, "/metrics", .anybody) { _ in await exposition() },
            Route(.get, "/openapi.json", .anybody) { _ in Answer(bytes: PackageResources.openapi_json, type: "application/json") },
            Route(.post, "/v1/events", .source, handle: events.receive),
            Route(.post, "/v1/logs", .source, handle: events.receiveLogs),
            Route(.get, "/fhir/metadata", .anybody, style: .operationOutcome, handle: fhir.metadata),
            Route(.post, "/fhir/AuditEvent", .source, style: .operationOutcome, handle: fhir.create),
            Route(.post, "/fhir", .source, style: .operationOutcome, handle: fhir.batch),
            Route(.get, "/tenants/{tenant}/log/checkpoint", .reader, handle: tiles.checkpoint),
            Route(.get, "/tenants/{tenant}/log/tile/**", .reader, handle: tiles.tile),
            Route(.post, "/v1/issuers/{source}/logout", .anybody, handle: issuers.logout),
            Route(.post, "/v1/issuers/{source}/events", .anybody, handle: issuers.events),
            Route(.post, "/v1/admin/claim", .anybody, handle: claim),
            Route(.get, "/v1/status", .administrator) { _ in Answer(json: await status()) },
        ]
    }

    private var receiver: Receiver { Receiver(door: door, metrics: metrics) }

    private func ready() async -> Answer {
        let health = await door.health()
        let trouble = lifecycle.isStopping ? "stopping" : !lifecycle.isListening ? "starting" : health.trouble
        return Answer(status: trouble == nil ? .ok : .serviceUnavailable, text: (trouble ?? "ready") + "\n")
    }

    private func exposition() async -> Answer {
        let health = await door.health()
        for tenant in health.tenants {
            metrics.set(.inboxSize, tenant.name, to: Double(tenant.size))
            metrics.set(.inboxBytes, tenant.name, to: Double(tenant.inboxBytes))
        }
        metrics.set(.httpInFlightBytes, to: Double(budget.now))
        return Answer(text: metrics.text, type: "text/plain; version=0.0.4; charset=utf-8")
    }

    /// The one-time key is the body, so that no proxy's log holds it.
    private func claim(_ call: Call) async throws -> Answer {
        guard let token = try administrator.claim(Array(String(decoding: call.body, as: UTF8.self).trimmingSpace.utf8)) else {
            metrics.add(.authenticationFailures, "one-time-key")
            throw Refusal.forbidden("This is not the one-time key, or it was used before.")
        }
        return Answer(json: .fields(["token": .string(token), "note": .string("Shown once. Keep it in a file of mode 0600.")]))
    }
}

/// Every method and path pattern that the server answers, for the test that holds `/openapi.json` against it.
package enum PublishedRoutes {
    package static func all(_ configuration: ServerConfiguration, world: World) throws -> [(method: String, pattern: String)] {
        let (door, metrics, lifecycle) = (InboxDoor([]), MetricRegistry(), Lifecycle(listeners: 0))
        let routes = Routes(door: door, configuration: configuration, administrator: try AdministratorKeys(folder: configuration.dataFolder, world: world), metrics: metrics,
                            lifecycle: lifecycle, budget: ByteBudget(max: 0), status: { .null })
        return routes.all.map { ($0.method.rawValue, $0.pattern) }
    }
    package static var document: [UInt8] { PackageResources.openapi_json }
}

extension String {
    var trimmingSpace: String {
        var text = drop { $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" || $0 == "\r\n" }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
