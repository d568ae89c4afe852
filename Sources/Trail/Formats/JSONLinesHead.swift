import Model
import Scan

/// The names (and short string values) of the outer members of the first records in the head of a file, for recognising it.
struct JSONHead {
    /// One for each record looked at.
    var records: [[String: String]] = []
    /// The first byte that is no white space.
    let first: UInt8?

    static let recordsMax = 16

    /// - Parameter containers: members whose arrays are looked into.
    init(_ head: UnsafeRawBufferPointer, containers: [StaticString]) {
        let begin = JSONBoundary.skipSpace(head, JSONUnits.afterMark(head))
        first = begin < head.count ? head[begin] : nil
        guard let first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return }
        var i = begin
        while i < head.count, records.count < JSONHead.recordsMax {
            guard head[i] == UInt8(ascii: "{") else {
                i += 1
                continue
            }
            i = take(head, at: i, containers: containers, depth: 0)
        }
    }

    private mutating func take(_ head: UnsafeRawBufferPointer, at start: Int, containers: [StaticString], depth: Int) -> Int {
        var lax = LaxObject(head, at: start)
        var members: [String: String] = [:]
        let slot = records.count
        records.append([:])
        while let member = lax.next() {
            guard member.name.count <= 64 else { continue }
            members[String(decoding: head[member.name], as: UTF8.self)] = lax.string(at: member.value) ?? ""
            guard depth < 2, containers.contains(where: { lax.isName(member.name, $0) }) else { continue }
            var inner = member.value
            if head[inner] == UInt8(ascii: "[") { inner = JSONBoundary.skipSpace(head, inner + 1) }
            if inner < head.count, head[inner] == UInt8(ascii: "{") { _ = take(head, at: inner, containers: containers, depth: depth + 1) }
        }
        records[slot] = members
        // A record that the head cuts off ends it; one that is broken may be followed by another on the next line.
        guard lax.i >= head.count else { return lax.i }
        let newline = endOfLine(head, from: start)
        return newline < head.count ? newline + 1 : head.count
    }

    func contains(where isOne: ([String: String]) -> Bool) -> Bool { records.contains(where: isOne) }
}
