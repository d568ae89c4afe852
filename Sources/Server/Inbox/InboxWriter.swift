import Glibc
import Model

/// The inbox's files, in one pair of hands: the writer thread's.
final class InboxWriter {
    enum Failure: Error {
        /// Nothing of the batch is on disk; the next one may succeed.
        case full
        /// What is on disk is unknown: stop.
        case broken(String)
    }

    private let folder: String
    private let segmentBytes: Int
    private let makeMark: () -> [UInt8]
    private var descriptor: Int32 = -1
    private var mark: [UInt8] = []
    private var first: UInt64 = 0
    private var offset = 0
    private var keysOfSegment: [InboxKey] = []
    private var keys: [InboxKey: UInt64] = [:]
    /// Closed segments, oldest first.
    private var closed: [(first: UInt64, bytes: Int)] = []
    private(set) var next: UInt64 = 0

    var totalBytes: UInt64 { UInt64(closed.reduce(offset) { $0 + $1.bytes }) }

    init(folder: String, segmentBytes: Int, randomBytes: @Sendable (Int) -> [UInt8]) throws {
        (self.folder, self.segmentBytes) = (folder, max(segmentBytes, 4_096))
        let seed = randomBytes(32)
        // A mark must only be unknown to senders and new for each segment.
        var counter: UInt64 = 0
        makeMark = {
            counter += 1
            return Array(digest(of: seed + withUnsafeBytes(of: counter) { Array($0) }).prefix(16))
        }
        try DiskFile.makeFolder(folder)
        let segments = try DiskFile.names(in: folder).compactMap(InboxSegment.firstIndex)
        for (position, segment) in segments.enumerated() {
            if position < segments.count - 1 { try takeClosed(segment) } else { try reopen(segment) }
        }
        if descriptor < 0 { try beginSegment() }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    // MARK: Open

    private func takeClosed(_ segment: UInt64) throws {
        let path = folder + "/" + InboxSegment.name(segment)
        var status = stat()
        guard stat(path, &status) == 0 else { throw InboxError("cannot read \(InboxSegment.name(segment))") }
        let known = readKeys(segment)
        if let known {
            for (position, key) in known.enumerated() where key != .none { keys[key] = segment + UInt64(position) }
        } else {
            let walk = try DiskFile.withMapped(path) { text in
                InboxSegment.walk(text, first: segment) { record in
                    if record.key != .none { keys[record.key] = record.index }
                    return true
                }
            }
            guard walk.soundBytes == Int(status.st_size) else { throw damage(segment, at: walk.soundBytes) }
        }
        closed.append((segment, Int(status.st_size)))
    }

    private func reopen(_ segment: UInt64) throws {
        let path = folder + "/" + InboxSegment.name(segment)
        let walk = try DiskFile.withMapped(path) { text in
            InboxSegment.walk(text, first: segment) { record in
                keysOfSegment.append(record.key)
                if record.key != .none { keys[record.key] = record.index }
                return true
            }
        }
        guard !walk.isDamaged else { throw damage(segment, at: walk.soundBytes) }
        next = max(walk.next, segment)
        guard walk.soundBytes > 0 else {
            // The header itself was torn: nothing was ever acknowledged from this file.
            unlink(path)
            return
        }
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw InboxError("cannot open \(InboxSegment.name(segment))") }
        self.descriptor = descriptor
        // After a failed sync the page cache may show, as clean, what the disk has not: the last frame is written again before
        // it is trusted.
        let last = walk.lastFrame > 0 ? try DiskFile.withMapped(path) { Array($0[walk.lastFrame..<walk.soundBytes]) } : []
        guard ftruncate(descriptor, walk.soundBytes) == 0 else { throw InboxError("cannot cut \(InboxSegment.name(segment))") }
        try DiskFile.write(last, to: descriptor, at: walk.lastFrame, named: InboxSegment.name(segment))
        guard fsync(descriptor) == 0 else { throw InboxError("cannot make \(InboxSegment.name(segment)) durable") }
        (first, offset, mark) = (segment, walk.soundBytes, walk.mark)
    }

    private func damage(_ segment: UInt64, at byte: Int) -> InboxError {
        InboxError("\(InboxSegment.name(segment)) is damaged at byte \(byte)", "acknowledged deliveries after this place cannot be read; restore the file from a copy, or move it away to go on without it")
    }

