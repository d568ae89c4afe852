import Model
import Scan
import Testing
import Trail

@Suite struct M365Tests {
    static let bind = #"{"CreationTime":"2025-09-01T10:00:00","Id":"m1","Operation":"MailItemsAccessed","RecordType":50,"ResultStatus":"Succeeded","UserKey":"1003","UserId":"marie@chu.example","Workload":"Exchange","ClientIPAddress":"[2001:db8::1]:443","ClientInfoString":"Client=OWA;Mozilla/5.0","SessionId":"s-1","MailboxOwnerUPN":"marie@chu.example","OperationProperties":[{"Name":"MailAccessType","Value":"Bind"},{"Name":"IsThrottled","Value":"False"}],"Folders":[{"FolderItems":[{"InternetMessageId":"<a@x>"},{"InternetMessageId":"<b@x>","SizeInBytes":3}],"Id":"f","Path":"\\Inbox"}]}"#
    static let login = #"{"CreationTime":"2025-09-01T10:00:00","Id":"l1","Operation":"UserLoggedIn","RecordType":15,"ResultStatus":"Success","UserId":"marie@chu.example","Workload":"AzureActiveDirectory","ClientIP":"192.0.2.7:50123","DeviceProperties":[{"Name":"OS","Value":"Windows"},{"Name":"SessionId","Value":"s-1"}],"ExtendedProperties":[{"Name":"UserAgent","Value":"Mozilla/5.0"}]}"#

    @Test func `mails opened one by one`() throws {
        let sink = try reading(M365Format(), M365Tests.bind)
        let e = try #require(sink.events.first)
        #expect(e.id == "m1" && e.hasOwnID && e.time == Instant(year: 2025, month: 9, day: 1, hour: 10))
        #expect(e.account == "marie@chu.example" && e.subject.isEmpty && e.session == "s-1" && e.address == "2001:db8::1" && e.agent == "Client=OWA;Mozilla/5.0")
        #expect(e.service == "Exchange" && e.source == "Exchange" && e.action == .read && e.manners == .opened && e.outcome == .success)
        #expect(e.resource == "Mail" && e.path == "<a@x>;<b@x>" && e.resultCount == nil && e.persons.isEmpty)
        #expect(sink.gaps.map(\.kind) == ["unrecorded_persons"] && sink.gaps.first?.source == "Exchange")
        #expect(sink.assumptions.isEmpty)
    }

