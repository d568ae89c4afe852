import Model

/// The one way from the network into Cordon.
///
/// Everything that a listener receives becomes a `Delivery` and goes through an `EventDoor`. The server knows no rule about
/// events; whoever stands behind the door (the raw inbox alone, or inbox, ledger and detection) knows no socket.
package protocol EventDoor: Sendable {
    /// Takes one delivery. Returns only once it is durable: an acknowledgement is a promise (design rule 1).
    ///
    /// The same delivery again (same `key`, or the same bytes where it has none, from the same source) is answered as
    /// duplicate and changes nothing.
    func receive(_ delivery: Delivery) async throws(DeliveryRefusal) -> DeliveryReceipt

    /// The newest signed checkpoint of a tenant's log (C2SP tlog-checkpoint), nil where there is no log yet.
    func checkpoint(tenant: String) async -> [UInt8]?

    func health() async -> DoorHealth
}

/// Bytes from one source, as they came.
package struct Delivery: Sendable {
    package var tenant: String
    /// The configured name, never what the sender calls itself.
    package var source: String
    package var profile: String?
    /// Name of a trail format (`fhir-r4`), nil: recognised by content.
    package var format: String?
    package var bytes: [UInt8]
    package var received: Instant
    /// Address of the sender. Personal data at times: it is kept with the delivery and logged nowhere.
    package var peer: String?
    package var identity: Identity
    /// False for senders who cannot be answered (syslog, followed files): what cannot be read is kept all the same.
    package var canBeRefused: Bool

    /// What makes two deliveries the same one.
    package enum Identity: Sendable, Hashable {
        /// The sender's own key (`Idempotency-Key`), or a place in a followed file.
        case key(String)
        /// The same bytes from the same source are the same delivery.
        case content
        /// Never the same: two equal datagrams are two messages.
        case unique
    }

    package init(tenant: String, source: String, profile: String? = nil, format: String? = nil, bytes: [UInt8], received: Instant, peer: String? = nil, identity: Identity = .content, canBeRefused: Bool = true) {
        (self.tenant, self.source, self.profile, self.format, self.bytes) = (tenant, source, profile, format, bytes)
        (self.received, self.peer, self.identity, self.canBeRefused) = (received, peer, identity, canBeRefused)
    }
}

/// What became of a delivery. Every unit of it is accounted for: accepted, duplicate or listed as a problem.
package struct DeliveryReceipt: Sendable {
    package var accepted: Int
    package var duplicates: Int
    /// Units that could not be read. The delivery was kept as it came, so they are not lost.
    package var refused: Int
    /// The first of the refused units, at most `problemsMax`.
    package var problems: [Problem]
    /// Index of the first unit in the tenant's log (or inbox), nil where nothing new was written.
    package var firstIndex: UInt64?
    /// Size of the tenant's log (or inbox) after this delivery.
    package var size: UInt64

    package static let problemsMax = 100

    package struct Problem: Sendable {
        /// From 1; in formats without lines the record's number.
        package var line: Int
        /// Offset of the unit's first byte in the delivery.
        package var byte: Int
        package var problem: FieldProblem
        package init(line: Int, byte: Int, problem: FieldProblem) { (self.line, self.byte, self.problem) = (line, byte, problem) }
    }

    package init(accepted: Int, duplicates: Int = 0, refused: Int = 0, problems: [Problem] = [], firstIndex: UInt64?, size: UInt64) {
        (self.accepted, self.duplicates, self.refused, self.problems) = (accepted, duplicates, refused, problems)
        (self.firstIndex, self.size) = (firstIndex, size)
    }
}

/// Why a delivery was not taken. Nothing of it was kept; the sender keeps it.
package enum DeliveryRefusal: Error, Sendable {
    /// Try again later: a queue is full or the disk is.
    case busy(retryAfterSeconds: Int, reason: String)
    /// The door has stopped for good until the server is started again: a write failed in a way that cannot be undone.
    case stopped(reason: String)
    case tooLarge(limit: Int)
    /// No unit of it could be read.
    case unreadable([DeliveryReceipt.Problem])
    /// A format name that nobody knows.
    case unknownFormat
}

/// How the door is, for `/readyz`, `/metrics` and `cordond status`.
package struct DoorHealth: Sendable {
    /// Nil: ready. Else why not, without personal data.
    package var trouble: String?
    package var tenants: [Tenant]

    package struct Tenant: Sendable {
        package var name: String
        /// Deliveries in the inbox, ever.
        package var size: UInt64
        package var inboxBytes: UInt64
        package init(name: String, size: UInt64, inboxBytes: UInt64) { (self.name, self.size, self.inboxBytes) = (name, size, inboxBytes) }
    }

    package init(trouble: String?, tenants: [Tenant]) { (self.trouble, self.tenants) = (trouble, tenants) }
}
