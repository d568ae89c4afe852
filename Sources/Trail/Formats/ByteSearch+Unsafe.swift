import Glibc

// Searching bytes for words of ours.

extension UnsafeRawBufferPointer {
    /// Offset of the first occurrence that begins at `from` or later.
    func firstIndex(of word: StaticString, from: Int = 0) -> Int? {
        let length = word.utf8CodeUnitCount
        guard let base = baseAddress, from >= 0, length > 0, count - length >= from else { return nil }
        let first = Int32(word.utf8Start[0])
        // Where the word may begin at the latest.
        let end = base + (count - length + 1)
        var at = base + from
        while at < end, let found = memchr(at, first, end - at) {
            if memcmp(found, word.utf8Start, length) == 0 { return UnsafeRawPointer(found) - base }
            at = UnsafeRawPointer(found) + 1
        }
        return nil
    }

    func hasByte(_ byte: UInt8) -> Bool { baseAddress.map { memchr($0, Int32(byte), count) != nil } ?? false }

    func contains(_ word: StaticString) -> Bool { firstIndex(of: word) != nil }

    /// Whether other bytes stand somewhere in these.
    func hasBytes(_ other: UnsafeRawBufferPointer) -> Bool {
        guard let base = baseAddress, let theirs = other.baseAddress, !other.isEmpty else { return other.isEmpty }
        guard count >= other.count else { return false }
        return (0...(count - other.count)).contains { memcmp(base + $0, theirs, other.count) == 0 }
    }

    func starts(with word: StaticString, at: Int = 0) -> Bool {
        guard let base = baseAddress, at >= 0, count - at >= word.utf8CodeUnitCount else { return false }
        return memcmp(base + at, word.utf8Start, word.utf8CodeUnitCount) == 0
    }

    func ends(with word: StaticString) -> Bool { starts(with: word, at: count - word.utf8CodeUnitCount) }

    func equals(_ word: StaticString) -> Bool { count == word.utf8CodeUnitCount && starts(with: word) }

    /// Equal but for the case of ASCII letters; `word` is in small letters.
    func equalsIgnoringCase(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return indices.allSatisfy { (self[$0] &- 0x41 < 26 ? self[$0] | 0x20 : self[$0]) == word.utf8Start[$0] }
    }

    /// Bytes from `begin` on, up to `end`.
    func part(_ begin: Int, _ end: Int? = nil) -> UnsafeRawBufferPointer {
        let end = Swift.min(end ?? count, count)
        return UnsafeRawBufferPointer(rebasing: self[Swift.min(begin, end)..<end])
    }
}
