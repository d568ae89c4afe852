import Incident

/// `timeline.csv` in the columns that Timesketch imports (`message`, `datetime`, `timestamp_desc`), with more behind them.
package enum TimelineTable {
    package static let header = [
        "message", "datetime", "timestamp_desc", "message_en", "finding", "kind", "measure", "account", "pseudonym", "event", "session", "hand", "acts", "persons",
    ]

    /// One line per mark of each account, in order of time.
    package static func csv(_ document: IncidentDocument) -> String {
        var lines: [Line] = []
        for finding in document.findings {
            for account in finding.accounts { lines += marks(finding, account) + sessions(finding, account) }
        }
        var csv = CSVTable(header: header)
        for line in lines.enumerated().sorted(by: { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }) {
            csv.append(line.element.cells)
        }
        return csv.text
    }

    private struct Line {
        let time: String
        let cells: [String]
    }

    private static func marks(_ finding: IncidentDocument.Finding, _ account: IncidentDocument.Account) -> [Line] {
        func line(_ mark: IncidentDocument.Mark, _ name: String, _ words: Sentence) -> Line {
            Line(time: mark.time, cells: [
                "\(words.fr)\u{202F}: \(account.account)", mark.time, name, "\(words.en): \(account.account)",
                finding.id, finding.kind, finding.measure, account.account, account.pseudonym, mark.event, "", "", "", "",
            ])
        }
        var lines = [line(account.onset, "Probable start", Sentence(fr: "Début probable de l’usage par quelqu’un d’autre", en: "Probable start of use by someone else"))]
        if let cut = account.containedAt {
            lines.append(line(cut, "Evidence crossed", Sentence(fr: "Moment où Cordon aurait agi", en: "When Cordon would have acted")))
        }
        lines.append(line(account.last, "Last act", Sentence(fr: "Dernier acte dans la fenêtre", en: "Last act in the window")))
        return lines
    }

    private static func sessions(_ finding: IncidentDocument.Finding, _ account: IncidentDocument.Account) -> [Line] {
        account.sessions.filter { $0.hand != "owner" }.flatMap { session in
            let tail = [finding.id, finding.kind, finding.measure, account.account, account.pseudonym, "", session.session, session.hand, String(session.acts), String(session.persons)]
            return [
                Line(time: session.first, cells: ["Premier acte d’une session d’un autre\u{202F}: \(account.account)", session.first, "Session first act", "First act of a session of someone else: \(account.account)"] + tail),
                Line(time: session.last, cells: ["Dernier acte d’une session d’un autre\u{202F}: \(account.account)", session.last, "Session last act", "Last act of a session of someone else: \(account.account)"] + tail),
            ]
        }
    }
}
