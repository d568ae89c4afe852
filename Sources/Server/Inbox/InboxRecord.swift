import Crypto
import Model

/// One delivery in the inbox: who sent it, when, and its bytes as they came.
package struct InboxRecord: Sendable, Equatable {
    package var index: UInt64
    package var received: Instant
    package var key: InboxKey
    package var source: String
    package var profile: String?
    package var format: String?
    package var peer: String?
    package var bytes: [UInt8]
}

/// What a delivery is recognised by when it comes again: 128 bits of SHA-256 over source and identity.
package struct InboxKey: Hashable, Sendable {
    package var high: UInt64, low: UInt64

    /// Matches nothing that is looked up: for deliveries that are never the same.
    static let none = InboxKey(high: 0, low: 0)

    init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    init(_ delivery: Delivery) {
        var hash = SHA256()
        hash.update(data: Array(delivery.source.utf8) + [0])
        switch delivery.identity {
        case .unique:
            self = .none
            return
        case .key(let key):
            hash.update(data: [1])
            hash.update(data: Array(key.utf8))
        case .content:
            hash.update(data: [2])
            hash.update(data: delivery.bytes)
        }
        let digest = Array(hash.finalize())
        var words: (UInt64, UInt64) = (0, 0)
        for i in 0..<8 { words.0 = words.0 << 8 | UInt64(digest[i]) }
        for i in 8..<16 { words.1 = words.1 << 8 | UInt64(digest[i]) }
        (high, low) = words
    }
}

// MARK: - Bytes

extension InboxRecord {
    func encode(into out: inout [UInt8]) {
        out.put(index)
        out.put(UInt64(bitPattern: received.milliseconds))
        out.put(key.high)
        out.put(key.low)
        for text in [source, profile, format, peer] { out.put(text) }
        out.put(UInt32(bytes.count))
        out += bytes
    }

    init?(from reader: inout ByteReader) {
        guard let index = reader.u64(), let received = reader.u64(), let high = reader.u64(), let low = reader.u64(),
              let source = reader.text(), let source, let profile = reader.text(), let format = reader.text(), let peer = reader.text(),
              let count = reader.u32(), let bytes = reader.bytes(Int(count)) else { return nil }
        self.init(index: index, received: Instant(milliseconds: Int64(bitPattern: received)), key: InboxKey(high: high, low: low),
                  source: source, profile: profile, format: format, peer: peer, bytes: bytes)
    }
}

extension [UInt8] {
    mutating func put(_ value: UInt64) { for shift in stride(from: 0, to: 64, by: 8) { append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) } }
    mutating func put(_ value: UInt32) { for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(truncatingIfNeeded: value >> UInt32(shift))) } }
    /// Length + 1 and UTF-8, 0 for nothing. Texts here are names and addresses: longer ones are cut at 1,023 bytes.
    mutating func put(_ text: String?) {
        guard let text else { return put(UInt32(0)) }
        let utf8 = Array(text.utf8.prefix(1_023))
        put(UInt32(utf8.count + 1))
        self += utf8
    }
}

/// Little-endian values out of bytes; nil past the end.
struct ByteReader {
    let buffer: UnsafeRawBufferPointer
    var at = 0

    init(_ buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    var left: Int { buffer.count - at }

    mutating func u64() -> UInt64? {
        guard left >= 8 else { return nil }
        defer { at += 8 }
        return UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }

    mutating func u32() -> UInt32? {
        guard left >= 4 else { return nil }
        defer { at += 4 }
        return UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt32.self))
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, left >= count else { return nil }
        defer { at += count }
        return Array(buffer[at..<at + count])
    }

    mutating func text() -> String?? {
        guard let length = u32() else { return nil }
        guard length > 0 else { return .some(nil) }
        guard length <= 1_024, let utf8 = bytes(Int(length) - 1) else { return nil }
        return .some(String(decoding: utf8, as: UTF8.self))
    }
}
