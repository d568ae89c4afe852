import CZlib
import Glibc
import Model

/// One file of the inbox, as bytes.
///
/// ```
/// header  "CORDINB1", 16 random bytes (the mark), u64 index of the first record
/// frame   mark, u32 length, u32 CRC-32 of the body, body: u32 count and so many records; one frame per fdatasync
/// ```
/// A power cut can tear the last frame only: it was not acknowledged and is cut off. A whole frame behind a broken one means
/// that acknowledged bytes were damaged: then the inbox refuses to open and names the place. Senders cannot forge that: the
/// mark is random and never leaves the file.
enum InboxSegment {
    static let magic = Array("CORDINB1".utf8)
    static let headerSize = 32
    static let frameHeadSize = 24

    static func name(_ first: UInt64) -> String { let digits = String(first); return String(repeating: "0", count: 20 - digits.utf8.count) + digits + ".inbox" }

    static func firstIndex(_ name: String) -> UInt64? {
        guard name.hasSuffix(".inbox"), name.utf8.count == 26 else { return nil }
        return UInt64(name.dropLast(6))
    }

    static func header(mark: [UInt8], first: UInt64) -> [UInt8] {
        var bytes = magic + mark
        bytes.put(first)
        return bytes
    }

    /// Puts a frame's head before its body. `frame` begins with `frameHeadSize` bytes of room.
    static func seal(_ frame: inout [UInt8], mark: [UInt8]) {
        let crc = frame.withUnsafeBytes { checksum(UnsafeRawBufferPointer(rebasing: $0[frameHeadSize...])) }
        var head = mark
        head.put(UInt32(frame.count - frameHeadSize))
        head.put(crc)
        frame.replaceSubrange(0..<frameHeadSize, with: head)
    }

    static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(0, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }

    struct Walk {
        /// Bytes up to the end of the last whole frame; 0 when not even the header is whole.
        var soundBytes = 0
        /// Where the last whole frame begins.
        var lastFrame = 0
        var mark: [UInt8] = []
        var next: UInt64 = 0
        /// A whole frame lies behind a broken one.
        var isDamaged = false
    }

    /// Reads whole frames in order. `body` gets each record; it returns false to stop.
    static func walk(_ text: UnsafeRawBufferPointer, first: UInt64, _ body: (InboxRecord) throws -> Bool) rethrows -> Walk {
        var walk = Walk(next: first)
        guard text.count >= headerSize, text[0..<8].elementsEqual(magic) else { return walk }
        walk.mark = Array(text[8..<24])
        walk.soundBytes = headerSize
        while let frame = frame(text, at: walk.soundBytes, mark: walk.mark) {
            var reader = ByteReader(UnsafeRawBufferPointer(rebasing: text[frame]))
            for _ in 0..<(reader.u32() ?? 0) {
                guard let record = InboxRecord(from: &reader) else { break }
                walk.next = record.index + 1
                if try !body(record) { return walk }
            }
            (walk.lastFrame, walk.soundBytes) = (walk.soundBytes, frame.upperBound)
        }
        var at = walk.soundBytes
        while at + frameHeadSize <= text.count, !walk.isDamaged {
            guard let hit = memchr(text.baseAddress! + at, Int32(walk.mark[0]), text.count - at) else { break }
            at = UnsafeRawPointer(hit) - text.baseAddress!
            if frame(text, at: at, mark: walk.mark) != nil { walk.isDamaged = true }
            at += 1
        }
        return walk
    }

    private static func frame(_ text: UnsafeRawBufferPointer, at start: Int, mark: [UInt8]) -> Range<Int>? {
        guard text.count - start >= frameHeadSize, text[start..<start + 16].elementsEqual(mark) else { return nil }
        var head = ByteReader(UnsafeRawBufferPointer(rebasing: text[start + 16..<start + frameHeadSize]))
        guard let length = head.u32(), let crc = head.u32(), text.count - start - frameHeadSize >= Int(length) else { return nil }
        let range = start + frameHeadSize..<start + frameHeadSize + Int(length)
        return checksum(UnsafeRawBufferPointer(rebasing: text[range])) == crc ? range : nil
    }
}
