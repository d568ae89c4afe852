import Model

/// The door with nothing but the raw inbox behind it: each delivery is read once to tell the sender what is wrong with it,
/// and kept as it came.
package struct InboxDoor: EventDoor {
    private let inboxes: [(tenant: String, inbox: Inbox)]

    package init(_ inboxes: [(tenant: String, inbox: Inbox)]) { self.inboxes = inboxes }

    package func receive(_ delivery: Delivery) async throws(DeliveryRefusal) -> DeliveryReceipt {
        guard let inbox = inboxes.first(where: { $0.tenant == delivery.tenant })?.inbox else { throw .stopped(reason: "this tenant has no inbox") }
        let reading = try DeliveryReading(of: delivery)
        if delivery.canBeRefused, reading.kept == 0, reading.refused > 0 { throw .unreadable(reading.problems) }
        do {
            let appended = try await inbox.append(delivery)
            return DeliveryReceipt(
                accepted: appended.isDuplicate ? 0 : reading.kept, duplicates: appended.isDuplicate ? reading.kept : 0, refused: reading.refused,
                problems: reading.problems, firstIndex: appended.isDuplicate ? nil : appended.index, size: appended.size)
        } catch let refusal as DeliveryRefusal {
            throw refusal
        } catch {
            throw .stopped(reason: "the inbox failed")
        }
    }

    package func checkpoint(tenant: String) async -> [UInt8]? { nil }

    package func health() async -> DoorHealth {
        DoorHealth(
            trouble: inboxes.lazy.compactMap { tenant, inbox in inbox.stopped.map { "the inbox of \(tenant) has stopped: \($0)" } }.first,
            tenants: inboxes.map { tenant, inbox in
                let figures = inbox.figures
                return .init(name: tenant, size: figures.size, inboxBytes: figures.bytes)
            })
    }
}
