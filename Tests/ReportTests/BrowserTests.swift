import Foundation
import Incident
import Report
import Testing

/// The pages as a browser shows them. CORDON_SHOTS names a folder that keeps the screenshots.
@Suite(.serialized, .enabled(if: Browser.isHere, "Chromium and chromedriver are not installed"))
struct `In a browser the pages` {
    static let pages: [(name: String, html: String)] = [
        ("found", ReportPage.html(Samples.thinned(Samples.incident))), ("hostile", ReportPage.html(Samples.thinned(Samples.hostile))), ("nothing-found", ReportPage.html(Samples.nothingFound)),
        ("incomplete", ReportPage.html(Samples.incomplete)), ("sheet", SheetSet.files(Samples.hostile)[0].html),
    ]

    /// `axe.min.js` of the Python package, where it is installed.
    static let axe: String? = {
        let script = "import axe_playwright_python, pathlib; print(next(pathlib.Path(axe_playwright_python.__file__).parent.rglob('axe.min.js')))"
        guard let python = TestWorld.python, let result = try? TestWorld.run(python, ["-c", script]), result.status == 0 else { return nil }
        return try? String(contentsOfFile: result.output.trimmingCharacters(in: .whitespacesAndNewlines), encoding: .utf8)
    }()

    private func show(_ names: [String] = pages.map(\.name), _ body: (Browser, String) throws -> Void) throws {
        let folder = try TestWorld.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let browser = try Browser()
        defer { browser.close() }
        for page in Self.pages where names.contains(page.name) {
            let file = folder.appendingPathComponent(page.name + ".html")
            try page.html.write(to: file, atomically: true, encoding: .utf8)
            try browser.open(file)
            try body(browser, page.name)
        }
    }

    @Test func `fit 320 and 1280 pixels in both themes, folded and unfolded, without sideways scrolling`() throws {
        try show { browser, name in
            var pictures: Set<Data> = []
            for width in [320, 1_280] {
                for scheme in ["light", "dark"] {
                    try browser.screen(width: width, scheme: scheme)
                    let folded = try browser.run("return document.documentElement.scrollWidth") as? Int
                    #expect(folded == width, "\(name) at \(width) \(scheme)")
                    let picture = try browser.screenshot()
                    pictures.insert(picture)
                    try keep(picture, "\(name)-\(width)-\(scheme).png")
                    let unfolded = try browser.run("document.querySelectorAll('details').forEach(d => d.open = true); return document.documentElement.scrollWidth") as? Int
                    #expect(unfolded == width, "\(name) unfolded at \(width) \(scheme)")
                    _ = try browser.run("document.querySelectorAll('details').forEach((d, i) => d.open = i == 0)")
                }
            }
            // Each theme and width looks its own way.
            #expect(pictures.count == 4, "\(name)")
        }
    }

    @Test func `run nothing, even when the data ask for it`() throws {
        try show { browser, name in
            #expect(try browser.run("return document.scripts.length + document.images.length") as? Int == 0, "\(name)")
            // The policy holds: a script that someone managed to write into the page stays dead.
            let ran = try browser.run("const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s); return window.ran === undefined") as? Bool
            #expect(ran == true, "\(name)")
        }
    }

    @Test func `print what is folded, too, in the light theme`() throws {
        try show(["hostile"]) { browser, _ in
            try browser.screen(width: 1_280, scheme: "dark")
            let height = "const d = document.querySelector('.finding > details:not([open])'); return Math.round(d.getBoundingClientRect().height)"
            let folded = try #require(try browser.run(height) as? Int)
            let dark = try browser.run("return getComputedStyle(document.body).color") as? String
            try browser.media("print")
            #expect(try #require(try browser.run(height) as? Int) > folded + 200)
            #expect(try browser.run("return getComputedStyle(document.body).color") as? String != dark)
        }
    }

    @Test(.enabled(if: axe != nil, "axe-core (pip axe-playwright-python) is not installed"))
    func `break no rule of axe-core`() throws {
        let axe = try #require(Self.axe)
        try show(["hostile", "incomplete", "sheet"]) { browser, name in
            // Contrast in both themes is held by `Colours of the page`; here the structure counts.
            try browser.screen(width: 1_280, scheme: "light")
            _ = try browser.run("document.querySelectorAll('details').forEach(d => d.open = true)")
            _ = try browser.run(axe + "; window.axe = axe; return 1")
            let broken = try browser.runAsync("""
                const done = arguments[arguments.length - 1];
                axe.run().then(r => done(r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 200))), e => done(['axe failed: ' + e]));
                """) as? [String]
            #expect(broken == [], "\(name)")
        }
    }

    private func keep(_ picture: Data, _ name: String) throws {
        guard let folder = TestWorld.environment["CORDON_SHOTS"] else { return }
        try picture.write(to: URL(fileURLWithPath: folder).appendingPathComponent(name))
    }
}
