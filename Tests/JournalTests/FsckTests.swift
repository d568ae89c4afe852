import Journal
import Ledger
import Testing

@Suite struct FsckTests {
    /// 1,000 entries; 900 published; the head and some segments, runs and earlier checkpoints beside them.
    private func filled() throws -> (CrashDisk, CrashDisk) {
        let (disk, head) = (CrashDisk(), CrashDisk())
        var log = try DurableLog(disk, head: head, signer: try testSigner(), limits: .tiny, now: 1_000)
        for batch in 0..<10 {
            _ = try log.sequencer.append((batch * 100..<batch * 100 + 100).map { entry($0) })
            guard batch % 2 == 0 else { continue }
            _ = try log.publisher.sign(log.sequencer.committed, now: 1_001 + Int64(batch) * 1_800_000)
            try log.publisher.publish()
            if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
        }
        return (disk, head)
    }

    @Test func `a whole log passes, down to the last file`() throws {
        let (disk, head) = try filled()
        let check = try Fsck(disk, head: head, key: try testSigner().verifierKey)
        #expect(check.published.size == 900 && check.size == 1_000 && check.audit.entries == 900 && check.checkpoints == 5)
        #expect(check.remarks.isEmpty && check.events > 200)
    }

    @Test func `one bit that flips in any file is found`() throws {
        let (disk, head) = try filled()
        let key = try testSigner().verifierKey
        var random = SeededGenerator(3)
        var missed: [String] = []
        var flips = 0
        // Partial tiles of earlier sizes are read by nobody; the history's lines are text that says when.
        for file in disk.files where !file.contains(".p/") || file.hasSuffix(".p/132") || file.hasSuffix(".p/3") {
            let whole = try #require(disk.bytes(file))
            for _ in 0..<12 where !whole.isEmpty {
                var flipped = whole
                let at = Int.random(in: 0..<whole.count, using: &random)
                flipped[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
                disk.replace(file, flipped)
                flips += 1
                if let check = try? Fsck(disk, head: head, key: key), check.remarks.isEmpty, check.checkpoints == 5 { missed.append("\(file) byte \(at)") }
            }
            disk.replace(file, whole)
        }
        #expect(flips > 200)
        #expect(missed.filter { !$0.hasPrefix("checkpoints/") } == [])
    }

    @Test func `any missing file is found`() throws {
        let (disk, head) = try filled()
        // The last segment alone holds nothing that was signed: that it was there, nobody knows.
        for file in disk.files where !file.hasPrefix("checkpoints/") && file != "journal/00000000000000000900.seg" && (!file.contains(".p/") || file.hasSuffix(".p/132")) {
            let whole = disk.bytes(file)
            disk.replace(file, nil)
            #expect(throws: (any Error).self, "\(file)") { try Fsck(disk, head: head, key: try testSigner().verifierKey) }
            disk.replace(file, whole)
        }
        #expect(throws: JournalProblem.self) { try Fsck(disk, head: CrashDisk(), key: nil) }
    }

    @Test func `a published checkpoint that is not a prefix of the log is found`() throws {
        let (disk, head) = try filled()
        let signer = try testSigner()
        let forked = try SignedNote(text: Checkpoint(origin: signer.name, size: 300, root: Hash(of: [1])).text, signers: [signer]).bytes
        disk.replace("checkpoints/3.all", Array("12600000 \(forked.count)\n".utf8) + forked)
        #expect(throws: JournalProblem.rolledBack("the checkpoint of size 300 that was published is not a prefix of the log")) {
            try Fsck(disk, head: head, key: signer.verifierKey)
        }
    }

    @Test func `the scrub finds a flipped bit within its round and goes on behind it`() throws {
        let (disk, _) = try filled()
        var scrub = Scrub()
        for _ in 0..<100 where scrub.rounds == 0 { try scrub.step(disk, bytes: 10_000) }
        #expect(scrub.rounds == 1 && scrub.next == 0)
        var bytes = try #require(disk.bytes("tile/entries/001"))
        bytes[99] ^= 2
        disk.replace("tile/entries/001", bytes)
        var found: [String] = []
        for _ in 0..<100 where scrub.rounds == 1 {
            do { try scrub.step(disk, bytes: 10_000) } catch { found.append("\(error)") }
        }
        #expect(found.count == 1 && found[0].hasPrefix("tile/entries/001") && scrub.rounds == 2)
    }

