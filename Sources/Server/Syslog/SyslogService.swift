import Model
import NIOCore
import NIOPosix
import NIOSSL
import Scan
import ServiceLifecycle
import Synchronization

/// One syslog listener: TLS (RFC 5425), TCP (RFC 6587, both framings) or UDP (RFC 5426).
///
/// What one read brings becomes one delivery, and the next read waits until it is durable: a sender that is faster than the
/// disk is slowed by TCP itself, and while one batch is written the next gathers. Syslog has no acknowledgement: what lies in
/// the sender's and the kernel's buffers when either dies is lost to both; over UDP, what comes too fast is too, and counted
/// where the kernel lets us see it.
final class SyslogService: Service, Sendable {
    private let listener: ServerConfiguration.SyslogListener
    private let sources: [ServerConfiguration.Source]
    private let gatekeeper: Gatekeeper
    private let receiver: Receiver
    private let limits: ServerConfiguration.Limits
    private let metrics: MetricRegistry
    private let log: ServerLog
    private let world: World
    private let lifecycle: Lifecycle
    private let tls: ServerTLS?
    private let onListening: @Sendable (SocketAddress?) -> Void
    private let open = Atomic(0)

    init(_ listener: ServerConfiguration.SyslogListener, _ configuration: ServerConfiguration, gatekeeper: Gatekeeper, receiver: Receiver, tls: ServerTLS?,
         metrics: MetricRegistry, log: ServerLog, world: World, lifecycle: Lifecycle, onListening: @escaping @Sendable (SocketAddress?) -> Void = { _ in }) {
        (self.listener, sources, limits) = (listener, configuration.sources, configuration.limits)
        (self.gatekeeper, self.receiver, self.tls, self.metrics, self.log) = (gatekeeper, receiver, tls, metrics, log)
        (self.world, self.lifecycle, self.onListening) = (world, lifecycle, onListening)
    }

    func run() async throws {
        switch listener.transport {
        case .udp: try await runDatagrams()
        case .tcp, .tls: try await runConnections()
        }
    }

    // MARK: Who

    private static func isSyslog(_ kind: ServerConfiguration.Kind) -> Bool { if case .syslog = kind { true } else { false } }

    /// By certificate, else by network, else the listener's own; nil: nobody may speak so.
    private func source(_ peer: SocketAddress?, _ certificate: NIOSSLCertificate?) -> ServerConfiguration.Source? {
        if let certificate, let source = gatekeeper.source(certificate: certificate, kind: SyslogService.isSyslog) { return source }
        let address = peer?.ipAddress.flatMap { ClientAddress($0) }
        func mayComeFrom(_ source: ServerConfiguration.Source) -> Bool { source.networks.isEmpty || address.map { address in source.networks.contains { $0.contains(address) } } ?? false }
        let candidates = sources.filter { SyslogService.isSyslog($0.kind) && $0.certificates.isEmpty && mayComeFrom($0) }
        if let name = listener.source { return candidates.first { $0.name == name } ?? candidates.first { !$0.networks.isEmpty } }
        return candidates.first { !$0.networks.isEmpty }
    }

    private func deliver(_ batch: FrameReader.Batch, from source: ServerConfiguration.Source, _ peer: SocketAddress?) async {
        guard batch.count > 0 else { return }
        let delivery = Delivery(tenant: source.tenant, source: source.name, profile: source.profile, format: source.format, bytes: batch.bytes, received: world.now(),
                                peer: peer?.ipAddress, identity: .unique, canBeRefused: false)
        // The sender cannot be asked to come again: it waits here, unread, until the disk takes its messages.
        while true {
            do throws(DeliveryRefusal) {
                _ = try await receiver.receive(delivery)
                metrics.add(.syslogFrames, source.name, "accepted", by: batch.count)
                return
            } catch {
                guard case .busy(let seconds, _) = error, !lifecycle.isStopping else {
                    metrics.add(.syslogFrames, source.name, "dropped", by: batch.count)
                    log(.error, "syslog messages were lost: the inbox does not take them", ["source": PublicText(source.name), "messages": batch.count])
                    return
                }
                try? await Task.sleep(for: .seconds(min(seconds, 5)))
            }
        }
    }

    // MARK: TCP and TLS

    private typealias Connection = NIOAsyncChannel<ByteBuffer, Never>

