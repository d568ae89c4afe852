import Ledger
import Synchronization

/// A witness for the logs of others: it signs only what continues what it signed before (c2sp.org/tlog-witness).
///
/// Bytes in, status and bytes out; the server that carries them is somebody else's. One row for each origin, compared and
/// replaced under one lock, and durable before the answer leaves.
///
/// After a failed write it answers 500 until the next start, since nobody knows what the disk holds.
package final class Witness: Sendable {
    package struct Response: Sendable, Equatable {
        package var status: Int
        package var contentType = "text/plain; charset=utf-8"
        package var body: [UInt8] = []

        static func refused(_ status: Int, _ why: String) -> Response { Response(status: status, body: Array((why + "\n").utf8)) }
    }

    private static let folder = "origins", evidence = "evidence"
    /// Kept evidence of one origin's forks; more says nothing new.
    private static let evidenceMaximum = 16

    private let files: any FileSystem
    private let signer: Signer
    private let logs: [String: [VerifierKey]]
    private let lock: any Sendable
    private let state = Mutex<String?>(nil)

    /// The key that its cosignatures are verified with.
    package let key: VerifierKey

    /// - Parameters:
    ///   - signer: used for cosignatures only.
    ///   - logs: keys that are trusted for each origin.
    package init(_ files: any FileSystem, signer: Signer, logs: [String: [VerifierKey]]) throws {
        (self.files, self.signer, self.logs) = (files, signer, logs)
        key = try signer.cosignatureKey()
        lock = try files.lock("lock")
        for folder in [Witness.folder, Witness.evidence] { try files.makeFolder(folder) }
        try files.syncFolder("")
    }

    /// `POST <submission prefix>/add-checkpoint`
    /// - Parameter time: POSIX seconds.
    package func addCheckpoint(_ body: [UInt8], time: UInt64) -> Response {
        let request: WitnessRequest, checkpoint: Checkpoint
        do {
            request = try WitnessRequest(parsing: body)
            checkpoint = try Checkpoint(text: request.note.text)
        } catch { return .refused(400, "malformed: \(error)") }
        guard let keys = logs[checkpoint.origin] else { return .refused(404, "the log of this origin is not witnessed here") }
        guard (try? request.note.verify(with: keys)) != nil else { return .refused(403, "no signature of a key that is trusted for this origin holds") }
        guard request.old <= checkpoint.size else { return .refused(400, "the old size is larger than the checkpoint's") }
        return state.withLock { stopped in
            if stopped != nil { return .refused(500, "stopped after a failed write") }
            do { return try decide(request, checkpoint, time) } catch {
                stopped = "\(error)"
                return .refused(500, "the checkpoint could not be made durable")
            }
        }
    }

    private func decide(_ request: WitnessRequest, _ checkpoint: Checkpoint, _ time: UInt64) throws -> Response {
        let last = try row(checkpoint.origin)
        guard request.old == last?.size ?? 0 else {
            return Response(status: 409, contentType: "text/x.tlog.size", body: Array("\(last?.size ?? 0)\n".utf8))
        }
        if let last, last.size == checkpoint.size, last.root != checkpoint.root {
            // Two trees of one size with the log's signature: the log's operator cannot deny it.
            try keep(evidence: request.note, checkpoint.origin)
            return .refused(409, "another root was cosigned at this size: the log has forked; the evidence is kept")
        }
        let isConsistent: Bool
        if let last, last.size > 0 {
            isConsistent = Merkle.verifyConsistency(old: last.size, oldRoot: last.root, size: checkpoint.size, root: checkpoint.root, proof: request.proof)
        } else {
            isConsistent = request.proof.isEmpty
        }
        guard isConsistent else { return .refused(422, "the proof does not show that size \(checkpoint.size) continues size \(request.old)") }
        let cosignature = try signer.cosignature(over: request.note.text, time: time)
        try files.placeDurably(request.note.adding([cosignature]).bytes, at: Witness.file(checkpoint.origin))
        return Response(status: 200, body: Array(cosignature.line.utf8))
    }

    /// `GET <monitoring prefix>/<hex SHA-256 of the origin>/checkpoint`: what was cosigned last.
    package func checkpoint(originHash: String) -> Response {
        guard logs.keys.contains(where: { Witness.hash($0) == originHash }),
              let bytes = try? files.read(Witness.folder + "/" + originHash, maximum: 1 << 20) else { return .refused(404, "nothing was cosigned for this origin") }
        return Response(status: 200, body: bytes)
    }

    private func row(_ origin: String) throws -> Checkpoint? {
        guard let bytes = try files.read(Witness.file(origin), maximum: 1 << 20) else { return nil }
        do {
            let note = try SignedNote(parsing: bytes)
            _ = try note.verify(with: [key])
            let checkpoint = try Checkpoint(text: note.text)
            if checkpoint.origin == origin { return checkpoint }
        } catch {}
        throw JournalProblem.damaged(file: Witness.file(origin), "is not what this witness wrote")
    }

    private func keep(evidence note: SignedNote, _ origin: String) throws {
        let prefix = Witness.hash(origin)
        guard try files.list(Witness.evidence).filter({ $0.hasPrefix(prefix) }).count < Witness.evidenceMaximum else { return }
        try files.placeDurably(note.bytes, at: "\(Witness.evidence)/\(prefix)-\(Hash(of: note.bytes).hex).note")
    }

    /// Notes of logs that forked.
    package func evidence() throws -> [[UInt8]] {
        try files.list(Witness.evidence).filter { $0.hasSuffix(".note") }.compactMap { try files.read(Witness.evidence + "/" + $0, maximum: 1 << 20) }
    }

    private static func hash(_ origin: String) -> String { Hash(of: Array(origin.utf8)).hex }
    private static func file(_ origin: String) -> String { folder + "/" + hash(origin) }
}

/// The body of add-checkpoint: `old <size>`, proof lines, an empty line, the checkpoint.
package struct WitnessRequest: Sendable, Equatable {
    package static let proofMaximum = 63

    package var old: UInt64
    package var proof: [Hash]
    package var note: SignedNote

    package init(old: UInt64, proof: [Hash], note: SignedNote) { (self.old, self.proof, self.note) = (old, proof, note) }

    package init(parsing bytes: [UInt8]) throws {
        func problem(_ what: String) -> ProofProblem { ProofProblem(description: "the request \(what)") }
        var at = 0
        func line() throws -> String {
            guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")), let text = String(validating: bytes[at..<end], as: UTF8.self) else { throw problem("is cut short") }
            at = end + 1
            return text
        }
        let first = try line()
        guard first.hasPrefix("old "), let size = decimalNumber(first.dropFirst(4)) else { throw problem("does not begin with `old` and a plain decimal size") }
        old = size
        proof = []
        while true {
            let text = try line()
            if text.isEmpty { break }
            guard proof.count < WitnessRequest.proofMaximum, let hash = Hash(base64: text) else { throw problem("has something else than at most 63 hashes in base64") }
            proof.append(hash)
        }
        note = try SignedNote(parsing: Array(bytes[at...]))
    }

    package var bytes: [UInt8] {
        Array(("old \(old)\n" + proof.map { $0.base64 + "\n" }.joined() + "\n").utf8) + note.bytes
    }
}
