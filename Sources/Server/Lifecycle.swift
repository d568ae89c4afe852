import Synchronization

/// Whether the server is up, and whether it is on its way down.
package final class Lifecycle: Sendable {
    private let stopping = Atomic(false)
    private let listening = Atomic(0)
    private let expected: Int

    package init(listeners: Int) { expected = listeners }

    package var isStopping: Bool { stopping.load(ordering: .acquiring) }
    package func stop() { stopping.store(true, ordering: .releasing) }
    /// A listener's socket is open.
    package func listens() { listening.add(1, ordering: .releasing) }
    package var isListening: Bool { listening.load(ordering: .acquiring) >= expected }
}
