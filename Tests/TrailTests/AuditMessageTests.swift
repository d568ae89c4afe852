import Model
import Testing
import Trail

@Suite struct AuditMessageTests {
    /// In the shape of DICOM PS3.15 A.5.2, with the codes of A.5.3.
    static func message(
        event: String = #"<EventID csd-code="110112" codeSystemName="DCM" originalText="Query"/><EventTypeCode csd-code="ITI-78" codeSystemName="IHE Transactions" originalText="PDQm"/>"#,
        action: String = "E", outcome: String = "0", user: String = "899700218896", objects: String = patient
    ) -> String {
        """
        <AuditMessage><EventIdentification EventActionCode="\(action)" EventDateTime="2026-01-05T08:00:00.5+01:00" EventOutcomeIndicator="\(outcome)">\(event)</EventIdentification>\
        <ActiveParticipant UserID="\(user)" AlternativeUserID="pid:1" UserIsRequestor="true" NetworkAccessPointID="203.0.113.9" NetworkAccessPointTypeCode="2">\
        <RoleIDCode csd-code="110153" codeSystemName="DCM" originalText="Source"/></ActiveParticipant>\
        <ActiveParticipant UserID="https://dpi.example/fhir" UserIsRequestor="false" NetworkAccessPointID="192.0.2.1" NetworkAccessPointTypeCode="2">\
        <RoleIDCode csd-code="110152" codeSystemName="DCM" originalText="Destination"/></ActiveParticipant>\
        <AuditSourceIdentification AuditSourceID="dpi"/>\(objects)</AuditMessage>
        """
    }
    static let patient = #"<ParticipantObjectIdentification ParticipantObjectID="193028510003351^^^&amp;1.2.250.1.213.1.4.8&amp;ISO" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2" codeSystemName="RFC-3881" originalText="Patient Number"/></ParticipantObjectIdentification>"#

    private func event(_ text: String) throws -> AccessEvent {
        let sink = try reading(AuditMessageFormat(), text)
        #expect(sink.refusals.isEmpty && sink.units == 1)
        return try #require(sink.events.first)
    }

    @Test func `who, from where, what and whose`() throws {
        let e = try event(AuditMessageTests.message())
        #expect(e.time == Instant(year: 2026, month: 1, day: 5, hour: 7, minute: 0, second: 0, millisecond: 500))
        #expect(e.source == "dpi" && e.service == "dpi" && !e.hasOwnID && e.id == "trail:1")
        #expect(e.account == "899700218896" && e.professional == "99700218896" && e.address == "203.0.113.9")
        #expect(e.action == .search && e.outcome == .success && e.resource == "Patient")
        #expect(e.persons.map(\.reference) == [""] && e.persons.first?.identifiers.first?.system == Identifier.insNIR)
    }

    @Test func `codes of RFC 3881 say the same`() throws {
        let dicom = AuditMessageTests.message()
        let old = dicom.replacing("csd-code=", with: "code=").replacing("originalText=", with: "displayName=")
        #expect(old != dicom)
        #expect(try event(old) == event(dicom))
    }