    private func beginSegment() throws {
        let path = folder + "/" + InboxSegment.name(next)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw InboxError("cannot make \(InboxSegment.name(next))") }
        let mark = makeMark()
        do {
            try DiskFile.write(InboxSegment.header(mark: mark, first: next), to: descriptor, at: 0, named: InboxSegment.name(next))
            guard fsync(descriptor) == 0 else { throw InboxError("cannot make \(InboxSegment.name(next)) durable") }
            try DiskFile.sync(folder: folder)
        } catch {
            close(descriptor)
            unlink(path)
            throw error
        }
        (self.descriptor, self.mark, first, offset, keysOfSegment) = (descriptor, mark, next, InboxSegment.headerSize, [])
    }

    // MARK: Write

    /// One frame, one `fdatasync`, then the answers in order.
    func commit(_ records: [InboxRecord]) throws(Failure) -> [Inbox.Appended] {
        var answers: [(index: UInt64, isDuplicate: Bool)] = []
        var frame = [UInt8](repeating: 0, count: InboxSegment.frameHeadSize)
        var fresh: [InboxKey] = [], places: [InboxKey: UInt64] = [:]
        frame.reserveCapacity(records.reduce(256) { $0 + $1.bytes.count + 256 })
        frame.put(UInt32(0))
        for var record in records {
            if record.key != .none, let known = keys[record.key] ?? places[record.key] {
                answers.append((known, true))
                continue
            }
            record.index = next + UInt64(fresh.count)
            record.encode(into: &frame)
            fresh.append(record.key)
            if record.key != .none { places[record.key] = record.index }
            answers.append((record.index, false))
        }
        if !fresh.isEmpty {
            var count: [UInt8] = []
            count.put(UInt32(fresh.count))
            frame.replaceSubrange(InboxSegment.frameHeadSize..<InboxSegment.frameHeadSize + 4, with: count)
            if offset >= segmentBytes { try rotate() }
            InboxSegment.seal(&frame, mark: mark)
            do throws(InboxError) {
                try DiskFile.write(frame, to: descriptor, at: offset, named: InboxSegment.name(first))
            } catch {
                guard ftruncate(descriptor, offset) == 0 else { throw .broken("a batch could not be taken back") }
                throw .full
            }
            guard fdatasync(descriptor) == 0 else { throw .broken("fdatasync failed: \(String(cString: strerror(errno)))") }
            offset += frame.count
            next += UInt64(fresh.count)
            keysOfSegment += fresh
            keys.merge(places) { $1 }
        }
        return answers.map { Inbox.Appended(index: $0.index, isDuplicate: $0.isDuplicate, size: next) }
    }

    private func rotate() throws(Failure) {
        let (old, oldFirst, oldBytes, oldKeys) = (descriptor, first, offset, keysOfSegment)
        do { try beginSegment() } catch { throw .full }
        close(old)
        closed.append((oldFirst, oldBytes))
        // Only a help for a quick start: without it the segment is read again.
        try? writeKeys(oldKeys, of: oldFirst)
    }

    func release(below index: UInt64) throws {
        while let oldest = closed.first, (closed.dropFirst().first?.first ?? first) <= index {
            let path = folder + "/" + InboxSegment.name(oldest.first)
            unlink(folder + "/" + keysName(oldest.first))
            guard unlink(path) == 0 || errno == ENOENT else { throw InboxError("cannot remove \(InboxSegment.name(oldest.first))") }
            closed.removeFirst()
        }
        let oldest = closed.first?.first ?? first
        keys = keys.filter { $0.value >= oldest }
        try DiskFile.sync(folder: folder)
    }

    // MARK: Keys of closed segments

    private func keysName(_ segment: UInt64) -> String { InboxSegment.name(segment) + ".keys" }

    private func writeKeys(_ keys: [InboxKey], of segment: UInt64) throws {
        var body: [UInt8] = []
        body.reserveCapacity(keys.count * 16 + 4)
        for key in keys {
            body.put(key.high)
            body.put(key.low)
        }
        body.put(body.withUnsafeBytes(InboxSegment.checksum))
        try DiskFile.replace(folder + "/" + keysName(segment), with: body)
    }

    private func readKeys(_ segment: UInt64) -> [InboxKey]? {
        guard let body = try? DiskFile.read(folder + "/" + keysName(segment), max: 1 << 30), body.count >= 4, (body.count - 4) % 16 == 0 else { return nil }
        return body.withUnsafeBytes { raw in
            var reader = ByteReader(raw)
            guard InboxSegment.checksum(UnsafeRawBufferPointer(rebasing: raw[0..<raw.count - 4])) == UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self)) else { return nil }
            var keys: [InboxKey] = []
            for _ in 0..<(raw.count - 4) / 16 { if let high = reader.u64(), let low = reader.u64() { keys.append(InboxKey(high: high, low: low)) } }
            return keys
        }
    }
}

/// The deliveries of an inbox, from a place on, for whoever interprets them. Reads beside the writer: a frame that is being
/// written is not whole yet and ends the reading.
package struct InboxReader: Sendable {
    package let folder: String
    package init(folder: String) { self.folder = folder }

    /// Calls `body` with each delivery from `index` on, in order, until it returns false.
    /// - Returns: the index that comes next.
    @discardableResult
    package func records(from index: UInt64 = 0, _ body: (InboxRecord) throws -> Bool) throws -> UInt64 {
        let segments = try DiskFile.names(in: folder).compactMap(InboxSegment.firstIndex)
        var next = index, goesOn = true
        for (position, segment) in segments.enumerated() where goesOn {
            if position + 1 < segments.count, segments[position + 1] <= index { continue }
            let walk = try DiskFile.withMapped(folder + "/" + InboxSegment.name(segment)) { text in
                try InboxSegment.walk(text, first: segment) { record in
                    guard record.index >= index else { return true }
                    goesOn = try body(record)
                    return goesOn
                }
            }
            next = max(next, walk.next)
        }
        return next
    }
}
