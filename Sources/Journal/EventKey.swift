import Ledger

/// Names an event of a source: 16 bytes, one value for one event. Keys must be spread evenly, as hashes are.
package struct EventKey: Hashable, Comparable, Sendable {
    /// The first and the last eight bytes, big-endian.
    package let high, low: UInt64

    package init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The first 16 bytes of SHA-256 over the length of `source` (8 bytes, big-endian), `source` and `id`.
    package init(source: String, id: String) {
        let length = UInt64(source.utf8.count)
        let bytes = Hash(of: (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) } + Array(source.utf8) + Array(id.utf8)).bytes
        func word(_ at: Int) -> UInt64 { bytes[at..<at + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(0), low: word(8))
    }

    package static func < (a: EventKey, b: EventKey) -> Bool { a.high == b.high ? a.low < b.low : a.high < b.high }
    // Spread evenly already; eight bytes are enough for a dictionary, which draws its own seed.
    package func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

/// What is to be added to the log: bytes for the tree, under the key of the event that they tell of.
package struct Entry: Sendable {
    package var key: EventKey
    /// A fingerprint of what the event says, equal whenever the source sends the same again: without salt and time of receipt.
    /// The same key with another one is refused.
    package var content: UInt64
    /// At most 65,535.
    package var bytes: [UInt8]

    package init(key: EventKey, content: UInt64, bytes: [UInt8]) { (self.key, self.content, self.bytes) = (key, content, bytes) }
}

/// The answer to one entry, given once it is durable.
package enum Receipt: Sendable, Hashable {
    /// It is entry `index`; the log had `size` entries when its batch was written.
    case added(index: UInt64, leaf: Hash, size: UInt64)
    /// The event is entry `index` already.
    case known(index: UInt64)
    /// Entry `index` tells of this event otherwise. Nothing was added.
    case conflict(index: UInt64)

    package var index: UInt64 {
        switch self {
        case .added(let index, _, _), .known(let index), .conflict(let index): index
        }
    }
}

/// An event that the log has.
struct EventRecord: Sendable {
    var key: EventKey
    var content: UInt64
    var index: UInt64
}
