import Model
import Profiles

/// What the sources may not have told, and what had to be assumed to read them.
struct CoverageReport {
    private(set) var notes: [CoverageNote] = []
    private(set) var assumptions: [Wording] = []

    init(reading: Reading.Result, gathering: Gathering, profiles: ProfileSet, files: [FileBalance]) {
        for (source, cover) in reading.sequences { addSequence(source, cover) }
        addDeclared(reading.gaps)
        for source in gathering.activity.sources {
            addSilences(source)
            addUnrecorded(source)
        }
        notes += reading.unpackDamage
        for (number, isUsed) in reading.profilesUsed.enumerated() where isUsed {
            for sentence in profiles.profiles[number].neverProves {
                notes.append(CoverageNote(kind: "profile", source: profiles.profiles[number].name, from: nil, to: nil, count: nil, couldHide: false, text: sentence))
            }
        }
        notes.sort { a, b in
            (a.source, a.kind, a.from?.milliseconds ?? .min, a.text) < (b.source, b.kind, b.from?.milliseconds ?? .min, b.text)
        }
        addAssumptions(reading.assumptions, gathering)
    }

    /// At most this many gaps of a source one by one; the rest in one sentence.
    private static let gapsMax = 20

    private mutating func addSequence(_ source: String, _ cover: SequenceCover) {
        let gaps = cover.gaps
        let missing = gaps.reduce(0.0) { $0 + Double($1.missing) }
        guard missing > 0 else { return }
        // Fewer than one number in ten was seen: a counter that other sources share, which proves nothing either way.
        if cover.seen * 9 < missing {
            notes.append(CoverageNote(
                kind: "sequence_gap", source: source, from: nil, to: nil, count: nil, couldHide: false,
                text: Wording(fr: "Les numéros de séquence de cette source ne se suivent pas : ils ne prouvent pas que rien ne manque.",
                              en: "The sequence numbers of this source do not follow each other: they do not prove that nothing is missing.")))
            return
        }
        let largest = gaps.sorted { ($1.missing, $0.from) < ($0.missing, $1.from) }
        for gap in largest.prefix(Self.gapsMax) {
            notes.append(CoverageNote(
                kind: "sequence_gap", source: source, from: gap.from, to: gap.to, count: Int(clamping: gap.missing), couldHide: true,
                text: Wording(fr: "Il manque \(gap.missing) numéro(s) de séquence.", en: "\(gap.missing) sequence number(s) are missing.")))
        }
        let rest = largest.dropFirst(Self.gapsMax)
        if let from = rest.map(\.from).min(), let to = rest.map(\.to).max() {
            let count = Int(min(Double(Int32.max), rest.reduce(0.0) { $0 + Double($1.missing) }))
            notes.append(CoverageNote(
                kind: "sequence_gap", source: source, from: from, to: to, count: count, couldHide: true,
                text: Wording(fr: "Il manque aussi \(count) numéro(s) de séquence en \(rest.count) autres endroits.", en: "\(count) further sequence number(s) are missing in \(rest.count) other places.")))
        }
    }

    private mutating func addDeclared(_ gaps: [FileSink.DeclaredGap]) {
        struct Key: Hashable { var kind: String, source: String }
        var all: [Key: (times: [Instant], count: Int?, said: Int)] = [:]
        for gap in gaps {
            var one = all[Key(kind: gap.kind, source: gap.source)] ?? ([], nil, 0)
            if let time = gap.time { one.times.append(time) }
            if let count = gap.count { one.count = (one.count ?? 0) + min(max(0, count), 100_000_000) }
            one.said += 1
            all[Key(kind: gap.kind, source: gap.source)] = one
        }
        for (key, one) in all {
            let isPersons = key.kind == "unrecorded_persons"
            notes.append(CoverageNote(
                kind: key.kind, source: key.source, from: one.times.min(), to: one.times.max(), count: one.count, couldHide: !isPersons,
                text: isPersons
                    ? Wording(fr: "La source n'a pas enregistré toutes les personnes montrées (\(one.said) fois).", en: "The source did not record all persons that were shown (\(one.said) times).")
                    : Wording(fr: "La source dit elle-même que des enregistrements manquent (\(one.said) fois).", en: "The source itself says that records are missing (\(one.said) times).")))
        }
    }

