import Foundation
import Incident
import Report
import Testing

@Suite struct `The report page` {
    static let samples: [(String, IncidentDocument)] = [
        ("report-found.html", Samples.thinned(Samples.incident)), ("report-hostile.html", Samples.thinned(Samples.hostile)),
        ("report-nothing-found.html", Samples.nothingFound), ("report-incomplete.html", Samples.incomplete),
    ]

    @Test(arguments: samples.map(\.0))
    func `is the golden page, byte for byte`(name: String) throws {
        let document = try #require(Self.samples.first { $0.0 == name }?.1)
        try Golden.check(ReportPage.html(document), name)
    }

    @Test(arguments: samples.map(\.0))
    func `has no script, no handler, no link out, and a policy that forbids them`(name: String) throws {
        let document = try #require(Self.samples.first { $0.0 == name }?.1)
        let page = Page(ReportPage.html(document))
        #expect(page.holds("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src &#39;none&#39;;"))
        #expect(page.elements.allSatisfy { !["script", "iframe", "object", "embed", "link", "form", "input", "img", "base", "foreignObject", "use", "animate", "set"].contains($0.name) })
        for element in page.elements {
            for (attribute, value) in element.attributes {
                #expect(!attribute.lowercased().hasPrefix("on"), "\(element.name) \(attribute)")
                if attribute == "href" || attribute == "src" { #expect(value.hasPrefix("#"), "\(element.name) \(attribute)") }
                if attribute == "style" { #expect(!value.contains("url"), "\(value)") }
            }
        }
    }

    @Test(arguments: samples.map(\.0))
    func `closes what it opens and gives no two elements one id`(name: String) throws {
        let document = try #require(Self.samples.first { $0.0 == name }?.1)
        let page = Page(ReportPage.html(document))
        #expect(page.problems == [])
        let ids = page.elements.compactMap { $0["id"] }
        #expect(Set(ids).count == ids.count)
        for element in page.elements {
            for reference in ["aria-labelledby", "aria-describedby"] {
                if let id = element[reference] { #expect(ids.contains(id), "\(element.name) refers to \(id)") }
            }
            if let href = element["href"] { #expect(ids.contains(String(href.dropFirst())), "\(href)") }
        }
    }

    @Test func `gives each drawing a title, a description and a table right after it`() throws {
        let page = Page(ReportPage.html(Samples.incident))
        let drawings = page.elements.indices.filter { page.elements[$0].name == "svg" }
        #expect(drawings.count == 13) // a strip for each of ten accounts and one, a matrix for each of two findings
        for index in drawings {
            let after = page.elements[(index + 1)...]
            #expect(page.elements[index]["role"] == "img")
            #expect(after.prefix(2).map(\.name) == ["title", "desc"])
            let next = try #require(after.first { $0.name == "svg" || $0.name == "table" })
            #expect(next.name == "table")
        }
    }

    @Test func `orders its headings and has one of the first rank`() {
        for (_, document) in Self.samples {
            let ranks = Page(ReportPage.html(document)).elements.compactMap { $0.name.count == 2 && $0.name.hasPrefix("h") ? Int($0.name.dropFirst()) : nil }
            #expect(ranks.filter { $0 == 1 }.count == 1)
            for (a, b) in zip(ranks, ranks.dropFirst()) { #expect(b <= a + 1, "a heading of rank \(b) follows one of rank \(a)") }
        }
    }

    @Test func `gives every heading of a table its scope`() {
        for (_, document) in Self.samples {
            for element in Page(ReportPage.html(document)).elements where element.name == "th" { #expect(["row", "col"].contains(element["scope"])) }
        }
    }

    @Test func `says each thing in French and in English`() {
        let html = Page(ReportPage.html(Samples.incident))
        #expect(html.holds("<html lang=\"fr\">"))
        for text in ["10\u{A0}comptes ont probablement été utilisés par quelqu’un d’autre", "10 accounts were probably used by someone else", "Ce qui n’est pas connu", "What is not known", "Établi", "Established", "Ce que cela ne prouve pas", "What this does not prove"] {
            #expect(html.holds(text), "\(text)")
        }
        // As many English paragraphs as French ones beside them.
        #expect(html.html.occurrences(of: "lang=\"en\"") > 100)
    }

    @Test func `never says that there are no medical data, but what was recorded, when, with which coverage`() {
        let html = Page(ReportPage.html(Samples.incident))
        #expect(html.holds("Aucune ouverture de la partie médicale enregistrée dans ces sources, du 30/06/2025 au 21/09/2025, avec cette couverture"))
        #expect(html.holds("No opening of the medical part recorded in these sources, from 30 June 2025 to 21 September 2025, with this coverage"))
        for phrase in ["aucune donnée médicale", "pas de donnée médicale", "no medical data", "données médicales : 0"] { #expect(!html.html.lowercased().contains(phrase)) }
        var opened = Samples.incident
        opened.exposure.possible.byCategory["medical"] = 4
        opened.findings[0].exposure.possible.byCategory["medical"] = 4
        opened.findings.removeLast()
        #expect(!Page(ReportPage.html(opened)).holds("Aucune ouverture de la partie médicale"))
    }

    @Test func `calls nobody a thief`() {
        for (_, document) in Self.samples {
            let html = Page(ReportPage.html(document).lowercased())
            for word in ["voleur", "thief", "coupable", "guilty", "pirate", "hacker", "fraudeur", "criminel"] { #expect(!html.holds(word), "\(word)") }
        }
    }

    @Test func `shows hostile names without obeying them`() {
        let html = Page(ReportPage.html(Samples.hostile))
        #expect(!html.holds("<script"))
        #expect(!html.holds("<img"))
        #expect(html.holds("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"))
        #expect(html.holds("‹U+202E›nimda‹U+202C›"))
        #expect(html.holds("a‹U+0000›b‹U+0007›c‹U+001B›[31m"))
        #expect(html.holds("👩🏽‍⚕️ Zoé 👨‍👩‍👧‍👦"))
        #expect(html.holds("<bdi class=\"name id\">د. ليلى</bdi>"))
        #expect(html.holds("&amp;lt;déjà échappé&amp;gt; &amp; co"))
        for scalar in html.html.unicodeScalars {
            let isBidiControl = (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
            #expect(!isBidiControl)
            #expect(scalar.value >= 0x20 || scalar == "\n")
        }
    }

    @Test func `caps long lists and says how much is left out`() {
        var document = Samples.incident
        let account = document.findings[0].accounts[0]
        document.findings[0].accounts = Array(repeating: account, count: 1_000)
        document.trail.coverage = Array(repeating: document.trail.coverage[0], count: 500)
        document.trail.files[0].refused = 70_000
        document.trail.files[0].refusals = Array(repeating: document.trail.files[0].refusals[0], count: 1_000)
        let html = Page(ReportPage.html(document))
        #expect(html.holds("et 940 de plus dans incident.json"))
        #expect(html.holds("and 940 more in incident.json"))
        #expect(html.holds("et 69\u{202F}980 de plus dans incident.json"))
        #expect(html.holds("et 440 de plus dans incident.json"))
        #expect(html.html.utf8.count < 2_000_000)
    }

    @Test func `does not stumble over figures that make no sense`() {
        var document = Samples.incident
        document.findings[0].accounts[0].picture = .init(start: "not a time", hours: [.init(hour: .max, owner: .max, usurper: .min)], points: [[1], [], [.max, .max]], rankCount: 0, ranksAreDirectory: false)
        document.findings[0].accounts[1].picture = .init(start: "2025-08-01T00:00:00.000Z", hours: [.init(hour: .max, owner: .max, usurper: .max), .init(hour: 3, owner: .max, usurper: .max), .init(hour: 3, owner: 5, usurper: 5)], points: [[.min, .max], [5, 5]], rankCount: 1, ranksAreDirectory: true)
        document.findings[0].accounts[2].onset.time = ""
        document.findings[0].evidence[0].millinats = .min
        document.findings[0].evidence[1].millinats = .max
        document.findings[0].falseAlarmsPer1000AccountWeeks = .nan
        document.trail.files[0].refused = .max
        document.trail.files[1].refused = .max
        document.trail.coverage[0].from = "2025-13-45T99:99:99.999Z"
        document.trail.coverage[0].to = "9999-12-31T23:59:59.999Z"
        #expect(Page(ReportPage.html(document)).problems == [])
    }
}
