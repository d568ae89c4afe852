import Glibc

/// State under one lock, with waiting for it to change: what the log's threads and its callers share.
///
/// The threads are the system's own, since they block in the disk; the cooperative pool has no thread to spare for that.
/// Sendable because nothing is reached but under the lock.
final class Monitor<State>: @unchecked Sendable {
    private var state: State
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State) {
        self.state = state
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Changes the state and wakes whoever waits for it.
    func change<R>(_ body: (inout State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let result = try body(&state)
        pthread_cond_broadcast(condition)
        return result
    }

    func look<R>(_ body: (State) throws -> R) rethrows -> R {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(state)
    }

    /// Waits until `body` returns something, at most so long; then once more asks it and returns even nil.
    func wait<R>(milliseconds: Int? = nil, for body: (inout State) -> R?) -> R? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        var deadline = timespec()
        if let milliseconds {
            clock_gettime(CLOCK_MONOTONIC, &deadline)
            let nanoseconds = deadline.tv_nsec + milliseconds % 1_000 * 1_000_000
            deadline.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
            deadline.tv_nsec = nanoseconds % 1_000_000_000
        }
        while true {
            if let result = body(&state) { return result }
            if milliseconds == nil {
                pthread_cond_wait(condition, mutex)
            } else if pthread_cond_timedwait(condition, mutex, &deadline) == ETIMEDOUT {
                return body(&state)
            }
        }
    }
}

/// Runs `body` on a thread of its own; it ends when `body` returns.
func startThread(_ body: @escaping @Sendable () -> Void) throws {
    final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(&thread, nil, { argument in
        if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
    }, work.toOpaque())
    guard status == 0 else {
        work.release()
        throw FileError(operation: "starting a thread", file: "", code: status, reason: String(cString: strerror(status)))
    }
    pthread_detach(thread)
}

/// Blocks this thread until `body` has an answer. Never called on a thread of the cooperative pool that `body` would need.
func waitFor<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) throws -> R {
    let result = Monitor<Result<R, any Error>?>(nil)
    Task {
        let value: Result<R, any Error>
        do { value = .success(try await body()) } catch { value = .failure(error) }
        result.change { $0 = value }
    }
    // Without a limit of time it returns only with a value.
    while true { if let value = result.wait(for: { $0 }) { return try value.get() } }
}
