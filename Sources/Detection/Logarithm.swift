/// Natural logarithms in millinats, the same on every machine.
///
/// The C library's `log` may differ in its last bit between systems, and a verdict must not. This one uses a table of
/// 4,096 mantissas, computed with the four basic operations of IEEE 754 only, which are exact to the last bit everywhere.
/// Error: below 0.13 millinats.
package enum Logarithm {
    /// ln(1 + i/4096) in units of 10⁻⁶, by the series of the inverse hyperbolic tangent.
    private static let mantissa: [Int32] = (0..<4_096).map { i in
        let y = Double(i) / Double(8_192 + i)
        let square = y * y
        var sum = 0.0, power = y
        for k in stride(from: 1, through: 21, by: 2) {
            sum += power / Double(k)
            power *= square
        }
        return Int32((2 * sum * 1_000_000).rounded(.toNearestOrEven))
    }

    /// ln x in millinats; ln 0 counts as ln 1.
    package static func millinats(_ x: Int) -> Int {
        guard x > 1 else { return 0 }
        let exponent = Int.bitWidth - 1 - x.leadingZeroBitCount
        let bits = exponent >= 12 ? (x >> (exponent - 12)) : (x << (12 - exponent))
        // ln 2 = 0.693147…
        return (exponent * 693_147 + Int(mantissa[bits & 4_095]) + 500) / 1_000
    }

    /// ln(a / b) in millinats.
    package static func ratio(_ a: Int, _ b: Int) -> Int { millinats(a) - millinats(b) }
}

/// Probabilities as whole numbers: 2²⁰ is certain.
package enum Chance {
    package static let certain = 1 << 20
    /// Parts of a thousand.
    package static func thousandths(_ n: Int) -> Int { n * certain / 1_000 }
}
