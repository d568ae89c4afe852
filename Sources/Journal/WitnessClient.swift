import Ledger

/// The log's side towards one witness: what to ask, and what the answer means. Whoever has HTTP sends it.
package struct WitnessClient: Sendable {
    /// The witness's key.
    package let key: VerifierKey
    /// The size that it cosigned last, as far as is known. A stranger is asked from 0 and says.
    package private(set) var old: UInt64

    package init(key: VerifierKey, old: UInt64 = 0) { (self.key, self.old) = (key, old) }

    package func request(for note: SignedNote, _ proofs: LogProofs) throws -> [UInt8] {
        let proof = old > 0 && old < proofs.size ? try proofs.consistency(from: old) : []
        return WitnessRequest(old: old, proof: proof, note: note).bytes
    }

    package enum Answer: Sendable, Equatable {
        case cosigned([SignedNote.Signature])
        /// It was asked from the wrong size; ask once more.
        case again
        /// It has cosigned more entries than the log has: an old copy of this log runs here. An alarm.
        case rolledBack(size: UInt64)
        /// It has cosigned another tree. An alarm.
        case forked
        case refused(status: Int)
    }

    /// - Parameter note: what was sent.
    package mutating func take(status: Int, body: [UInt8], for note: SignedNote, size: UInt64) -> Answer {
        switch status {
        case 200:
            guard body.count <= 1 << 16, body.last == UInt8(ascii: "\n") else { return .refused(status: status) }
            let signatures = body.dropLast().split(separator: UInt8(ascii: "\n")).compactMap { SignedNote.Signature(line: $0) }
            // Those of unknown keys are passed over, those of the known one must hold.
            let known = signatures.filter { $0.keyID == key.id && $0.name == key.name }
            guard !known.isEmpty, (try? note.adding(known).verify(with: [key])) != nil else { return .refused(status: status) }
            old = size
            return .cosigned(known)
        case 409:
            // A size, or (another root at the same size) none.
            guard body.count <= 21, body.last == UInt8(ascii: "\n"), let known = decimalNumber(String(decoding: body.dropLast(), as: UTF8.self)), known != old else { return .forked }
            if known > size { return .rolledBack(size: known) }
            old = known
            return .again
        case 422: return .forked
        default: return .refused(status: status)
        }
    }
}
