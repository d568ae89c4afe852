import Model

/// Hands deliveries to the door and counts what became of them.
struct Receiver: Sendable {
    let door: any EventDoor
    let metrics: MetricRegistry

    func receive(_ delivery: Delivery) async throws(DeliveryRefusal) -> DeliveryReceipt {
        let began = ContinuousClock.now, source = delivery.source
        do throws(DeliveryRefusal) {
            let receipt = try await door.receive(delivery)
            metrics.observe(.durableSeconds, seconds: (ContinuousClock.now - began) / .seconds(1))
            metrics.add(.deliveries, source, receipt.firstIndex == nil && receipt.duplicates > 0 ? "duplicate" : "accepted")
            for (outcome, count) in [("accepted", receipt.accepted), ("duplicate", receipt.duplicates), ("refused", receipt.refused)] where count > 0 {
                metrics.add(.events, source, outcome, by: count)
            }
            metrics.set(.sourceLastSeconds, source, to: Double(delivery.received.milliseconds) / 1_000)
            return receipt
        } catch {
            let outcome = switch error {
            case .busy: "busy"
            case .stopped: "stopped"
            case .tooLarge, .unreadable, .unknownFormat: "refused"
            }
            metrics.add(.deliveries, source, outcome)
            throw error
        }
    }
}
