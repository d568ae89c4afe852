import Incident
import Model
import Report
import Testing

@Suite struct `The sheets of the controllers` {
    @Test func `are named by number and a slug that is safe in any path`() {
        var document = Samples.incident
        #expect(SheetSet.names(document) == ["01-agence-regionale-a.html", "02-agence-regionale-b.html", "03-agence-regionale-c.html"])
        document.controllers[0].controller = "../../etc/passwd"
        document.controllers[1].controller = "د. ليلى \u{202E}"
        document.controllers[2].controller = String(repeating: "Hôpital ", count: 50)
        #expect(SheetSet.names(document) == ["01-etc-passwd.html", "02-responsable.html", "03-hopital-hopital-hopital-hopital-hopital.html"])
    }

    @Test func `hold what article 33(3) asks for, a to d, in both languages`() throws {
        let files = SheetSet.files(Samples.incident)
        #expect(files.count == 3)
        let html = Page(try #require(files.first?.html))
        for text in ["(a) Nature of the breach", "(b) Contact", "(c) Likely consequences", "(d) Measures", "a) Nature de la violation", "Personnes concernées", "Data subjects", "4\u{202F}100", "5\u{202F}210", "À compléter par"] {
            #expect(html.holds(text), "\(text)")
        }
        #expect(html.problems == [])
        #expect(!html.holds("<script"))
        try Golden.check(html.html, "sheet.html")
    }

    @Test func `tick health by context as the profile says, and leave it open where it says nothing`() throws {
        let pages = SheetSet.files(Samples.incident).map { Page($0.html) }
        #expect(pages[0].holds("☒</span> santé par le contexte"))
        #expect(pages[1].holds("☐</span> santé par le contexte"))
        #expect(pages[1].holds("Le profil ne le dit pas"))
        #expect(!pages[2].holds("Le profil ne le dit pas"))
    }

    @Test func `leave no controller without a page when only the counts name it`() {
        var document = Samples.incident
        document.controllers = []
        #expect(SheetSet.names(document).count == 3)
    }

    @Test func `say whether it is the first notification or a complement`() {
        let document = Samples.incident
        let first = Page(ControllerSheet.html(document, document.controllers[0])), complement = Page(ControllerSheet.html(document, document.controllers[0], complement: true))
        #expect(first.holds("☒</span> notification initiale"))
        #expect(complement.holds("☒</span> complément"))
    }
}
