import Incident

/// SVG in values. Coordinates are in tenths of a unit, as integers, so that the same figures draw the same bytes.
struct Drawing {
    let width: Int
    let height: Int
    private(set) var content = ""
    private let id: String

    /// `id` must be unique on the page and made by this room (`f1-a2-hours`), never from the data.
    init(id: String, width: Int, height: Int) { (self.id, self.width, self.height) = (id, width, height) }

    mutating func rect(_ name: StaticString, x: Int, y: Int, width: Int, height: Int) {
        guard width > 0, height > 0 else { return }
        content += "<rect class=\"\(name)\" x=\"\(units(x))\" y=\"\(units(y))\" width=\"\(units(width))\" height=\"\(units(height))\"/>\n"
    }

    /// A rectangle filled with this drawing's hatching (`hatch`) or dots (`dots`).
    mutating func pattern(_ name: StaticString, x: Int, y: Int, width: Int, height: Int) {
        guard width > 0, height > 0 else { return }
        content += "<rect fill=\"url(#\(id)-\(name))\" x=\"\(units(x))\" y=\"\(units(y))\" width=\"\(units(width))\" height=\"\(units(height))\"/>\n"
    }

    mutating func line(_ name: StaticString, _ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int) {
        content += "<path class=\"\(name)\" d=\"M\(units(x1)) \(units(y1))L\(units(x2)) \(units(y2))\"/>\n"
    }

    /// Many marks of one kind in one path: a line of next to no length whose cap (round or square, by the style sheet) is the
    /// mark. Not of no length at all: PDF paints no square there (ISO 32000-1, 8.5.3.2), and the marks would be lost in print.
    mutating func marks(_ name: StaticString, _ places: [(x: Int, y: Int)]) {
        guard !places.isEmpty else { return }
        content += "<path class=\"\(name)\" d=\"" + places.map { "M\(units($0.x)) \(units($0.y))h.01" }.joined() + "\"/>\n"
    }

    enum Anchor: String { case start, middle, end }

    mutating func text(_ text: String, x: Int, y: Int, anchor: Anchor = .start, strong: Bool = false) {
        content += "<text x=\"\(units(x))\" y=\"\(units(y))\" text-anchor=\"\(anchor.rawValue)\"" + (strong ? " class=\"strong\"" : "") + ">"
            + Markup(text: text).html + "</text>\n"
    }

    /// The drawing with its title and description for those who do not see it, in a frame that scrolls by itself.
    func markup(title: Sentence, description: Sentence) -> Markup {
        let svg = "<svg role=\"img\" aria-labelledby=\"\(id)-t\" aria-describedby=\"\(id)-d\" width=\"\(units(width))\" height=\"\(units(height))\" viewBox=\"0 0 \(units(width)) \(units(height))\" xmlns=\"http://www.w3.org/2000/svg\">\n"
            + "<title id=\"\(id)-t\">" + Markup(text: title.fr + " · " + title.en).html + "</title>\n"
            + "<desc id=\"\(id)-d\">" + Markup(text: description.fr + " · " + description.en).html + "</desc>\n"
            + "<defs><pattern id=\"\(id)-hatch\" width=\"5\" height=\"5\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><path class=\"gap\" d=\"M0 0V5\"/></pattern>"
            + "<pattern id=\"\(id)-dots\" width=\"4\" height=\"4\" patternUnits=\"userSpaceOnUse\"><circle class=\"blind\" cx=\"1\" cy=\"1\" r=\".6\"/></pattern></defs>\n"
            + content + "</svg>"
        return tag("div", ["class": "drawing", "role": "group", "tabindex": "0", "aria-label": title.fr]) { Markup(raw: svg) }
    }

    /// Tenths as a decimal: 125 is `12.5`.
    private func units(_ tenths: Int) -> String {
        let whole = tenths / 10, rest = abs(tenths % 10)
        return (tenths < 0 && whole == 0 ? "-0" : String(whole)) + (rest == 0 ? "" : ".\(rest)")
    }
}