    private func runConnections() async throws {
        let context = try tls.map { try NIOSSLContext(configuration: $0.configuration()) }
        let idle = TimeAmount.seconds(Int64(max(limits.idleSecondsMax, 3_600)))
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 4_096, initial: 16_384, maximum: 262_144))
            .bind(host: listener.address.host, port: listener.address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context)) }
                    try channel.pipeline.syncOperations.addHandlers([IdleStateHandler(readTimeout: idle), CloseWhenIdle()])
                    return try Connection(wrappingChannelSynchronously: channel, configuration: .init(backPressureStrategy: .init(lowWatermark: 1, highWatermark: 4), isOutboundHalfClosureEnabled: false))
                }
            }
        lifecycle.listens()
        onListening(server.channel.localAddress)
        log(.notice, "syslog listens", ["transport": PublicText(listener.transport.rawValue), "port": server.channel.localAddress?.port ?? 0])
        await withTaskGroup(of: Void.self) { group in
            await withGracefulShutdownHandler {
                try? await server.executeThenClose { connections in
                    for try await connection in connections { group.addTask { await self.serve(connection) } }
                }
            } onGracefulShutdown: {
                server.channel.close(promise: nil)
            }
            // The listener is gone. Connections end what they have read and are closed.
            await group.waitForAll()
        }
    }

    private func serve(_ connection: Connection) async {
        let transport = listener.transport.rawValue
        guard open.add(1, ordering: .relaxed).newValue <= limits.connectionsMax else {
            open.subtract(1, ordering: .relaxed)
            log(.warning, "a syslog connection was refused: too many are open", ["limit": limits.connectionsMax])
            try? await connection.channel.close()
            return
        }
        metrics.set(.syslogConnections, transport, to: Double(open.load(ordering: .relaxed)))
        defer {
            open.subtract(1, ordering: .relaxed)
            metrics.set(.syslogConnections, transport, to: Double(open.load(ordering: .relaxed)))
        }
        var reader = FrameReader(messageMax: limits.syslogMessageMax), known: ServerConfiguration.Source?, malformed = 0
        let peer = connection.channel.remoteAddress
        do {
            try await withGracefulShutdownHandler {
                try await connection.executeThenClose { inbound, _ in
                    for try await chunk in inbound {
                        if known == nil {
                            // The handshake is done: bytes have come.
                            let certificate = tls == nil ? nil : try? await connection.channel.nioSSL_peerCertificate().get()
                            guard let source = source(peer, certificate) else {
                                metrics.add(.authenticationFailures, "syslog")
                                log(.warning, "a syslog sender was refused: no source is known by its certificate or network", ["transport": PublicText(transport)])
                                return
                            }
                            known = source
                        }
                        guard let source = known else { return }
                        await deliver(reader.take(chunk.readableBytesView), from: source, peer)
                        if reader.malformed > malformed {
                            metrics.add(.syslogFrames, source.name, "malformed", by: reader.malformed - malformed)
                            malformed = reader.malformed
                        }
                        while let wait = gatekeeper.take(from: source, bytes: chunk.readableBytes, now: world.now()), !lifecycle.isStopping { try await Task.sleep(for: .seconds(wait)) }
                    }
                }
            } onGracefulShutdown: {
                connection.channel.close(mode: .input, promise: nil)
            }
        } catch {
            log(.debug, "a syslog connection ended early", ["transport": PublicText(transport)])
        }
        if let source = known {
            // The last line of a stream has no end of line at times.
            await deliver(reader.take([], isEnd: true), from: source, peer)
        }
    }

    /// A sender that says nothing for an hour is gone.
    private final class CloseWhenIdle: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
        }
    }

    // MARK: UDP

    private func runDatagrams() async throws {
        let channel = try await DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.socketOption(.so_rcvbuf), value: 8 << 20)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536))
            .channelOption(.datagramVectorReadMessageCount, value: 16)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_536 * 16))
            .bind(host: listener.address.host, port: listener.address.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(DatagramBatches())
                    return try NIOAsyncChannel<[AddressedEnvelope<ByteBuffer>], Never>(wrappingChannelSynchronously: channel, configuration: .init(backPressureStrategy: .init(lowWatermark: 2, highWatermark: 16)))
                }
            }
        lifecycle.listens()
        onListening(channel.channel.localAddress)
        log(.notice, "syslog listens", ["transport": PublicText("udp"), "port": channel.channel.localAddress?.port ?? 0])
        try await withGracefulShutdownHandler {
            try await channel.executeThenClose { inbound, _ in
                for try await datagrams in inbound { await take(datagrams) }
            }
        } onGracefulShutdown: {
            channel.channel.close(promise: nil)
        }
    }

    private func take(_ datagrams: [AddressedEnvelope<ByteBuffer>]) async {
        // Runs of one sender become one delivery, in the order of arrival.
        var batch = FrameReader.Batch(), sender: SocketAddress?, current: ServerConfiguration.Source?
        for datagram in datagrams {
            let address = datagram.remoteAddress
            if sender?.ipAddress != address.ipAddress {
                if let current { await deliver(batch, from: current, sender) }
                (batch, sender, current) = (FrameReader.Batch(), address, source(address, nil))
                if current == nil { metrics.add(.authenticationFailures, "syslog") }
            }
            guard let current else { continue }
            guard datagram.data.readableBytes <= limits.syslogMessageMax else {
                metrics.add(.syslogFrames, current.name, "malformed")
                continue
            }
            var message = datagram.data.readableBytesView[...]
            while let last = message.last, last == 0x0A || last == 0 { message.removeLast() }
            batch.add(message)
        }
        if let current { await deliver(batch, from: current, sender) }
    }

    /// All datagrams of one turn of the event loop as one element.
    private final class DatagramBatches: ChannelInboundHandler {
        typealias InboundIn = AddressedEnvelope<ByteBuffer>
        typealias InboundOut = [AddressedEnvelope<ByteBuffer>]
        private var batch: [AddressedEnvelope<ByteBuffer>] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { batch.append(unwrapInboundIn(data)) }

        func channelReadComplete(context: ChannelHandlerContext) {
            if !batch.isEmpty {
                context.fireChannelRead(wrapInboundOut(batch))
                batch = []
            }
            context.fireChannelReadComplete()
        }
    }
}
