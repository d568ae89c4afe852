import Incident
import Model
import Report
import Testing

@Suite struct `The verdict in one sentence` {
    private let thin = "\u{202F}"

    @Test func `counts accounts and persons and gives the window`() {
        let sentence = VerdictSentence.of(Samples.incident)
        #expect(sentence.fr == "10\u{A0}comptes ont probablement été utilisés par quelqu’un d’autre\(thin); jusqu’à 12\(thin)345\u{A0}personnes exposées (dont 12\(thin)001\u{A0}attribuées), du 25/08/2025 au 22/09/2025.")
        #expect(sentence.en == "10 accounts were probably used by someone else; up to 12,345 persons exposed (12,001 of them attributed), from 25 August 2025 to 22 September 2025.")
    }

    @Test func `speaks of one account and one person in the singular`() {
        var document = Samples.incident
        document.findings[0].accounts = [document.findings[0].accounts[0]]
        document.exposure = .init()
        document.exposure.possible.persons = 1
        document.exposure.attributed.persons = 1
        #expect(VerdictSentence.of(document).fr.hasPrefix("1\u{A0}compte a probablement été utilisé par quelqu’un d’autre\(thin); 1\u{A0}personne exposée, du"))
        #expect(VerdictSentence.of(document).en.hasPrefix("1 account was probably used by someone else; 1 person exposed, from"))
    }

    @Test func `does not count an account twice, nor those that were only stepped up`() {
        var document = Samples.incident
        document.findings.insert(document.findings[0], at: 1)
        #expect(VerdictSentence.of(document).en.hasPrefix("10 accounts were"))
    }

    @Test func `says who spoke when accounts were declared`() {
        var document = Samples.incident
        document.findings[0].kind = "declared"
        #expect(VerdictSentence.of(document).en.hasPrefix("10 accounts were declared as used by someone else"))
        var second = Samples.incident.findings[0]
        second.accounts = [document.findings[1].accounts[0]]
        document.findings.append(second)
        #expect(VerdictSentence.of(document).en.hasPrefix("11 accounts were probably used by someone else (10 of them declared by an analyst)"))
    }

    @Test func `says from when on nothing was found, and what was not judged`() {
        let sentence = VerdictSentence.of(Samples.nothingFound)
        #expect(sentence.fr == "Aucun compte n’apparaît utilisé par quelqu’un d’autre du 14/07/2025 au 21/09/2025\(thin); ce qui précède le 14/07/2025 n’a pas été jugé.")
        #expect(sentence.en == "No account appears to have been used by someone else from 14 July 2025 to 21 September 2025; what came before 14 July 2025 was not judged.")
    }

    @Test func `says why it could not tell`() {
        #expect(VerdictSentence.of(Samples.incomplete).en == "Could not tell: 3 refused lines could hide an account takeover; 1 coverage gap could hide an account takeover.")
        var blind = Samples.nothingFound
        blind.verdict = .incomplete
        blind.trail.blindUntil = blind.trail.last
        #expect(VerdictSentence.of(blind).en == "Could not tell: the trail is too short to learn the habits of the accounts.")
    }

    @Test func `gives days as Paris has them, through both changes of the clock`() {
        var document = Samples.nothingFound
        document.trail.blindUntil = "2025-03-29T22:59:59.999Z"
        document.trail.last = "2025-10-26T23:00:00.000Z"
        #expect(VerdictSentence.of(document).fr.contains("du 29/03/2025 au 27/10/2025"))
        document.trail.blindUntil = "2025-03-30T22:00:00.000Z" // summer time since 01:00 UTC
        document.trail.last = "2025-10-25T22:00:00.000Z" // still summer time
        #expect(VerdictSentence.of(document).fr.contains("du 31/03/2025 au 26/10/2025"))
    }
}
