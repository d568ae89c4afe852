import Model
import Scan
import Testing
import Trail

@Suite struct FHIRTests {
    /// A BALP read with what a test changes.
    static func record(id: String = "1", _ change: [String: String] = [:]) -> String {
        let agent = change["agents"] ?? """
            {"type":{"coding":[{"code":"110152"}]},"who":{"display":"Mozilla/5.0 (X11)"},"requestor":false,"network":{"address":"192.0.2.7","type":"2"}},\
            {"type":{"coding":[{"code":"110153"}]},"who":{"display":"dpi"},"requestor":false,"network":{"address":"https://dpi.example/fhir","type":"5"}},\
            {"type":{"coding":[{"code":"IRCP"}]},"who":\(change["who"] ?? "{\"display\":\"marie\"}"),"requestor":true\(change["user"] ?? "")}
            """
        let entity = change["entity"] ?? "{\"what\":{\"reference\":\"Patient/p1\"},\"type\":{\"code\":\"1\"},\"role\":{\"code\":\"1\"}}"
        return """
            {"resourceType":"AuditEvent","id":"\(id)","type":{"code":"rest"},"subtype":[{"code":"\(change["subtype"] ?? "read")"}],"action":"\(change["action"] ?? "R")",\
            "recorded":"2025-09-01T10:00:00Z","outcome":"\(change["outcome"] ?? "0")","agent":[\(agent)],"source":{"observer":{"display":"dpi"}},"entity":[\(entity)]\(change["more"] ?? "")}
            """
    }

