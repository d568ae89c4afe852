import Model

/// Bytes that a source delivered, as they came.
package struct Incoming: Sendable {
    package var bytes: [UInt8]
    /// The configured name, never what the sender calls itself.
    package var source: String
    /// Name of a trail format; nil: recognised by content.
    package var format: String?
    package var received: Instant
    /// Tells equal lines without an id in this delivery from those in others (a place in a followed file, a datagram);
    /// empty: they are the same lines sent again.
    package var place = ""
    /// True when the sender keeps a delivery of which nothing can be read; else it is set aside like all that is refused.
    package var canBeRefused = false

    package init(bytes: [UInt8], source: String, format: String? = nil, received: Instant) {
        (self.bytes, self.source, self.format, self.received) = (bytes, source, format, received)
    }
}

/// What became of a delivery: `lines = accepted + duplicates + refused + header + blank`.
package struct Delivered: Sendable, Equatable {
    package var lines = 0
    /// Lines that are durable in the ledger, and were not before.
    package var accepted = 0
    /// Lines that the ledger had.
    package var duplicates = 0
    /// Lines that cannot be read, or say otherwise what the ledger has under their id. They were set aside.
    package var refused = 0
    package var header = 0
    package var blank = 0
    package var format = ""
    /// The first of the refused, in the order of lines.
    package var problems: [Problem] = []
    /// Entries that were added.
    package var entries = 0
    /// The first of them.
    package var firstIndex: UInt64?
    /// Entries of the ledger after this delivery.
    package var size: UInt64 = 0

    package static let problemsMax = 100

    /// Nothing of it can be read.
    package var isUnreadable: Bool { refused > 0 && accepted == 0 && duplicates == 0 }

    package struct Problem: Sendable, Equatable {
        /// From 1; in formats without lines the record's number.
        package var line: Int
        /// Offset of the unit's first byte in the delivery.
        package var byte: Int
        package var problem: FieldProblem
    }
}

/// Takes deliveries of which something was refused, whole and as they came, and returns once they are durable: the delivery
/// is answered only then. They hold personal data in clear.
package typealias SetAside = @Sendable (_ delivery: Incoming, _ problems: [Delivered.Problem]) async throws -> Void