    @Test func `a user by assertion, a named user, and a machine by itself`() throws {
        let assertion = try event(AuditMessageTests.message(user: "alias&lt;marie@https://idp.example&gt;"))
        #expect(assertion.account == "marie" && assertion.subject.isEmpty)
        let named = try event(AuditMessageTests.message(user: #"u-17" UserName="Marie Curie"#))
        #expect(named.account == "Marie Curie" && named.subject == "u-17")
        let machine = try event(AuditMessageTests.message(user: "/fhir/Patient/1"))
        #expect(machine.account.isEmpty && machine.address == "203.0.113.9")
    }

    @Test func `the human beside the machines is the user, the machine that asked the client`() throws {
        let human = #"<ActiveParticipant UserID="marie" UserIsRequestor="true"><RoleIDCode csd-code="21" codeSystemName="ward" originalText="Nurse"/></ActiveParticipant><AuditSource"#
        let e = try event(AuditMessageTests.message(user: "pacs-viewer").replacing("<AuditSource", with: human))
        #expect(e.account == "marie" && e.role == "Nurse" && e.address == "203.0.113.9")
    }

    @Test(arguments: [
        ("110114", "110122", "E", Action.login), ("110114", "110123", "E", .logout), ("110112", "", "E", .search), ("110106", "ITI-43", "R", .export),
        ("110107", "ITI-43", "C", .create), ("110110", "", "R", .read), ("110110", "", "U", .update), ("110105", "", "D", .delete), ("110100", "110120", "E", .other),
        ("110113", "110127", "E", .breakGlass),
    ])
    func `codes decide the action`(id: String, type: String, code: String, action: Action) throws {
        let types = type.isEmpty ? "" : #"<EventTypeCode csd-code="\#(type)" codeSystemName="DCM"/>"#
        let e = try event(AuditMessageTests.message(event: #"<EventID csd-code="\#(id)" codeSystemName="DCM"/>"# + types, action: code))
        #expect(e.action == action && e.breakGlass == (action == .breakGlass))
    }

    @Test func `outcomes, and one that no standard knows`() throws {
        #expect(try ["0", "4", "8", "12", ""].map { try event(AuditMessageTests.message(outcome: $0)).outcome } == [.success, .failure, .failure, .failure, .unknown])
        let sink = try reading(AuditMessageFormat(), AuditMessageTests.message(outcome: "7"))
        #expect(sink.events.first?.outcome == .unknown && sink.warnings.contains { $0.field == "EventOutcomeIndicator" })
    }

    @Test func `references in values are resolved, and only there`() throws {
        let e = try event(AuditMessageTests.message(user: "d&apos;arc &amp;amp; &#x26; &#233;"))
        #expect(e.account == "d'arc &amp; & é")
    }

    @Test func `a query is taken apart, and a single patient read by path is read`() throws {
        // GET /fhir/Patient?family=a&_count=20&_offset=40
        let query = """
            <ParticipantObjectIdentification ParticipantObjectID="q" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24">
            <ParticipantObjectIDTypeCode csd-code="ITI-78" codeSystemName="IHE Transactions"/>
            <ParticipantObjectQuery>R0VUIC9maGlyL1BhdGllbnQ/ZmFtaWx5PWEm
            X2NvdW50PTIwJl9vZmZzZXQ9NDA=</ParticipantObjectQuery></ParticipantObjectIdentification>
            """
        let e = try event(AuditMessageTests.message(objects: query))
        #expect(e.query == "family=a&_count=20&_offset=40" && e.path == "/fhir/Patient" && e.page == 3)
    }

    // MARK: Damage and attack

    @Test func `many messages, with a declaration each, in a list, or broken between whole ones`() throws {
        let one = AuditMessageTests.message()
        let declared = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + one
        #expect(try reading(AuditMessageFormat(), declared + "\n" + declared + one).kept == 3)
        #expect(try reading(AuditMessageFormat(), "<AuditMessages>\n" + one + "<!-- x -->" + one + "\n</AuditMessages>\n").kept == 2)
        let broken = one.replacing("</AuditMessage>", with: "") + one + one.replacing("<AuditSourceIdentification", with: "<<") + one + " lost text " + one
        let sink = try reading(AuditMessageFormat(), broken)
        #expect(sink.kept == 3 && sink.refusals.map(\.place.line) == [1, 3, 5] && sink.units == 6)
    }

    @Test func `a document type is refused, and its entities are never read`() throws {
        let bomb = """
            <?xml version="1.0"?><!DOCTYPE AuditMessage [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>
            \(AuditMessageTests.message(user: "&b;"))\(AuditMessageTests.message(user: "&c;"))\(AuditMessageTests.message())
            """
        let sink = try reading(AuditMessageFormat(), bomb)
        #expect(sink.kept == 1 && sink.units == 3)
        #expect(sink.refusals.first?.problem.found == "a document type declaration")
        #expect(sink.refusals.last?.problem.found.hasPrefix("an entity that nobody declared") == true)
        // In syslog the whole message goes to the parser at once.
        let inSyslog = try reading(SyslogFormat(), "<85>1 - h a - - - " + bomb.replacing("\n", with: " "))
        #expect(inSyslog.kept == 0 && inSyslog.refusals.map(\.problem.found) == ["a document type declaration"])
    }

    @Test func `depth is bounded`() throws {
        let deep = AuditMessageTests.message(objects: String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200))
        #expect(try reading(AuditMessageFormat(), deep).refusals.map(\.problem.found) == ["more than 32 levels"])
    }

    @Test func `what is wrong is said by kind, with its line, and quotes nothing`() throws {
        func found(_ text: String) throws -> String? { try reading(AuditMessageFormat(), text).refusals.first?.problem.description }
        let secret = "Nom-Du-Patient"
        let noTime = AuditMessageTests.message().replacing("EventDateTime", with: "Other")
        #expect(try found(noTime)?.contains("EventDateTime") == true)
        let twice = AuditMessageTests.message(user: "a\" UserID=\"\(secret)")
        #expect(try found(twice)?.contains("an attribute that occurs twice") == true)
        let unescaped = try #require(try found("<AuditMessage>\n<EventIdentification EventDateTime=\"\(secret)<\"/></AuditMessage>"))
        #expect(unescaped.contains("line 2") && !unescaped.contains(secret))
    }

    @Test func `it is recognised by its first element`() {
        func score(_ text: String) -> Int { Array(text.utf8).withUnsafeBytes { AuditMessageFormat().recognise($0) } }
        #expect(score(AuditMessageTests.message()) > 90)
        #expect(score("\u{FEFF}<?xml version=\"1.0\"?>\n<!-- a -->\n<a:AuditMessage xmlns:a=\"x\">") > 90)
        #expect(score("<AuditMessages><AuditMessage ") > 90)
        #expect(score("<html>the AuditMessage</html>") == 0 && score("see <AuditMessage>") == 0 && score("") == 0)
    }
}

/// The messages of the Open eHealth Integration Platform, written by another implementation of the standard.
@Suite(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
struct AuditMessageVectorTests {
    static let names = ["pdq", "pdqm", "pdqmread", "pdqv3", "pixfeed", "pixfeedmerge", "pixfeedmergesource", "pixfeedsource", "pixm", "pixquery", "pixupdatesource", "pixv3feed", "pixv3query", "pixv3sourcefeed", "start", "stop", "xcpd", "xpidsource"]

    private func event(_ name: String) throws -> AccessEvent {
        let sink = try reading(AuditMessageFormat(), try Vectors.read("atna/\(name).xml"))
        #expect(sink.refusals.isEmpty && sink.kept == 1)
        return try #require(sink.events.first)
    }

    @Test(arguments: names) func `is read whole`(name: String) throws {
        let e = try event(name)
        #expect(!e.source.isEmpty && e.outcome == .success && e.time > Instant(year: 2000, month: 1, day: 1))
        // However it comes: the same event from syslog, counted or as a line, with a mark, with rsyslog's escapes.
        let xml = try Vectors.read("atna/\(name).xml")
        let header = Array("<85>1 2026-01-05T08:00:00.000Z host dpi 4711 IHE+RFC-3881 - \u{FEFF}".utf8)
        let counted = Array(String(header.count + xml.count).utf8) + [0x20] + header + xml
        let escaped = header + xml.flatMap { $0 == 0x0A ? Array("#012".utf8) : $0 == 0x09 ? Array("#011".utf8) : [$0] } + [0x0A]
        let lines = header + xml + [0x0A]
        for text in [counted, escaped, lines] {
            #expect(text.withUnsafeBytes { SyslogFormat().recognise($0) } > 90)
            let sink = try reading(SyslogFormat(), text + counted)
            #expect(sink.kept == 2 && sink.refused == 0)
            for var same in sink.events {
                same.id = e.id
                #expect(same == e)
            }
        }
    }

    @Test func `a mobile query, a read by path, a feed`() throws {
        let query = try event("pdqm")
        #expect(query.action == .search && query.query == "family=xpid" && query.path == "/app-gateway/fhir/Patient" && query.address == "10.205.114.56" && query.resource == "Patient")
        let read = try event("pdqmread")
        #expect(read.action == .read && read.persons.map(\.reference) == ["IHERED-2340"] && read.query.isEmpty)
        let feed = try event("pixfeed")
        #expect(feed.action == .create && feed.account == "PKL|SAP-ISH" && feed.persons.first?.identifiers == [Identifier(system: "urn:oid:2.16.840.1.113883.3.37.4.1.1.2.411.1", value: "7627199")])
        #expect(try event("start").action == .other && event("start").account == "WDF-LAP-1237$")
    }
}
