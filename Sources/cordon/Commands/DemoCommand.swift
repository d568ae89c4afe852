import ArgumentParser
import Glibc
import Incident
import Investigation
import Model
import Report
import Story

struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Write a fictitious trail of the incident of September 2025, then investigate it.",
        discussion: """
            EXAMPLE
              cordon demo                          trail and report below ./cordon-demo
              cordon demo --out /tmp/play --seed 7 another story of the same kind

            Three regions share an identity server and a placement service; ten accounts are used by somebody else. Every
            person, number and address is invented. Status 0 when the investigation told the story as it was written.
            """)

    @Option(help: ArgumentHelp("Where to write trail and report; must not exist yet, or be empty.", valueName: "folder")) var out: String?
    @Option(help: ArgumentHelp("Seed of the story.", valueName: "n")) var seed: UInt64 = 2025
    @Option(help: ArgumentHelp("Language of what is printed.", valueName: "fr|en")) var lang: Language = .ofLocale

    func run() throws {
        let folder = out ?? Terminal.freeName("cordon-demo")
        let draft = try FolderDraft(at: folder, suffix: "demo")
        let truth: StoryTruth
        do {
            try draft.makeFolder("trail")
            Terminal.redraw(lang == .fr ? "écriture de la trace fictive…" : "writing the fictitious trail…")
            truth = try Story(seed: seed).write(to: draft.draft + "/trail")
            if World.real.isInterrupted() { throw Interrupted() }
            rmdir(draft.draft + "/restricted")
            try draft.publish()
        } catch {
            draft.discard()
            throw error
        }
        let trail = folder + "/trail"
        Terminal.say(
            lang == .fr
                ? "Trace fictive : \(truth.events) événements, \(truth.allAccounts) comptes, \(truth.directoryPersons) personnes, dans \(trail)"
                : "Fictitious trail: \(truth.events) events, \(truth.allAccounts) accounts, \(truth.directoryPersons) persons, in \(trail)")
        let sources = [Story.identityFile, Story.placementFile].map { trail + "/" + $0 }
        let command = (["cordon", "investigate"] + sources.map(shellQuoted) + ["--directory", shellQuoted(trail + "/" + Story.directoryFile), "--profile", shellQuoted(trail + "/" + Story.profileFile)]).joined(separator: " ")
        Terminal.say("$ " + command + "\n")

        let plan = try InvestigationPlan(inputs: sources, out: folder + "/incident", profiles: [trail + "/" + Story.profileFile], directory: trail + "/" + Story.directoryFile, version: Cordon.version)
        let progress = ProgressLine(lang)
        let result = try Investigation(plan, world: .real).run(reporting: progress.show)
        progress.clear()
        Terminal.say(Summary(result, language: lang).text)

        let verdict = Retelling(truth, result.document)
        Terminal.say("\n" + verdict.sentence.text(lang))
        guard verdict.isTrue else { throw ExitCode(ExitStatus.found.rawValue) }
    }
}

/// Holds the answer against the truth that only the generator knows: all usurped accounts found, nobody whose data was read
/// left out, and no more accounts named wrongly than the stated rate allows over the story's account-weeks.
private struct Retelling {
    let isTrue: Bool
    let sentence: Sentence

    init(_ truth: StoryTruth, _ document: IncidentDocument) {
        let found = Set(document.findings.filter { $0.measure == "cut" }.flatMap(\.accounts).map(\.account))
        let usurped = Set(truth.accounts.map(\.account))
        let right = found.intersection(usurped).count, wrong = found.subtracting(usurped).count
        let allowed = Int(document.options.falseCutsPer1000 * Double(truth.cleanAccountWeeks) / 1_000)
        let levels = document.exposure
        isTrue = right == usurped.count && wrong <= allowed && levels.possible.persons >= truth.persons
        sentence = Sentence(
            fr: """
                Ce que sait la fiction : \(usurped.count) comptes usurpés, \(truth.persons) personnes lues par d'autres.
                Trouvés : \(right). À tort : \(wrong) (le taux annoncé en admet \(allowed) sur \(truth.cleanAccountWeeks) comptes-semaines). Personnes attribuées : \(levels.attributed.persons), possibles : \(levels.possible.persons).
                """,
            en: """
                What the fiction knows: \(usurped.count) usurped accounts, \(truth.persons) persons read by others.
                Found: \(right). Wrongly named: \(wrong) (the stated rate allows \(allowed) in \(truth.cleanAccountWeeks) account-weeks). Persons attributed: \(levels.attributed.persons), possible: \(levels.possible.persons).
                """)
    }
}
