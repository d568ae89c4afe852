import Ledger

/// Puts back tiles and bundles that are damaged or missing, from a folder with a copy of the log. Only what follows from this
/// log's own signed checkpoint is taken, so the copy need not be trusted.
package struct Repair: Sendable {
    /// Files that were put back, in order.
    package private(set) var restored: [String] = []
    /// Files that are not right and that the copy could not give.
    package private(set) var missing: [String] = []

    private let files: any FileSystem
    private let mirror: any FileSystem
    private let size: UInt64

    /// - Parameter key: who signs; the checkpoint must be whole.
    package init(_ files: any FileSystem, from mirror: any FileSystem, key: VerifierKey) throws {
        guard let bytes = try files.read("checkpoint", maximum: 1 << 20) else { throw JournalProblem.damaged(file: "checkpoint", "is missing") }
        let note = try SignedNote(parsing: bytes)
        _ = try note.verify(with: [key])
        let checkpoint = try Checkpoint(text: note.text)
        (self.files, self.mirror, size) = (files, mirror, checkpoint.size)
        let minimum = try Retention.inForce(files)?.minimum ?? 0

        var above = try repairEdge(checkpoint)
        // Each tile is checked by its hash in the tile above, so from the top.
        for level in (0..<Tile.levels(size: size)).reversed() {
            var hashes: [UInt64: [Hash]] = [:]
            let count = Tile.count(atLevel: level, size: size)
            for index in 0..<((count + 255) >> 8) {
                guard let tile = Tile.at(.hashes(level), index, size: size) else { continue }
                if tile.width < Tile.fullWidth {
                    hashes[index] = above.edge[level]
                } else if let expected = above.tiles[index >> 8]?[Int(index & 255)] {
                    hashes[index] = try repair(tile) { tileRoot(tileHashes($0)) == expected }.map(tileHashes)
                }
                if level == 0, (index + 1) << 8 > minimum, let leaves = hashes[index] {
                    let bundle = Tile(.entries, index, width: tile.width)
                    _ = try repair(bundle) { Repair.leaves($0) == leaves }
                }
            }
            above.tiles = hashes
        }
    }

    /// The partial tiles, which make the root.
    private mutating func repairEdge(_ checkpoint: Checkpoint) throws -> (edge: [Int: [Hash]], tiles: [UInt64: [Hash]]) {
        var choices: [(level: Int, tile: Tile, candidates: [[UInt8]])] = []
        for level in (0..<Tile.levels(size: size)).reversed() {
            guard let tile = Tile.at(.hashes(level), Tile.count(atLevel: level, size: size) >> 8, size: size) else { continue }
            choices.append((level, tile, try [own(tile)].compactMap { $0 } + copies(tile)))
        }
        // At most two ways for each of at most eight levels.
        var picked: [[UInt8]] = []
        func search(_ i: Int) -> Bool {
            guard i < choices.count else { return Merkle.root(ofPerfect: picked.flatMap { perfectSubtrees(tileHashes($0)) }) == checkpoint.root }
            for candidate in choices[i].candidates {
                picked.append(candidate)
                if search(i + 1) { return true }
                picked.removeLast()
            }
            return false
        }
        guard search(0) else { throw JournalProblem.damaged(file: choices.map(\.tile.path).joined(separator: ", "), "neither these nor the copy's make the signed root") }
        var edge: [Int: [Hash]] = [:]
        for (choice, bytes) in zip(choices, picked) {
            edge[choice.level] = tileHashes(bytes)
            if try own(choice.tile) != bytes { try put(choice.tile, bytes) }
        }
        return (edge, [:])
    }

    private mutating func repair(_ tile: Tile, _ isRight: ([UInt8]) -> Bool) throws -> [UInt8]? {
        if let bytes = try own(tile), isRight(bytes) { return bytes }
        for bytes in try copies(tile) where isRight(bytes) {
            try put(tile, bytes)
            return bytes
        }
        missing.append(tile.path)
        return nil
    }

    private mutating func put(_ tile: Tile, _ bytes: [UInt8]) throws {
        try files.makeFolder(folder(of: tile.path))
        try files.placeDurably(bytes, at: tile.path)
        restored.append(tile.path)
    }

    private func maximum(_ tile: Tile) -> Int {
        if case .entries = tile.level { tile.width * (2 + Tile.entryMaximum) } else { tile.width * Hash.byteCount }
    }

    private func own(_ tile: Tile) throws -> [UInt8]? {
        guard let bytes = try? files.read(tile.path, maximum: maximum(tile)) else { return nil }
        if case .hashes = tile.level, bytes.count != maximum(tile) { return nil }
        return bytes
    }

    /// The copy may be longer: the tile's beginning is then in a wider one.
    private func copies(_ tile: Tile) throws -> [[UInt8]] {
        let full = Tile(tile.level, tile.index)
        let widths = tile.width == Tile.fullWidth ? [] : try mirror.list(full.path + ".p").compactMap { Int($0) }.filter { $0 >= tile.width && $0 < 256 }.sorted()
        return (widths.map { Tile(tile.level, tile.index, width: $0) } + [full]).compactMap { wider in
            guard let bytes = try? mirror.read(wider.path, maximum: maximum(wider)) else { return nil }
            if case .hashes = tile.level { return bytes.count < maximum(tile) ? nil : Array(bytes.prefix(maximum(tile))) }
            return Repair.prefix(bytes, entries: tile.width)
        }
    }

    private static func prefix(_ bundle: [UInt8], entries: Int) -> [UInt8]? {
        var at = 0
        for _ in 0..<entries {
            guard bundle.count - at >= 2 else { return nil }
            at += 2 + Int(bundle[at]) << 8 + Int(bundle[at + 1])
            guard at <= bundle.count else { return nil }
        }
        return Array(bundle[..<at])
    }

    private static func leaves(_ bundle: [UInt8]) -> [Hash] {
        var leaves: [Hash] = [], at = 0
        while bundle.count - at >= 2 {
            let count = Int(bundle[at]) << 8 | Int(bundle[at + 1])
            guard bundle.count - at - 2 >= count else { break }
            leaves.append(Hash(leaf: Array(bundle[(at + 2)..<(at + 2 + count)])))
            at += 2 + count
        }
        return at == bundle.count ? leaves : []
    }
}
