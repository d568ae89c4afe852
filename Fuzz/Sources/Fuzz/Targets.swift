import Exposure
import Incident
import Journal
import Ledger
import Profiles
import Scan
import Trail

/// Every fuzz target: a name, and the function that must survive any bytes. `FuzzReplayTests` runs the same list over the
/// kept corpora and past failures, so the files beside this one are linked there.
let fuzzTargets: [(name: String, check: @Sendable ([UInt8]) -> Void)] = [
    ("json", JSONFuzz.check),
    ("csv-scanner", CSVFuzz.check),
    ("time", TimeFuzz.check),
    ("encoding", EncodingFuzz.check),
    ("address", AddressFuzz.check),
    ("syslog-frames", SyslogFuzz.check),
    ("fhir-r4", FormatCheck.named("fhir-r4")),
    ("atna", FormatCheck.named("atna")),
    ("syslog", FormatCheck.named("syslog")),
    ("lemonldap-ng", FormatCheck.named("lemonldap-ng")),
    ("samba", FormatCheck.named("samba")),
    ("ocsf", FormatCheck.named("ocsf")),
    ("otlp", FormatCheck.named("otlp")),
    ("csv", FormatCheck.named("csv")),
    ("tsv", FormatCheck.named("tsv")),
    ("m365", FormatCheck.named("m365")),
    ("keycloak", FormatCheck.named("keycloak")),
    ("apache-combined", FormatCheck.named("apache-combined")),
    ("iis-w3c", FormatCheck.named("iis-w3c")),
    ("json-unknown", FormatCheck.named("json")),
    ("trail", TrailCheck.check),
    ("profile", ProfileCheck.check),
    ("ledger-entry", LedgerFuzz.checkEntry),
    ("ledger-note", LedgerFuzz.checkNote),
    ("ledger-checkpoint", LedgerFuzz.checkCheckpoint),
    ("ledger-tile-path", LedgerFuzz.checkTilePath),
    ("ledger-keys", LedgerFuzz.checkKeys),
    ("ledger-proof", LedgerFuzz.checkProof),
    ("journal-batch", JournalFuzz.checkBatch),
    ("journal-header", JournalFuzz.checkHeader),
    ("journal-retention", JournalFuzz.checkRetention),
    ("tlog-proof", JournalFuzz.checkProof),
    ("tlog-policy", JournalFuzz.checkPolicy),
    ("witness-request", JournalFuzz.checkWitnessRequest),
    ("exposure-index", ExposureFuzz.check),
    ("incident-json", { bytes in
        guard let document = try? IncidentDocument(json: bytes) else { return }
        guard let again = try? IncidentDocument(json: document.json()) else { preconditionFailure("what was read cannot be read again") }
        precondition(again == document, "written back, it reads differently")
    }),
    ("incident-note", { bytes in
        guard let text = String(validating: bytes, as: UTF8.self), let note = try? FolderNote(text: text) else { return }
        guard let again = try? FolderNote(text: note.text) else { preconditionFailure("what was read cannot be read again") }
        precondition(again == note, "written back, it reads differently")
    }),
]
