/// The layout of a log on disk or behind a web server: c2sp.org/tlog-tiles.
///
/// ```
/// checkpoint                   the signed note of size and root
/// tile/<level>/<index>[.p/<width>]     up to 256 hashes; those of level l stand over 256^l entries each
/// tile/entries/<index>[.p/<width>]     up to 256 × (length, 16 bits big-endian ‖ entry)
/// ```
package struct Tile: Hashable, Sendable, CustomStringConvertible {
    package enum Level: Hashable, Sendable {
        case entries
        /// 0 to 63.
        case hashes(Int)
    }

    package var level: Level
    package var index: UInt64
    /// 1 to 256. Less than 256 is a partial tile: the last one of its level.
    package var width: Int

    package static let fullWidth = 256
    /// A bundle gives lengths in 16 bits.
    package static let entryMaximum = 65_535

    package init(_ level: Level, _ index: UInt64, width: Int = Tile.fullWidth) {
        (self.level, self.index, self.width) = (level, index, width)
    }

    /// Relative to the log's folder, `/` between elements.
    package var path: String {
        var path = "tile/"
        switch level {
        case .entries: path += "entries"
        case .hashes(let level): path += String(level)
        }
        var elements: [String] = [threeDigits(index % 1_000)]
        var rest = index / 1_000
        while rest > 0 {
            elements.append("x" + threeDigits(rest % 1_000))
            rest /= 1_000
        }
        path += "/" + elements.reversed().joined(separator: "/")
        return width == Tile.fullWidth ? path : path + ".p/" + String(width)
    }

    package var description: String { path }

    /// Nil unless `path` is exactly what `path` writes for some tile.
    package init?(path: String) {
        var elements = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard elements.popFirst() == "tile", let name = elements.popFirst() else { return nil }
        if name == "entries" {
            level = .entries
        } else {
            guard let number = decimal(name), number <= 63 else { return nil }
            level = .hashes(Int(number))
        }
        width = Tile.fullWidth
        if elements.count >= 2, let partial = elements.dropLast().last, partial.hasSuffix(".p") {
            guard let number = decimal(elements[elements.endIndex - 1]), (1...255).contains(number) else { return nil }
            width = Int(number)
            elements = elements.dropLast(2) + [partial.dropLast(2)]
        }
        guard let last = elements.popLast() else { return nil }
        index = 0
        for element in elements {
            guard element.hasPrefix("x"), let digits = threeDigits(element.dropFirst()), index > 0 || digits > 0, append(digits) else { return nil }
        }
        guard let digits = threeDigits(last), append(digits) else { return nil }
    }

    private mutating func append(_ digits: UInt64) -> Bool {
        let (product, overflow) = index.multipliedReportingOverflow(by: 1_000)
        let (sum, carry) = product.addingReportingOverflow(digits)
        index = sum
        return !overflow && !carry
    }

    /// How many hashes level `level` has in all for a log of `size` entries: complete subtrees of 256^level entries.
    package static func count(atLevel level: Int, size: UInt64) -> UInt64 {
        level >= 8 ? 0 : size >> UInt64(8 * level)
    }

    /// Levels that a log of `size` entries has.
    package static func levels(size: UInt64) -> Int { (64 - size.leadingZeroBitCount + 7) / 8 }

    /// The tile `index` of a level as a log of `size` entries has it; nil when it has none.
    package static func at(_ level: Level, _ index: UInt64, size: UInt64) -> Tile? {
        let count: UInt64
        switch level {
        case .entries: count = size
        case .hashes(let level): count = Tile.count(atLevel: level, size: size)
        }
        guard index <= count >> 8 else { return nil }
        if index < count >> 8 { return Tile(level, index) }
        let width = Int(count & 255)
        return width == 0 ? nil : Tile(level, index, width: width)
    }
}

private func threeDigits(_ n: UInt64) -> String {
    let digits = String(n)
    return String(repeating: "0", count: max(0, 3 - digits.utf8.count)) + digits
}

private func threeDigits(_ text: Substring) -> UInt64? {
    guard text.utf8.count == 3, text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
    return UInt64(text)
}

/// Decimal digits without a sign and without zeros in front; nil otherwise or beyond 64 bits.
func decimal(_ text: some StringProtocol) -> UInt64? {
    let utf8 = text.utf8
    guard let first = utf8.first, utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), first != 0x30 || utf8.count == 1 else { return nil }
    return UInt64(text)
}

/// Turns a stream of leaf hashes into tiles, level upon level. Holds at most one tile of each level.
///
/// The writer and the auditor share it: one writes the tiles that come out, the other compares them with what lies there.
package struct TileBuilder {
    package private(set) var size: UInt64 = 0
    private var open: [[Hash]] = []

    package init() {}

    /// Goes on where a log of `size` entries, a multiple of 256, ends: from its full tiles alone.
    package init(size: UInt64, reading tile: (Tile) throws -> [Hash]) throws {
        precondition(size & 255 == 0)
        self.size = size
        for level in 0..<Tile.levels(size: size) {
            let first = Tile.count(atLevel: level + 1, size: size) << 8
            open.append(level == 0 ? [] : try (first..<Tile.count(atLevel: level, size: size)).map { tileRoot(try tile(Tile(.hashes(level - 1), $0))) })
            open[level].reserveCapacity(Tile.fullWidth)
        }
    }

    /// Adds one leaf; full tiles go to `emit`, lower levels first.
    package mutating func append(_ leaf: Hash, emit: (Tile, [Hash]) throws -> Void) throws {
        var (hash, level) = (leaf, 0)
        while true {
            if level == open.count {
                open.append([])
                open[level].reserveCapacity(Tile.fullWidth)
            }
            open[level].append(hash)
            guard open[level].count == Tile.fullWidth else { break }
            let index = size >> UInt64(8 * (level + 1))
            hash = tileRoot(open[level])
            try emit(Tile(.hashes(level), index), open[level])
            open[level].removeAll(keepingCapacity: true)
            level += 1
        }
        size += 1
    }

    /// The partial tiles of the right edge, lower levels first.
    package func partials(emit: (Tile, [Hash]) throws -> Void) throws {
        for (level, hashes) in open.enumerated() where !hashes.isEmpty {
            try emit(Tile(.hashes(level), size >> UInt64(8 * (level + 1)), width: hashes.count), hashes)
        }
    }

    /// The tree's root so far. The widths of the open tiles are the size in base 256, so their perfect subtrees are the tree's.
    package var root: Hash { Merkle.root(ofPerfect: perfectSubtrees) }

    /// Roots of the perfect subtrees that make the tree, large to small: as many as the size has bits set.
    package var perfectSubtrees: [Hash] { open.reversed().flatMap(Ledger.perfectSubtrees) }
}

/// The roots of the perfect subtrees that a partial tile's hashes make, large to small.
package func perfectSubtrees(_ hashes: [Hash]) -> [Hash] {
    var roots: [Hash] = []
    var start = 0
    while start < hashes.count {
        let length = 1 << (Int.bitWidth - 1 - (hashes.count - start).leadingZeroBitCount)
        roots.append(tileRoot(Array(hashes[start..<start + length])))
        start += length
    }
    return roots
}

/// The root over a power of two of hashes.
package func tileRoot(_ hashes: [Hash]) -> Hash {
    var level = hashes
    var width = level.count
    precondition(width > 0 && width & (width - 1) == 0)
    while width > 1 {
        width /= 2
        for i in 0..<width { level[i] = Hash(node: level[2 * i], level[2 * i + 1]) }
    }
    return level[0]
}
