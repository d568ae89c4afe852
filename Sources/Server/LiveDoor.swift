import Glibc
import Journal
import Live
import Model
import Synchronization

/// The door with ledger and detection behind it: a delivery is answered when its events are in the tenant's ledger, each
/// known by its own id whatever it comes with. What cannot be read is set aside by the tenant.
package final class LiveDoor: EventDoor {
    private let tenants: [String: LiveTenant]
    private let datagrams = Mutex<UInt64>(0)

    package init(_ tenants: [String: LiveTenant]) { self.tenants = tenants }

    /// Opens each tenant's ledger, or begins it. What cannot be read is set aside in the tenant's inbox.
    package convenience init(_ inboxes: [(tenant: String, inbox: Inbox)], origin: String, folder: DataFolder, world: World) async throws {
        var tenants: [String: LiveTenant] = [:]
        for (name, inbox) in inboxes {
            let log = folder.log(name)
            let keys = try TenantKeys(folder: folder.keys(name), origin: origin + "/" + name, hasLog: access(log, F_OK) == 0, world: world)
            for path in [log, folder.head(name)] { try DiskFile.makeFolder(path) }
            tenants[name] = try await LiveTenant(
                LiveTenant.Plan(key: keys.caseKey, signer: keys.signer), files: try PosixFiles(log), head: try PosixFiles(folder.head(name)), clock: { world.now().milliseconds },
                setAside: { incoming, _ in
                    _ = try await inbox.append(Delivery(
                        tenant: name, source: incoming.source, format: incoming.format, bytes: incoming.bytes, received: incoming.received,
                        identity: incoming.place.isEmpty ? .content : .key(incoming.place)))
                })
        }
        self.init(tenants)
    }

    /// For a quiet moment: judges again what came out of its order.
    /// - Returns: findings that have appeared since the start, by tenant.
    func settle() async -> [(tenant: String, findings: Int)] {
        var all: [(String, Int)] = []
        for (name, tenant) in tenants.sorted(by: { $0.key < $1.key }) {
            await tenant.settle()
            all.append((name, await tenant.changes.count { $0.kind == .appeared }))
        }
        return all
    }

    /// Answers what waits and lets go of the ledgers.
    func close() async {
        for tenant in tenants.values { await tenant.close() }
    }

    package func receive(_ delivery: Delivery) async throws(DeliveryRefusal) -> DeliveryReceipt {
        guard let tenant = tenants[delivery.tenant] else { throw .stopped(reason: "this tenant has no ledger") }
        _ = try DeliveryReading.format(named: delivery.format)
        var incoming = Incoming(bytes: delivery.bytes, source: delivery.source, format: delivery.format, received: delivery.received)
        (incoming.place, incoming.canBeRefused) = (place(of: delivery), delivery.canBeRefused)
        let answer: Delivered
        do { answer = try await tenant.receive(incoming) } catch { throw LiveDoor.refusal(error) }
        let problems = answer.problems.map { DeliveryReceipt.Problem(line: $0.line, byte: $0.byte, problem: $0.problem) }
        if delivery.canBeRefused, answer.isUnreadable { throw .unreadable(problems) }
        return DeliveryReceipt(
            accepted: answer.accepted, duplicates: answer.duplicates, refused: answer.refused, problems: Array(problems.prefix(DeliveryReceipt.problemsMax)),
            firstIndex: answer.firstIndex, size: answer.size)
    }

    /// Two equal datagrams are two messages; lines with an id of their own are known by it all the same.
    private func place(of delivery: Delivery) -> String {
        switch delivery.identity {
        case .key(let key): return key
        case .content: return ""
        case .unique:
            let number = datagrams.withLock { number in
                number &+= 1
                return number
            }
            return "\(delivery.received.milliseconds)-\(number)"
        }
    }

    private static func refusal(_ error: any Error) -> DeliveryRefusal {
        switch error {
        case JournalProblem.busy: .busy(retryAfterSeconds: 1, reason: "the ledger is behind")
        case JournalProblem.full: .busy(retryAfterSeconds: 30, reason: "the disk is full")
        case JournalProblem.stopped: .stopped(reason: "the ledger has stopped after a failed write")
        default: .stopped(reason: "the delivery could not be kept")
        }
    }

    package func checkpoint(tenant: String) async -> [UInt8]? {
        guard let tenant = tenants[tenant], let note = try? await tenant.checkpoint() else { return nil }
        return note.bytes
    }

    package func health() async -> DoorHealth {
        var health = DoorHealth(trouble: nil, tenants: [])
        for (name, tenant) in tenants.sorted(by: { $0.key < $1.key }) {
            let status = await tenant.status
            if let stopped = status.log.stopped, health.trouble == nil { health.trouble = "the ledger of \(name) has stopped: \(stopped)" }
            health.tenants.append(.init(name: name, size: status.log.size, inboxBytes: 0))
        }
        return health
    }
}
