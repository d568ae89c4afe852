import Incident
import Model

/// Accounts against persons: one lane per account, across it the persons in directory order, downwards the time.
///
/// A reader of the directory draws a slope; ten accounts that share the directory between them draw a staircase.
struct ReadingOrder {
    let id: String
    let accounts: [IncidentDocument.Account]

    private static let lanesMax = 40, pointsMax = 6_000
    private static let left = 1_900, plot = 7_800, top = 80, lane = 440, space = 80, bottom = 240

    private var shown: ArraySlice<IncidentDocument.Account> { accounts.prefix(ReadingOrder.lanesMax) }
    private var isDirectory: Bool { shown.allSatisfy(\.picture.ranksAreDirectory) }

    /// Nil when no account has points.
    func markup() -> Markup? {
        // By the middle of what each read: parts of one directory lie side by side.
        let lanes = shown.filter { !$0.picture.points.isEmpty && $0.picture.rankCount > 0 }
            .enumerated().sorted { (middle($0.element), $0.offset) < (middle($1.element), $1.offset) }.map(\.element)
        guard !lanes.isEmpty else { return nil }
        let each = max(50, ReadingOrder.pointsMax / lanes.count)
        let height = ReadingOrder.top + lanes.count * (ReadingOrder.lane + ReadingOrder.space) + ReadingOrder.bottom
        var drawing = Drawing(id: id, width: ReadingOrder.left + ReadingOrder.plot + 160, height: height)
        for (number, account) in lanes.enumerated() {
            draw(&drawing, account, y: ReadingOrder.top + number * (ReadingOrder.lane + ReadingOrder.space), pointsMax: each)
        }
        drawAxis(&drawing, lanes, y: height - ReadingOrder.bottom - ReadingOrder.space)
        return tag("figure") {
            drawing.markup(title: title, description: Sentence(
                fr: "Une bande par compte, en largeur \(isDirectory ? "le rang dans l’annuaire" : "l’ordre de première vue"), du haut vers le bas le temps. Le tableau qui suit donne les rangs.",
                en: "One lane per account, across \(isDirectory ? "the rank in the directory" : "the order of first sight"), time from top to bottom. The table below gives the ranks."))
            tag("figcaption") {
                pair(
                    "Chaque point est une personne vue\u{202F}; en largeur \(isDirectory ? "sa place dans l’annuaire" : "l’ordre de première vue"), du haut vers le bas le temps, autant avant qu’après le début probable. Une pente est une lecture dans l’ordre. Rond\u{202F}: avant le début probable\u{202F}; carré\u{202F}: après.",
                    "Each point is a person seen; across, \(isDirectory ? "the place in the directory" : "the order of first sight"); time runs downwards, as long before the probable start as after it. A slope is a reading in order. Round: before the probable start; square: after.")
            }
            details(Sentence(fr: "Le tableau de cette image", en: "The table of this picture")) { tableMarkup(lanes) }
        }
    }

    private var title: Sentence {
        isDirectory
            ? Sentence(fr: "Quelle partie de l’annuaire chaque compte a lue", en: "Which part of the directory each account read")
            : Sentence(fr: "Dans quel ordre chaque compte a vu les personnes", en: "In which order each account saw the persons")
    }

    private func draw(_ drawing: inout Drawing, _ account: IncidentDocument.Account, y: Int, pointsMax: Int) {
        let points = ReadingOrder.points(account, max: pointsMax)
        drawing.rect("rest", x: ReadingOrder.left, y: y, width: ReadingOrder.plot, height: ReadingOrder.lane)
        drawing.text(ReadingOrder.short(account.account), x: ReadingOrder.left - 80, y: y + ReadingOrder.lane / 2 + 40, anchor: .end)
        guard let earliest = points.map(\.hour).min(), let last = points.map(\.hour).max() else { return }
        let onset = onsetHour(account), inset = 40
        // As long before the probable start as after it, where the trail goes back so far.
        let first = onset > earliest && onset < last ? max(earliest, onset - (last - onset)) : earliest
        var before: [(x: Int, y: Int)] = [], after = before
        for point in points where point.hour >= first {
            let place = (
                x: ReadingOrder.left + Int(Double(point.rank) / Double(max(1, account.picture.rankCount - 1)) * Double(ReadingOrder.plot - 2 * inset)) + inset,
                y: y + inset + Int(Double(point.hour - first) / Double(max(1, last - first)) * Double(ReadingOrder.lane - 2 * inset)))
            if point.hour < onset { before.append(place) } else { after.append(place) }
        }
        drawing.marks("p-owner", before)
        drawing.marks("p-other", after)
    }

