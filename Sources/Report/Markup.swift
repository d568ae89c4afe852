/// HTML and SVG as a value. Text and attribute values are escaped and made visible (`VisibleText`) unless marked raw; names of
/// elements and attributes are literals, so that nothing of the input can become one.
package struct Markup: Sendable, Equatable {
    package private(set) var html: String

    package init() { html = "" }
    /// Trusted markup. Only for literals of this room.
    package init(raw: String) { html = raw }
    package init(text: String) { html = Markup.escaped(VisibleText.of(text)) }

    package static func + (a: Markup, b: Markup) -> Markup { Markup(raw: a.html + b.html) }
    package static func += (a: inout Markup, b: Markup) { a.html += b.html }

    package var isEmpty: Bool { html.isEmpty }

    /// The five characters that mean something in text or in a quoted attribute.
    package static func escaped(_ text: String) -> String {
        var out = ""
        out.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

typealias Attributes = KeyValuePairs<StaticString, String?>

/// One element. An attribute whose value is nil is left out.
func tag(_ name: StaticString, _ attributes: Attributes = [:], @MarkupBuilder _ content: () -> Markup = { Markup() }) -> Markup {
    var out = "<\(name)"
    for (attribute, value) in attributes {
        guard let value else { continue }
        out += " \(attribute)=\"" + Markup.escaped(VisibleText.of(value)) + "\""
    }
    out += ">"
    let word = "\(name)"
    guard !voidElements.contains(word) else { return Markup(raw: out + "\n") }
    out += content().html + "</\(name)>"
    return Markup(raw: inlineElements.contains(word) ? out : out + "\n")
}

private let voidElements: Set<String> = ["meta", "br", "hr"]
/// Elements after which no line break is written: it would be a space on the page.
private let inlineElements: Set<String> = ["a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "time", "tspan", "th", "td"]

/// Collects text (escaped) and markup in the order of writing.
@resultBuilder
enum MarkupBuilder {
    static func buildExpression(_ text: String) -> Markup { Markup(text: text) }
    static func buildExpression(_ markup: Markup) -> Markup { markup }
    static func buildExpression(_ markup: Markup?) -> Markup { markup ?? Markup() }
    static func buildExpression(_ many: [Markup]) -> Markup { buildArray(many) }
    static func buildBlock(_ parts: Markup...) -> Markup { buildArray(parts) }
    static func buildOptional(_ part: Markup?) -> Markup { part ?? Markup() }
    static func buildEither(first: Markup) -> Markup { first }
    static func buildEither(second: Markup) -> Markup { second }
    static func buildArray(_ parts: [Markup]) -> Markup { Markup(raw: parts.map(\.html).joined()) }
}