    private func one(_ change: [String: String]) throws -> AccessEvent {
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record(change))
        #expect(sink.refusals.map(\.problem) == [])
        return try #require(sink.events.first)
    }

    // MARK: Who

    @Test func `an RPPS is the professional, its display the account`() throws {
        let e = try one(["who": #"{"identifier":{"system":"https://rpps.esante.gouv.fr","value":"99700218896"},"display":"Marie"}"#])
        #expect(e.professional == "99700218896" && e.account == "Marie" && e.subject.isEmpty)
    }

    @Test func `a leading 8 is removed, with or without the national system`() throws {
        let national = try one(["who": #"{"identifier":{"system":"urn:oid:1.2.250.1.71.4.2.1","value":"810000005479"}}"#])
        #expect(national.professional == "10000005479" && national.account == "10000005479" && national.subject.isEmpty)
        let issuer = try one(["who": #"{"identifier":{"system":"https://idp.example","value":"899700218896"}}"#])
        #expect(issuer.professional == "99700218896" && issuer.account == "899700218896")
        let other = try one(["who": #"{"identifier":{"system":"https://idp.example","value":"99700218896"},"display":"marie"}"#])
        #expect(other.professional.isEmpty && other.subject == "99700218896")
    }

    @Test func `an RPPS with a wrong key is kept and warned about`() throws {
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record(["who": #"{"identifier":{"system":"https://rpps.esante.gouv.fr","value":"10001234567"}}"#]))
        #expect(sink.events.first?.professional == "10001234567")
        #expect(sink.warnings.map(\.field) == ["agent.who.identifier"])
    }

    @Test(arguments: [
        (#","policy":["urn:ietf:params:oauth:jti:abc"]"#, "abc"), (#","policy":["_d87f8adf-711a-4545"]"#, "_d87f8adf-711a-4545"),
        (#","policy":["https://consent.example/yes","urn:ietf:params:oauth:jti:abc"]"#, "abc"), (#","policy":["http://consent.example"]"#, ""),
        (#","policy":["urn:ietf:params:oauth:jti:a\/b"]"#, "a/b"), ("", ""),
    ])
    func `the session is the token behind the policy`(policy: String, session: String) throws {
        #expect(try one(["user": policy]).session == session)
    }

    @Test func `purposes BTG and ETREAT break the glass, wherever they stand`() throws {
        #expect(try one(["user": #","purposeOfUse":[{"coding":[{"code":"TREAT"},{"code":"BTG"}]}]"#]).breakGlass)
        #expect(try one(["user": #","purposeOfUse":[{"coding":[{"code":"TREAT"}]},{"coding":[{"code":"ETREAT"}]}]"#]).breakGlass)
        #expect(try one(["more": #","purposeOfEvent":[{"coding":[{"code":"BTG"}]}]"#]).breakGlass)
        #expect(try !one(["user": #","purposeOfUse":[{"coding":[{"code":"TREAT"}]}]"#]).breakGlass)
    }

    @Test func `role, organisation and assurance are read`() throws {
        let e = try one(["user": #","role":[{"text":"Cardiologie"},{"text":"other"}],"extension":[{"url":"https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel","valueCodeableConcept":{"coding":[{"code":"eidas2"}]}}]},{"type":{"coding":[{"code":"PROV"}]},"who":{"identifier":{"system":"https://finess.esante.gouv.fr","value":"750712184"}},"requestor":false"#])
        #expect(e.role == "Cardiologie" && e.organisation == "750712184" && e.authentication == "eidas2" && e.account == "marie")
    }

    @Test func `a reference names the account where nothing else does, unless it is local to the record`() throws {
        #expect(try one(["who": #"{"reference":"Practitioner/7"}"#]).account == "Practitioner/7")
        #expect(try one(["who": ##"{"reference":"#p"}"##]).account == "")
    }

    // MARK: From where

    @Test(arguments: [("R", "192.0.2.1"), ("E", "192.0.2.2"), ("C", "192.0.2.2"), ("U", "192.0.2.2"), ("D", "192.0.2.3")])
    func `the client stands in another role by action`(action: String, address: String) throws {
        let agents = """
            {"type":{"coding":[{"code":"110152"}]},"requestor":false,"network":{"address":"192.0.2.1","type":"2"}},\
            {"type":{"coding":[{"code":"110153"}]},"requestor":false,"network":{"address":"192.0.2.2","type":"2"}},\
            {"type":{"coding":[{"code":"110150"}]},"requestor":false,"network":{"address":"192.0.2.3","type":"2"}},\
            {"type":{"coding":[{"code":"IRCP"}]},"who":{"display":"marie"},"requestor":true}
            """
        #expect(try one(["action": action, "agents": agents]).address == address)
    }

    // MARK: Whose data

    @Test(arguments: [
        ("Patient/123", "123"), ("https://host.example/fhir/Patient/123", "123"), ("https://host.example/fhir/Patient/123/_history/4", "123"),
        ("Patient/123/_history/1", "123"), (#"Patient\/123"#, "123"), ("urn:uuid:53fefa32", "urn:uuid:53fefa32"), ("123", "123"), ("RelatedPerson/7", "RelatedPerson/7"),
        ("https://host.example/fhir/RelatedPerson/7/_history/2", "RelatedPerson/7"),
    ])
    func `a reference loses server, version and the type Patient`(reference: String, person: String) throws {
        let e = try one(["entity": #"{"what":{"reference":"\#(reference)"},"type":{"code":"1"},"role":{"code":"1"}}"#])
        #expect(e.persons == [PersonReference(reference: person)])
    }

    @Test func `several patients, each once, with their identifiers together`() throws {
        let entity = """
            {"what":{"reference":"Patient/a"},"type":{"code":"2"},"role":{"code":"4"}},\
            {"what":{"reference":"Patient/a","identifier":{"system":"1.2.250.1.213.1.4.8","value":"2 62 08 75 032 039 77"}},"type":{"code":"1"},"role":{"code":"1"}},\
            {"what":{"identifier":{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"279035121518989"}},"type":{"code":"1"},"role":{"code":"1"}},\
            {"what":{"reference":"Patient/b"},"type":{"code":"1"},"role":{"code":"1"}}
            """
        let e = try one(["entity": entity])
        #expect(e.persons == [
            PersonReference(reference: "a", identifiers: [Identifier(system: Identifier.insNIR, value: "262087503203977")]),
            PersonReference(reference: "", identifiers: [Identifier(system: Identifier.insNIR, value: "279035121518989")]),
            PersonReference(reference: "b"),
        ])
        #expect(e.resource == "Patient")
    }

    @Test func `a national number with a wrong key is kept and warned about`() throws {
        let entity = #"{"what":{"reference":"Patient/a","identifier":{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"194052203228988"}},"type":{"code":"1"},"role":{"code":"1"}}"#
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record(["entity": entity]))
        #expect(sink.events.first?.persons.first?.identifiers.first?.value == "194052203228988")
        #expect(sink.warnings.map(\.field) == ["entity.what.identifier"])
        #expect(!"\(sink.warnings)".contains("19405"))
    }

    @Test func `a person without reference or identifier is said to be unrecorded`() throws {
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record(["entity": ##"{"what":{"reference":"#p"},"type":{"code":"1"},"role":{"code":"1"}}"##]))
        #expect(sink.events.first?.persons == [])
        #expect(sink.gaps.map(\.kind) == ["unrecorded_persons"] && sink.gaps.first?.count == 1 && sink.gaps.first?.source == "dpi")
    }

    // MARK: What

    @Test(arguments: [
        ("read", "R", Action.read), ("vread", "R", .read), ("search-type", "E", .search), ("search", "E", .search), ("create", "C", .create),
        ("update", "U", .update), ("patch", "U", .update), ("delete", "D", .delete), ("110127", "E", .breakGlass), ("unheard", "R", .read), ("unheard", "E", .other),
    ])
    func `subtype decides the action, the code where it says nothing`(subtype: String, code: String, action: Action) throws {
        #expect(try one(["subtype": subtype, "action": code]).action == action)
    }

    @Test(arguments: [("0", Outcome.success), ("4", .failure), ("8", .failure), ("12", .failure), ("7", .unknown)])
    func `outcome`(code: String, outcome: Outcome) throws {
        #expect(try one(["outcome": code]).outcome == outcome)
    }

    @Test(arguments: [
        ("GET /Patient?family=Mar&page=3", "family=Mar&page=3", "/Patient", "Patient", 3),
        ("GET https://h.example/fhir/Patient?name=a&_count=20&_offset=40 HTTP/1.1", "name=a&_count=20&_offset=40", "/fhir/Patient", "Patient", 3),
        ("Observation?patient=1", "patient=1", "/Observation", "Observation", nil),
        ("POST /fhir/Patient/_search\r\nHost: x\r\n\r\nfamily=a&page=0\r\n", "family=a&page=0", "/fhir/Patient/_search", "Patient", 1),
        ("name=a&_page=2", "name=a&_page=2", "", "", 2), ("<a/>", "<a/>", "", "", nil), ("", "", "", "", nil), ("GET", "GET", "", "", nil),
        ("http://h/open/Encounter?participant=13", "participant=13", "/open/Encounter", "Encounter", nil),
    ] as [(String, String, String, String, Int?)])
    func `a search is taken apart`(text: String, query: String, path: String, resource: String, page: Int?) throws {
        let entity = #"{"type":{"code":"2"},"role":{"code":"24"},"query":"\#(Base64.encode(Array(text.utf8)))","detail":[{"type":"result-count","valueString":"17"}]}"#
        let e = try one(["subtype": "search", "action": "E", "entity": entity])
        #expect(e.query == query && e.path == path && e.page == page)
        #expect(e.resource == resource)
        #expect(e.resultCount == 17)
    }

    @Test func `a query that is not base64 is read as it stands, and that is said`() throws {
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record(["subtype": "search", "action": "E", "entity": #"{"role":{"code":"24"},"query":"GET /Patient?name=é"}"#]))
        #expect(sink.events.first?.query == "name=é" && sink.warnings.map(\.field) == ["entity.query"])
    }

    @Test func `a sequence number in an extension is read`() throws {
        #expect(try one(["more": #","extension":[{"url":"https://x/sequence","valueInteger":41},{"url":"https://x/other","valueInteger":7}]"#]).sequence == 41)
    }

    @Test func `an event without id is known by its file and line`() throws {
        let text = FHIRTests.record().replacing("\"id\":\"1\",", with: "")
        let e = try #require(try reading(FHIRAuditEventFormat(), Array(("\n" + text).utf8), name: "a.ndjson").events.first)
        #expect(e.id == "a.ndjson:2" && !e.hasOwnID)
    }

    // MARK: Shapes

    @Test func `lines: blank, broken, cut and foreign ones cost nobody else`() throws {
        let other = #"{"resourceType":"Patient","id":"secret"}"#
        let text = [FHIRTests.record(id: "1"), "", FHIRTests.record(id: "2").replacing("\"R\"", with: "\"R"), "  \r", other, FHIRTests.record(id: "3") + "\r", "\u{0}\u{0}",
                    "{\"resourceType\":\"Aud"].joined(separator: "\n")
        let sink = try reading(FHIRAuditEventFormat(), text)
        #expect(sink.events.map(\.id) == ["1", "3"])
        #expect(sink.places.map(\.line) == [1, 6])
        #expect(sink.blanks == 2)
        #expect(sink.refusals.map(\.place.line) == [3, 5, 7, 8])
        #expect(sink.units == 8)
        #expect(sink.refusals[1].problem.found == "a FHIR resource Patient")
        #expect(sink.refusals[3].problem.expected == "a whole JSON value")
        #expect(!"\(sink.refusals)".contains("secret"))
    }

    @Test func `an array, pretty-printed, with one broken record`() throws {
        let text = "[\n  " + [FHIRTests.record(id: "1"), "{\"resourceType\": nonsense}", FHIRTests.record(id: "3")].joined(separator: ",\n  ") + "\n]\n"
        let sink = try reading(FHIRAuditEventFormat(), text)
        #expect(sink.events.map(\.id) == ["1", "3"] && sink.places.map(\.line) == [1, 3])
        #expect(sink.refusals.map(\.place.line) == [2] && sink.units == 3)
    }

    @Test func `an array that is cut in a record`() throws {
        let text = "[" + FHIRTests.record(id: "1") + "," + FHIRTests.record(id: "2").prefix(300)
        let sink = try reading(FHIRAuditEventFormat(), text)
        #expect(sink.events.map(\.id) == ["1"] && sink.refused == 1 && sink.units == 2)
        let between = try reading(FHIRAuditEventFormat(), "[" + FHIRTests.record(id: "1"))
        #expect(between.events.count == 1 && between.refused == 1)
    }

    @Test(arguments: ["searchset", "batch", "collection"])
    func `a Bundle on one line or on many`(type: String) throws {
        let entries = ["1", "2"].map { #"{"fullUrl":"urn:uuid:\#($0)","resource":\#(FHIRTests.record(id: $0)),"search":{"mode":"match"}}"# }
        let foreign = #"{"resource":{"resourceType":"OperationOutcome"}}"#
        let text = #"{"resourceType":"Bundle","type":"\#(type)","total":2,"entry":["# + (entries + [foreign]).joined(separator: ",\n") + "]}"
        for text in [text, text.replacing("\n", with: ""), text.replacing("\"entry\"", with: "\n\"entry\"")] {
            let sink = try reading(FHIRAuditEventFormat(), text)
            #expect(sink.events.map(\.id) == ["1", "2"] && sink.places.map(\.line) == [1, 2])
            #expect(sink.refusals.map(\.problem.found) == ["a FHIR resource OperationOutcome"] && sink.units == 3)
        }
    }

    @Test func `the entry's URL is the id where the resource has none`() throws {
        let text = #"{"resourceType":"Bundle","entry":[{"resource":\#(FHIRTests.record().replacing("\"id\":\"1\",", with: "")),"fullUrl":"urn:uuid:9"}]}"#
        #expect(try reading(FHIRAuditEventFormat(), text).events.map(\.id) == ["urn:uuid:9"])
    }

    @Test func `a Bundle is recognised from its first bytes`() {
        let text = Array((#"{"resourceType":"Bundle","id":"b","entry":[{"fullUrl":"urn:uuid:1","resource":"# + FHIRTests.record()).utf8)
        #expect(text.withUnsafeBytes { FHIRAuditEventFormat().recognise($0) } == 100)
        #expect(text.prefix(120).withUnsafeBytes { FHIRAuditEventFormat().recognise($0) } == 100)
        #expect(Array(#"{"resourceType":"Patient","id":"1"}"#.utf8).withUnsafeBytes { FHIRAuditEventFormat().recognise($0) } == 40)
    }

    @Test func `a document over many lines is one record, however its parts are broken into lines`() throws {
        let text = "{\n" + FHIRTests.record().dropFirst().replacing(",", with: ",\n") + "\n"
        let sink = try reading(FHIRAuditEventFormat(), text)
        #expect(sink.events.count == 1 && sink.units == 1)
        let two = try reading(FHIRAuditEventFormat(), text + "\n" + text)
        #expect(two.events.count == 2 && two.places.map(\.line) == [1, 2])
    }

    @Test func `an empty Bundle has no units`() throws {
        #expect(try reading(FHIRAuditEventFormat(), #"{"resourceType":"Bundle","total":0,"entry":[]}"#).units == 0)
    }

    // MARK: Other versions

    static let r5 = #"{"resourceType":"AuditEvent","id":"r5","category":[{"coding":[{"code":"rest"}]}],"code":{"coding":[{"code":"read"}]},"action":"R","recorded":"2025-09-01T10:00:00Z","outcome":{"code":{"code":"0"}},"agent":[{"who":{"display":"a"},"networkString":"192.0.2.1"}],"source":{"observer":{"display":"x"}}}"#
    static let stu3 = #"{"resourceType":"AuditEvent","id":"s3","type":{"code":"rest"},"action":"R","recorded":"2025-09-01T10:00:00Z","outcome":"0","agent":[{"userId":{"value":"a"},"requestor":true}],"source":{"identifier":{"value":"x"}}}"#

    @Test(arguments: [(r5, "FHIR R5 AuditEvent"), (stu3, "FHIR STU3 AuditEvent"), ("[" + r5 + "]", "FHIR R5 AuditEvent")])
    func `another version is refused by name as a whole`(text: String, name: String) {
        #expect(performing: { try reading(FHIRAuditEventFormat(), text) }, throws: { ($0 as? FieldProblem)?.found == name })
    }

    @Test func `one R5 record among R4 records is refused by itself`() throws {
        let sink = try reading(FHIRAuditEventFormat(), [FHIRTests.record(), FHIRTests.r5, FHIRTests.record(id: "3")].joined(separator: "\n"))
        #expect(sink.events.map(\.id) == ["1", "3"] && sink.refusals.map(\.problem.found) == ["FHIR R5 AuditEvent"])
    }

    @Test func `what R4 requires and is missing is named`() throws {
        let sink = try reading(FHIRAuditEventFormat(), FHIRTests.record().replacing("\"recorded\":\"2025-09-01T10:00:00Z\",", with: ""))
        #expect(sink.refusals.map(\.problem.field) == ["recorded"])
        let bad = try reading(FHIRAuditEventFormat(), FHIRTests.record().replacing("2025-09-01T10", with: "2025-02-30T10"))
        #expect(bad.refusals.map(\.problem.field) == ["recorded"])
    }

    // MARK: Properties

    static let corpus = [
        record(), record(["subtype": "search", "action": "E", "entity": #"{"role":{"code":"24"},"query":"R0VUIC9QYXRpZW50P3BhZ2U9Mg=="}"#]), r5, stu3, "[" + record() + "]",
        #"{"resourceType":"Bundle","entry":[{"resource":\#(record())}]}"#, record() + "\n\n" + record() + "\r\n", "", "\n\n", "[", "[]", "[,]", "[1,2]", "{}", "]", "[{}", "\u{feff}{}",
        "[{},]", "[{}{}]", #"{"entry":[1]}"#, "{\"a\":\"\n}\n{}", "\"", "[[{}]]", "{\n\"a\":1\n}", "{\n}\n{\n}", "}{", "[{\n\n", "{\"entry\":[{",
    ]

    @Test(arguments: corpus)
    func `properties hold on the corpus, its prefixes and with bytes changed`(text: String) {
        let bytes = Array(text.utf8)
        FormatFuzz.check(FHIRAuditEventFormat(), bytes)
        for n in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) { FormatFuzz.check(FHIRAuditEventFormat(), Array(bytes[..<n])) }
        for i in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 60)) {
            for change in [UInt8(0x22), 0x5C, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x0A, 0xC3] {
                var changed = bytes
                changed[i] = change
                FormatFuzz.check(FHIRAuditEventFormat(), changed)
            }
        }
    }
}
