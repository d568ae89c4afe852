import Incident

// The page is in French; each text has its English beside it, marked as such for screen readers.

/// Two blocks, French and English: side by side where there is room, one under the other elsewhere.
func pair(_ text: Sentence, class name: String? = nil) -> Markup {
    tag("div", ["class": name.map { "pair " + $0 } ?? "pair"]) {
        tag("p") { text.fr }
        english("p", text.en)
    }
}

func pair(_ fr: String, _ en: String, class name: String? = nil) -> Markup { pair(Sentence(fr: fr, en: en), class: name) }

/// French, then English smaller, in one line of text.
func both(_ text: Sentence) -> Markup {
    Markup(text: text.fr) + (text.en == text.fr ? Markup() : separator + english("span", text.en))
}

/// What parts the two languages where no style sheet does: in a plain-text or docx copy.
private let separator = Markup(raw: "<span class=\"sep\"> /</span> ")

func both(_ fr: String, _ en: String) -> Markup { both(Sentence(fr: fr, en: en)) }

func english(_ name: StaticString, _ text: String) -> Markup {
    tag(name, ["class": "en", "lang": "en"]) { text }
}

/// A list of sentences in both languages, cut at `max`.
func sentences(_ list: [Sentence], max: Int) -> Markup {
    tag("ul", ["class": "plain"]) {
        list.prefix(max).map { item in tag("li") { pair(item) } }
        moreItem(list.count - max)
    }
}

/// Something that the trail calls by a name: isolated, so that its direction cannot touch the text around it.
func named(_ text: String, max: Int = 120) -> Markup {
    tag("bdi", ["class": "name"]) { VisibleText.of(text, max: max) }
}

/// The same for what people compare letter by letter: accounts, sessions, addresses, numbers.
func identifier(_ text: String, max: Int = 120) -> Markup {
    tag("bdi", ["class": "name id"]) { VisibleText.of(text, max: max) }
}

/// A time of the folder as read in Paris, with the original for machines.
func moment(_ text: String?) -> Markup {
    guard let text else { return tag("span", ["class": "none"]) { "—" } }
    guard let time = LocalTime(text) else { return named(text) }
    return tag("time", ["datetime": text]) { Figures.minute(time) }
}

func digits(_ n: Int) -> Markup { Markup(text: Figures.fr(n)) }

// MARK: Tables

/// A table that scrolls in its own frame when the screen is too narrow. `columns` are the headings.
func table(_ caption: Sentence, columns: [Column], class name: String? = nil, rows: [Markup]) -> Markup {
    tag("div", ["class": "frame", "role": "group", "tabindex": "0", "aria-label": caption.fr]) {
        tag("table", ["class": name]) {
            tag("caption") { both(caption) }
            tag("thead") {
                tag("tr") { columns.map { column in tag("th", ["scope": "col", "class": column.isNumber ? "n" : nil]) { both(column.title) } } }
            }
            tag("tbody") { rows }
        }
    }
}

struct Column {
    let title: Sentence
    let isNumber: Bool

    static func text(_ fr: String, _ en: String) -> Column { Column(title: Sentence(fr: fr, en: en), isNumber: false) }
    static func number(_ fr: String, _ en: String) -> Column { Column(title: Sentence(fr: fr, en: en), isNumber: true) }
}

func row(@MarkupBuilder _ cells: () -> Markup) -> Markup { tag("tr", [:], cells) }
func cell(@MarkupBuilder _ content: () -> Markup) -> Markup { tag("td", [:], content) }
func numberCell(_ n: Int) -> Markup { tag("td", ["class": "n"]) { digits(n) } }
func head(@MarkupBuilder _ content: () -> Markup) -> Markup { tag("th", ["scope": "row"], content) }

/// The row that says how much a shortened table leaves out.
func moreRow(_ left: Int, columns: Int) -> Markup? {
    guard left > 0 else { return nil }
    return tag("tr") { tag("td", ["colspan": String(columns), "class": "more"]) { both(more(left)) } }
}

func moreItem(_ left: Int) -> Markup? {
    guard left > 0 else { return nil }
    return tag("li", ["class": "more"]) { both(more(left)) }
}

private func more(_ left: Int) -> Sentence {
    Sentence(fr: "et \(Figures.fr(left)) de plus dans incident.json", en: "and \(Figures.en(left)) more in incident.json")
}

/// A part that a reader opens. Print shows it open.
func details(_ summary: Sentence, open: Bool = false, @MarkupBuilder _ content: () -> Markup) -> Markup {
    tag("details", ["open": open ? "" : nil]) {
        tag("summary") { both(summary) }
        content()
    }
}
