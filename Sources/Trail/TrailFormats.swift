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
}
