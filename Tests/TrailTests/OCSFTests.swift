import Model
import Testing
import Trail

@Suite struct OCSFTests {
    /// In the shape of schema.ocsf.io.
    static let login = #"{"class_uid":3002,"category_uid":3,"activity_id":1,"type_uid":300201,"time":1767600000000,"severity_id":1,"status_id":1,"metadata":{"version":"1.5.0","uid":"m1","sequence":7,"product":{"name":"IdP"}},"user":{"uid":"899700218896","name":"marie"},"src_endpoint":{"ip":"203.0.113.9"},"service":{"name":"dpi"},"is_mfa":true,"session":{"uid":"s1"}}"#
    static let read = #"{"class_uid":6003,"activity_id":2,"time":1767600000123,"status_id":1,"metadata":{"product":{"name":"dpi"}},"actor":{"user":{"name":"marie"},"session":{"uid":"s1"}},"api":{"operation":"read","request":{"uid":"r1"},"service":{"name":"fhir"}},"src_endpoint":{"ip":"203.0.113.9"},"http_request":{"user_agent":"Firefox","http_method":"GET","url":{"path":"/Patient/p1","query_string":"?page=2"}},"resources":[{"uid":"Patient/p1"},{"type":"Patient","uid":"p2"},{"type":"Observation","uid":"o1"}]}"#

    @Test func `an authentication`() throws {
        let e = try #require(try reading(OCSFFormat(), OCSFTests.login).events.first)
        #expect(e.time == Instant(milliseconds: 1_767_600_000_000) && e.id == "m1" && e.hasOwnID && e.sequence == 7)
        #expect(e.action == .login && e.outcome == .success && e.account == "marie" && e.subject == "899700218896" && e.professional == "99700218896")
        #expect(e.address == "203.0.113.9" && e.session == "s1" && e.authentication == "mfa" && e.service == "dpi" && e.source == "IdP")
    }

    @Test func `an access with its persons`() throws {
        let e = try #require(try reading(OCSFFormat(), OCSFTests.read).events.first)
        #expect(e.action == .read && e.account == "marie" && e.session == "s1" && e.request == "r1" && e.agent == "Firefox" && e.service == "fhir")
        #expect(e.path == "/Patient/p1" && e.query == "page=2" && e.page == 2 && e.resource == "Observation" && e.persons.map(\.reference) == ["p1", "p2"])
    }

    @Test(arguments: [
        (3002, 1, Action.login), (3002, 2, .logout), (3002, 4, .other), (6001, 5, .search), (6001, 7, .export), (6003, 1, .create), (6003, 4, .delete), (6005, 1, .read),
        (6005, 4, .search), (6005, 8, .search), (6005, 7, .delete), (6003, 99, .other),
    ])
    func `classes and activities`(kind: Int, activity: Int, action: Action) throws {
        #expect(try reading(OCSFFormat(), #"{"class_uid":\#(kind),"activity_id":\#(activity),"time":1767600000000,"table":{"name":"t"}}"#).events.first?.action == action)
    }

    @Test func `failure by id, by word, by error and by code`() throws {
        func outcome(_ more: String) throws -> Outcome? { try reading(OCSFFormat(), #"{"class_uid":6003,"activity_id":2,"time":1767600000000\#(more)}"#).events.first?.outcome }
        #expect(try outcome(#","status_id":2"#) == .failure && outcome(#","status":"Failure""#) == .failure && outcome(#","api":{"response":{"error":"denied"}}"#) == .failure)
        #expect(try outcome(#","http_response":{"code":403}"#) == .failure && outcome(#","http_response":{"code":200}"#) == .success && outcome("") == .unknown)
    }

    @Test func `other classes and records without a time are refused, an array is read as lines are`() throws {
        let sink = try reading(OCSFFormat(), [OCSFTests.login, #"{"class_uid":4001,"time":1}"#, #"{"class_uid":3002,"activity_id":1}"#, #"{"time":1}"#, String(OCSFTests.read.dropLast())].joined(separator: "\n"))
        #expect(sink.kept == 1 && sink.refusals.prefix(3).map(\.problem.field) == ["class_uid", "time", "class_uid"] && sink.refused == 4 && sink.units == 5)
        #expect(try reading(OCSFFormat(), "[\(OCSFTests.login),\(OCSFTests.read)]").kept == 2)
    }
}

/// Examples of the schema's own mappings (ocsf/examples).
@Suite(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
struct OCSFVectorTests {
    private func event(_ path: String) throws -> AccessEvent { try #require(try reading(OCSFFormat(), try Vectors.read("ocsf/" + path)).events.first) }

    @Test func `sign-ins of Okta, GitHub, AWS and Windows`() throws {
        let okta = try event("okta-v1.3.0/authentication.ocsf.json")
        // Its time is in seconds, against the schema: the count of digits tells.
        #expect(okta.time == Instant(year: 2024, month: 8, day: 13, hour: 15, minute: 58, second: 20) && okta.account == "John Doe" && okta.subject == "00uttidj01jqL21aM1d6")
        #expect(okta.action == .login && okta.outcome == .success && okta.address == "10.0.0.1" && okta.session == "idxBager62CSveUkTxvgRtonA" && okta.agent.hasPrefix("Mozilla"))
        for path in ["github-v1.3.0/authentication.ocsf.json", "cloudtrail-v1.1.0/authentication.ocsf.json", "cloudtrail-bloblang-v1.0.0/OCSF_authentication.json", "cloudtrail-v1.0.0-rc.2/authentication.ocsf.json"] {
            #expect(try !event(path).account.isEmpty, "\(path)")
        }
        let windows = try event("windows/4624.ocsf.json")
        #expect(windows.account == "SYSTEM" && windows.address.isEmpty && windows.outcome == .success)
        #expect(try event("windows/4625.ocsf.json").outcome == .failure)
    }

    @Test func `API activity`() throws {
        let e = try event("cloudtrail-v1.1.0/api_activity.ocsf.json")
        #expect(e.action == .read && e.account == "Level6" && e.address == "205.8.181.128" && e.service == "directconnect.amazonaws.com" && e.request == "1c8a6220-4263-4763-b526-example")
        #expect(try event("github-v1.3.0/api_activity.ocsf.json").account == "test_user")
    }

    @Test func `classes that are not read are refused by their field, and broken JSON by its kind`() throws {
        for path in ["windows/4663.ocsf.json", "cloudtrail-v1.0.0-rc.2/api_activity.ocsf.json"] {
            #expect(try reading(OCSFFormat(), try Vectors.read("ocsf/" + path)).refusals.map(\.problem.field) == ["class_uid"])
        }
        for path in ["cloudtrail-v1.5.0/api_activity.ocsf.json", "cloudtrail-v1.5.0/authentication.ocsf.json"] {
            let sink = try reading(OCSFFormat(), try Vectors.read("ocsf/" + path))
            #expect(sink.kept == 0 && sink.refused >= 1)
        }
    }
}
