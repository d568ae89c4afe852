import Incident

/// One line of `exposure.csv`: distinct persons of one finding on one day.
package struct ExposureRow: Sendable, Hashable, Comparable {
    package var finding: String
    /// `established`, `attributed` or `possible`; each includes the stronger.
    package var level: String
    package var service: String
    package var controller: String
    package var category: String
    package var manner: String
    /// `YYYY-MM-DD` in UTC.
    package var day: String
    package var persons: Int

    package init(finding: String, level: String, service: String, controller: String, category: String, manner: String, day: String, persons: Int) {
        (self.finding, self.level, self.service, self.controller) = (finding, level, service, controller)
        (self.category, self.manner, self.day, self.persons) = (category, manner, day, persons)
    }

    package static func < (a: ExposureRow, b: ExposureRow) -> Bool {
        (a.finding, a.day, a.level, a.service, a.controller, a.category) != (b.finding, b.day, b.level, b.service, b.controller, b.category)
            ? (a.finding, a.day, a.level, a.service, a.controller, a.category) < (b.finding, b.day, b.level, b.service, b.controller, b.category)
            : (a.manner, a.persons) < (b.manner, b.persons)
    }
}

/// `exposure.csv`: counts by service, controller, category, manner and day. Persons of two lines may be the same persons:
/// lines are not to be added up.
package enum ExposureTable {
    package static let header = ["finding", "level", "day", "service", "controller", "category", "manner", "persons"]

    /// The lines in one order whatever the order of `rows`.
    package static func csv(_ rows: [ExposureRow]) -> String {
        var csv = CSVTable(header: header)
        for row in rows.sorted() {
            csv.append([row.finding, row.level, row.day, row.service, row.controller, row.category, row.manner, String(row.persons)])
        }
        return csv.text
    }
}
