import HTTPTypes
import Hummingbird
import Model
import NIOCore
import NIOSSL
import Scan

/// The HTTP face: from a request to a room and back.
///
/// In this order: which route, who asks, may they, how much, how large, then the body under its limits, then the route. A
/// refusal at any step is an answer with a reason. The log gets the route's pattern, never a path, a query or a body.
struct Face: HTTPResponder {
    typealias Context = Connection

    var routes: [Route]
    let gatekeeper: Gatekeeper
    let limits: ServerConfiguration.Limits
    let budget: ByteBudget
    let metrics: MetricRegistry
    let log: ServerLog
    let world: World
    let lifecycle: Lifecycle
    /// The listener asks for client certificates.
    let hasClientCertificates: Bool

    /// What a request arrives on.
    struct Connection: InitializableFromSource {
        let channel: any Channel
        init(source: ApplicationRequestContextSource) { channel = source.channel }
    }

    func respond(to request: Request, context: Connection) async throws -> Response {
        let began = ContinuousClock.now
        let path = request.uri.path.split(separator: "/", omittingEmptySubsequences: true)
        var route: Route?, parameters: [String: String] = [:], allowed: [HTTPRequest.Method] = []
        for candidate in routes {
            guard let found = candidate.match(path) else { continue }
            if candidate.method == request.method || (request.method == .head && candidate.method == .get) {
                (route, parameters) = (candidate, found)
                break
            }
            allowed.append(candidate.method)
        }
        let style: Refusal.Style = path.first == "fhir" ? .operationOutcome : .problem
        var answer: Answer, identity = Identity.anybody, bodyBytes = 0
        do {
            guard let route else { throw allowed.isEmpty ? Refusal.notFound() : Refusal.methodNotAllowed(allowed) }
            identity = try await admit(request, to: route, parameters, context)
            let body = try await read(request, of: identity, takesBody: route.takesBody, began: began)
            bodyBytes = body.count
            defer { budget.give(bodyBytes) }
            answer = try await route.handle(Call(
                parameters: parameters, query: query(request), headers: request.headers, identity: identity, body: body, received: world.now(), peer: context.channel.remoteAddress?.ipAddress))
        } catch let refusal as Refusal {
            answer = refusal.answer(style)
        } catch let refusal as DeliveryRefusal {
            answer = Refusal(refusal).answer(style)
        } catch {
            // What a room throws beyond its own refusals is a fault of ours: said in the log by its type, never to the client.
            log(.error, "a route failed", ["route": PublicText(route?.pattern ?? "none"), "error": PublicText("\(type(of: error))")])
            answer = Refusal(status: .internalServerError, code: "internal", detail: "A fault in the server; its log says more.").answer(style)
        }
        if lifecycle.isStopping { answer.headers[.connection] = request.head.scheme == "https" ? nil : "close" }
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        note(request.method, route, answer.status, identity, bodyBytes, seconds)
        return response(answer, isHead: request.method == .head)
    }

    // MARK: Who

    private func admit(_ request: Request, to route: Route, _ parameters: [String: String], _ context: Connection) async throws -> Identity {
        if route.takesBody, lifecycle.isStopping { throw Refusal.busy(5, "the server is stopping") }
        if case .anybody = route.access { return .anybody }
        let identity = try await identity(request, context)
        switch (route.access, identity) {
        case (.source, .source(let source)):
            if !source.networks.isEmpty {
                guard let peer = context.channel.remoteAddress?.ipAddress.flatMap({ ClientAddress($0) }), source.networks.contains(where: { $0.contains(peer) }) else {
                    metrics.add(.authenticationFailures, "network")
                    throw Refusal.forbidden("This source may not speak from here.")
                }
            }
        case (.reader, .reader(let reader)):
            guard parameters["tenant"] == nil || parameters["tenant"] == reader.tenant else {
                metrics.add(.authenticationFailures, "tenant")
                throw Refusal.forbidden("This reader may not read here.")
            }
        case (.administrator, .administrator), (.reader, .administrator): break
        default:
            metrics.add(.authenticationFailures, "role")
            throw Refusal.forbidden("This credential is for something else.")
        }
        return identity
    }

