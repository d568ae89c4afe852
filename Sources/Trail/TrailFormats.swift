import Model

/// The formats that Trail reads. A new one is added here and nowhere else.
///
/// Where two are equally sure of a file, the first in this list reads it.
package enum TrailFormats {
    package static let all: [any TrailFormat] = [
        FHIRAuditEventFormat(),
        AuditMessageFormat(),
        SyslogFormat(),
        KeycloakFormat(),
        M365Format(),
        LemonLDAPFormat(),
        SambaFormat(),
        OCSFFormat(),
        OpenTelemetryFormat(),
        TableFormat.csv,
        TableFormat.tsv,
        WebLogFormat(),
        WebLogIISFormat(),
        UnknownJSONFormat(),
    ]

    /// The format that is surest of a text's beginning, by its place in the list; the first of equals.
    package static func recognise(_ text: UnsafeRawBufferPointer, among formats: [any TrailFormat] = all) -> (format: Int?, confidence: Int) {
        let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, 64 << 10)])
        var best: (format: Int?, confidence: Int) = (nil, 0)
        for (number, format) in formats.enumerated() {
            let score = format.recognise(head)
            if score > best.confidence { best = (number, score) }
        }
        return best
    }
}
