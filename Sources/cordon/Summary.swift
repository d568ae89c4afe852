import Incident
import Investigation
import Model
import Report

/// What `investigate` prints: the verdict in one sentence, the findings, the balance sheet, what was assumed, the folder,
/// the next command.
struct Summary {
    let text: String
    /// Findings told on the terminal; the report has all.
    private static let findingsMax = 20

    init(_ result: InvestigationResult, language: Language) {
        let document = result.document
        let fr = language == .fr
        var lines = [Terminal.strong(VerdictSentence.of(document).text(language)), ""]

        // Those that cut first; weaker signals are for the report.
        let cuts = document.findings.filter { $0.measure == "cut" }
        for finding in cuts.prefix(Summary.findingsMax) {
            lines.append(Terminal.strong("\(finding.id)  \(Summary.measure(finding, fr: fr))"))
            for account in finding.accounts {
                let who = [account.account, account.professionalId.map { "RPPS \($0)" }].compactMap { $0 }.joined(separator: ", ")
                lines.append("    \(visible(who))")
                var span = (fr ? "depuis " : "since ") + account.onset.time
                if let cut = account.containedAt {
                    span += (fr ? ", aurait été coupé " : ", would have been cut ") + cut.time
                    if let before = account.personsBeforeCut { span += fr ? " (\(before) personnes vues avant)" : " (\(before) persons seen before)" }
                }
                lines.append("      " + span + (fr ? ", dernier acte " : ", last act ") + account.last.time)
                for evidence in account.evidence.prefix(3) {
                    lines.append("      " + Terminal.faint(nats(evidence.millinats)) + "  " + evidence.text.text(language))
                }
            }
            let levels = finding.exposure
            lines.append(
                fr ? "    personnes exposées : \(levels.established.persons) établies, \(levels.attributed.persons) attribuées, \(levels.possible.persons) possibles"
                    : "    persons exposed: \(levels.established.persons) established, \(levels.attributed.persons) attributed, \(levels.possible.persons) possible")
            lines.append("")
        }

        let rest = document.findings.count - min(cuts.count, Summary.findingsMax)
        if rest > 0 { lines += [fr ? "et \(rest) autres constats, plus faibles ou plus récents, dans le rapport" : "and \(rest) more findings, weaker or later, in the report", ""] }
        lines.append(fr ? "Fichiers (lignes = en-tête + retenues + refusées + doublons + vides)" : "Files (lines = header + kept + refused + duplicate + blank)")
        for file in document.trail.files {
            lines.append("    \(visible(file.name))  \(file.format)  \(file.lines) = \(file.header) + \(file.kept) + \(file.refused) + \(file.duplicate) + \(file.blank)")
            for refusal in file.refusals.prefix(3) {
                let field = refusal.field.isEmpty ? "" : (fr ? "champ « \(visible(refusal.field)) » : " : "field \"\(visible(refusal.field))\": ")
                lines.append("      \(visible(file.name)):\(refusal.line): \(field)\(refusal.found), \(fr ? "attendu" : "expected") \(refusal.expected); \(refusal.remedy)")
            }
            let more = file.refused - min(3, file.refusals.count)
            if more > 0 { lines.append("      " + (fr ? "et \(more) autres lignes refusées (incident.json)" : "and \(more) more refused lines (incident.json)")) }
            for remark in file.remarks { lines.append("      " + remark.text(language)) }
        }
        if !document.trail.assumptions.isEmpty {
            lines += ["", fr ? "Supposé" : "Assumed"] + document.trail.assumptions.map { "    " + $0.text(language) }
        }
        let gaps = document.trail.coverage.filter(\.couldHide)
        if !gaps.isEmpty {
            lines += ["", fr ? "Lacunes" : "Gaps"] + gaps.map { "    " + $0.text.text(language) }
        }
        lines += [
            "",
            (fr ? "Dossier  " : "Folder   ") + result.folder,
            (fr ? "Rapport  " : "Report   ") + result.folder + "/report.html",
            (fr ? "Clé      " : "Key      ") + result.verifierKey,
            (fr ? "Ensuite  " : "Next     ") + "cordon verify \(shellQuoted(result.folder)) --key '\(result.verifierKey)'",
        ]
        text = lines.joined(separator: "\n")
    }

    private static func measure(_ finding: IncidentDocument.Finding, fr: Bool) -> String {
        switch (finding.kind, finding.measure) {
        case ("declared", _): fr ? "déclaré par un analyste" : "declared by an analyst"
        case (_, "cut"): fr ? "probablement utilisé par quelqu'un d'autre" : "probably used by someone else"
        case (_, "step_up"): fr ? "à vérifier par une authentification renforcée" : "to be checked by a step-up"
        default: fr ? "à surveiller" : "to be watched"
        }
    }
}

/// `+12.3 nats`.
private func nats(_ millinats: Int) -> String {
    let tenths = abs(millinats) / 100
    return (millinats < 0 ? "-" : "+") + "\(tenths / 10).\(tenths % 10)"
}

/// Names come from trails: control and bidirectional characters must not reach the terminal.
func visible(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { scalar in
        let isControl = scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
        return isControl ? "\u{FFFD}" : scalar
    }))
}

/// Quoted for a POSIX shell where needed.
func shellQuoted(_ path: String) -> String {
    let plain = path.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || [0x2D, 0x2E, 0x2F, 0x5F].contains($0) }
    return plain && !path.isEmpty ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
