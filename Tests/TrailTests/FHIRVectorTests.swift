import Glibc
import Model
import Scan
import Testing
import Trail

/// Third-party data lies outside of the repository; without it these tests say that they are skipped.
enum Vectors {
    static let folder = getenv("CORDON_VECTORS").map { String(cString: $0) }
    static var areThere: Bool { folder != nil }

    static func read(_ path: String) throws -> [UInt8] {
        let folder = try #require(folder)
        let file = try #require(fopen(folder + "/" + path, "rb"), "no vector \(path)")
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let n = fread(&buffer, 1, buffer.count, file), n > 0 { bytes += buffer[..<n] }
        return bytes
    }
}

/// Reads bytes with a format and gives what it told.
func reading(_ format: any TrailFormat, _ bytes: [UInt8], name: String = "trail", zone: String = "Europe/Paris") throws -> RecordingSink {
    let sink = RecordingSink()
    let result = bytes.withUnsafeBytes { text in
        Result { () throws(FieldProblem) in try format.read(text, of: FileInHand(name: name, zone: zone), to: sink) }
    }
    try result.get()
    return sink
}

func reading(_ format: any TrailFormat, _ text: String) throws -> RecordingSink { try reading(format, Array(text.utf8)) }

/// The published examples, field by field, as their texts say.
@Suite(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
struct FHIRVectorTests {
    private func event(_ path: String) throws -> AccessEvent {
        let sink = try reading(FHIRAuditEventFormat(), try Vectors.read(path), name: "example.json")
        #expect(sink.refusals.isEmpty)
        #expect(sink.kept == 1 && sink.units == 1)
        #expect(sink.places == [Place(file: "example.json", line: 1, byte: 0)])
        return try #require(sink.events.first)
    }

    private let patient = PersonReference(reference: "ex-patient")
    private let machine = "2001:db8:85a3::8a2e:370:7334"
    private let day = Instant(year: 2020, month: 4, day: 29, hour: 9, minute: 49)

    /// What nearly all BALP examples have in common.
    private func expectBasics(_ e: AccessEvent, id: String, source: String = "Device/ex-device") {
        #expect(e.id == id && e.hasOwnID)
        #expect(e.time == day)
        #expect(e.address == machine)
        #expect(e.agent == "myMachine.example.org")
        #expect(e.service == "server.example.com")
        #expect(e.outcome == .success)
        #expect(!e.breakGlass)
        #expect(e.sequence == nil && e.resultCount == nil && e.page == nil)
        #expect(e.professional.isEmpty && e.subject.isEmpty && e.role.isEmpty && e.organisation.isEmpty)
        #expect(e.source == (source == "Device/ex-device" ? "ex-device" : source))
    }

    @Test func `BALP read as the server records it: the client is the destination`() throws {
        let e = try event("balp/1.1.3_AuditEvent-ex-auditBasicReadServer.json")
        expectBasics(e, id: "ex-auditBasicReadServer")
        #expect(e.account == "John Smith")
        #expect(e.action == .read && e.resource == "List")
        #expect(e.persons == [patient])
        #expect(e.request == "76d148b6-586d-11ec-bf63-0242ac130002")
        #expect(e.session.isEmpty && e.query.isEmpty && e.path.isEmpty)
    }

    @Test func `BALP read as the client records it`() throws {
        let e = try event("balp/1.1.2_AuditEvent-ex-auditBasicReadClient.json")
        expectBasics(e, id: "ex-auditBasicReadClient", source: "myMachine.example.org")
        #expect(e.account == "John Smith" && e.action == .read && e.resource == "List" && e.persons == [patient])
        #expect(e.request == "76d148b6-586d-11ec-bf63-0242ac130002")
    }

    @Test func `BALP read without a patient discloses nobody`() throws {
        let e = try event("balp/1.1.2_AuditEvent-ex-auditBasicReadNoPatient.json")
        expectBasics(e, id: "ex-auditBasicReadNoPatient")
        #expect(e.account == "John Smith" && e.action == .read && e.resource == "MeasureReport")
        #expect(e.persons.isEmpty && e.request.isEmpty)
    }

    @Test func `BALP read with an opaque token names a session and no account`() throws {
        let e = try event("balp/1.1.1_AuditEvent-ex-auditBasicReadOServerMin.json")
        expectBasics(e, id: "ex-auditBasicReadOServerMin")
        #expect(e.account.isEmpty)
        #expect(e.session == "C187CC480FAC40A0936902D8BC324F5F")
        #expect(e.action == .read && e.resource == "List" && e.persons == [patient])
        #expect(e.request == "76d148b6-586d-11ec-bf63-0242ac130002")
    }

    @Test func `BALP query by GET: the client is the source, the request in base64`() throws {
        let e = try event("balp/1.1.2_AuditEvent-ex-auditBasicQueryGetServer.json")
        expectBasics(e, id: "ex-auditBasicQueryGetServer")
        #expect(e.account == "John Smith" && e.action == .search && e.resource == "Observation")
        #expect(e.path == "/r4/Observation")
        #expect(e.query == "patient=ex-patient&_lastUpdated=gt2020-11-06T21:52:30.300Z&_sort=_lastUpdated&_count=10")
        #expect(e.persons == [patient])
        #expect(e.request == "cc6d168e-5871-11ec-bf63-0242ac130002")
    }

    @Test func `BALP query without a patient`() throws {
        let e = try event("balp/1.1.0_AuditEvent-ex-auditBasicQueryGetNoPatient.json")
        expectBasics(e, id: "ex-auditBasicQueryGetNoPatient")
        #expect(e.action == .search && e.resource == "MeasureReport" && e.path == "/r4/MeasureReport")
        #expect(e.query == "_lastUpdated=gt2020-11-06T21:52:30.300Z&_sort=_lastUpdated&_count=10")
        #expect(e.persons.isEmpty)
        #expect(e.request == "4a8dca3c-2205-4dc7-90e1-db877781d7cc")
    }

    @Test func `BALP query by POST: the parameters are the body`() throws {
        let e = try event("balp/1.0.1_AuditEvent-ex-auditBasicQueryPost.json")
        expectBasics(e, id: "ex-auditBasicQueryPost")
        #expect(e.action == .search && e.resource == "Observation" && e.path == "/r4/Observation/_search")
        #expect(e.query == "patient=ex-patient&_lastUpdated=gt2020-11-06T21:52:30.300Z&_sort=_lastUpdated&_count=10")
        #expect(e.persons == [patient] && e.request.isEmpty)
    }

    @Test func `BALP create: the client is the source`() throws {
        let e = try event("balp/1.1.0_AuditEvent-ex-auditBasicCreateServer.json")
        expectBasics(e, id: "ex-auditBasicCreateServer", source: "myMachine.example.org")
        #expect(e.account == "John Smith" && e.action == .create && e.resource == "List" && e.persons == [patient])
    }

    @Test func `BALP create by a job has no user`() throws {
        let e = try event("balp/1.1.3_AuditEvent-ex-auditBasicCreateNoUserJob.json")
        expectBasics(e, id: "ex-auditBasicCreateNoUserJob")
        #expect(e.account.isEmpty && e.action == .create && e.resource == "DocumentReference" && e.persons == [patient])
    }

    @Test func `BALP update`() throws {
        let e = try event("balp/1.1.2_AuditEvent-ex-auditBasicUpdate1.json")
        expectBasics(e, id: "ex-auditBasicUpdate1")
        #expect(e.account == "Betty Jones" && e.action == .update && e.resource == "List" && e.persons == [patient])
    }

    @Test func `BALP update without user`() throws {
        let e = try event("balp/1.1.2_AuditEvent-ex-auditBasicUpdateNoUser.json")
        expectBasics(e, id: "ex-auditBasicUpdateNoUser")
        #expect(e.account.isEmpty && e.action == .update && e.resource == "List" && e.persons == [patient])
    }

    @Test func `BALP delete: the client is the application, the server its custodian`() throws {
        let e = try event("balp/1.1.3_AuditEvent-ex-auditBasicDeleteInformant.json")
        expectBasics(e, id: "ex-auditBasicDeleteInformant")
        #expect(e.account == "Betty Jones" && e.action == .delete && e.resource == "List" && e.persons == [patient])
    }

    @Test func `BALP delete by a job has no user`() throws {
        let e = try event("balp/1.1.3_AuditEvent-ex-auditBasicDeleteNoUserJob.json")
        expectBasics(e, id: "ex-auditBasicDeleteNoUserJob", source: "myMachine.example.org")
        #expect(e.account.isEmpty && e.action == .delete && e.resource == "DocumentReference" && e.persons == [patient])
    }

    @Test func `BALP consent decision: permitted and denied`() throws {
        for (path, id, outcome) in [
            ("balp/1.1.3_AuditEvent-ex-auditAuthZconsent.json", "ex-auditAuthZconsent", Outcome.success),
            ("balp/1.1.1_AuditEvent-ex-auditAuthZconsent-deny.json", "ex-auditAuthZconsent-deny", Outcome.failure),
        ] {
            let e = try event(path)
            #expect(e.id == id && e.hasOwnID)
            #expect(e.time == Instant(year: 2021, month: 12, day: 27, hour: 9, minute: 49))
            #expect(e.action == .other && e.outcome == outcome)
            #expect(e.account == "Practitioner/ex-practitioner" && e.organisation == "ex-organization")
            #expect(e.address == machine && e.agent.isEmpty)
            #expect(e.source == "ex-authz" && e.service == "ex-authz")
            #expect(e.resource == "Consent" && e.persons == [patient])
            #expect(!e.breakGlass)
        }
    }

    @Test func `BALP disclosure at its source is an export; the device is the client`() throws {
        for (path, id, resource) in [
            ("balp/1.1.3_AuditEvent-ex-auditPrivacyDisclosure-source2.json", "ex-auditPrivacyDisclosure-source2", "DocumentReference"),
            ("balp/1.1.0_AuditEvent-ex-auditPrivacyDisclosure-measurereport.json", "ex-auditPrivacyDisclosure-measurereport", "MeasureReport"),
        ] {
            let e = try event(path)
            #expect(e.id == id && e.time == day && e.outcome == .success)
            #expect(e.action == .export && e.resource == resource)
            #expect(e.address == "myDevice.example.com" && e.agent == "model number ABC, serial number 1234")
            #expect(e.source == "model number ABC, serial number 1234" && e.service == "model number ABC, serial number 1234")
            // A relative acts for the patient.
            #expect(e.account == "Patient/ex-patient" && e.persons == [patient])
        }
    }

    @Test func `BALP disclosure at its recipient is an import`() throws {
        let e = try event("balp/1.1.3_AuditEvent-ex-auditPrivacyDisclosure-recipient.json")
        expectBasics(e, id: "ex-auditPrivacyDisclosure-recipient")
        #expect(e.action == .create && e.resource == "DocumentReference")
        #expect(e.account == "Patient/ex-patient" && e.persons == [patient])
    }

    // MARK: Plain R4

    private func expectExamplePerson(_ e: AccessEvent) {
        #expect(e.account == "601847123")
        #expect(e.subject == "95")
        #expect(e.professional.isEmpty && e.session.isEmpty && e.role.isEmpty && !e.breakGlass)
        #expect(e.source == "hl7connect.healthintersections.com.au")
        #expect(e.service == "hl7connect.healthintersections.com.au")
    }

    @Test func `R4 login and logout`() throws {
        let login = try event("fhir-r4/AuditEvent-example-login.json")
        expectExamplePerson(login)
        #expect(login.id == "example-login" && login.action == .login && login.outcome == .success)
        #expect(login.time == Instant(year: 2013, month: 6, day: 20, hour: 23, minute: 41, second: 23))
        #expect(login.address == "127.0.0.1" && login.persons.isEmpty && login.resource.isEmpty)
        let logout = try event("fhir-r4/AuditEvent-example-logout.json")
        expectExamplePerson(logout)
        #expect(logout.id == "example-logout" && logout.action == .logout)
        #expect(logout.time == Instant(year: 2013, month: 6, day: 20, hour: 23, minute: 46, second: 41))
        #expect(logout.address == "127.0.0.1")
    }

    @Test func `R4 vread: a Patient named as an object is a person`() throws {
        let e = try event("fhir-r4/AuditEvent-example-rest.json")
        expectExamplePerson(e)
        #expect(e.id == "example-rest" && e.action == .read && e.resource == "Patient")
        #expect(e.time == Instant(year: 2013, month: 6, day: 20, hour: 23, minute: 42, second: 24))
        #expect(e.persons == [PersonReference(reference: "example")])
        #expect(e.address == "Workstation1.ehr.familyclinic.com")
    }

    @Test func `R4 search: the query is a URL`() throws {
        let e = try event("fhir-r4/AuditEvent-example-search.json")
        expectExamplePerson(e)
        #expect(e.id == "example-search" && e.action == .search && e.resource == "Encounter")
        #expect(e.time == Instant(year: 2015, month: 8, day: 22, hour: 23, minute: 42, second: 24))
        #expect(e.query == "participant=13" && e.path == "/open/Encounter" && e.persons.isEmpty)
        #expect(e.address == "Workstation1.ehr.familyclinic.com")
    }

    @Test func `R4 PIX query: an HL7 identifier is qualified, the message is the query`() throws {
        let e = try event("fhir-r4/AuditEvent-example-pixQuery.json")
        expectExamplePerson(e)
        #expect(e.id == "example-pixQuery" && e.action == .search && e.resource.isEmpty)
        #expect(e.time == Instant(year: 2015, month: 8, day: 26, hour: 23, minute: 42, second: 24))
        #expect(e.persons == [PersonReference(reference: "", identifiers: [Identifier(system: "urn:oid:2.16.840.1.113883.4.2", value: "e3cdfc81a0d24bd")])])
        #expect(e.query.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PRPA_IN201309UV02"))
        #expect(e.path.isEmpty)
    }

    @Test func `R4 export to media`() throws {
        let e = try event("fhir-r4/AuditEvent-example-media.json")
        #expect(e.account == "601847123" && e.subject == "95")
        #expect(e.id == "example-media" && e.action == .export && e.resource == "DocumentManifest" && e.outcome == .success)
        #expect(e.time == Instant(year: 2015, month: 8, day: 27, hour: 23, minute: 42, second: 24))
        #expect(e.agent == "ExportToMedia.app" && e.address.isEmpty)
        #expect(e.persons == [PersonReference(reference: "", identifiers: [Identifier(system: "urn:oid:2.16.840.1.113883.4.2", value: "e3cdfc81a0d24bd")])])
    }

    @Test func `R4 disclosure: a policy that is a URL is no session`() throws {
        let e = try event("fhir-r4/AuditEvent-example-disclosure.json")
        #expect(e.id == "example-disclosure" && e.action == .export && e.resource == "Patient" && e.outcome == .success)
        #expect(e.time == Instant(year: 2013, month: 9, day: 22, hour: 0, minute: 8))
        #expect(e.account == "notMe" && e.subject == "SomeIdiot@nowhere" && e.session.isEmpty)
        #expect(e.address == "custodian.net")
        #expect(e.source == "Watchers Accounting of Disclosures Application" && e.service == e.source)
        // One person, named twice, with the identifier of the second naming.
        #expect(e.persons == [PersonReference(reference: "example", identifiers: [Identifier(system: "", value: "What.id")])])
    }

    @Test func `R4 error discloses nobody`() throws {
        let e = try event("fhir-r4/AuditEvent-example-error.json")
        expectExamplePerson(e)
        #expect(e.id == "example-error" && e.action == .create && e.outcome == .failure && e.persons.isEmpty)
        #expect(e.time == Instant(year: 2017, month: 9, day: 7, hour: 23, minute: 42, second: 24))
    }

    @Test func `R4 application start`() throws {
        let e = try event("fhir-r4/AuditEvent-example.json")
        #expect(e.id == "example" && e.action == .other && e.outcome == .success && e.persons.isEmpty)
        #expect(e.time == Instant(year: 2012, month: 10, day: 25, hour: 11, minute: 4, second: 27))
        #expect(e.account == "Example" && e.subject.isEmpty && e.role == "Service User (Logon)")
        #expect(e.address == "127.0.0.1" && e.source == "Example's Laptop")
    }
}
