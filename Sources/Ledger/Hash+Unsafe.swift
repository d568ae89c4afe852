import Crypto

// All pointers of the tree's hashing. What they point to is never kept.
//
// swift-crypto is fastest on one contiguous buffer (two updates cost a quarter more), so the prefix stands directly before
// what it prefixes: a node in 65 bytes on the stack, a leaf over the last byte of its length in the bundle.

extension Hash {
    /// SHA-256 of the bytes as they are.
    package init(of bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { Hash(sha256: $0) }
    }

    /// `SHA-256(0x00 ‖ entry)` (RFC 6962 §2.1).
    package init(leaf entry: [UInt8]) {
        self = withUnsafeTemporaryAllocation(byteCount: 1 + entry.count, alignment: 8) { buffer in
            buffer[0] = 0
            entry.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[1...]).copyMemory(from: $0) }
            return Hash(sha256: UnsafeRawBufferPointer(buffer))
        }
    }

    /// `SHA-256(0x01 ‖ left ‖ right)` (RFC 6962 §2.1).
    package init(node left: Hash, _ right: Hash) {
        self = withUnsafeTemporaryAllocation(byteCount: 65, alignment: 8) { buffer in
            buffer[0] = 1
            left.store(to: buffer, at: 1)
            right.store(to: buffer, at: 33)
            return Hash(sha256: UnsafeRawBufferPointer(buffer))
        }
    }

    package init(sha256 buffer: UnsafeRawBufferPointer) {
        let digest = SHA256.hash(data: buffer)
        self = digest.withUnsafeBytes { Hash(loading: $0, at: 0) }
    }

    /// The 32 bytes at `offset`, which the caller has checked to be there.
    package init(loading buffer: UnsafeRawBufferPointer, at offset: Int) {
        a = buffer.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        b = buffer.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        c = buffer.loadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)
        d = buffer.loadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)
    }

    package func store(to buffer: UnsafeMutableRawBufferPointer, at offset: Int) {
        buffer.storeBytes(of: a, toByteOffset: offset, as: UInt64.self)
        buffer.storeBytes(of: b, toByteOffset: offset + 8, as: UInt64.self)
        buffer.storeBytes(of: c, toByteOffset: offset + 16, as: UInt64.self)
        buffer.storeBytes(of: d, toByteOffset: offset + 24, as: UInt64.self)
    }
}

/// The leaf hash of an entry that lies in a bundle, `[length hi][length lo][entry…]`: the byte before the entry is made the
/// prefix for as long as the hash takes, and nothing is copied.
package func leafHash(inBundle bundle: inout [UInt8], entryAt start: Int, count: Int) -> Hash {
    precondition(start >= 1 && count >= 0 && start + count <= bundle.count)
    let kept = bundle[start - 1]
    bundle[start - 1] = 0
    defer { bundle[start - 1] = kept }
    return bundle.withUnsafeBytes { Hash(sha256: UnsafeRawBufferPointer(rebasing: $0[(start - 1)..<(start + count)])) }
}

/// The bytes of a tile.
package func tileBytes(_ hashes: [Hash]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: hashes.count * Hash.byteCount) { buffer, count in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        for (i, hash) in hashes.enumerated() { hash.store(to: raw, at: i * Hash.byteCount) }
        count = hashes.count * Hash.byteCount
    }
}

/// The hashes of a tile; bytes after the last whole hash are not looked at.
package func tileHashes(_ bytes: [UInt8]) -> [Hash] {
    bytes.withUnsafeBytes { buffer in
        (0..<bytes.count / Hash.byteCount).map { Hash(loading: buffer, at: $0 * Hash.byteCount) }
    }
}
