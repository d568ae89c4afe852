import Glibc
import Model
import NIOPosix
import Synchronization

/// Group commit of raw deliveries: many appends share one `fdatasync`.
///
/// What a source sent lies here, as it came, before anybody interprets it: a fault in a reader loses nothing. Whoever comes
/// after (ledger, detection) reads it with `records(from:)` and gives room back with `release(below:)`. An append waits for
/// nothing but the disk: the writer takes what has gathered while it wrote the batch before.
///
/// Known sad paths. The disk is full: the batch is taken back whole and its senders are told to try again. An `fdatasync`
/// fails: nobody knows any more what the disk holds, so the inbox stops for good; the next start finds the last whole frame.
///
/// `@unchecked Sendable`: `writer` is touched only by `drain`, of which `isWriting` allows one at a time; all else is in the
/// mutex.
package final class Inbox: @unchecked Sendable {
    /// Bytes that may wait for the disk. More are refused with `busy`.
    package static let pendingBytesMax = 256 << 20
    private static let batchBytesMax = 64 << 20

    private struct Pending {
        var record: InboxRecord
        var answer: CheckedContinuation<Appended, any Error>
    }

    package struct Appended: Sendable {
        package var index: UInt64
        package var isDuplicate: Bool
        package var size: UInt64
    }

    private struct State {
        var pending: [Pending] = []
        var pendingBytes = 0
        var isWriting = false
        var stopped: String?
        var size: UInt64 = 0
        var bytes: UInt64 = 0
        var syncs: UInt64 = 0
    }

    private let state = Mutex(State())
    private let writer: InboxWriter
    private let thread: NIOThreadPool

    /// Opens the inbox in `folder`, or makes it. A torn last frame is cut off; damage further up is refused.
    package init(folder: String, segmentBytes: Int = 64 << 20, randomBytes: @Sendable (Int) -> [UInt8]) throws {
        writer = try InboxWriter(folder: folder, segmentBytes: segmentBytes, randomBytes: randomBytes)
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
        state.withLock { [writer] in ($0.size, $0.bytes) = (writer.next, writer.totalBytes) }
    }

    /// Stops the writer thread. Appends that wait are answered first.
    package func close() async {
        state.withLock { if $0.stopped == nil { $0.stopped = "the server is stopping" } }
        while state.withLock({ $0.isWriting }) { try? await Task.sleep(for: .milliseconds(1)) }
        try? await thread.shutdownGracefully()
    }

    /// Returns once the delivery is durable, or was durable before.
    package func append(_ delivery: Delivery) async throws -> Appended {
        let record = InboxRecord(index: 0, received: delivery.received, key: InboxKey(delivery), source: delivery.source, profile: delivery.profile,
                                 format: delivery.format, peer: delivery.peer, bytes: delivery.bytes)
        return try await withCheckedThrowingContinuation { (answer: CheckedContinuation<Appended, any Error>) in
            enum Next { case start, wait, refuse(DeliveryRefusal) }
            let next = state.withLock { state -> Next in
                if let reason = state.stopped { return .refuse(.stopped(reason: reason)) }
                guard state.pendingBytes + record.bytes.count <= Inbox.pendingBytesMax else { return .refuse(.busy(retryAfterSeconds: 1, reason: "the disk is behind")) }
                state.pending.append(Pending(record: record, answer: answer))
                state.pendingBytes += record.bytes.count
                if state.isWriting { return .wait }
                state.isWriting = true
                return .start
            }
            switch next {
            case .start: thread.submit { _ in self.drain() }
            case .wait: break
            case .refuse(let refusal): answer.resume(throwing: refusal)
            }
        }
    }

    /// Deliveries ever, bytes on disk, `fdatasync`s since start.
    package var figures: (size: UInt64, bytes: UInt64, syncs: UInt64, waitingBytes: Int) { state.withLock { ($0.size, $0.bytes, $0.syncs, $0.pendingBytes) } }
    package var stopped: String? { state.withLock { $0.stopped } }

    /// Removes the segments whose deliveries all lie below `index`. What is removed is no longer recognised as a duplicate.
    package func release(below index: UInt64) async throws {
        while !state.withLock({ state in
            if state.isWriting { return false }
            state.isWriting = true
            return true
        }) { try await Task.sleep(for: .milliseconds(1)) }
        let result = Result { try writer.release(below: index) }
        state.withLock { $0.bytes = writer.totalBytes }
        drain()
        try result.get()
    }

    // MARK: On the writer thread

    private func drain() {
        while true {
            let batch = state.withLock { state -> [Pending] in
                guard !state.pending.isEmpty else {
                    state.isWriting = false
                    return []
                }
                var bytes = 0, count = 0
                while count < state.pending.count, count == 0 || bytes + state.pending[count].record.bytes.count <= Inbox.batchBytesMax {
                    bytes += state.pending[count].record.bytes.count
                    count += 1
                }
                let batch = Array(state.pending[0..<count])
                state.pending.removeFirst(count)
                return batch
            }
            if batch.isEmpty { return }
            let bytes = batch.reduce(0) { $0 + $1.record.bytes.count }
            do {
                let answers = try writer.commit(batch.map(\.record))
                state.withLock { state in
                    state.pendingBytes -= bytes
                    state.size = writer.next
                    state.bytes = writer.totalBytes
                    state.syncs += 1
                }
                for (pending, answer) in zip(batch, answers) { pending.answer.resume(returning: answer) }
            } catch {
                let refusal: DeliveryRefusal = switch error {
                case .full: .busy(retryAfterSeconds: 30, reason: "the disk is full")
                case .broken(let reason): .stopped(reason: reason)
                }
                let rest = state.withLock { state -> [Pending] in
                    state.pendingBytes -= bytes
                    guard case .stopped(let reason) = refusal else { return [] }
                    state.stopped = reason
                    defer { (state.pending, state.pendingBytes) = ([], 0) }
                    return state.pending
                }
                for pending in batch + rest { pending.answer.resume(throwing: refusal) }
            }
        }
    }
}
