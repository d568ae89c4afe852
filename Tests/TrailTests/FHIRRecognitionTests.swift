import Model
import Scan
import Testing
import Trail

/// Who recognises what, over all third-party files: each JSON format its own, and nothing of the others.
@Suite(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
struct FHIRRecognitionTests {
    static let own: [(String, [String])] = [
        ("fhir-r4", ["balp/1.1.3_AuditEvent-ex-auditBasicReadServer.json", "balp/1.0.1_AuditEvent-ex-auditBasicQueryPost.json", "fhir-r4/AuditEvent-example.json",
                     "fhir-r4/AuditEvent-example-pixQuery.json", "fhir-r4/AuditEvent-example-media.json"]),
        ("keycloak", ["keycloak/bruteforce.log", "keycloak/events.log", "keycloak/slow-bruteforce.log"]),
        ("m365", ["m365/demisto_incidents_mocked.json", "m365/otrf_AADAuditEvents.json", "m365/otrf_OfficeActivityEvents.json", "m365/panther_tests.jsonl", "m365/plaso_microsoft_audit_log.jsonl"]),
        ("none", ["ocsf/cloudtrail-v1.5.0/authentication.ocsf.json", "ocsf/cloudtrail-v1.5.0/authentication.raw.json", "ocsf/cloudtrail-v1.5.0/api_activity.raw.json",
                  "ocsf/cloudtrail-bloblang-v1.0.0/OCSF_authentication.json", "ocsf/okta-v1.3.0/authentication.raw.json", "ocsf/okta-v1.3.0/authentication.ocsf.json",
                  "ocsf/github-v1.3.0/authentication.raw.json", "ocsf/windows/4624.ocsf.json", "ocsf/windows/4624.event.txt", "weblog/caddy.log", "weblog/plaso_iis10.log",
                  "idp/samba.log", "idp/authelia.log", "idp/authentik.log", "idp/lemonldap-ng.log", "idp/nextcloud.log", "idp/windows-bruteforce.log", "idp/openvpn.log"]),
    ]

    static let formats: [any TrailFormat] = [FHIRAuditEventFormat(), KeycloakFormat(), M365Format()]

    @Test func `each file is recognised by its own format alone`() throws {
        for (name, paths) in FHIRRecognitionTests.own {
            for path in paths {
                guard let bytes = try? Vectors.read(path) else { continue }
                let head = Array(bytes.prefix(65_536))
                for format in FHIRRecognitionTests.formats {
                    let score = head.withUnsafeBytes { format.recognise($0) }
                    #expect(format.name == name ? score >= 90 : score == 0, "\(format.name) gives \(path) \(score)")
                }
            }
        }
    }

    @Test func `a head that is cut anywhere in its first record does no harm, and whole first records suffice`() throws {
        let bytes = try Vectors.read("balp/1.1.3_AuditEvent-ex-auditBasicReadServer.json")
        for n in stride(from: 0, to: bytes.count, by: 37) {
            let score = bytes[..<n].withUnsafeBytes { FHIRAuditEventFormat().recognise($0) }
            #expect(n < 100 || score == 100)
        }
    }

    @Test(arguments: [
        ("ocsf/cloudtrail-bloblang-v1.0.0/OCSF_authentication.json", "an OCSF event"), ("ocsf/cloudtrail-v1.5.0/authentication.raw.json", "an AWS CloudTrail record"),
        ("weblog/caddy.log", "a Caddy log record"), ("ocsf/okta-v1.3.0/authentication.raw.json", "an Okta System Log event"),
    ])
    func `records that no format reads are refused by the name of their kind`(path: String, kind: String) throws {
        let bytes = try Vectors.read(path)
        let format = UnknownJSONFormat()
        let sink = try reading(format, bytes)
        #expect(sink.events.isEmpty && sink.refused + sink.blanks == sink.units && sink.refused > 0)
        #expect(sink.refusals.contains { $0.problem.found == kind }, "\(sink.refusals.first?.problem.description ?? "nothing")")
        #expect(bytes.withUnsafeBytes { format.recognise($0) } <= 1)
    }
}
