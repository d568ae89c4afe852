import Model
import Testing
import Trail

/// A login log and an access log that names nobody.
struct JoinTests {
    private func attributions(_ logins: String, _ accesses: String) throws -> (Trail, [(id: String, account: String, attribution: Act.Attribution, candidates: Int, session: String)]) {
        let folder = try Folder()
        let trail = try read([
            folder.file("logins.csv", "id,time,account,action,outcome,service,session,client_ip,user_agent\n" + logins),
            folder.file("accesses.csv", "id,time,action,service,session,client_ip,user_agent,resource,persons\n" + accesses),
        ])
        var all: [(id: String, account: String, attribution: Act.Attribution, candidates: Int, session: String)] = []
        try trail.forEachAct { act, detail in
            guard act.action != .login else { return }
            all.append((act.eventID, act.account.map { trail.accounts[Int($0)].name } ?? "", act.attribution, detail.candidates.count, detail.session))
        }
        return (trail, all)
    }

    @Test func `an access without an account gets it from its session's login`() throws {
        let (_, found) = try attributions("""
            l1,2025-09-01T08:00:00Z,martin,login,success,sso,s1,192.0.2.1,A
            l2,2025-09-01T08:00:01Z,durand,login,success,sso,s2,192.0.2.1,A
            """, """
            a1,2025-09-01T08:01:00Z,read,web,s2,192.0.2.1,A,Patient,p1
            a2,2025-09-01T08:02:00Z,read,web,s1,198.51.100.4,B,Patient,p2
            a3,2025-09-01T08:03:00Z,read,web,unknown,198.51.100.4,B,Patient,p2
            """)
        #expect(found.map(\.account) == ["durand", "martin", ""])
        #expect(found.map(\.attribution) == [.joined, .joined, .none])
    }

    @Test func `without sessions address, agent and time decide, and two that fit are ambiguous`() throws {
        let (_, found) = try attributions("""
            l1,2025-09-01T08:00:00Z,martin,login,success,sso,,192.0.2.1,A
            l2,2025-09-01T09:00:00Z,durand,login,success,sso,,192.0.2.1,B
            l3,2025-09-01T09:30:00Z,petit,login,failure,sso,,192.0.2.1,A
            l4,2025-09-01T10:00:00Z,leroy,login,success,sso,,192.0.2.1,A
            """, """
            a1,2025-09-01T08:30:00Z,read,web,,192.0.2.1,A,Patient,p1
            a2,2025-09-01T09:10:00Z,read,web,,192.0.2.1,B,Patient,p1
            a3,2025-09-01T09:40:00Z,read,web,,192.0.2.1,A,Patient,p1
            a4,2025-09-01T10:10:00Z,read,web,,192.0.2.1,A,Patient,p1
            a5,2025-09-01T10:20:00Z,read,web,,192.0.2.1,,Patient,p1
            a6,2025-09-01T21:30:00Z,read,web,,192.0.2.1,A,Patient,p1
            a7,2025-09-02T21:30:00Z,read,web,,192.0.2.1,A,Patient,p1
            """)
        #expect(found.map(\.account) == ["martin", "durand", "martin", "", "", "leroy", ""])
        #expect(found.map(\.attribution) == [.joined, .joined, .joined, .ambiguous, .ambiguous, .joined, .none])
        #expect(found.map(\.candidates) == [0, 0, 0, 2, 3, 0, 0])
    }

    @Test func `a login and the first access may bear the same second`() throws {
        let (_, found) = try attributions("""
            l1,2025-09-01T08:00:00Z,martin,login,success,zzz-sso,,192.0.2.1,A
            """, """
            a1,2025-09-01T08:00:00Z,read,aaa-web,,192.0.2.1,A,Patient,p1
            a2,2025-09-01T07:59:59Z,read,aaa-web,,192.0.2.1,A,Patient,p1
            """)
        #expect(found.map(\.account) == ["", "martin"])
    }

    @Test func `a login and what follows from the same place make a session where the source has none`() throws {
        let folder = try Folder()
        let trail = try read([folder.file("a.csv", """
            id,time,account,action,service,client_ip,user_agent,resource,persons
            l1,2025-09-01T08:00:00Z,martin,login,sso,192.0.2.1,A,,
            a1,2025-09-01T08:01:00Z,martin,read,web,192.0.2.1,A,Patient,p1
            l2,2025-09-01T08:30:00Z,martin,login,sso,198.51.100.4,B,,
            a2,2025-09-01T08:31:00Z,martin,read,web,198.51.100.4,B,Patient,p2
            a3,2025-09-01T08:32:00Z,martin,read,web,192.0.2.1,A,Patient,p3
            a4,2025-09-01T08:33:00Z,martin,read,web,203.0.113.9,C,Patient,p4
            """)])
        var sessions: [String: UInt64] = [:]
        try trail.forEachAct { act, _ in sessions[act.eventID] = act.session }
        #expect(sessions["l1"] != 0 && sessions["l1"] == sessions["a1"] && sessions["a1"] == sessions["a3"])
        #expect(sessions["l2"] == sessions["a2"] && sessions["a2"] != sessions["a1"])
        #expect(sessions["a4"] == 0)
    }
}
