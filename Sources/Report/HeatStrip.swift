import Incident
import Model

/// Hour of the day against day: when the holder worked and when someone else did.
///
/// The two are told apart by shape (round, square) before colour; change point and cut are a dashed and a full line; what the
/// sources did not record is hatched; what came before baselines existed is dotted.
struct HeatStrip {
    let id: String
    let account: IncidentDocument.Account
    /// What the evidence was strong enough for when it crossed: names the full line.
    let measure: String
    let gaps: [IncidentDocument.Coverage]
    let blindUntil: String?

    private struct Bin { var owner = 0, usurper = 0 }
    private static let columnsMax = 120
    private static let rowHeight = 80, left = 330, top = 340, bottom = 220

    func markup() -> Markup {
        guard let start = Instant(folderText: account.picture.start), let days = span(start) else {
            return pair("Aucune heure à dessiner pour ce compte.", "No hour to draw for this account.")
        }
        let step = max(1, (days.count + HeatStrip.columnsMax - 1) / HeatStrip.columnsMax)
        let columns = (days.count + step - 1) / step
        let columnWidth = min(220, max(50, 7_560 / columns))
        // Room for the words of a short strip.
        let plot = columns * columnWidth, bodyHeight = 24 * HeatStrip.rowHeight
        var drawing = Drawing(id: id, width: HeatStrip.left + max(plot, 3_000) + 120, height: HeatStrip.top + bodyHeight + HeatStrip.bottom)
        let grid = Grid(first: days.lowerBound, step: step, columns: columns, columnWidth: columnWidth)

        drawWeek(&drawing, grid)
        if let blind = blindUntil.flatMap(Instant.init(folderText:)) { drawBlind(&drawing, grid, until: blind) }
        drawGaps(&drawing, grid)
        drawHours(&drawing, grid, start)
        drawMark(&drawing, grid, account.onset.time, Sentence(fr: "début probable", en: "probable start"), .onset)
        if let cut = account.containedAt { drawMark(&drawing, grid, cut.time, lowercased(Words.of(measure, in: Words.measures)), .cut) }
        return drawing.markup(
            title: Sentence(fr: "Heures du compte \(account.account)", en: "Hours of account \(account.account)"),
            description: Sentence(
                fr: "En largeur les jours, en hauteur les heures de Paris. Rond\u{202F}: titulaire\u{202F}; carré\u{202F}: quelqu’un d’autre. Le tableau qui suit donne les mêmes chiffres.",
                en: "Days across, hours of Paris down. Round: holder; square: someone else. The table below gives the same figures."))
    }

    // MARK: Grid

    /// From day numbers to columns. Coordinates in tenths.
    private struct Grid {
        let first: Int, step: Int, columns: Int, columnWidth: Int

        func column(_ day: Int) -> Int { (day - first) / step }
        func x(_ column: Int) -> Int { HeatStrip.left + column * columnWidth }
        /// Where inside the days a time lies.
        func x(_ time: LocalTime) -> Int {
            x(0) + ((time.dayNumber - first) * 1_440 + time.hour * 60 + time.minute) * columnWidth / (step * 1_440)
        }
        func y(_ hour: Int) -> Int { HeatStrip.top + hour * HeatStrip.rowHeight }
        var right: Int { x(columns) }
        var bottom: Int { y(24) }
    }

    /// The days that the strip shows: all that hold an hour or a mark. Nil when there is none or the times make no sense.
    private func span(_ start: Instant) -> ClosedRange<Int>? {
        var days = account.picture.hours.compactMap { hour in HeatStrip.time(start, hour.hour)?.dayNumber }
        days += [account.onset.time, account.containedAt?.time, account.last.time].compactMap { $0.flatMap(LocalTime.init) }.map(\.dayNumber)
        days.append(LocalTime(start).dayNumber)
        guard let first = days.min(), let last = days.max(), last - first < 36_600 else { return nil }
        return first...last
    }

    /// The wall time of an hour of the picture; nil when it is out of all reason.
    static func time(_ start: Instant, _ hour: Int) -> LocalTime? {
        guard (-900_000...900_000).contains(hour) else { return nil }
        return LocalTime(start + Int64(hour) * Instant.hour)
    }

    // MARK: Layers

