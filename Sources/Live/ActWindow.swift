import Model

/// Where an act stands among all: by time, then source, then its first entry. An investigation also orders acts of one
/// instant and source by the source's id, which the ledger does not hold; one delivery comes in that order.
struct ActPlace: Comparable, Sendable {
    var time: Instant
    var source: String
    var entry: UInt64

    static func < (a: ActPlace, b: ActPlace) -> Bool { (a.time.milliseconds, a.source, a.entry) < (b.time.milliseconds, b.source, b.entry) }
}

/// By what later records of an act find it.
struct ActThread: Hashable, Sendable {
    var source: String
    var thread: UInt64
}

struct PlacedAct: Sendable {
    var place: ActPlace
    var act: Act
    var thread: ActThread?
    /// The latest of its records.
    var last: Instant
}

/// The newest acts in their order: those that a late one may still come before.
struct ActWindow: Sendable {
    private var acts: [PlacedAct] = []
    private var start = 0
    private var places: [ActThread: ActPlace] = [:]

    var count: Int { acts.count - start }
    var all: ArraySlice<PlacedAct> { acts[start...] }
    var first: PlacedAct? { count > 0 ? acts[start] : nil }
    var last: PlacedAct? { count > 0 ? acts.last : nil }

    mutating func removeFirst() -> PlacedAct? {
        guard count > 0 else { return nil }
        let first = acts[start]
        start += 1
        forget(first)
        if start > 1_024, start * 2 > acts.count {
            acts.removeFirst(start)
            start = 0
        }
        return first
    }

    mutating func insert(_ act: PlacedAct) {
        if let thread = act.thread { places[thread] = act.place }
        if let last, act.place < last.place { acts.insert(act, at: position(of: act.place)) } else { acts.append(act) }
    }

    func act(of thread: ActThread) -> PlacedAct? {
        guard let place = places[thread] else { return nil }
        let at = position(of: place)
        return at < acts.count && acts[at].place == place ? acts[at] : nil
    }

    mutating func remove(at place: ActPlace) {
        let at = position(of: place)
        guard at < acts.count, acts[at].place == place else { return }
        forget(acts.remove(at: at))
    }

    private mutating func forget(_ act: PlacedAct) {
        if let thread = act.thread, places[thread] == act.place { places[thread] = nil }
    }

    /// The first that does not come before a place.
    private func position(of place: ActPlace) -> Int {
        var low = start, high = acts.count
        while low < high {
            let middle = (low + high) / 2
            if acts[middle].place < place { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
