import Foundation
import Journal
import Ledger
import Testing

@Suite struct WitnessTests {
    private let witnessSigner = try? Signer(name: "witness.example/w1", seed: [UInt8](repeating: 9, count: 32))

    private func witness(_ disk: CrashDisk, _ keys: [VerifierKey]? = nil) throws -> Witness {
        let keys = try keys ?? [testSigner().verifierKey]
        return try Witness(disk, signer: try #require(witnessSigner), logs: [keys[0].name: keys])
    }

    private struct Tree {
        var leaves: [Hash] = (0..<300).map { Hash(leaf: Array("\($0)".utf8)) }
        func node(_ node: Merkle.Node) -> Hash {
            node.height == 0 ? leaves[Int(node.index)] : Hash(node: self.node(Merkle.Node(height: node.height - 1, index: 2 * node.index)), self.node(Merkle.Node(height: node.height - 1, index: 2 * node.index + 1)))
        }
        func root(_ size: UInt64) throws -> Hash { try Merkle.hash(of: 0..<size, from: node) }
        func note(_ size: UInt64, signer: Signer) throws -> SignedNote {
            try SignedNote(text: Checkpoint(origin: testSigner().name, size: size, root: root(size)).text, signers: [signer])
        }
        func request(_ old: UInt64, _ size: UInt64, signer: Signer? = nil) throws -> [UInt8] {
            let proof = old > 0 && old < size ? try Merkle.consistencyProof(from: old, size: size, from: node) : []
            return WitnessRequest(old: old, proof: proof, note: try note(size, signer: signer ?? testSigner())).bytes
        }
    }

    @Test func `a log that grows is cosigned each time, and the cosignature holds`() throws {
        let disk = CrashDisk(), tree = Tree()
        var old: UInt64 = 0
        for size: UInt64 in [0, 1, 1, 2, 3, 7, 8, 15, 100, 255, 256, 257, 300] {
            // A new process each time: the row is on the disk.
            let witness = try witness(disk)
            let answer = witness.addCheckpoint(try tree.request(old, size), time: 1_700_000_000 + size)
            #expect(answer.status == 200, "\(size): \(String(decoding: answer.body, as: UTF8.self))")
            let line = try #require(SignedNote.Signature(line: answer.body.dropLast()))
            let verified = try tree.note(size, signer: testSigner()).adding([line]).verify(with: [witness.key, testSigner().verifierKey])
            #expect(verified.map(\.time) == [nil, 1_700_000_000 + size])
            old = size
        }
        let hash = Hash(of: Array(try testSigner().name.utf8)).hex
        let shown = try witness(disk).checkpoint(originHash: hash)
        #expect(shown.status == 200)
        #expect(try Checkpoint(text: SignedNote(parsing: shown.body).text).size == 300)
        #expect(try witness(disk).checkpoint(originHash: String(hash.reversed())).status == 404)
    }

    @Test func `every other answer is the one that the standard asks for`() throws {
        let disk = CrashDisk(), tree = Tree(), signer = try testSigner()
        let witness = try witness(disk)
        #expect(witness.addCheckpoint(try tree.request(0, 10), time: 1).status == 200)
        func status(_ bytes: [UInt8]) -> Int { witness.addCheckpoint(bytes, time: 2).status }

        for malformed in ["", "old 1", "old 01\n\n", "old -1\n\n", "new 0\n\n", "old 10\nnot base64\n\n"] { #expect(status(Array(malformed.utf8)) == 400, "\(malformed)") }
        #expect(status(WitnessRequest(old: 10, proof: [Hash](repeating: .emptyRoot, count: 64), note: try tree.note(20, signer: signer)).bytes) == 400)
        #expect(status(WitnessRequest(old: 21, proof: [], note: try tree.note(20, signer: signer)).bytes) == 400)
        let other = try Signer(name: "other.example", seed: [UInt8](repeating: 3, count: 32))
        let foreign = try SignedNote(text: Checkpoint(origin: other.name, size: 1, root: tree.root(1)).text, signers: [other])
        #expect(status(WitnessRequest(old: 0, proof: [], note: foreign).bytes) == 404)
        #expect(status(try tree.request(10, 20, signer: other)) == 403)
        #expect(status(try tree.request(10, 20, signer: Signer(name: signer.name, seed: [UInt8](repeating: 3, count: 32)))) == 403)
        let late = witness.addCheckpoint(try tree.request(9, 20), time: 2)
        #expect(late.status == 409 && late.contentType == "text/x.tlog.size" && late.body == Array("10\n".utf8))
        #expect(status(try tree.request(0, 20)) == 409)
        var wrong = try WitnessRequest(parsing: tree.request(10, 20))
        wrong.proof[0] = .emptyRoot
        #expect(status(wrong.bytes) == 422)
        wrong.proof = []
        #expect(status(wrong.bytes) == 422)
        #expect(status(WitnessRequest(old: 10, proof: [.emptyRoot], note: try tree.note(10, signer: signer)).bytes) == 422)
        let fork = try SignedNote(text: Checkpoint(origin: signer.name, size: 10, root: tree.root(9)).text, signers: [signer])
        #expect(status(WitnessRequest(old: 10, proof: [], note: fork).bytes) == 409)
        #expect(try witness.evidence() == [fork.bytes])
        let fresh = try self.witness(CrashDisk())
        #expect(fresh.addCheckpoint(WitnessRequest(old: 0, proof: [.emptyRoot], note: try tree.note(20, signer: signer)).bytes, time: 1).status == 422)
        #expect(status(try tree.request(10, 20)) == 200)
    }

    @Test func `64 calls at once never roll a row back`() async throws {
        let disk = CrashDisk(), tree = Tree()
        let witness = try witness(disk)
        #expect(witness.addCheckpoint(try tree.request(0, 1), time: 1).status == 200)
        let requests = try (0..<64).map { try tree.request(1, 2 + UInt64($0)) }
        let statuses = await withTaskGroup(of: Int.self) { group in
            for request in requests { group.addTask { witness.addCheckpoint(request, time: 2).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.filter { $0 == 200 }.count == 1 && statuses.filter { $0 == 409 }.count == 63)
    }

    @Test func `no power loss and no failed write leads to two cosignatures that contradict each other`() throws {
        let tree = Tree(), signer = try testSigner()
        var fork = Tree()
        fork.leaves[4] = Hash(leaf: [9])
        var random = SeededGenerator(4)
        for stop in 1...40 {
            let disk = CrashDisk()
            var cosigned: UInt64 = 0
            disk.beforeOperation = { if $0 == stop { throw FileError(operation: "writing", file: "", code: 5, reason: "injected") } }
            if let witness = try? witness(disk) {
                for size: UInt64 in [2, 5, 9, 20] {
                    let answer = witness.addCheckpoint(try tree.request(cosigned, size), time: 1)
                    guard answer.status == 200 else {
                        #expect(answer.status == 500)
                        #expect(witness.addCheckpoint(try tree.request(cosigned, size), time: 1).status == 500)
                        break
                    }
                    cosigned = size
                }
            }
            for after in [disk.afterKill(), disk.afterPowerLoss(&random), disk.afterPowerLoss(&random)] {
                let again = try witness(after)
                guard cosigned >= 5 else { continue }
                for old in [0, 2, 5, 9, 20] as [UInt64] {
                    #expect(again.addCheckpoint(try fork.request(old, 30, signer: signer), time: 1).status != 200)
                }
                let old: UInt64 = again.addCheckpoint(try tree.request(cosigned, 30), time: 1).status == 200 ? cosigned : 0
                #expect(old == cosigned || cosigned < 20)
            }
        }
    }

    @Test func `the client learns what the witness knows, and tells alarms from errands`() throws {
        let disk = CrashDisk(), logDisk = CrashDisk(), signer = try testSigner()
        var log = try DurableLog(logDisk, head: CrashDisk(), signer: signer, limits: .tiny, now: 1)
        let witness = try witness(disk)
        var client = WitnessClient(key: witness.key)
        func ask(_ note: SignedNote, _ size: UInt64) throws -> WitnessClient.Answer {
            let answer = witness.addCheckpoint(try client.request(for: note, LogProofs(logDisk, size: size)), time: 5)
            return client.take(status: answer.status, body: answer.body, for: note, size: size)
        }
        for step in 1...100 {
            _ = try log.sequencer.append((step * 10..<step * 10 + step % 9 + 1).map { entry($0) })
            let size = log.sequencer.committed.size
            let note = try #require(try log.publisher.sign(log.sequencer.committed, now: Int64(step) + 1))
            if step % 20 == 0 {
                client = WitnessClient(key: witness.key)
                #expect(try ask(note, size) == .again)
            }
            guard case .cosigned(let lines) = try ask(note, size) else {
                Issue.record("step \(step)")
                return
            }
            try log.publisher.publish(cosignatures: lines)
            let policy = try WitnessPolicy(parsing: Array("log \(signer.verifierKey)\nwitness w \(witness.key)\nquorum w\n".utf8))
            #expect(try policy.verify(SignedNote(parsing: try #require(logDisk.bytes("checkpoint")))).size == size)
        }
        let old = try Tree().note(3, signer: signer)
        #expect(client.take(status: 409, body: Array("999\n".utf8), for: old, size: 3) == .rolledBack(size: 999))
        #expect(client.take(status: 409, body: Array("forked\n".utf8), for: old, size: 3) == .forked)
        #expect(client.take(status: 422, body: [], for: old, size: 3) == .forked)
        #expect(client.take(status: 403, body: [], for: old, size: 3) == .refused(status: 403))
        #expect(client.take(status: 200, body: Array("— x y\n".utf8), for: old, size: 3) == .refused(status: 200))
    }

    @Test func `policies say what is enough`() throws {
        let keys = try (0..<6).map { try Signer(name: "w\($0).example", seed: [UInt8](repeating: UInt8($0 + 20), count: 32)).cosignatureKey() }
        let log = try testSigner().verifierKey
        let text = """
            # two of X and one of Y
            log \(log) https://log.example/
            witness X1 \(keys[0])
            \twitness X2 \(keys[1]) https://x2.example/
            witness X3 \(keys[2])
            group X 2 X1 X2 X3
            witness Y1 \(keys[3])
            witness Y2 \(keys[4])
            group Y any Y1 Y2
            group both all X Y
            quorum both

            """
        let policy = try WitnessPolicy(parsing: Array(text.utf8))
        #expect(policy.logs.map(\.url) == ["https://log.example/"] && policy.witnesses.map(\.name) == ["X1", "X2", "X3", "Y1", "Y2"])
        #expect(policy.isMet(by: [keys[0], keys[2], keys[3]]) && policy.isMet(by: Set(keys)))
        #expect(!policy.isMet(by: [keys[0], keys[1], keys[2]]) && !policy.isMet(by: [keys[0], keys[3], keys[4]]) && !policy.isMet(by: []))
        #expect(try WitnessPolicy(parsing: Array("quorum none".utf8)).isMet(by: []))
        for (bad, line) in [
            ("", 1), ("quorum X", 1), ("quorum none\nquorum none", 2), ("witness none \(keys[0])\nquorum none", 1), ("witness a \(log)\nquorum a", 1),
            ("log \(keys[0])\nquorum none", 1), ("witness a \(keys[0])\nwitness b \(keys[0])\nquorum a", 2), ("witness a \(keys[0])\ngroup g 2 a\nquorum g", 2),
            ("witness a \(keys[0])\ngroup g any a a\nquorum g", 2), ("group g any g\nquorum g", 1), ("witness a \(keys[0])\ngroup g any a\ngroup h any a\nquorum g", 3),
            ("mirror a", 1), ("log x", 1),
        ] {
            #expect("\(bad)") { try WitnessPolicy(parsing: Array(bad.utf8)) } throws: { ($0 as? WitnessPolicy.Problem)?.line == line }
        }
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["CORDON_VECTORS"] != nil, "CORDON_VECTORS is not set: third-party vectors are not here"))
    func `Tessera's fifteen steps are cosigned`() throws {
        let folder = try #require(ProcessInfo.processInfo.environment["CORDON_VECTORS"]) + "/tessera-log"
        let key = try VerifierKey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx")
        let leaves = ["one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"].map { Hash(leaf: Array($0.utf8)) }
        let tree = Tree(leaves: leaves)
        let witness = try witness(CrashDisk(), [key])
        for size in 1...15 as ClosedRange<UInt64> {
            let note = try SignedNote(parsing: Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/checkpoint.\(size)"))))
            let proof = size > 1 ? try Merkle.consistencyProof(from: size - 1, size: size, from: tree.node) : []
            #expect(witness.addCheckpoint(WitnessRequest(old: size - 1, proof: proof, note: note).bytes, time: 1).status == 200)
        }
    }
}

@Suite struct RepairTests {
    @Test func `what a mirror has is put back, and nothing that does not follow from the signature`() throws {
        let (disk, head) = (CrashDisk(), CrashDisk())
        let signer = try testSigner()
        var log = try DurableLog(disk, head: head, signer: signer, limits: .tiny, now: 1)
        func grow(_ to: Int, now: Int64) throws {
            _ = try log.sequencer.append((0..<to).map { entry($0) })
            _ = try log.publisher.sign(log.sequencer.committed, now: now)
            try log.publisher.publish()
        }
        try grow(700, now: 2)
        let copy = disk.afterKill()
        // The copy goes on: its partial tiles are wider, or full.
        var other = try DurableLog(copy, head: head.afterKill(), signer: signer, limits: .tiny, now: 3)
        _ = try other.sequencer.append((700..<1_000).map { entry($0) })
        _ = try other.publisher.sign(other.sequencer.committed, now: 4)
        for file in copy.files where file.contains(".p/188") { copy.replace(file, nil) }

        let damaged = ["tile/0/000", "tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2", "tile/entries/000", "tile/entries/002.p/188"]
        let whole = damaged.map { disk.bytes($0) }
        for (i, file) in damaged.enumerated() {
            var bytes = try #require(disk.bytes(file))
            bytes[20] ^= 1
            disk.replace(file, i % 2 == 0 ? bytes : nil)
        }
        let repair = try Repair(disk, from: copy, key: signer.verifierKey)
        #expect(Set(repair.restored) == Set(damaged) && repair.missing.isEmpty)
        #expect(damaged.map { disk.bytes($0) } == whole)
        #expect(try Fsck(disk, head: head, key: signer.verifierKey).size == 700)
        // A copy that is damaged itself gives nothing.
        disk.replace("tile/entries/001", nil)
        copy.replace("tile/entries/001", copy.bytes("tile/entries/000"))
        #expect(try Repair(disk, from: copy, key: signer.verifierKey).missing == ["tile/entries/001"])
    }
}