    private mutating func addSilences(_ source: Activity.Source) {
        for silence in Activity.silences(of: source) {
            notes.append(CoverageNote(
                kind: "silence", source: source.name, from: silence.from, to: silence.to, count: silence.expected, couldHide: false,
                text: Wording(fr: "Aucun acte, alors qu'à ces heures la source en donne d'habitude environ \(silence.expected).",
                              en: "No act, while at these hours the source usually gives about \(silence.expected).")))
        }
    }

    private mutating func addUnrecorded(_ source: Activity.Source) {
        guard source.unrecorded > 0 else { return }
        notes.append(CoverageNote(
            kind: "unrecorded_persons", source: source.name, from: source.unrecordedFrom.map { Instant(milliseconds: $0) },
            to: source.unrecordedTo.map { Instant(milliseconds: $0) }, count: source.unrecorded, couldHide: false,
            text: Wording(fr: "\(source.unrecordedActs) acte(s) ont montré des personnes que la source n'a pas nommées, au plus \(source.unrecorded) en tout.",
                          en: "\(source.unrecordedActs) act(s) showed persons whom the source did not name, at most \(source.unrecorded) in all.")))
    }

    // Assumptions

    private mutating func addAssumptions(_ all: Set<Reading.FileAssumption>, _ gathering: Gathering) {
        let (sharedLines, reused) = (gathering.sharedLines, gathering.reusedRequests)
        if reused > 0 {
            assumptions.append(Wording(
                fr: "\(reused) identifiant(s) de requête reviennent plus d'une heure après : ils sont lus comme d'autres actes.",
                en: "\(reused) request id(s) come again more than an hour later: they are read as other acts."))
        }
        var files: [Assumption: Set<String>] = [:]
        for one in all { files[one.assumption, default: []].insert(one.file) }
        for (assumption, names) in files {
            let where_ = Self.list(names.sorted())
            assumptions.append(words(assumption, where_))
        }
        if sharedLines > 0 {
            assumptions.append(Wording(
                fr: "\(sharedLines) ligne(s) sans identifiant se trouvent à l'identique dans plusieurs fichiers : elles sont comptées une fois.",
                en: "\(sharedLines) line(s) without an id stand in several files alike: they are counted once."))
        }
        assumptions.sort()
    }

    private static func list(_ names: [String]) -> Wording {
        let shown = names.prefix(5).joined(separator: ", ")
        guard names.count > 5 else { return Wording(fr: shown, en: shown) }
        return Wording(fr: shown + " et \(names.count - 5) autres", en: shown + " and \(names.count - 5) more")
    }

    private func words(_ assumption: Assumption, _ files: Wording) -> Wording {
        switch assumption {
        case .zone(let zone):
            Wording(fr: "Heures sans fuseau lues en \(zone) (\(files.fr)).", en: "Times without a zone read in \(zone) (\(files.en)).")
        case .year(let year):
            Wording(fr: "Dates sans année lues en \(year) (\(files.fr)).", en: "Dates without a year read in \(year) (\(files.en)).")
        case .encoding(let name):
            Wording(fr: "Texte lu comme \(name) (\(files.fr)).", en: "Text read as \(name) (\(files.en)).")
        case .ambiguousHour(let zone):
            Wording(fr: "L'heure double du changement d'heure (\(zone)) lue comme la première des deux (\(files.fr)).", en: "The double hour of the clock change (\(zone)) read as the first of both (\(files.en)).")
        case .ignoredColumns(let columns):
            Wording(fr: "Colonnes laissées de côté : \(columns.joined(separator: ", ")) (\(files.fr)).", en: "Columns left aside: \(columns.joined(separator: ", ")) (\(files.en)).")
        case .dayFirst:
            Wording(fr: "Dates lues jour d'abord (\(files.fr)).", en: "Dates read day first (\(files.en)).")
        }
    }
}
