/// Text of the input made safe to look at: what a name could hide or overturn is shown by its code point.
///
/// Controls, bidirectional controls, invisible separators, tag characters and non-characters become `‹U+202E›`; a pile of
/// combining marks is cut after four; very long text is cut with the number of characters left out. Joiners stay, because
/// emoji and several scripts need them.
package enum VisibleText {
    package static let lengthMax = 4_000

    package static func of(_ text: String, max: Int = lengthMax) -> String {
        if text.utf8.count <= max, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        var out = "", count = 0, marks = 0, left = 0
        for scalar in text.unicodeScalars {
            guard count < max else { left += 1; continue }
            count += 1
            if isMark(scalar) {
                marks += 1
                if marks == 5 { out += "\u{FFFD}" }
                if marks > 4 { continue }
            } else {
                marks = 0
            }
            if scalar == "\n" || scalar == "\t" {
                out += " "
            } else if isHidden(scalar) {
                out += code(scalar)
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return left == 0 ? out : out + "… (+\(left))"
    }

    /// `‹U+202E›`.
    static func code(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "‹U+" + String(repeating: "0", count: Swift.max(0, 4 - digits.count)) + digits + "›"
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return !scalar.properties.isVariationSelector
        default: return false
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180E, 0x3164, 0xFFA0: true
        case 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFF0...0xFFFB, 0xFFFE...0xFFFF: true
        case 0xE0000...0xE00FF: true
        case let value where value & 0xFFFE == 0xFFFE: true
        default: false
        }
    }
}
