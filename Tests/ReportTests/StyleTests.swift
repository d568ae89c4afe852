import Foundation
import Report
import Testing

/// Contrast as WCAG 2 computes it, from the colours that the page carries.
@Suite struct `Colours of the page` {
    private static let themes: [(name: String, colours: [String: [Double]])] = {
        let html = ReportPage.html(Samples.nothingFound)
        let blocks = html.components(separatedBy: ":root{").dropFirst().map { $0.components(separatedBy: "}")[0] }
        return zip(["light", "dark"], blocks).map { name, block in
            var colours: [String: [Double]] = [:]
            for declaration in block.split(whereSeparator: { $0 == ";" || $0 == "\n" }) {
                let parts = declaration.trimmingCharacters(in: .whitespaces).split(separator: ":").map(String.init)
                guard parts.count == 2, parts[1].hasPrefix("#") else { continue }
                var digits = String(parts[1].dropFirst())
                if digits.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
                guard let value = Int(digits, radix: 16) else { continue }
                colours[parts[0]] = [16, 8, 0].map { Double(value >> $0 & 0xFF) / 255 }
            }
            return (name, colours)
        }
    }()

    private func contrast(_ a: [Double], _ b: [Double]) -> Double {
        func luminance(_ colour: [Double]) -> Double {
            let linear = colour.map { $0 <= 0.04045 ? $0 / 12.92 : pow(($0 + 0.055) / 1.055, 2.4) }
            return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        }
        let (high, low) = (max(luminance(a), luminance(b)), min(luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)
    }

    @Test func `keep text at 4.5 to 1 on every ground, and marks at 3 to 1`() throws {
        #expect(Self.themes.map(\.colours.count) == [13, 13])
        for theme in Self.themes {
            func colour(_ name: String) throws -> [Double] { try #require(theme.colours["--" + name], "\(theme.name) \(name)") }
            for ground in ["paper", "card", "faint", "band"] {
                for text in ["ink", "soft", "link", "other", "calm", "warn"] {
                    #expect(try contrast(colour(text), colour(ground)) >= 4.5, "\(theme.name): \(text) on \(ground)")
                }
                for mark in ["owner", "otherfill"] { #expect(try contrast(colour(mark), colour(ground)) >= 3, "\(theme.name): \(mark) on \(ground)") }
            }
        }
    }
}
