import Ledger
import Model
import Scan

/// How far a followed file was read. Saved before a piece is delivered (`pending`) and after (`offset`), so that after a crash
/// the very same piece goes to the inbox again and is known there.
struct FollowCursor: Equatable {
    var offset = 0
    /// End of the piece that is on its way.
    var pending: Int?
    /// SHA-256 over the first bytes (up to `headMax`, up to `offset`): another file under the same inode is told by it.
    var headCount = 0
    var head: [UInt8] = []
    /// How often the file was begun again: truncated, or replaced under the same inode.
    var generation = 0

    static let headMax = 256

    static func encode(_ cursors: [String: FollowCursor]) -> [UInt8] {
        JSONValue.object(cursors.sorted { $0.key < $1.key }.map { name, cursor in
            JSONMember(name: name, value: .fields([
                "offset": .int(cursor.offset), "pending": cursor.pending.map { .int($0) }, "head_count": .int(cursor.headCount),
                "head": .string(Hex.encode(cursor.head)), "generation": .int(cursor.generation),
            ]))
        }).serialized
    }

    /// Nil where the text is no list of cursors.
    static func decode(_ text: [UInt8]) -> [String: FollowCursor]? {
        guard let value = try? text.withUnsafeBytes({ raw throws(JSONFault) in try JSONValue(parsing: raw) }), case .object(let members) = value else { return nil }
        var cursors: [String: FollowCursor] = [:]
        for member in members {
            func number(_ name: String) -> Int? { member.value[name]?.number.flatMap { Int($0) } }
            guard let offset = number("offset"), let headCount = number("head_count"), let head = member.value["head"]?.text.flatMap(unhex), let generation = number("generation"), offset >= 0, headCount >= 0 else { return nil }
            cursors[member.name] = FollowCursor(offset: offset, pending: number("pending"), headCount: headCount, head: head, generation: generation)
        }
        return cursors
    }

    private static func unhex(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).reduce(into: [UInt8]()) { bytes, i in
            if let byte = UInt8(String(decoding: digits[i..<i + 2], as: UTF8.self), radix: 16) { bytes.append(byte) }
        }
    }
}
