import Model
import Scan

extension EventSink {
    /// Says what a time left open. What `Assumption` has no case for is a warning at the first place that needed it.
    package func assume(_ assumption: TimeParser.Assumption, field: String, at place: Place) {
        switch assumption {
        case .zone(let name): assume(.zone(name))
        case .year(let year): assume(.year(year))
        case .ambiguousHour(let zone): assume(.ambiguousHour(zone))
        case .dayFirst: assume(.dayFirst)
        case .missingHour:
            warn(FieldProblem(field: field, found: "a local time that no clock showed (the change to summer time)", expected: "times in UTC or with an offset", remedy: "it was read an hour later; export times in UTC"), at: place)
        case .monthFirst:
            warn(FieldProblem(field: field, found: "day and month that could be swapped", expected: "times in RFC 3339", remedy: "they were read month first, because AM or PM stands beside them; export times in RFC 3339"), at: place)
        }
    }
}