    @Test func `a proof file is checked without the log`() throws {
        let (disk, _) = try filled()
        let key = try testSigner().verifierKey
        let reader = try LedgerReader { try disk.read($0, maximum: $1) }
        let proof = TlogProof(index: 271, hashes: try reader.inclusionProof(of: 271), checkpoint: reader.note, extra: [1, 2])
        #expect(try LogProofs(disk, size: 900).inclusion(of: 271) == proof.hashes)
        let read = try TlogProof(parsing: proof.bytes)
        #expect(read == proof)
        #expect(try read.verify(Hash(leaf: entry(271).bytes), keys: [key]).checkpoint.size == 900)
        #expect(throws: ProofProblem.self) { try read.verify(Hash(leaf: entry(272).bytes), keys: [key]) }
        #expect(throws: NoteProblem.self) { try read.verify(Hash(leaf: entry(271).bytes), keys: []) }
        var other = read
        other.index = 270
        #expect(throws: ProofProblem.self) { try other.verify(Hash(leaf: entry(271).bytes), keys: [key]) }
    }
}

@Suite struct RetentionTests {
    private func filled() throws -> (CrashDisk, CrashDisk, DurableLog) {
        let (disk, head) = (CrashDisk(), CrashDisk())
        var log = try DurableLog(disk, head: head, signer: try testSigner(), limits: .tiny, now: 1_000)
        for batch in 0..<10 {
            _ = try log.sequencer.append((batch * 100..<batch * 100 + 100).map { entry($0) })
            _ = try log.publisher.sign(log.sequencer.committed, now: 1_001)
            try log.publisher.publish()
            if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
        }
        return (disk, head, log)
    }

    @Test func `bundles below the minimum go, proofs and exactly-once stay`() throws {
        let (disk, head, full) = try filled()
        var log = full
        let before = try LogProofs(disk, size: 1_000).inclusion(of: 5)
        let gone = try Retention(minimum: 600, policy: "Kept for three years, by decision of the controllers.").prune(disk, published: 1_000)
        #expect(gone.bundles == 2 && gone.bytes > 4_000)
        #expect(!disk.files.contains("tile/entries/001") && disk.files.contains("tile/entries/002") && disk.files.contains("tile/0/001"))
        #expect(try LogProofs(disk, size: 1_000).inclusion(of: 5) == before)
        let check = try Fsck(disk, head: head, key: nil)
        #expect(check.minimum == 600 && check.audit.entries == 488)
        #expect(try log.sequencer.append([entry(5)]) == [.known(index: 5)])
        var again = try DurableLog(disk, head: head, signer: try testSigner(), limits: .tiny, now: 2_000)
        #expect(try again.sequencer.append([entry(6), entry(6_000)]).map(\.index) == [6, 1_000])
        // A hash of what is gone still has to be right.
        var tile = try #require(disk.bytes("tile/0/000"))
        tile[40] ^= 1
        disk.replace("tile/0/000", tile)
        #expect(throws: (any Error).self) { try Fsck(disk, head: head, key: nil) }
    }

    @Test func `nothing goes without a policy, twice in other words, or beyond the full bundles`() throws {
        let (disk, _, _) = try filled()
        #expect(throws: JournalProblem.self) { try Retention(minimum: 256, policy: "") }
        #expect(throws: JournalProblem.self) { try Retention(minimum: 256, policy: "two\nlines") }
        #expect(throws: JournalProblem.self) { try Retention(minimum: 900, policy: "too much").prune(disk, published: 1_000) }
        _ = try Retention(minimum: 512, policy: "three years").prune(disk, published: 1_000)
        #expect(throws: JournalProblem.self) { try Retention(minimum: 256, policy: "back").prune(disk, published: 1_000) }
        #expect(try Retention.inForce(disk) == Retention(minimum: 512, policy: "three years"))
    }
}
