/// xoshiro256** 1.0 (Blackman and Vigna), its state filled by SplitMix64. Whole numbers only: no result depends on a
/// floating-point library.
struct Random: Sendable {
    private var s: (UInt64, UInt64, UInt64, UInt64)

    /// Streams of one seed are unrelated: what one part of the story draws does not shift another part.
    init(seed: UInt64, stream: String) {
        var state = seed
        for byte in stream.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        func split() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        s = (split(), split(), split(), split())
    }

    mutating func next() -> UInt64 {
        let product = s.1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let t = s.1 << 17
        s.2 ^= s.0
        s.3 ^= s.1
        s.1 ^= s.2
        s.0 ^= s.3
        s.2 ^= t
        s.3 = (s.3 << 45) | (s.3 >> 19)
        return result
    }

    /// From 0 up to but not `bound`, which is positive (Lemire's multiplication; a bias below 2⁻³² is left).
    mutating func below(_ bound: Int) -> Int { Int(((next() >> 32) &* UInt64(bound)) >> 32) }
    mutating func among(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.upperBound - range.lowerBound + 1) }
    mutating func chance(_ perMille: Int) -> Bool { below(1000) < perMille }
    /// Of a collection that is not empty.
    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
    /// The place in `weights` that a draw in proportion to them falls on.
    mutating func weighted(_ weights: [Int]) -> Int {
        var x = below(max(weights.reduce(0, +), 1))
        for (i, w) in weights.enumerated() {
            if x < w { return i }
            x -= w
        }
        return weights.count - 1
    }
    mutating func shuffle<T>(_ values: inout [T]) {
        for i in stride(from: values.count - 1, to: 0, by: -1) { values.swapAt(i, below(i + 1)) }
    }
    /// Lower-case hexadecimal digits.
    mutating func hex(_ count: Int) -> String {
        var digits: [UInt8] = []
        while digits.count < count {
            var word = next()
            for _ in 0..<min(16, count - digits.count) {
                digits.append(Array("0123456789abcdef".utf8)[Int(word & 15)])
                word >>= 4
            }
        }
        return String(decoding: digits, as: UTF8.self)
    }
    mutating func uuid() -> String {
        let h = Array(hex(32))
        return String(h[0..<8]) + "-" + String(h[8..<12]) + "-4" + String(h[13..<16]) + "-a" + String(h[17..<20]) + "-" + String(h[20..<32])
    }
}
