import Model

/// The formats that Trail reads. A new one is added here and nowhere else.
///
/// Where two are equally sure of a file, the first in this list reads it.
package enum TrailFormats {
    package static let all: [any TrailFormat] = [
        FHIRAuditEventFormat(),
        TableFormat.csv,
        TableFormat.tsv,
    ]
}

extension FHIRAuditEventFormat {
    /// One AuditEvent a line, when the first two lines begin alike and the first one ends as an object does.
    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? {
        let mark = Array("\"AuditEvent\"".utf8)
        guard head.first == UInt8(ascii: "{"), let end = head.firstIndex(of: 0x0A) else { return nil }
        let line = head[..<end], rest = head[(end + 1)...]
        guard line.last == UInt8(ascii: "}") || line.dropLast().last == UInt8(ascii: "}") else { return nil }
        for start in 0..<max(0, min(line.count - mark.count, 64)) where line[start..<(start + mark.count)].elementsEqual(mark) {
            let prefix = Array(line[..<(start + mark.count)])
            return rest.starts(with: prefix) ? prefix : nil
        }
        return nil
    }
}
