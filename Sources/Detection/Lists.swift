import Model

/// Lists that are shown and not opened.
///
/// Honest staff open about four lists in five within seconds; a usurper who wants names turns pages and changes prefixes.
/// The habit is what follows what: given how many lists stand unopened in the session, is the next step an opening, the
/// next page, another name?
enum ListStep: Int {
    case open = 0, nextPage, other, team, narrow, sibling, empty, retry

    /// A usurper's way through lists; the other steps are anybody's and never speak against the account.
    var accuses: Bool { self == .nextPage || self == .other || self == .sibling }
}

struct ListRun {
    /// Wide lists shown since the last opening, and the different terms among them.
    var shown = 0
    var terms = 0
    var lastTerm: UInt64 = 0
    var lastPage = 0
    var lastLetters: UInt64 = 0
    var lastLength = 0
    var lastWasEmpty = false
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
        [800, 5, 95, 35, 40, 5, 15, 5], [720, 100, 95, 20, 30, 10, 15, 10], [690, 200, 50, 15, 20, 5, 10, 10],
        [740, 60, 90, 20, 40, 20, 15, 15], [690, 80, 110, 20, 40, 30, 15, 15], [800, 60, 60, 20, 30, 10, 10, 10],
    ]
    static let wanted = [
        [60, 60, 390, 40, 40, 370, 20, 20], [30, 390, 200, 20, 20, 310, 20, 10], [30, 390, 200, 20, 20, 310, 20, 10],
        [30, 390, 200, 20, 20, 310, 20, 10], [30, 390, 200, 20, 20, 310, 20, 10], [30, 390, 200, 20, 20, 310, 20, 10],
    ]

    func step(of search: Act.Search, shown persons: Int) -> ListStep {
        if search.term != 0, search.term == lastTerm, search.page > lastPage { return .nextPage }
        if search.isNarrow { return .narrow }
        if search.results == 0 || (search.results == nil && persons == 0) { return .empty }
        if search.length == 0 { return search.page > 1 ? .other : .team }
        let alike = lastLetters != 0 && search.letters.1 == lastLetters && search.term != lastTerm
        // A name written again after it found nobody, or with more letters, is the same search.
        if alike, lastWasEmpty || search.length > lastLength { return .retry }
        return alike ? .sibling : .other
    }

    mutating func took(_ step: ListStep, _ search: Act.Search?, at time: Instant) {
        switch step {
        case .open: self = ListRun()
        case .nextPage, .other, .sibling, .retry:
            if shown == 0 { started = time }
            shown += 1
            if step == .other || step == .sibling || terms == 0 { terms += 1 }
            if let search { remember(search) }
            lastWasEmpty = false
        case .empty:
            if let search { remember(search) }
            lastWasEmpty = true
        case .team, .narrow: break
        }
    }

    private mutating func remember(_ search: Act.Search) {
        (lastTerm, lastPage, lastLetters, lastLength) = (search.term, search.page, search.letters.1, search.length)
    }
}
