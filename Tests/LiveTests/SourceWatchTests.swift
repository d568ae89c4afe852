import Live
import Model
import Testing

@Suite struct SourceWatchTests {
    /// Ten events an hour for four weeks.
    private var usual: SourceWatch {
        var watch = SourceWatch(source: "ward")
        let start = Instant(year: 2025, month: 6, day: 2)
        for n in 0..<(28 * 24 * 10) { watch.note(start + Int64(n) * 6 * Instant.minute, events: 1, received: nil) }
        return watch
    }

    @Test func `a source is silent against its own rhythm`() {
        let watch = usual, end = Instant(year: 2025, month: 6, day: 30)
        #expect(!watch.isSilent(at: end + 2 * Instant.hour))
        #expect(watch.isSilent(at: end + 5 * Instant.hour))
        #expect(watch.silence(at: end + 5 * Instant.hour)?.expected == 50)
    }

    @Test func `a source that never speaks at night is not silent then`() {
        var watch = SourceWatch(source: "ward")
        let start = Instant(year: 2025, month: 6, day: 2)
        for day in 0..<28 {
            for n in 0..<100 { watch.note(start + Int64(day) * Instant.day + 8 * Instant.hour + Int64(n) * 6 * Instant.minute, events: 1, received: nil) }
        }
        let evening = start + 27 * Instant.day + 18 * Instant.hour
        #expect(!watch.isSilent(at: evening + 12 * Instant.hour))
        #expect(watch.isSilent(at: evening + 20 * Instant.hour))
    }

    @Test func `late events and missing numbers are counted`() {
        var watch = usual
        let newest = watch.newest ?? Instant(milliseconds: 0)
        watch.note(newest + -Instant.hour, events: 2, received: nil)
        #expect(watch.late == 2)
        watch.note(sequenceFrom: 1, to: 10, at: newest, newest)
        watch.note(sequenceFrom: 14, to: 20, at: newest, newest)
        #expect(watch.missing == (3, 1))
    }
}
