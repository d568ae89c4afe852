/// Every metric that the server exposes. The list is closed: a label's values come from the configuration or from enums, never
/// from an account, a person, an address or a raw path.
package enum Metric: String, CaseIterable, Sendable {
    case httpRequests = "cordon_http_requests_total"
    case httpSeconds = "cordon_http_request_duration_seconds"
    case httpBytes = "cordon_http_request_bytes_total"
    case httpInFlightBytes = "cordon_http_in_flight_bytes"
    case deliveries = "cordon_deliveries_total"
    case events = "cordon_events_total"
    case durableSeconds = "cordon_durable_duration_seconds"
    case syslogConnections = "cordon_syslog_connections"
    case syslogFrames = "cordon_syslog_frames_total"
    case authenticationFailures = "cordon_authentication_failures_total"
    case inboxSize = "cordon_inbox_deliveries"
    case inboxBytes = "cordon_inbox_bytes"
    case sourceLastSeconds = "cordon_source_last_delivery_timestamp_seconds"
    case certificateReloads = "cordon_certificate_reloads_total"
    case startSeconds = "process_start_time_seconds"
    case refusedMetrics = "cordon_unknown_metrics_total"

    enum Kind: String { case counter, gauge, histogram }

    var kind: Kind {
        switch self {
        case .httpSeconds, .durableSeconds: .histogram
        case .httpInFlightBytes, .syslogConnections, .inboxSize, .inboxBytes, .sourceLastSeconds, .startSeconds: .gauge
        default: .counter
        }
    }

    var labels: [String] {
        switch self {
        case .httpRequests: ["route", "method", "status"]
        case .httpSeconds: ["route"]
        case .httpBytes, .sourceLastSeconds: ["source"]
        case .deliveries: ["source", "outcome"]
        case .events: ["source", "outcome"]
        case .syslogConnections: ["transport"]
        case .syslogFrames: ["source", "outcome"]
        case .inboxSize, .inboxBytes: ["tenant"]
        case .authenticationFailures: ["reason"]
        case .certificateReloads: ["outcome"]
        case .httpInFlightBytes, .durableSeconds, .startSeconds, .refusedMetrics: []
        }
    }

    var help: String {
        switch self {
        case .httpRequests: "HTTP requests answered, by route pattern."
        case .httpSeconds: "Time from the request's head to the answer."
        case .httpBytes: "Bytes of request bodies received, by source."
        case .httpInFlightBytes: "Bytes of request bodies in memory now."
        case .deliveries: "Deliveries by source and outcome (accepted, duplicate, refused, busy, stopped)."
        case .events: "Units of deliveries by source and outcome (accepted, duplicate, refused)."
        case .durableSeconds: "Time that a delivery waited to be durable."
        case .syslogConnections: "Open syslog connections."
        case .syslogFrames: "Syslog frames by source and outcome (accepted, malformed, dropped)."
        case .authenticationFailures: "Requests refused for their credential."
        case .inboxSize: "Deliveries in the inbox, ever."
        case .inboxBytes: "Bytes of the inbox on disk."
        case .sourceLastSeconds: "When the source last delivered (Unix time)."
        case .certificateReloads: "TLS certificates read again."
        case .startSeconds: "When the process started (Unix time)."
        case .refusedMetrics: "Measurements under names that are not in the list."
        }
    }

    /// Upper bounds of a histogram's buckets, in seconds.
    static let bounds: [Double] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
