import Ledger

/// The last checkpoint that was signed, in a store of its own that may lie on another disk. It moves by compare-and-swap and
/// is durable before the signature leaves the process, so that no two signatures can contradict each other.
///
/// The file `head` is `cordon-head/1 <time, ms since 1970> <crc32c of time and note, hex>`, a newline, and the signed note.
package struct Head: Sendable {
    package struct Record: Sendable, Equatable {
        package var note: SignedNote
        package var checkpoint: Checkpoint
        /// Milliseconds since 1970 at which it was signed.
        package var time: Int64
    }

    private static let file = "head", prefix = "cordon-head/1"

    private let files: any FileSystem
    private let key: VerifierKey?

    /// - Parameter key: nil: whose signature it is is not looked at.
    init(_ files: any FileSystem, key: VerifierKey?) { (self.files, self.key) = (files, key) }

    /// Nil when nothing was ever signed.
    func read() throws -> Record? {
        guard let bytes = try files.read(Head.file, maximum: 1 << 20) else { return nil }
        func damaged(_ what: String) -> JournalProblem { .damaged(file: Head.file, what) }
        guard let newline = bytes.firstIndex(of: UInt8(ascii: "\n")) else { throw damaged("is cut short") }
        let words = String(decoding: bytes[..<newline], as: UTF8.self).split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 3, words[0] == Head.prefix, let time = Int64(words[1]) else { throw damaged("does not begin as a head does") }
        let note = Array(bytes[(newline + 1)...])
        guard words[2] == Head.checksum(time, note) else { throw damaged("its checksum is wrong") }
        do {
            let signed = try SignedNote(parsing: note)
            if let key { _ = try signed.verify(with: [key]) }
            return Record(note: signed, checkpoint: try Checkpoint(text: signed.text), time: time)
        } catch { throw JournalProblem.foreign(file: Head.file, "is not signed by this log's key: \(error)") }
    }

    /// - Parameter old: what the caller believes to be there.
    func advance(from old: Checkpoint?, to new: Record) throws {
        guard try read()?.checkpoint == old else { throw JournalProblem.rolledBack("the head is not the one that was read at the start") }
        let bytes = Array("\(Head.prefix) \(new.time) \(Head.checksum(new.time, new.note.bytes))\n".utf8) + new.note.bytes
        try files.placeDurably(bytes, at: Head.file)
    }

    private static func checksum(_ time: Int64, _ note: [UInt8]) -> String {
        let crc = crc32c(Array("\(time)\n".utf8) + note)
        return Hex.encode((0..<4).map { UInt8(truncatingIfNeeded: crc >> UInt32(24 - 8 * $0)) })
    }
}
