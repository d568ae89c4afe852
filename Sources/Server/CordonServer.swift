import Glibc
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import Model
import NIOCore
import NIOPosix
import Scan
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `cordond`: opens the data folder, puts the door behind the listeners and runs until it is told to stop.
///
/// Services start in this order and stop in the reverse one: first nobody new is let in and what was accepted is finished,
/// then the inbox closes.
package struct CordonServer {
    private let configuration: ServerConfiguration
    private let world: World
    private let log: ServerLog
    private let lock: FolderLock
    private let onListening: @Sendable (String, SocketAddress?) -> Void

    /// Takes the data folder for this process.
    /// - Parameter onListening: told of each socket that is open: `http`, `tls`, `tcp` or `udp`, and its address.
    package init(_ configuration: ServerConfiguration, world: World, log: ServerLog,
                 onListening: @escaping @Sendable (String, SocketAddress?) -> Void = { _, _ in }) throws {
        (self.configuration, self.world, self.log, self.onListening) = (configuration, world, log, onListening)
        lock = try DataFolder(configuration.dataFolder).lock()
    }

    /// Runs until SIGTERM or SIGINT; a second one ends it at once.
    package func run() async throws {
        let began = world.now(), folder = DataFolder(configuration.dataFolder), metrics = MetricRegistry()
        metrics.set(.startSeconds, to: Double(began.milliseconds) / 1_000)
        var inboxes: [(tenant: String, inbox: Inbox)] = []
        for tenant in configuration.tenants { inboxes.append((tenant, try Inbox(folder: folder.inbox(tenant), randomBytes: world.randomBytes))) }
        let ledgers: LiveDoor? = if let origin = configuration.ledgerOrigin { try await LiveDoor(inboxes, origin: origin, folder: folder, world: world) } else { nil }
        let door: any EventDoor = ledgers ?? InboxDoor(inboxes)
        let administrator = try AdministratorKeys(folder: configuration.dataFolder, world: world)
        if administrator.isUnclaimed { log(.notice, "the administrator's one-time key lies in the data folder", ["file": PublicText("administrator.key")]) }

        let lifecycle = Lifecycle(listeners: configuration.http.count + configuration.syslog.count)
        let gatekeeper = Gatekeeper(configuration, administrator: administrator)
        let budget = ByteBudget(max: configuration.limits.inFlightBytesMax)
        let report = StatusReport(configuration: configuration, door: door, metrics: metrics, lifecycle: lifecycle, began: began, world: world)
        let routes = Routes(door: door, configuration: configuration, administrator: administrator, metrics: metrics, lifecycle: lifecycle, budget: budget, status: { await report.json() }).all
        func face(_ hasClientCertificates: Bool) -> Face {
            Face(routes: routes, gatekeeper: gatekeeper, limits: configuration.limits, budget: budget, metrics: metrics, log: log, world: world, lifecycle: lifecycle, hasClientCertificates: hasClientCertificates)
        }

        unlink(folder.socket)
        var local = face(false)
        local.routes = [Route(.get, "/status", .anybody) { _ in Answer(json: await report.json()) }]
        var services: [any Service] = [try application(local, address: .unixDomainSocket(path: folder.socket), tls: nil) { _ in chmod(folder.socket, 0o600) }]
        var certificates: [ServerTLS] = []
        func tls(_ settings: ServerConfiguration.TLS?) throws -> ServerTLS? {
            guard let settings else { return nil }
            let one = try ServerTLS(settings, log: log, metrics: metrics)
            certificates.append(one)
            services.append(one)
            return one
        }
        for listener in configuration.http {
            services.append(try application(face(listener.tls?.clientRoots != nil), address: .hostname(listener.address.host, port: listener.address.port), tls: try tls(listener.tls)) { [log, onListening] channel in
                lifecycle.listens()
                log(.notice, "http listens", ["port": channel.localAddress?.port ?? 0, "tls": listener.tls != nil])
                onListening("http", channel.localAddress)
            })
        }
        for listener in configuration.syslog {
            let kind = listener.transport.rawValue
            services.append(SyslogService(listener, configuration, gatekeeper: gatekeeper, receiver: Receiver(door: door, metrics: metrics), tls: try tls(listener.tls),
                                          metrics: metrics, log: log, world: world, lifecycle: lifecycle, onListening: { [onListening] in onListening(kind, $0) }))
        }
        for source in configuration.sources {
            guard case .file(let path) = source.kind else { continue }
            services.append(try FollowService(source, path: path, cursors: folder.cursors(source.tenant), receiver: Receiver(door: door, metrics: metrics), log: log, world: world))
        }
        if let ledgers { services.append(Settling(door: ledgers, log: log)) }
        services.append(StopNotice(lifecycle: lifecycle, log: log))
        services.append(ReloadOnHangup(certificates: certificates, log: log))

        var settings = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: log.logger("cordond"))
        // A sender that never ends its body does not keep the server: what still runs then is cancelled.
        settings.maximumGracefulShutdownDuration = .seconds(configuration.limits.stopSecondsMax)
        settings.maximumCancellationDuration = .seconds(5)
        let group = ServiceGroup(configuration: settings)
        log(.notice, "starting", ["tenants": configuration.tenants.count, "sources": configuration.sources.count, "milliseconds": Int(world.now() - began)])
        let result: Result<Void, any Error>
        do { result = .success(try await group.run()) } catch { result = .failure(error) }
        unlink(folder.socket)
        await ledgers?.close()
        for (_, inbox) in inboxes { await inbox.close() }
        log(.notice, "stopped")
        try result.get()
    }

    private func application(_ face: Face, address: BindAddress, tls: ServerTLS?, onRunning: @escaping @Sendable (any Channel) async -> Void) throws -> any Service {
        let limits = configuration.limits
        let stream = HTTP1Channel.Configuration(idleTimeout: .seconds(Int64(limits.idleSecondsMax)), httpDecoderConfiguration: .init(maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))
        let server: HTTPServerBuilder = if let tls {
            try .http2Upgrade(tlsConfiguration: tls.configuration(), configuration: .init(
                idleTimeout: .seconds(limits.idleSecondsMax), gracefulCloseTimeout: .seconds(limits.stopSecondsMax), streamConfiguration: stream))
        } else {
            .http1(configuration: stream)
        }
        return Application(
            responder: face, server: server,
            configuration: .init(address: address, serverName: nil, availableConnectionsDelegate: MaximumAvailableConnections(limits.connectionsMax)),
            onServerRunning: onRunning, logger: log.logger("http"))
    }
}

/// Says that the stop has begun, before anything is closed: `/readyz` turns at once. It is started last, so it is stopped first.
private struct StopNotice: Service {
    let lifecycle: Lifecycle
    let log: ServerLog

    func run() async throws {
        try? await gracefulShutdown()
        lifecycle.stop()
        log(.notice, "stopping: nobody new is let in")
    }
}

/// Judges again, every few seconds, what came out of its order, and says in the log that there is a finding; never of whom.
private struct Settling: Service {
    let door: LiveDoor
    let log: ServerLog

    func run() async throws {
        var said: [String: Int] = [:]
        while !Task.isShuttingDownGracefully {
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(5)) }
            for (tenant, findings) in await door.settle() where findings > said[tenant, default: 0] {
                log(.warning, "accounts are probably used by someone else", ["tenant": PublicText(tenant), "findings": findings])
                said[tenant] = findings
            }
        }
    }
}

private struct ReloadOnHangup: Service {
    let certificates: [ServerTLS]
    let log: ServerLog

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            for certificate in certificates { certificate.reload() }
        }
    }
}
