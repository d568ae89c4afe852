import Model
import Scan
import Yams

/// An account that a named analyst knows to be usurped (`--declare`): its successful acts of the window are established.
package struct DeclaredAccount: Sendable, Equatable {
    /// Account name or professional id.
    package var account: String
    /// Inclusive; nil is the trail's beginning or end.
    package var from: Instant?
    package var to: Instant?
    package var author: String
    package var reason: String

    package init(account: String, from: Instant?, to: Instant?, author: String, reason: String) {
        (self.account, self.from, self.to, self.author, self.reason) = (account, from, to, author, reason)
    }

    package func covers(_ time: Instant) -> Bool { time >= (from ?? time) && time <= (to ?? time) }

    /// Reads a YAML or JSON list of `{account, from, to, author, reason}`.
    /// - Throws: `InvestigationFailure` that lists all faults together.
    static func read(_ file: String) throws -> [DeclaredAccount] {
        let text = try InputFile.text(file), name = InputFile.baseName(file)
        func failure(_ faults: [String]) -> InvestigationFailure {
            InvestigationFailure(.badData, (faults.map { "\(name): \($0)" } + ["an entry reads: - {account: marie.durand, from: 2025-08-25T00:00:00+02:00, to: 2025-09-12, author: RSSI, reason: holder's statement}"]).joined(separator: "\n  "))
        }
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw failure(["neither YAML nor JSON"]) }
        guard let entries = root?.sequence else { throw failure(["not a list of accounts"]) }
        var declared: [DeclaredAccount] = [], faults: [String] = []
        for (position, entry) in entries.enumerated() {
            let place = "entry \(position + 1)" + (entry.mark.map { " (line \($0.line))" } ?? "")
            guard let fields = entry.mapping else { faults.append("\(place): not a mapping"); continue }
            func word(_ key: String) -> String { (fields[key]?.scalar?.string ?? "").trimmingBlanks }
            for key in fields.keys {
                if let key = key.string, !["account", "from", "to", "author", "reason"].contains(key) { faults.append("\(place): unknown field \"\(key)\"") }
            }
            for key in ["account", "author", "reason"] where word(key).isEmpty { faults.append("\(place): field \"\(key)\" is missing") }
            var bounds: [Instant?] = []
            for (key, isEnd) in [("from", false), ("to", true)] {
                do { bounds.append(try TimeBound.parse(word(key), isEnd: isEnd)) } catch { faults.append("\(place): field \"\(key)\": \(error)"); bounds.append(nil) }
            }
            if let from = bounds[0], let to = bounds[1], from > to { faults.append("\(place): \"from\" lies after \"to\"") }
            declared.append(DeclaredAccount(account: word("account"), from: bounds[0], to: bounds[1], author: word("author"), reason: word("reason")))
        }
        guard faults.isEmpty else { throw failure(faults) }
        return declared
    }
}

/// A bound of a window: a time in any shape that trails have, or a date, which means its whole day (UTC).
enum TimeBound {
    static func parse(_ text: String, isEnd: Bool) throws(FieldProblem) -> Instant? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 3, parts[0].utf8.count == 4, parts[1].utf8.count == 2, parts[2].utf8.count == 2,
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]), (1...12).contains(month),
            (1...CivilDate(year: year, month: month, day: day).lengthOfMonth).contains(day) {
            let start = Instant(year: year, month: month, day: day)
            return isEnd ? start + (Instant.day - 1) : start
        }
        var parser = TimeParser(zone: "UTC", zoneIsStated: true, assumedYear: 1970)
        let bytes = Array(text.utf8)
        var outcome: Result<Instant, FieldProblem> = .failure(FieldProblem(found: "empty", expected: "a time", remedy: "write it as 2025-09-01T08:00:00Z"))
        bytes.withUnsafeBytes { raw in
            do throws(FieldProblem) { outcome = .success(try parser.parse(raw)) } catch { outcome = .failure(error) }
        }
        return try outcome.get()
    }
}

extension String {
    var trimmingBlanks: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