    @Test func `a synchronised folder is a copy of it; throttling is a gap`() throws {
        let text = M365Tests.bind.replacing("Bind", with: "Sync").replacing("\"False\"", with: "\"True\"").replacing(#"[{"InternetMessageId":"<a@x>"},{"InternetMessageId":"<b@x>","SizeInBytes":3}]"#, with: "[]")
        let sink = try reading(M365Format(), text)
        let e = try #require(sink.events.first)
        #expect(e.action == .read && e.manners == .exported && e.resource == "MailFolder" && e.path == "\\Inbox")
        #expect(sink.gaps.map(\.kind) == ["throttling", "unrecorded_persons"] && sink.gaps[0].time == e.time && sink.gaps[0].source == "Exchange")
    }

    @Test func `a login carries session, agent and an address without its port`() throws {
        let e = try #require(try reading(M365Format(), M365Tests.login).events.first)
        #expect(e.action == .login && e.outcome == .success && e.session == "s-1" && e.agent == "Mozilla/5.0" && e.address == "192.0.2.7" && e.resource.isEmpty)
        #expect(e.service == "AzureActiveDirectory")
    }

    @Test(arguments: [
        ("FileAccessed", Action.read, Manners.opened, "File"), ("FileDownloaded", .export, .exported, "File"), ("FilePrinted", .print, .printed, "File"),
        ("FileModified", .update, .edited, "File"), ("FileDeleted", .delete, [], "File"), ("PageViewed", .read, .opened, "Page"), ("Send", .create, [], "Mail"),
        ("SearchQueryPerformed", .search, .listed, "Search"), ("Set-Mailbox", .other, [], "Set-Mailbox"),
    ] as [(String, Action, Manners, String)])
    func `operations become actions`(operation: String, action: Action, manners: Manners, resource: String) throws {
        let text = #"{"CreationTime":"2025-09-01 10:00:00","Id":"1","Operation":"\#(operation)","UserId":"a","Workload":"SharePoint","ObjectId":"https://x/y.docx"}"#
        let e = try #require(try reading(M365Format(), text).events.first)
        #expect(e.action == action && e.manners == manners && e.resource == resource && e.path == "https://x/y.docx" && e.outcome == .success)
    }

    @Test func `the record inside an envelope counts, as an object or as text`() throws {
        let outer = #"{"RecordType":"x","CreationDate":"2025-09-02T00:00:00Z","UserIds":"other","Operations":"Other","Identity":"outer","AuditData":"#
        var quoted: [UInt8] = []
        JSONValue.quote(M365Tests.bind, into: &quoted)
        for text in [outer + M365Tests.bind + "}", outer + String(decoding: quoted, as: UTF8.self) + "}", #"{"rule":"x","event":"# + M365Tests.bind + "}"] {
            let sink = try reading(M365Format(), text)
            let e = try #require(sink.events.first)
            #expect(e.id == "m1" && e.account == "marie@chu.example" && e.time == Instant(year: 2025, month: 9, day: 1, hour: 10) && e.resultCount == nil)
            #expect(Array(text.utf8).withUnsafeBytes { M365Format().recognise($0) } == 95)
        }
    }

    @Test func `an object with value is a container`() throws {
        let text = #"{"@odata.context":"x","value":["# + M365Tests.bind + "," + M365Tests.login + "]}"
        let sink = try reading(M365Format(), text)
        #expect(sink.events.map(\.id) == ["m1", "l1"] && sink.units == 2)
    }

    @Test func `a field that a collector cut is warned of, the record kept`() throws {
        let text = M365Tests.bind.replacing(#""Folders":[{"FolderItems":[{"InternetMessageId":"<a@x>"},{"InternetMessageId":"<b@x>","SizeInBytes":3}],"Id":"f","Path":"\\Inbox"}]"#, with: #""Folders":"[{\"FolderItems\":[{\"Inter""#)
        let sink = try reading(M365Format(), text)
        #expect(sink.events.count == 1 && sink.warnings.count == 1 && sink.events.first?.resultCount == nil)
    }

    @Test func `one record of a table's column`() throws {
        let sink = RecordingSink()
        var reader = M365Reader(file: FileInHand(name: "export.csv"))
        let bytes = Array(M365Tests.bind.replacing("\"Id\":\"m1\",", with: "").utf8)
        let result = bytes.withUnsafeBytes { record in
            Result { () throws(FieldProblem) in try reader.readAuditData(record, at: Place(file: "export.csv", line: 7, byte: 99), to: sink) }
        }
        reader.finish(sink)
        let e = try result.get()
        #expect(e.id == "export.csv:7" && !e.hasOwnID && e.resource == "Mail")
        #expect(sink.events.isEmpty && sink.gaps.map(\.kind) == ["unrecorded_persons"])
    }

    @Test func `records of another kind are refused by the missing field`() throws {
        let sink = try reading(M365Format(), M365Tests.login + "\n{\"a\":1}\n{\"Operation\":\"X\"}\nnot json\n")
        #expect(sink.refusals.map(\.problem.field) == ["Operation", "CreationTime", ""] && sink.units == 4)
    }

    // MARK: Third-party files

    @Test(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
    func `plaso's unified audit records`() throws {
        let sink = try reading(M365Format(), try Vectors.read("m365/plaso_microsoft_audit_log.jsonl"))
        #expect(sink.refusals.isEmpty && sink.kept == 4 && sink.units == 4)
        let e = sink.events
        #expect(e.map(\.id) == ["c9d2d808-0efe-48cb-eaec-08da3028eb80", "cd710ce3-52fa-4c70-aec8-08da3028fa73", "cc0bb5b2-b540-4640-5e1c-08da3028fe4f", "0a454a7b-fbac-4329-a20c-72bad3bc5000"])
        #expect(e.map(\.action) == [.other, .other, .other, .login])
        #expect(e.map(\.resource) == ["Install-DefaultSharingPolicy", "Set-MailboxPlan", "Set-AdminAuditLogConfig", ""])
        #expect(e.map(\.service) == ["Exchange", "Exchange", "Exchange", "AzureActiveDirectory"])
        #expect(e.map(\.outcome) == [.success, .success, .success, .success])
        #expect(e[0].account == #"NT AUTHORITY\SYSTEM (Microsoft.Exchange.Servicehost)"# && e[0].time == Instant(year: 2022, month: 5, day: 7, hour: 12, minute: 55, second: 53))
        #expect(e[3].account == "user@sst5f.onmicrosoft.com" && e[3].address.isEmpty && e[3].time == Instant(year: 2022, month: 5, day: 8, hour: 15, minute: 13, second: 41))
    }

    @Test(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
    func `demisto's five minimal records keep their double`() throws {
        let sink = try reading(M365Format(), try Vectors.read("m365/demisto_incidents_mocked.json"))
        #expect(sink.refusals.isEmpty && sink.units == 5)
        #expect(sink.events.map(\.id) == ["EVENT_001", "EVENT_002", "EVENT_003", "EVENT_004", "EVENT_004"])
        #expect(sink.events.map(\.action) == [.login, .read, .export, .other, .other])
        #expect(sink.events.map(\.account) == ["admin@example.com", "user1@example.com", "user1@example.com", "admin@example.com", "admin@example.com"])
        #expect(sink.events[1].time == Instant(year: 2025, month: 12, day: 5, hour: 4, minute: 10))
    }

    @Test(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
    func `Log Analytics' mail access and Entra audit`() throws {
        let mail = try reading(M365Format(), try Vectors.read("m365/otrf_OfficeActivityEvents.json"))
        let e = try #require(mail.events.first)
        #expect(mail.units == 1 && mail.refusals.isEmpty && mail.warnings.isEmpty)
        #expect(e.id == "699e0b10-1c53-403e-976f-ce0847a92b44" && e.account == "pgustavo@simulandlabs.com" && e.address == "1.2.3.4" && e.agent == "Client=REST;;")
        #expect(e.time == Instant(year: 2021, month: 8, day: 2, hour: 13, minute: 32, second: 7) && e.service == "Exchange")
        #expect(e.action == .read && e.manners == .opened && e.resource == "Mail" && e.resultCount == nil)
        #expect(e.path.hasPrefix("<00000000-0000-0000-0000-000000000000@az.centralus.production.microsoft.com>;<AB1CD23EF4567DAC"))
        let entra = try reading(M365Format(), try Vectors.read("m365/otrf_AADAuditEvents.json"))
        #expect(entra.kept == 4 && entra.units == 4 && entra.refusals.isEmpty && entra.warnings.isEmpty)
        #expect(entra.events.allSatisfy { $0.account == "pgustavo@simulandlabs.com" && $0.action == .other && $0.outcome == .success && $0.service == "AzureActiveDirectory" })
        #expect(entra.events[0].agent == "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.17763.1971")
        #expect(entra.events[3].time == Instant(year: 2021, month: 8, day: 2, hour: 13, minute: 27, second: 20, millisecond: 17) && entra.events[3].resource == "Add delegated permission grant")
        #expect(Set(entra.events.map(\.id)).count == 3)
    }

    @Test(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
    func `panther's nineteen test events`() throws {
        let sink = try reading(M365Format(), try Vectors.read("m365/panther_tests.jsonl"))
        #expect(sink.refusals.map(\.problem) == [] && sink.kept == 19 && sink.units == 19)
        let e = sink.events
        #expect(e[0].action == .login && e[0].outcome == .failure && e[0].account == "sample.user@yourorg.onmicrosoft.com" && e[0].address == "1.2.3.4")
        #expect(e[0].agent.hasPrefix("Mozilla/5.0 (Macintosh") && e[0].authentication == "1" && e[0].id == "abc-def-123")
        #expect(e[0].time == Instant(year: 2022, month: 12, day: 12, hour: 15, minute: 57, second: 57))
        #expect(e[1].action == .login && e[1].outcome == .success && e[1].service == "AzureActiveDirectory")
        #expect(e[2].resource == "AddedToSecureLink" && e[2].session == "aa-bb-cc" && e[2].service == "OneDrive" && e[2].path == "https://yourorg.sharepoint.com/personal/user_yourorg/Documents/importantsecrets.docx")
        #expect(e[18].account == "homer.simpson@simpsons.onmicrosoft" && e[18].address == "1.2.3.4" && e[18].resource == "New-InboxRule" && e[18].service == "Exchange")
        #expect(e[18].time == Instant(year: 2025, month: 7, day: 7, hour: 9, minute: 11, second: 11))
        #expect(e.filter { $0.resource == "Set-Mailbox" }.count == 7 && e.filter { $0.resource == "Update user." }.count == 2)
    }

    static let corpus = [bind, login, "[" + bind + "," + login + "]", #"{"value":["# + login + "]}", #"{"AuditData":"{\"Operation\":\"X\",\"CreationTime\":\"2025-09-01\"}"}"#, #"{"Folders":"["}"#,
                         #"{"Operation":"MailItemsAccessed","Folders":[1,{"FolderItems":[2,{"Id":3}]}]}"#, "{\"event\":{\"event\":{\"event\":{\"event\":{}}}}}"]

    @Test(arguments: corpus)
    func `properties hold on the corpus, its prefixes and with bytes changed`(text: String) {
        let bytes = Array(text.utf8)
        FormatFuzz.check(M365Format(), bytes)
        for n in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 80)) { FormatFuzz.check(M365Format(), Array(bytes[..<n])) }
        for i in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 80)) {
            for change in [UInt8(0x22), 0x5C, 0x7B, 0x7D, 0x5B, 0x2C, 0x0A, 0xC3] {
                var changed = bytes
                changed[i] = change
                FormatFuzz.check(M365Format(), changed)
            }
        }
    }
}
