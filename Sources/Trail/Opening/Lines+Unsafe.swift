import Glibc
import Scan

/// Lines as a text editor counts them: the last one needs no newline.
enum Lines {
    static func count(_ text: UnsafeRawBufferPointer) -> Int {
        guard let last = text.last else { return 0 }
        return newlines(text) + (last == 0x0A ? 0 : 1)
    }

    static func newlines(_ text: UnsafeRawBufferPointer) -> Int {
        guard var at = text.baseAddress else { return 0 }
        let end = at + text.count
        var lines = 0
        while at < end, let found = memchr(at, 0x0A, end - at) {
            lines += 1
            at = UnsafeRawPointer(found) + 1
        }
        return lines
    }

    /// Nothing but spaces and line ends, as far as anyone could tell from 1 MiB.
    static func isBlank(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count <= 1 << 20 else { return false }
        return text.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
    }

    /// Pieces of about `pieceSize`, each from the second on beginning at a line with `prefix`, and the lines before each.
    static func split(_ text: UnsafeRawBufferPointer, pieceSize: Int, prefix: [UInt8]) -> (ranges: [Range<Int>], lineBases: [Int]) {
        var ranges: [Range<Int>] = [], lineBases: [Int] = []
        var (start, lines) = (0, 0)
        while start < text.count {
            var end = min(start + pieceSize, text.count)
            while end < text.count {
                guard let base = text.baseAddress, let newline = memchr(base + end, 0x0A, text.count - end) else {
                    end = text.count
                    break
                }
                end = UnsafeRawPointer(newline) - base + 1
                if text[end...].starts(with: prefix) { break }
            }
            ranges.append(start..<end)
            lineBases.append(lines)
            lines += newlines(UnsafeRawBufferPointer(rebasing: text[start..<end]))
            start = end
        }
        return (ranges, lineBases)
    }
}

/// Brings a text into UTF-8, piece by piece: memory does not grow with the file.
enum Recode {
    static func recode(_ text: UnsafeRawBufferPointer, from encoding: TextEncoding, to target: TemporaryFile) throws {
        let width = encoding == .utf16LittleEndian || encoding == .utf16BigEndian ? 2 : 1
        var start = TextEncoding.markLength(text)
        while start < text.count {
            var end = min(start + (4 << 20), text.count)
            // A pair of surrogates must not be torn apart: a piece ends after a line end where it can.
            if end < text.count {
                var cut = end
                while cut - width >= start, !isNewline(text, cut - width, encoding) { cut -= width }
                if cut > start { end = cut }
            }
            try encoding.utf8(UnsafeRawBufferPointer(rebasing: text[start..<end])).withUnsafeBytes { try target.write($0) }
            start = end
        }
    }

    private static func isNewline(_ text: UnsafeRawBufferPointer, _ at: Int, _ encoding: TextEncoding) -> Bool {
        switch encoding {
        case .utf16LittleEndian: text[at] == 0x0A && text[at + 1] == 0
        case .utf16BigEndian: text[at] == 0 && text[at + 1] == 0x0A
        default: text[at] == 0x0A
        }
    }
}
