import Glibc
import Synchronization

/// Runs numbered jobs on a few threads; the threads end before it returns.
enum Workers {
    /// `body` gets the worker's number (from 0, below `threads`) and the job's. The error of the lowest failing job is thrown.
    static func run(threads: Int, jobs: Int, _ body: @escaping @Sendable (_ worker: Int, _ job: Int) throws -> Void) throws {
        let queue = JobQueue(jobs: jobs, body: body)
        let extra = max(0, min(threads, jobs) - 1)
        var handles: [pthread_t] = []
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        // Parsers may recurse to depth 64 and keep buffers on the stack.
        pthread_attr_setstacksize(&attributes, 8 << 20)
        for worker in 0..<extra {
            let start = Unmanaged.passRetained(Start(queue: queue, worker: worker + 1))
            var handle = pthread_t()
            let result = pthread_create(&handle, &attributes, { pointer in
                guard let pointer else { return nil }
                let start = Unmanaged<Start>.fromOpaque(pointer).takeRetainedValue()
                start.queue.work(start.worker)
                return nil
            }, start.toOpaque())
            // Without a further thread the work is done all the same, only slower.
            if result == 0 { handles.append(handle) } else { start.release() }
        }
        pthread_attr_destroy(&attributes)
        queue.work(0)
        for handle in handles { pthread_join(handle, nil) }
        try queue.finish()
    }

    private final class Start: Sendable {
        let queue: JobQueue
        let worker: Int
        init(queue: JobQueue, worker: Int) { (self.queue, self.worker) = (queue, worker) }
    }

    private final class JobQueue: Sendable {
        private struct State {
            var next = 0
            var failed: (job: Int, error: any Error)?
        }
        private let state = Mutex(State())
        private let jobs: Int
        private let body: @Sendable (Int, Int) throws -> Void

        init(jobs: Int, body: @escaping @Sendable (Int, Int) throws -> Void) { (self.jobs, self.body) = (jobs, body) }

        func work(_ worker: Int) {
            while let job = take() {
                do { try body(worker, job) } catch {
                    state.withLock { if job < $0.failed?.job ?? .max { $0.failed = (job, error) } }
                }
            }
        }

        private func take() -> Int? {
            state.withLock { state in
                // After a failure no new job begins.
                guard state.next < jobs, state.failed == nil else { return nil }
                defer { state.next += 1 }
                return state.next
            }
        }

        func finish() throws {
            if let error = state.withLock({ $0.failed?.error }) { throw error }
        }
    }
}

/// Counts what is read over all threads, says it now and then, and carries the wish to stop.
final class ProgressMeter: Sendable {
    private struct State {
        var done = 0
        var events = 0
        var saidAt = 0
        var isStopped = false
    }
    private let state = Mutex(State())
    private let total: Int
    private let say: @Sendable (TrailProgress) -> Bool
    /// The first bytes are said at once, so that even a small trail can be stopped.
    private static let step = 4 << 20

    init(total: Int, say: @escaping @Sendable (TrailProgress) -> Bool) { (self.total, self.say) = (total, say) }

    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// False when reading should stop.
    func add(bytes: Int, events: Int) -> Bool {
        let progress: TrailProgress? = state.withLock { state in
            state.done += bytes
            state.events += events
            guard state.done - state.saidAt >= Self.step || state.saidAt == 0 else { return nil }
            state.saidAt = max(1, state.done)
            return TrailProgress(phase: .reading, bytesDone: min(state.done, total), bytesTotal: total, events: state.events)
        }
        if let progress, !say(progress) { state.withLock { $0.isStopped = true } }
        return !isStopped
    }

    func say(_ phase: TrailProgress.Phase) throws {
        let progress = state.withLock { TrailProgress(phase: phase, bytesDone: total, bytesTotal: total, events: $0.events) }
        if !say(progress) || isStopped { throw TrailError.cancelled }
    }
}
