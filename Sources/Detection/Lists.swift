import Model

/// Lists that are shown and not opened.
///
/// Honest staff open about four lists in five within seconds; a usurper who wants names turns pages and changes prefixes.
/// The habit is what follows what: given how many lists stand unopened in the session, is the next step an opening, the
/// next page, another name?
enum ListStep: Int {
    case open = 0, nextPage, other, team, narrow, sibling, empty
}

struct ListRun {
    /// Wide lists shown since the last opening, and the different terms among them.
    var shown = 0
    var terms = 0
    var lastTerm: UInt64 = 0
    var lastPage = 0
    var lastLetters: UInt64 = 0
    var started = Instant(milliseconds: 0)

    static let rows = 6
    var row: Int {
        if shown == 0 { return 0 }
        if shown == 1 { return 1 }
        if terms <= 1 { return shown <= 3 ? 2 : 5 }
        return shown == 2 ? 3 : 4
    }

    /// Thousandths.
    static let assumed = [
        [800, 5, 100, 35, 40, 10, 10], [720, 100, 100, 20, 30, 15, 15], [700, 200, 50, 15, 20, 10, 5],
        [750, 60, 90, 20, 40, 25, 15], [700, 80, 110, 20, 40, 35, 15], [800, 60, 60, 20, 30, 20, 10],
    ]
    static let wanted = [
        [60, 60, 360, 50, 50, 370, 50], [30, 390, 180, 20, 20, 320, 40], [30, 390, 180, 20, 20, 320, 40],
        [30, 390, 180, 20, 20, 320, 40], [30, 390, 180, 20, 20, 320, 40], [30, 390, 180, 20, 20, 320, 40],
    ]

    func step(of search: Act.Search, shown persons: Int) -> ListStep {
        if search.term != 0, search.term == lastTerm, search.page > lastPage { return .nextPage }
        if search.isNarrow { return .narrow }
        if search.results == 0 || (search.results == nil && persons == 0) { return .empty }
        if search.length == 0 { return search.page > 1 ? .other : .team }
        if lastLetters != 0, search.letters.1 == lastLetters, search.term != lastTerm { return .sibling }
        return .other
    }

    mutating func took(_ step: ListStep, _ search: Act.Search?, at time: Instant) {
        switch step {
        case .open: self = ListRun()
        case .nextPage, .other, .sibling:
            if shown == 0 { started = time }
            shown += 1
            if step != .nextPage || terms == 0 { terms += 1 }
            if let search { (lastTerm, lastPage, lastLetters) = (search.term, search.page, search.letters.1) }
        case .empty:
            if let search { (lastTerm, lastPage) = (search.term, search.page); if search.letters.1 != 0 { lastLetters = search.letters.1 } }
        case .team, .narrow: break
        }
    }
}
