import Model
import Testing

@Suite struct InstantTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_700_000_000_123, "2023-11-14T22:13:20.123Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-2_208_988_800_000, "1900-01-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
    func `a time prints in UTC with exactly three fraction digits`(milliseconds: Int64, text: String) {
        #expect(Instant(milliseconds: milliseconds).description == text)
    }

    @Test func `every day of four centuries survives the way to a civil date and back`() {
        for day in -73_049...73_049 { #expect(CivilDate(daysSinceEpoch: day).daysSinceEpoch == day) }
    }

    @Test func `consecutive days differ by one day of the calendar`() {
        var before = CivilDate(daysSinceEpoch: -40_000)
        for day in -39_999...40_000 {
            let date = CivilDate(daysSinceEpoch: day)
            let isNext = date.day == before.day + 1 && date.month == before.month
                || date.day == 1 && before.day == before.lengthOfMonth && (date.month == before.month + 1 || date.month == 1 && before.month == 12 && date.year == before.year + 1)
            #expect(isNext)
            before = date
        }
    }

    @Test func `weekdays and hours are those of UTC before and after 1970`() {
        let monday = Instant(year: 2025, month: 9, day: 1, hour: 23)
        #expect((monday.weekday, monday.hourOfDay) == (0, 23))
        let wednesday = Instant(year: 1969, month: 12, day: 31, hour: 5)
        #expect((wednesday.weekday, wednesday.hourOfDay, wednesday.date) == (2, 5, "1969-12-31"))
    }

    @Test func `categories and manners have the names of the contract and no other`() {
        #expect(Categories.named.map(\.name) == ["identity", "national_id", "contact", "administrative", "social", "medical", "unknown"])
        #expect(Manners.named.map(\.name) == ["opened", "listed", "exported", "printed", "edited"])
        for (name, category) in Categories.named { #expect(Categories(name: name) == category) }
        for action in Action.allCases { #expect(Action(name: action.name) == action) }
        #expect(Categories(name: "medicine") == nil)
    }

    @Test func `a name keeps the number that it got at first sight`() {
        var names = Names()
        let numbers = ["a", "b", "a", "c", "b"].map { names.number(of: $0) }
        #expect(numbers == [0, 1, 0, 2, 1])
        #expect(names.all == ["a", "b", "c"])
        #expect(names.known("d") == nil)
    }
}
