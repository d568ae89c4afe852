import Incident

/// The frame that all pages of the folder share: one file, no script, nothing loaded from anywhere.
enum Page {
    static func html(title: Sentence, body: Markup) -> String {
        let head = tag("head") {
            tag("meta", ["charset": "utf-8"])
            tag("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
            tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            tag("meta", ["name": "color-scheme", "content": "light dark"])
            tag("meta", ["name": "referrer", "content": "no-referrer"])
            tag("meta", ["name": "robots", "content": "noindex"])
            tag("title") { title.fr + " · " + title.en }
            tag("style") { Markup(raw: "\n" + Style.sheet) }
        }
        return "<!DOCTYPE html>\n" + tag("html", ["lang": "fr"]) { head + tag("body") { body } }.html
    }

    /// No script, no frame, no form, no request: whatever a name in the data tries, the browser has nothing to run it with.
    static let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
}
