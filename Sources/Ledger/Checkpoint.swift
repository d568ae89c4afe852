/// A log's size and root, as the text of a signed note: c2sp.org/tlog-checkpoint v1.0.0.
package struct Checkpoint: Sendable, Hashable {
    package var origin: String
    package var size: UInt64
    package var root: Hash
    /// Lines after the root, not empty. No monitor can check them: a log of ours has none.
    package var extensions: [String]

    package init(origin: String, size: UInt64, root: Hash, extensions: [String] = []) {
        (self.origin, self.size, self.root, self.extensions) = (origin, size, root, extensions)
    }

    /// Reads a note's text. A checkpoint of size 0 must have the empty root.
    package init(text: String) throws(NoteProblem) {
        let lines = Array(text.utf8).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 4, lines.last == "" else { throw NoteProblem("a checkpoint has at least three lines: origin, size, root") }
        guard !lines[0].isEmpty else { throw NoteProblem("the checkpoint's origin is empty") }
        guard let size = decimal(lines[1]) else { throw NoteProblem("the checkpoint's size is not a plain decimal number") }
        guard let root = Hash(base64: lines[2]) else { throw NoteProblem("the checkpoint's root is not base64 of 32 bytes") }
        guard size > 0 || root == .emptyRoot else { throw NoteProblem("the checkpoint has no entries, but not the empty root") }
        let extensions = Array(lines[3..<(lines.count - 1)])
        guard extensions.allSatisfy({ !$0.isEmpty }) else { throw NoteProblem("the checkpoint has an empty line") }
        self.init(origin: lines[0], size: size, root: root, extensions: extensions)
    }

    package var text: String {
        ([origin, String(size), root.base64] + extensions).map { $0 + "\n" }.joined()
    }
}