    private func identity(_ request: Request, _ context: Connection) async throws -> Identity {
        if let header = request.headers[.authorization] {
            guard header.lowercased().hasPrefix("bearer "), let identity = gatekeeper.identity(bearer: String(header.dropFirst(7).drop { $0 == " " })) else {
                metrics.add(.authenticationFailures, "token")
                throw Refusal.unauthorized()
            }
            return identity
        }
        if hasClientCertificates {
            // Over HTTP/2 the request's channel is a stream; TLS is its parent's.
            for channel in [context.channel, context.channel.parent].compactMap({ $0 }) {
                guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { continue }
                if let source = gatekeeper.source(certificate: certificate, kind: { if case .http = $0 { true } else { false } }) { return .source(source) }
                metrics.add(.authenticationFailures, "certificate")
                throw Refusal.forbidden("No source is known by this certificate.")
            }
        }
        metrics.add(.authenticationFailures, "missing")
        throw Refusal.unauthorized()
    }

    // MARK: How much

    /// The body under the source's limit, the budget of all and the time for it. What is returned counts against the budget.
    private func read(_ request: Request, of identity: Identity, takesBody: Bool, began: ContinuousClock.Instant) async throws -> [UInt8] {
        guard takesBody else { return [] }
        var limit = 64 << 10
        if case .source(let source) = identity { limit = min(limits.bodyBytesMax, source.bodyBytesMax) } else if case .anybody = identity { limit = 256 << 10 }
        if let encoding = request.headers[.contentEncoding], encoding != "identity" { throw Refusal.unsupported("a body without Content-Encoding") }
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= limit else { throw Refusal.tooLarge(limit) }
        if case .source(let source) = identity, let wait = gatekeeper.take(from: source, bytes: announced, now: world.now()) { throw Refusal.tooMany(wait) }
        var body: [UInt8] = [], taken = announced
        guard budget.take(taken) else { throw Refusal.busy(1, "too many bodies are in memory") }
        do {
            body.reserveCapacity(announced)
            for try await chunk in request.body {
                guard body.count + chunk.readableBytes <= limit else { throw Refusal.tooLarge(limit) }
                if body.count + chunk.readableBytes > taken {
                    let more = body.count + chunk.readableBytes - taken
                    guard budget.take(more) else { throw Refusal.busy(1, "too many bodies are in memory") }
                    taken += more
                }
                body.append(contentsOf: chunk.readableBytesView)
                guard ContinuousClock.now - began < .seconds(limits.bodySecondsMax) else {
                    throw Refusal(status: .requestTimeout, code: "timeout", detail: "The body took longer than \(limits.bodySecondsMax) seconds.")
                }
            }
        } catch {
            budget.give(taken)
            if error is Refusal { throw error }
            throw Refusal(status: .badRequest, code: "cut-short", detail: "The body ended before its time.")
        }
        if taken > body.count { budget.give(taken - body.count) }
        if case .source(let source) = identity { metrics.add(.httpBytes, source.name, by: body.count) }
        return body
    }

    private func query(_ request: Request) -> [String: String] {
        var all: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { all[String(name)] = String(value) }
        return all
    }

    // MARK: Out

    private func response(_ answer: Answer, isHead: Bool) -> Response {
        var response = Response(status: answer.status, headers: answer.headers, body: answer.body)
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        if let name = HTTPField.Name.referrerPolicy { response.headers[name] = "no-referrer" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        return isHead ? response.createHeadResponse() : response
    }

    private func note(_ method: HTTPRequest.Method, _ route: Route?, _ status: HTTPResponse.Status, _ identity: Identity, _ bytes: Int, _ seconds: Double) {
        let pattern = route?.pattern ?? "none"
        metrics.add(.httpRequests, pattern, route == nil ? "other" : method.rawValue, String(status.code))
        metrics.observe(.httpSeconds, pattern, seconds: seconds)
        let source: String = switch identity {
        case .source(let source): source.name
        case .reader(let reader): reader.name
        case .administrator: "administrator"
        case .anybody: "anybody"
        }
        let isRoutine = route.map { if case .anybody = $0.access { true } else { false } } ?? false && status.code < 400
        log(isRoutine ? .debug : status.code >= 500 ? .warning : .info, "answered", [
            "route": PublicText(pattern), "status": Int(status.code), "by": PublicText(source), "bytes": bytes, "microseconds": Int(seconds * 1e6),
        ])
    }
}

extension HTTPField.Name {
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")
}
