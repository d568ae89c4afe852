import Foundation
import Ledger
import Testing

/// A log of our own with entries of all lengths.
func writeLog(_ folder: String, count: Int, seed: UInt64 = 1, keySeed: UInt8 = 7) throws -> (entries: [[UInt8]], signer: Signer) {
    var random = SeededGenerator(seed)
    let signer = try Signer(name: "cordon.example/case", seed: [UInt8](repeating: keySeed, count: 32))
    let writer = try LedgerWriter(folder: folder, origin: signer.name)
    var entries: [[UInt8]] = []
    for i in 0..<count {
        let length = i % 97 == 13 ? 0 : i % 211 == 5 ? 600 : Int.random(in: 1...60, using: &random)
        entries.append(random.bytes(length))
        #expect(try writer.append(entries[i]) == UInt64(i))
    }
    try writer.finish(signer: signer)
    return (entries, signer)
}

@Suite struct LogTests {
    @Test(arguments: [0, 1, 2, 3, 255, 256, 257, 300, 511, 512, 513, 1_000])
    func `a log that was written is whole and gives its entries back`(count: Int) throws {
        try withTemporaryFolder { folder in
            let (entries, signer) = try writeLog(folder + "/log", count: count)
            let reader = try LedgerReader(folder: folder + "/log", keys: [signer.verifierKey], origin: signer.name)
            #expect(reader.size == UInt64(count))
            #expect(reader.root == PlainTree(leaves: entries.map { Hash(leaf: $0) }).root(0..<count))
            #expect(reader.signers.map(\.key) == [signer.verifierKey])
            var audited: [[UInt8]] = []
            let audit = try reader.audit(body: { audited.append($1) })
            #expect(audit.entries == UInt64(count) && audited == entries)
            var read: [[UInt8]] = []
            try reader.forEachEntry { index, entry in
                #expect(index == UInt64(read.count))
                read.append(entry)
            }
            #expect(read == entries)
            for index in Set([0, 1, count / 2, 254, 255, 256, count - 1]) where entries.indices.contains(index) {
                #expect(try reader.entry(at: UInt64(index)) == entries[index])
                let leaf = Hash(leaf: entries[index])
                let proof = try reader.inclusionProof(of: UInt64(index))
                #expect(Merkle.verifyInclusion(of: leaf, at: UInt64(index), size: reader.size, proof: proof, root: reader.root))
                let consistency = try reader.consistencyProof(from: UInt64(index + 1))
                let old = PlainTree(leaves: entries.map { Hash(leaf: $0) }).root(0..<(index + 1))
                #expect(Merkle.verifyConsistency(old: UInt64(index + 1), oldRoot: old, size: reader.size, root: reader.root, proof: consistency))
                let range = UInt64(index)..<min(UInt64(index + 300), reader.size)
                var leaves: [Hash] = []
                try reader.forEachEntry(in: range) { leaves.append(Hash(leaf: $1)) }
                #expect(Merkle.verifyRange(range, leaves: leaves, size: reader.size, proof: try reader.rangeProof(of: range), root: reader.root))
            }
        }
    }

