import Incident

/// Evidence in order of weight: its words, its strength in words, its signed number and a bar from a common zero.
enum EvidenceLadder {
    static func markup(_ evidence: [IncidentDocument.Evidence], caption: Sentence, max: Int = 12) -> Markup {
        guard !evidence.isEmpty else { return pair("Aucun indice chiffré.", "No numbered evidence.") }
        let sorted = evidence.enumerated().sorted { a, b in
            a.element.millinats.magnitude != b.element.millinats.magnitude
                ? a.element.millinats.magnitude > b.element.millinats.magnitude : a.offset < b.offset
        }.map(\.element)
        let highest = Swift.max(0, sorted.map(\.millinats).max() ?? 0), lowest = Swift.min(0, sorted.map(\.millinats).min() ?? 0)
        let scale = Scale(lowest: Double(lowest), highest: Double(highest))
        return table(
            caption,
            columns: [.text("Indice", "Evidence"), .text("Poids (nats)", "Weight (nats)")],
            class: "ladder",
            rows: sorted.prefix(max).map { item in row(item, scale) } + [moreRow(sorted.count - max, columns: 2)].compactMap(\.self))
    }

    static let explanation = Sentence(
        fr: "Un poids positif parle pour quelqu’un d’autre, un poids négatif pour le titulaire. L’échelle est logarithmique\u{202F}: +2,3 rend l’usurpation dix fois plus vraisemblable, +4,6 cent fois. Les mots (faible, modéré, fort…) suivent l’échelle de l’ENFSI.",
        en: "A positive weight speaks for someone else, a negative one for the holder. The scale is logarithmic: +2.3 makes someone else ten times more likely, +4.6 a hundred times. The words (weak, moderate, strong…) follow the ENFSI scale.")

    private static func row(_ item: IncidentDocument.Evidence, _ scale: Scale) -> Markup {
        let weight = Figures.signedTenths(item.millinats), strength = Words.strength(millinats: item.millinats)
        let direction = item.millinats < 0 ? Sentence(fr: "pour le titulaire", en: "for the holder") : Sentence(fr: "", en: "")
        return tag("tr") {
            head {
                tag("strong") { Words.of(item.signal, in: Words.signals).fr }
                Markup(raw: " — ") + Markup(text: item.text.fr)
                english("span", item.text.en)
            }
            tag("td", ["class": "weight"]) {
                tag("strong") { weight.fr }
                Markup(raw: " ")
                both(strength.fr + (direction.fr.isEmpty ? "" : ", " + direction.fr), strength.en + (direction.en.isEmpty ? "" : ", " + direction.en))
                scale.bar(Double(item.millinats))
            }
        }
    }

    /// A common scale with its zero where both signs fit.
    private struct Scale {
        let lowest: Double, highest: Double
        private var length: Double { Swift.max(1, highest - lowest) }

        func bar(_ value: Double) -> Markup {
            let zero = -lowest / length, end = (value - lowest) / length
            return tag("span", ["class": "bar", "aria-hidden": "true"]) {
                tag("i", ["class": value < 0 ? "minus" : nil, "style": "left:\(percent(min(zero, end)));width:\(percent(abs(end - zero)))"])
                tag("b", ["style": "left:\(percent(zero))"])
            }
        }
    }
}

/// A share of one with one decimal, for the style sheet: `12.5%`.
func percent(_ share: Double) -> String {
    guard share.isFinite else { return "0%" }
    let tenths = Int((Swift.max(0, Swift.min(1, share)) * 1_000).rounded())
    return "\(tenths / 10).\(tenths % 10)%"
}