    private func drawWeek(_ drawing: inout Drawing, _ grid: Grid) {
        if grid.step == 1 {
            for column in 0..<grid.columns where (grid.first + column + 3) % 7 >= 5 {
                drawing.rect("rest", x: grid.x(column), y: grid.y(0), width: grid.columnWidth, height: grid.bottom - grid.y(0))
            }
        }
        for hour in stride(from: 0, through: 24, by: 6) {
            drawing.line("grid", grid.x(0), grid.y(hour), grid.right, grid.y(hour))
            if hour < 24 { drawing.text("\(padded(hour, 2))h", x: grid.x(0) - 60, y: grid.y(hour) + 90, anchor: .end) }
        }
        // A date under every column that lies far enough from the one before; Mondays where columns are days.
        var free = Int.min
        for column in 0..<grid.columns where grid.step > 1 || grid.columns < 10 || (grid.first + column + 3) % 7 == 0 {
            let x = grid.x(column)
            guard x >= free, x + 320 <= max(grid.right, HeatStrip.left + 3_000) else { continue }
            let civil = CivilDate(daysSinceEpoch: grid.first + column * grid.step)
            drawing.line("grid", x, grid.bottom, x, grid.bottom + 50)
            drawing.text("\(padded(civil.day, 2))/\(padded(civil.month, 2))", x: x, y: grid.bottom + 170)
            free = x + 420
        }
    }

    private func drawBlind(_ drawing: inout Drawing, _ grid: Grid, until blind: Instant) {
        let right = min(grid.right, max(grid.x(0), grid.x(LocalTime(blind))))
        drawing.pattern("dots", x: grid.x(0), y: grid.y(0), width: right - grid.x(0), height: grid.bottom - grid.y(0))
    }

    /// All gaps together: overlapping ones are hatched once.
    private func drawGaps(_ drawing: inout Drawing, _ grid: Grid) {
        var hatched = Array(repeating: [ClosedRange<Int>](), count: grid.columns)
        for gap in gaps {
            guard let from = gap.from.flatMap(LocalTime.init), let to = gap.to.flatMap(LocalTime.init), from.dayNumber <= to.dayNumber else { continue }
            let firstDay = max(from.dayNumber, grid.first), lastDay = min(to.dayNumber, grid.first + grid.columns * grid.step - 1)
            guard firstDay <= lastDay else { continue }
            for column in grid.column(firstDay)...grid.column(lastDay) {
                // A column of several days is hatched as a whole.
                let top = grid.step == 1 && grid.first + column == from.dayNumber ? from.hour : 0
                let end = grid.step == 1 && grid.first + column == to.dayNumber ? to.hour + 1 : 24
                if top < end { hatched[column].append(top...end) }
            }
        }
        for (column, ranges) in hatched.enumerated() {
            var open: ClosedRange<Int>?
            for range in ranges.sorted(by: { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }) {
                if let current = open, range.lowerBound <= current.upperBound {
                    open = current.lowerBound...max(current.upperBound, range.upperBound)
                } else {
                    if let current = open { hatch(&drawing, grid, column, current) }
                    open = range
                }
            }
            if let current = open { hatch(&drawing, grid, column, current) }
        }
    }

    private func hatch(_ drawing: inout Drawing, _ grid: Grid, _ column: Int, _ hours: ClosedRange<Int>) {
        drawing.pattern("hatch", x: grid.x(column), y: grid.y(hours.lowerBound), width: grid.columnWidth, height: grid.y(hours.upperBound) - grid.y(hours.lowerBound))
    }

    private func drawHours(_ drawing: inout Drawing, _ grid: Grid, _ start: Instant) {
        var bins: [Int: Bin] = [:]
        for hour in account.picture.hours {
            guard let time = HeatStrip.time(start, hour.hour), time.dayNumber >= grid.first, grid.column(time.dayNumber) < grid.columns else { continue }
            bins[grid.column(time.dayNumber) * 24 + time.hour, default: Bin()].owner &+= max(0, hour.owner)
            bins[grid.column(time.dayNumber) * 24 + time.hour, default: Bin()].usurper &+= max(0, hour.usurper)
        }
        var owner: [[(x: Int, y: Int)]] = [[], [], []], usurper = owner, under: [(x: Int, y: Int)] = []
        for (key, bin) in bins.sorted(by: { $0.key < $1.key }) {
            let place = (x: grid.x(key / 24) + grid.columnWidth / 2, y: grid.y(key % 24) + HeatStrip.rowHeight / 2)
            if bin.usurper > 0 { usurper[HeatStrip.size(bin.usurper)].append(place) }
            if bin.owner > 0 { owner[HeatStrip.size(bin.owner)].append(place) }
            if bin.owner > 0, bin.usurper > 0 { under.append(place) }
        }
        for (name, places) in zip(["u1", "u2", "u3"] as [StaticString], usurper) { drawing.marks(name, places) }
        for (name, places) in zip(["o1", "o2", "o3"] as [StaticString], owner) { drawing.marks(name, places) }
        // Both in one hour: a light point in the middle.
        drawing.marks("b", under)
    }

