import Model

/// A way to use an account wrongly, and the signals that it shows in. Evidence is added up for each apart, so that a usurper
/// gains nothing by leaving out what another would do.
enum Method: Int, CaseIterable {
    /// Opens persons whom the account has no reason to open.
    case reader = 0
    /// The same, in the order of a directory.
    case walker
    /// The same, always to the same part of the record.
    case diver
    /// Shows lists and opens nobody.
    case pager

    var signals: SignalMask {
        switch self {
        case .reader: SignalMask(.login, .session, .hour, .context, .breadth, .decoy, .group, .spray)
        case .walker: SignalMask(.login, .session, .hour, .context, .order, .breadth, .pace, .decoy, .group, .spray)
        case .diver: SignalMask(.login, .session, .hour, .context, .depth, .breadth, .decoy, .group, .spray)
        case .pager: SignalMask(.login, .session, .hour, .pace, .lists, .decoy, .group, .spray)
        }
    }
    /// Millinats that looking for this method too costs.
    var price: Int {
        switch self {
        case .reader: 300
        case .walker: 1_200
        case .diver: 1_800
        case .pager: 1_200
        }
    }
}

/// What the evidence was made of, for its sentences.
struct Counters {
    var acts: Int32 = 0
    var opened: Int32 = 0
    var strangers: Int32 = 0
    /// After a neighbour by number, by name, by postcode.
    var byNumber: Int32 = 0
    var byName: Int32 = 0
    var byPostcode: Int32 = 0
    var lists: Int32 = 0
    var listed: Int32 = 0
    var terms: Int32 = 0
    var deep: Int32 = 0
    /// Persons looked at once, with nothing written.
    var glimpsed: Int32 = 0
    var inOrder: Int32 { byNumber + byName + byPostcode }

    mutating func add(_ o: Counters) {
        acts &+= o.acts; opened &+= o.opened; strangers &+= o.strangers
        byNumber &+= o.byNumber; byName &+= o.byName; byPostcode &+= o.byPostcode
        lists &+= o.lists; listed &+= o.listed; terms &+= o.terms; deep &+= o.deep; glimpsed &+= o.glimpsed
    }
}

/// A point in the trail.
package struct ActMark: Sendable, Equatable {
    package var index: Int
    package var eventID: String
    package var time: Instant
    package init(index: Int, eventID: String, time: Instant) { (self.index, self.eventID, self.time) = (index, eventID, time) }
    init(_ act: Act) { self.init(index: act.index, eventID: act.eventID, time: act.time) }
}

/// One cumulative sum: evidence since it was last at zero.
struct Strand {
    var weight = 0
    var onset = ActMark(index: -1, eventID: "", time: Instant(milliseconds: 0))
    var sums = Weights()
    var counters = Counters()

    mutating func add(_ weights: Weights, _ mask: SignalMask, _ counted: Counters, _ act: Act) {
        let z = weights.sum(mask)
        let next = weight + z
        if next <= 0 {
            if weight > 0 { (weight, sums, counters) = (0, Weights(), Counters()) }
            return
        }
        if weight == 0 { onset = ActMark(act) }
        weight = next
        sums.add(weights, mask)
        counters.add(counted)
    }
}

/// The strands of one session, one device on an account, or one account.
struct Clock {
    var strands: InlineArray<4, Strand> = .init(repeating: Strand())

    mutating func add(_ weights: Weights, _ counted: Counters, _ act: Act) {
        for method in Method.allCases { strands[method.rawValue].add(weights, method.signals, counted, act) }
    }
    /// The strongest method after its price, and its weight.
    var best: (method: Method, weight: Int) {
        var found = (method: Method.reader, weight: Int.min)
        for method in Method.allCases {
            let w = strands[method.rawValue].weight - method.price
            if w > found.weight { found = (method, w) }
        }
        return found
    }
    mutating func reset() { strands = .init(repeating: Strand()) }
}
