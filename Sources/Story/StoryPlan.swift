import Model

/// What a story tells: how many people, how long, and what the operation does. Every figure is a whole number, so that
/// the same plan gives the same bytes on any machine.
///
/// The shown story is invented after what is publicly known of September 2025: three regional agencies, about ten
/// accounts of professionals, staggered, reading lists. No person, number, address or name in it is real: national
/// numbers use places and prefixes that are never given to anybody, and addresses lie in ranges reserved for documents
/// and tests.
package struct StoryPlan: Sendable, Hashable {
    package var seed: UInt64

    // When, in civil days of Paris.
    /// A Monday.
    package var firstDay = CivilDate(year: 2025, month: 5, day: 12)
    package var weeks = 20

    // Who.
    package var regions = 3
    package var establishments = 27
    package var professionals = 400
    /// Ward logins that several people use.
    package var sharedLogins = 6
    package var persons = 30_000
    /// Persons whom the service held before the trail begins, of 1000.
    package var knownBefore = 900

    // How much: acts of the owners scale with this, 100 = as in the shown story.
    package var activity = 100
    /// New cases of a team a working day and member, of 1000.
    package var newCases = 70

    // The operation.
    package var usurpedAccounts = 10
    package var operationFirstDay = CivilDate(year: 2025, month: 8, day: 25)
    /// Days over which the accounts' first uses are spread.
    package var operationStagger = 21
    package var operationLastDay = CivilDate(year: 2025, month: 9, day: 26)
    /// List pages of one sitting; one sitting on most working days.
    package var pagesPerSitting = 7...15
    package var secondsBetweenPages = 20...100
    /// Pages of which somebody is opened, of 1000.
    package var openedPages = 130

    package init(seed: UInt64) { self.seed = seed }

    package var days: Int { 7 * weeks }

    /// The same plan, each number at least what a story needs to be told at all.
    var tellable: StoryPlan {
        var plan = self
        plan.weeks = max(1, weeks)
        plan.regions = max(1, regions)
        plan.establishments = max(plan.regions, establishments)
        plan.professionals = max(1, professionals)
        plan.sharedLogins = max(0, sharedLogins)
        plan.persons = max(20, persons)
        plan.knownBefore = min(max(knownBefore, 0), 1000)
        plan.activity = max(0, activity)
        plan.usurpedAccounts = max(0, usurpedAccounts)
        plan.operationStagger = max(0, operationStagger)
        plan.pagesPerSitting = max(0, pagesPerSitting.lowerBound)...max(0, pagesPerSitting.upperBound)
        plan.secondsBetweenPages = max(0, secondsBetweenPages.lowerBound)...max(0, secondsBetweenPages.upperBound)
        return plan
    }
}