    private func drawAxis(_ drawing: inout Drawing, _ lanes: [IncidentDocument.Account], y: Int) {
        let count = isDirectory ? lanes.map(\.picture.rankCount).max() ?? 0 : 0
        for quarter in 0...4 {
            let x = ReadingOrder.left + ReadingOrder.plot * quarter / 4
            drawing.line("grid", x, y, x, y + 60)
            let label = isDirectory ? Figures.fr(count / 4 * quarter + count % 4 * quarter / 4) : "\(quarter * 25)\u{202F}%"
            drawing.text(label, x: x, y: y + 190, anchor: quarter == 0 ? .start : quarter == 4 ? .end : .middle)
        }
    }

    // MARK: Points

    private struct Point { let hour: Int, rank: Int }

    /// The points that make sense, thinned evenly.
    private static func points(_ account: IncidentDocument.Account, max: Int) -> [Point] {
        let all = account.picture.points.compactMap { pair -> Point? in
            guard pair.count == 2, (-900_000...900_000).contains(pair[0]), pair[1] >= 0, pair[1] < account.picture.rankCount else { return nil }
            return Point(hour: pair[0], rank: pair[1])
        }
        guard all.count > max else { return all }
        return (0..<max).map { all[$0 * all.count / max] }
    }

    /// Median rank from the probable start on.
    private func middle(_ account: IncidentDocument.Account) -> Int {
        let onset = onsetHour(account), ranks = ReadingOrder.points(account, max: .max).filter { $0.hour >= onset }.map(\.rank).sorted()
        return ranks.isEmpty ? .max : ranks[ranks.count / 2]
    }

    /// A name that fits beside its lane.
    private static func short(_ name: String) -> String {
        let visible = VisibleText.of(name, max: 200)
        return visible.count <= 26 ? visible : visible.prefix(25) + "…"
    }

    private func onsetHour(_ account: IncidentDocument.Account) -> Int {
        guard let start = Instant(folderText: account.picture.start), let onset = Instant(folderText: account.onset.time) else { return .min }
        return Int(floorDivide(onset - start, Instant.hour))
    }

    private func tableMarkup(_ lanes: [IncidentDocument.Account]) -> Markup {
        table(
            title,
            columns: [
                .text("Compte", "Account"), .number("Points dessinés", "Points drawn"), .number("Rang le plus bas", "Lowest rank"),
                .number("Rang médian", "Median rank"), .number("Rang le plus haut", "Highest rank"), .number("Sur", "Of"),
            ],
            rows: lanes.map { account in
                let onset = onsetHour(account)
                let ranks = ReadingOrder.points(account, max: .max).filter { $0.hour >= onset }.map(\.rank).sorted()
                return row {
                    head { identifier(account.account) }
                    numberCell(ranks.count)
                    cells(ranks)
                    numberCell(account.picture.rankCount)
                }
            } + [moreRow(accounts.count - lanes.count, columns: 6)].compactMap(\.self))
    }

    private func cells(_ ranks: [Int]) -> [Markup] {
        guard let first = ranks.first, let last = ranks.last else { return [cell { "—" }, cell { "—" }, cell { "—" }] }
        return [numberCell(first + 1), numberCell(ranks[ranks.count / 2] + 1), numberCell(last + 1)]
    }
}
