import Crypto
import Glibc
import Ledger
import Model

/// `incident.note`: a signed note (c2sp.org/signed-note) over the hash of every other file of the folder and the ledger's
/// checkpoint. The only file that holds the time of writing.
///
/// ```
/// cordon.incident.note/v1
/// written 2026-01-05T08:00:00.000Z
/// program cordon 0.1.0
/// signer NAME+ID+KEY
/// ledger ORIGIN SIZE ROOT
/// file SHA256 PATH          one line per file, sorted by path
/// ```
package struct FolderNote: Sendable, Equatable {
    package static let fileName = "incident.note"
    static let firstLine = "cordon.incident.note/v1"

    package var written: Instant
    package var version: String
    /// Verifier key of whoever signed. Says which key it was, not that it can be trusted.
    package var signer: String
    package var ledger: IncidentDocument.LedgerSummary
    /// SHA-256 in hexadecimal by path.
    package var files: [(path: String, sha256: String)]

    package init(written: Instant, version: String, signer: String, ledger: IncidentDocument.LedgerSummary, files: [(path: String, sha256: String)]) {
        (self.written, self.version, self.signer, self.ledger, self.files) = (written, version, signer, ledger, files)
    }

    /// Hashes every file of a folder but the note itself.
    package static func hashes(of folder: String) throws(FolderProblem) -> [(path: String, sha256: String)] {
        var hashed: [(path: String, sha256: String)] = []
        for path in FolderDraft.files(below: folder) where path != fileName {
            hashed.append((path, try FileHash.sha256(folder: folder, file: path)))
        }
        return hashed
    }

    package var text: String {
        var lines = [
            FolderNote.firstLine, "written \(written)", "program cordon \(version)", "signer \(signer)",
            "ledger \(ledger.origin) \(ledger.size) \(ledger.root)",
        ]
        lines += files.map { "file \($0.sha256) \($0.path)" }
        return lines.map { $0 + "\n" }.joined()
    }

    package init(text: String) throws(FolderProblem) {
        func bad(_ what: String) -> FolderProblem { FolderProblem(file: FolderNote.fileName, problem: what) }
        guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A || $0 == 0x7F }) else { throw bad("holds control characters") }
        // By bytes: to characters, a return before a line feed is no line's end.
        var lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }[...]
        guard lines.popFirst() == FolderNote.firstLine else { throw bad("is not a note of an incident folder, version 1") }
        func value(_ key: String) throws(FolderProblem) -> String {
            guard let line = lines.popFirst(), line.hasPrefix(key + " ") else { throw bad("the line \"\(key)\" is missing") }
            return String(line.dropFirst(key.count + 1))
        }
        let time = try value("written")
        guard let written = Instant(rfc3339: time) else { throw bad("the time of writing is not RFC 3339 in UTC with three fraction digits") }
        self.written = written
        let program = try value("program")
        guard program.hasPrefix("cordon ") else { throw bad("was not written by cordon") }
        version = String(program.dropFirst(7))
        signer = try value("signer")
        let log = try value("ledger").split(separator: " ", omittingEmptySubsequences: false)
        guard log.count == 3, let size = Int(log[1]), size >= 0 else { throw bad("the line \"ledger\" is not ORIGIN SIZE ROOT") }
        ledger = IncidentDocument.LedgerSummary(origin: String(log[0]), size: size, root: String(log[2]))
        files = []
        while let line = lines.popFirst() {
            if line.isEmpty, lines.isEmpty { break }
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "file", parts[1].utf8.count == 64, !parts[2].isEmpty else { throw bad("a line is not \"file SHA256 PATH\"") }
            let path = String(parts[2])
            guard files.last.map({ $0.path < path }) ?? true else { throw bad("its files are not sorted, each once") }
            files.append((path, String(parts[1])))
        }
    }

    package static func == (a: FolderNote, b: FolderNote) -> Bool { a.text == b.text }
}

/// SHA-256 of a file, read in pieces.
package enum FileHash {
    /// - Throws: `FolderProblem` when the file cannot be read or is no regular file.
    package static func sha256(folder: String, file: String) throws(FolderProblem) -> String {
        let descriptor = open(folder + "/" + file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FolderProblem(file: file, problem: errno == ENOENT ? "is missing" : "cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw FolderProblem(file: file, problem: "is not a regular file") }
        var hash = SHA256(), chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let n = read(descriptor, &chunk, chunk.count)
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw FolderProblem(file: file, problem: "cannot be read: \(String(cString: strerror(errno)))") }
            if n == 0 { break }
            chunk.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<n])) }
        }
        return Hex.encode(hash.finalize())
    }

    /// The whole file, at most `maximum` bytes.
    package static func bytes(folder: String, file: String, maximum: Int = 1 << 30) throws(FolderProblem) -> [UInt8] {
        let descriptor = open(folder + "/" + file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else { throw FolderProblem(file: file, problem: errno == ENOENT ? "is missing" : "cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maximum else {
            throw FolderProblem(file: file, problem: "is not a regular file of a size that can be")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size)), done = 0
        while done < bytes.count {
            let n = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + done, $0.count - done) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw FolderProblem(file: file, problem: "changed while it was read") }
            done += n
        }
        return bytes
    }
}

extension Instant {
    /// Reads exactly what `description` writes: `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    package init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24 else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var n = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                n = n * 10 + Int(byte - 0x30)
            }
            return n
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), let hour = number(11..<13),
            let minute = number(14..<16), let second = number(17..<19), let fraction = number(20..<23)
        else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: fraction)
        guard description == text else { return nil }
    }
}