    @Test func `a log of 70,000 entries has the tiles that the specification counts`() throws {
        try withTemporaryFolder { folder in
            let signer = try Signer(name: "big", seed: [UInt8](repeating: 1, count: 32))
            let writer = try LedgerWriter(folder: folder, origin: "big")
            for i in 0..<70_000 { try writer.append(Array("entry \(i)".utf8)) }
            try writer.finish(signer: signer)
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
                var isFolder: ObjCBool = false
                return FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
            }
            #expect(names.filter { $0.hasPrefix("tile/0/") && !$0.contains(".p/") }.count == 273)
            #expect(names.filter { $0.hasPrefix("tile/0/") && $0.contains(".p/") } == ["tile/0/273.p/112"])
            #expect(names.filter { $0.hasPrefix("tile/1/") }.sorted() == ["tile/1/000", "tile/1/001.p/17"])
            #expect(names.filter { $0.hasPrefix("tile/2/") } == ["tile/2/000.p/1"])
            #expect(names.filter { $0.hasPrefix("tile/entries/") }.count == 274)
            #expect(names.count == 274 + 274 + 2 + 1 + 1)
            let reader = try LedgerReader(folder: folder, keys: [signer.verifierKey])
            let audit = try reader.audit()
            #expect(audit.entries == 70_000 && audit.bundles == 274 && audit.tiles == 277)
            let bundleBytes = (0..<70_000).map { 2 + "entry \($0)".utf8.count }.reduce(0, +)
            #expect(audit.bytes == bundleBytes + 32 * (70_000 + 273 + 1))
            #expect(try reader.entry(at: 69_999) == Array("entry 69999".utf8))

            // What is proven from three levels of tiles, for entries and sizes anywhere.
            var random = SeededGenerator(70_000)
            for index in [0, 255, 256, 65_535, 65_536, 69_999] + (0..<40).map({ _ in UInt64.random(in: 0..<70_000, using: &random) }) {
                let leaf = Hash(leaf: Array("entry \(index)".utf8))
                #expect(try reader.leafHash(at: index) == leaf)
                let inclusion = try reader.inclusionProof(of: index)
                #expect(inclusion.count <= 17 && Merkle.verifyInclusion(of: leaf, at: index, size: 70_000, proof: inclusion, root: reader.root))
                let consistency = try reader.consistencyProof(from: index + 1)
                let old = try Merkle.hash(of: 0..<(index + 1), from: reader.node)
                #expect(Merkle.verifyConsistency(old: index + 1, oldRoot: old, size: 70_000, root: reader.root, proof: consistency))
                let range = index..<min(index + 700, 70_000)
                let leaves = range.map { Hash(leaf: Array("entry \($0)".utf8)) }
                let proof = try reader.rangeProof(of: range)
                #expect(proof.count <= 34 && Merkle.verifyRange(range, leaves: leaves, size: 70_000, proof: proof, root: reader.root))
                #expect(!Merkle.verifyRange(range, leaves: leaves.reversed(), size: 70_000, proof: proof, root: reader.root) || leaves.count == 1)
            }
        }
    }

    @Test func `the same entries and key give the same bytes`() throws {
        try withTemporaryFolder { folder in
            for name in ["a", "b"] { _ = try writeLog(folder + "/" + name, count: 300) }
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder + "/a").sorted()
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder + "/b").sorted() == names)
            for name in names { #expect(FileManager.default.contents(atPath: folder + "/a/" + name) == FileManager.default.contents(atPath: folder + "/b/" + name)) }
            #expect(!names.contains { $0.hasSuffix(".tmp") })
        }
    }

    @Test func `the audit names the file of any byte that was changed`() throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder, count: 260)
            func audit() throws {
                _ = try LedgerReader(folder: folder, keys: [signer.verifierKey]).audit()
            }
            try audit()
            var random = SeededGenerator(3)
            for file in ["checkpoint", "tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/4"] {
                let url = URL(fileURLWithPath: folder).appendingPathComponent(file)
                let whole = try Data(contentsOf: url)
                let offsets = whole.count < 300 ? Array(whole.indices) : (0..<120).map { _ in Int.random(in: whole.indices, using: &random) } + [0, 1, whole.count - 1]
                for offset in offsets {
                    var changed = whole
                    changed[offset] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                    try changed.write(to: url)
                    let error = #expect(throws: LedgerError.self) { try audit() }
                    // The edge's tiles and the checkpoint bear each other out; which of them is wrong cannot be said.
                    if file == "tile/0/000" || file.hasPrefix("tile/entries") {
                        #expect(error?.file == file, "offset \(offset): \(error.map(String.init(describing:)) ?? "")")
                    }
                }
                for damaged in [whole.dropLast(), whole + [0], Data()] {
                    try Data(damaged).write(to: url)
                    #expect(throws: LedgerError.self) { try audit() }
                }
                try FileManager.default.removeItem(at: url)
                let error = #expect(throws: LedgerError.self) { try audit() }
                #expect(error?.file == file)
                try whole.write(to: url)
            }
            try audit()
        }
    }

    @Test func `entries are not given out when they or their tiles were changed`() throws {
        try withTemporaryFolder { folder in
            let (entries, signer) = try writeLog(folder, count: 600)
            let bundle = URL(fileURLWithPath: folder).appendingPathComponent("tile/entries/001")
            let whole = try Data(contentsOf: bundle)
            var changed = whole
            changed[changed.count - 1] ^= 1
            try changed.write(to: bundle)
            let reader = try LedgerReader(folder: folder, keys: [signer.verifierKey])
            let error = #expect(throws: LedgerError.self) { try reader.entry(at: 511) }
            #expect(error?.description == "tile/entries/001: entry 511 is not what the hash tile says")
            // The others of the bundle are still proven, and bundles outside the range are not read.
            #expect(try reader.entry(at: 300) == entries[300])
            try FileManager.default.removeItem(at: bundle)
            #expect(try reader.entry(at: 100) == entries[100])
            #expect(try reader.entry(at: 599) == entries[599])

            // Hash tile and entry changed together: the tile above it tells.
            let tile = URL(fileURLWithPath: folder).appendingPathComponent("tile/0/001")
            var hashes = try Data(contentsOf: tile)
            let forged = Hash(leaf: [1, 2, 3])
            hashes.replaceSubrange(0..<32, with: forged.bytes)
            try hashes.write(to: tile)
            let tileError = #expect(throws: LedgerError.self) { try LedgerReader(folder: folder).inclusionProof(of: 256) }
            #expect(tileError?.file == "tile/0/001")
        }
    }

    @Test func `entries exchanged, repeated or left out are found`() throws {
        try withTemporaryFolder { folder in
            var entries: [[UInt8]] = (0..<20).map { Array("entry \($0)".utf8) }
            let signer = try Signer(name: "log", seed: [UInt8](repeating: 1, count: 32))
            let writer = try LedgerWriter(folder: folder, origin: "log")
            for entry in entries { try writer.append(entry) }
            try writer.finish(signer: signer)
            let bundle = folder + "/tile/entries/000.p/20"
            func write(_ entries: [[UInt8]]) throws {
                try Data(entries.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0 }).write(to: URL(fileURLWithPath: bundle))
            }
            try write(entries)
            _ = try LedgerReader(folder: folder).audit()
            entries.swapAt(3, 9)
            try write(entries)
            #expect(throws: LedgerError(file: "tile/entries/000.p/20", problem: "entry 3 is not what the hash tile says")) { try LedgerReader(folder: folder).audit() }
            entries.swapAt(3, 9)
            try write(Array(entries.dropLast()))
            #expect(throws: LedgerError(file: "tile/entries/000.p/20", problem: "ends before entry 19 of 20")) { try LedgerReader(folder: folder).audit() }
            try write(entries + [entries[0]])
            #expect(throws: LedgerError.self) { try LedgerReader(folder: folder).audit() }
        }
    }

    @Test func `a checkpoint that claims more than there is costs nothing`() throws {
        try withTemporaryFolder { folder in
            _ = try writeLog(folder, count: 10)
            let signer = try Signer(name: "cordon.example/case", seed: [UInt8](repeating: 7, count: 32))
            for size in [11, 266, 1 << 40, UInt64(Int64.max), .max] {
                let claim = Checkpoint(origin: signer.name, size: size, root: .emptyRoot)
                try Data(SignedNote(text: claim.text, signers: [signer]).bytes).write(to: URL(fileURLWithPath: folder + "/checkpoint"))
                #expect(throws: LedgerError.self) { try LedgerReader(folder: folder, keys: [signer.verifierKey]) }
            }
        }
    }

    @Test func `a log is another's, unsigned or not a log`() throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder, count: 10)
            let stranger = try Signer(name: signer.name, seed: [UInt8](repeating: 8, count: 32))
            #expect(throws: LedgerError(file: "checkpoint", problem: "has no signature of a known key")) { try LedgerReader(folder: folder, keys: [stranger.verifierKey]) }
            #expect(throws: LedgerError(file: "checkpoint", problem: "is the checkpoint of another log")) { try LedgerReader(folder: folder, origin: "other") }
            #expect(try LedgerReader(folder: folder).signers.isEmpty)
            #expect(throws: LedgerError(file: "checkpoint", problem: "is missing")) { try LedgerReader(folder: folder + "/nowhere") }
            try FileManager.default.removeItem(atPath: folder + "/checkpoint")
            try FileManager.default.createDirectory(atPath: folder + "/checkpoint", withIntermediateDirectories: false)
            #expect(throws: LedgerError(file: "checkpoint", problem: "is not a regular file")) { try LedgerReader(folder: folder) }
            try FileManager.default.removeItem(atPath: folder + "/checkpoint")
            #expect(mkfifo(folder + "/checkpoint", 0o600) == 0)
            #expect(throws: LedgerError(file: "checkpoint", problem: "is not a regular file")) { try LedgerReader(folder: folder) }
        }
    }

    @Test func `a log signed by its own key and another verifies with either`() throws {
        try withTemporaryFolder { folder in
            let own = try Signer(name: "cordon.case/1", seed: [UInt8](repeating: 1, count: 32))
            let officer = try Signer(name: "hospital.example/officer", seed: [UInt8](repeating: 2, count: 32))
            let writer = try LedgerWriter(folder: folder, origin: own.name)
            try writer.append([1])
            try writer.finish(signers: [own, officer])
            for keys in [[own], [officer], [officer, own]] {
                let reader = try LedgerReader(folder: folder, keys: keys.map(\.verifierKey), origin: own.name)
                #expect(reader.signers.count == keys.count)
            }
        }
    }

    @Test func `the writer refuses what it cannot keep`() throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder + "/a", count: 1)
            #expect(throws: LedgerError.self) { try LedgerWriter(folder: folder + "/a", origin: signer.name) }
            #expect(throws: LedgerError.self) { try LedgerWriter(folder: folder + "/b", origin: "two words") }
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            #expect(throws: LedgerError.self) { try LedgerWriter(folder: folder + "/file/log", origin: "log") }
            let writer = try LedgerWriter(folder: folder + "/c", origin: signer.name)
            #expect(throws: LedgerError.self) { try writer.append([UInt8](repeating: 0, count: 65_536)) }
            try writer.append([UInt8](repeating: 0xff, count: 65_535))
            try writer.append([])
            try writer.finish(signer: signer)
            let reader = try LedgerReader(folder: folder + "/c", keys: [signer.verifierKey])
            #expect(try reader.audit().entries == 2)
            #expect(try reader.entry(at: 0).count == 65_535)
            #expect(throws: Merkle.OutOfRange.self) { try reader.forEachEntry(in: 1..<3) { _, _ in } }
            #expect(throws: Merkle.OutOfRange.self) { try reader.inclusionProof(of: 2) }
        }
    }
}