    /// Three sizes: up to 4, up to 19, more persons in the hour.
    static func size(_ persons: Int) -> Int { persons < 5 ? 0 : persons < 20 ? 1 : 2 }

    private enum MarkKind { case onset, cut }

    private func drawMark(_ drawing: inout Drawing, _ grid: Grid, _ time: String, _ words: Sentence, _ kind: MarkKind) {
        guard let local = LocalTime(time), local.dayNumber >= grid.first else { return }
        let x = min(grid.right, grid.x(local)), y = kind == .onset ? 110 : 250
        drawing.line(kind == .onset ? "onset" : "cut", x, y - 80, x, grid.bottom)
        let fitsRight = x < HeatStrip.left + max(grid.right - HeatStrip.left, 3_000) / 2
        drawing.text("\(words.fr) · \(words.en) \(Figures.minute(local))", x: fitsRight ? x + 50 : x - 50, y: y, anchor: fitsRight ? .start : .end, strong: true)
    }

    // MARK: The same in a table

    /// Week by week: persons disclosed to the holder and to someone else, by part of the day.
    func tableMarkup() -> Markup {
        guard let start = Instant(folderText: account.picture.start) else { return Markup() }
        struct Week { var owner = 0, usurper = 0, night = 0, hours = 0 }
        var weeks: [Int: Week] = [:]
        for hour in account.picture.hours {
            guard let time = HeatStrip.time(start, hour.hour) else { continue }
            let monday = time.dayNumber - time.weekday
            weeks[monday, default: Week()].owner &+= max(0, hour.owner)
            weeks[monday, default: Week()].usurper &+= max(0, hour.usurper)
            weeks[monday, default: Week()].hours &+= hour.usurper > 0 ? 1 : 0
            if time.hour < 7 || time.hour >= 20 { weeks[monday, default: Week()].night &+= max(0, hour.usurper) }
        }
        let shown = weeks.sorted { $0.key < $1.key }
        return table(
            Sentence(fr: "Personnes vues par semaine", en: "Persons seen by week"),
            columns: [
                .text("Semaine du", "Week of"), .number("Titulaire", "Holder"), .number("Quelqu’un d’autre", "Someone else"),
                .number("dont 20 h – 7 h", "of which 8 pm – 7 am"), .number("Heures actives", "Active hours"),
            ],
            rows: shown.prefix(60).map { monday, week in
                row {
                    head { Figures.date(LocalTime(Instant(milliseconds: Int64(monday) * Instant.day))) }
                    numberCell(week.owner); numberCell(week.usurper); numberCell(week.night); numberCell(week.hours)
                }
            } + [moreRow(shown.count - 60, columns: 5)].compactMap(\.self))
    }

    private func lowercased(_ words: Sentence) -> Sentence { Sentence(fr: words.fr.lowercased(), en: words.en.lowercased()) }

    private static func crossed(_ measure: String) -> Sentence {
        switch measure {
        case "cut": Sentence(fr: "moment où Cordon aurait coupé", en: "when Cordon would have cut")
        case "step_up": Sentence(fr: "moment où Cordon aurait demandé une vérification", en: "when Cordon would have asked for a step-up")
        default: Sentence(fr: "moment où Cordon aurait commencé à observer", en: "when Cordon would have begun to watch")
        }
    }

    static func legend(measure: String, hasCut: Bool, hasGaps: Bool, hasBlind: Bool) -> Markup {
        func item(_ name: String, _ text: Sentence) -> Markup {
            tag("li") { tag("span", ["class": "mark " + name, "aria-hidden": "true"]) + tag("span") { both(text) } }
        }
        return tag("ul", ["class": "legend"]) {
            item("owner", Sentence(fr: "rond\u{202F}: titulaire", en: "round: holder"))
            item("other", Sentence(fr: "carré\u{202F}: probablement quelqu’un d’autre", en: "square: probably someone else"))
            item("onset", Sentence(fr: "début probable", en: "probable start"))
            if hasCut { item("cut", crossed(measure)) }
            if hasGaps { item("gap", Sentence(fr: "hachuré\u{202F}: non enregistré", en: "hatched: not recorded")) }
            if hasBlind { item("blind", Sentence(fr: "pointillé\u{202F}: non jugé", en: "dotted: not judged")) }
        }
    }
}
