import Incident
import Model

/// Numbers and times in words of the two languages. No locale is asked: the same document gives the same bytes everywhere.
enum Figures {
    /// `12 345` with a narrow no-break space.
    static func fr(_ n: Int) -> String { grouped(n, "\u{202F}") }
    /// `12,345`.
    static func en(_ n: Int) -> String { grouped(n, ",") }

    private static func grouped(_ n: Int, _ separator: String) -> String {
        let digits = Array(String(n.magnitude))
        var out = n < 0 ? "\u{2212}" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { out += separator }
            out.append(digit)
        }
        return out
    }

    /// `3 comptes`, `1 compte`, `0 compte`: French takes the singular below two.
    static func fr(_ n: Int, _ one: String, _ many: String) -> String { fr(n) + "\u{A0}" + (n.magnitude < 2 ? one : many) }
    static func en(_ n: Int, _ one: String, _ many: String) -> String { en(n) + " " + (n.magnitude == 1 ? one : many) }

    /// Thousandths with a sign and one decimal, in French and English: `+6,9`, `+6.9`.
    static func signedTenths(_ thousandths: Int) -> Sentence {
        let tenths = (Int(min(thousandths.magnitude, 1 << 50)) + 50) / 100
        let sign = tenths == 0 ? "" : thousandths < 0 ? "\u{2212}" : "+"
        return Sentence(fr: "\(sign)\(fr(tenths / 10)),\(tenths % 10)", en: "\(sign)\(en(tenths / 10)).\(tenths % 10)")
    }

    /// A rate with at most two decimals.
    static func rate(_ value: Double) -> Sentence {
        guard value.isFinite, value >= 0, value < 1e12 else { return Sentence(fr: "inconnu", en: "unknown") }
        let hundredths = Int((value * 100).rounded())
        var decimals = padded(hundredths % 100, 2)
        while decimals.hasSuffix("0") { decimals.removeLast() }
        let tail = decimals.isEmpty ? Sentence(fr: "", en: "") : Sentence(fr: "," + decimals, en: "." + decimals)
        return Sentence(fr: fr(hundredths / 100) + tail.fr, en: en(hundredths / 100) + tail.en)
    }

    /// Bytes with a binary unit.
    static func size(_ bytes: Int) -> Sentence {
        for (power, fr, en) in [(30, "Gio", "GiB"), (20, "Mio", "MiB"), (10, "Kio", "KiB")] where bytes >= 1 << power {
            let tenths = Int((Double(bytes) / Double(1 << power) * 10).rounded())
            return Sentence(fr: "\(Figures.fr(tenths / 10)),\(tenths % 10)\u{A0}\(fr)", en: "\(Figures.en(tenths / 10)).\(tenths % 10) \(en)")
        }
        return Sentence(fr: Figures.fr(bytes, "octet", "octets"), en: Figures.en(bytes, "byte", "bytes"))
    }

    // MARK: Times, in Paris

    /// `25/08/2025`.
    static func date(_ time: LocalTime) -> String {
        let civil = time.civil
        return "\(padded(civil.day, 2))/\(padded(civil.month, 2))/\(padded(civil.year, 4))"
    }
    /// `25/08/2025 14:03`.
    static func minute(_ time: LocalTime) -> String { date(time) + "\u{A0}" + padded(time.hour, 2) + ":" + padded(time.minute, 2) }
    /// `25 August 2025`.
    static func dateEnglish(_ time: LocalTime) -> String {
        let civil = time.civil
        return "\(civil.day) \(months[max(0, min(11, civil.month - 1))]) \(civil.year)"
    }
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ]

    /// A folder time as a date in both languages; text that is no time stays as it is.
    static func date(_ text: String) -> Sentence {
        guard let time = LocalTime(text) else { return Sentence(fr: text, en: text) }
        return Sentence(fr: date(time), en: dateEnglish(time))
    }

    /// `du 25/08/2025 au 19/09/2025`, or what is known of it.
    static func span(_ from: String?, _ to: String?) -> Sentence {
        switch (from.map { date($0) }, to.map { date($0) }) {
        case (let a?, let b?) where a == b: Sentence(fr: "le " + a.fr, en: "on " + a.en)
        case (let a?, let b?): Sentence(fr: "du \(a.fr) au \(b.fr)", en: "from \(a.en) to \(b.en)")
        case (let a?, nil): Sentence(fr: "à partir du " + a.fr, en: "from \(a.en) on")
        case (nil, let b?): Sentence(fr: "jusqu’au " + b.fr, en: "until " + b.en)
        case (nil, nil): Sentence(fr: "dates inconnues", en: "dates unknown")
        }
    }
}
