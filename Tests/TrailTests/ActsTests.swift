import Model
import Profiles
import Testing
import Trail

/// Accounts, persons, searches, directory: what an act says.
struct ActsTests {
    private func acts(_ csv: String, profiles: ProfileSet = .shipped, directory: String? = nil) throws -> (Trail, [Act], [ActDetail]) {
        let folder = try Folder()
        let directory = try directory.map { try folder.file("directory.csv", $0) }
        let trail = try read([folder.file("a.csv", csv)], profiles: profiles, directory: directory)
        var acts: [Act] = [], details: [ActDetail] = []
        try trail.forEachAct {
            acts.append($0)
            details.append($1)
        }
        return (trail, acts, details)
    }

    @Test func `an account known by login here and by RPPS there is one when some record gives both`() throws {
        let (trail, acts, _) = try acts("""
            id,time,account,rpps,action,service,resource,persons
            1,2025-09-01T10:00:00Z,martin,,read,s,Patient,p1
            2,2025-09-01T10:00:01Z,,10000005479,read,t,Patient,p1
            3,2025-09-01T10:00:02Z,martin,10000005479,login,sso,,
            4,2025-09-01T10:00:03Z,durand,,read,s,Patient,p1
            """)
        #expect(acts.map(\.account) == [0, 0, 0, 1])
        #expect(trail.accounts.map(\.name) == ["martin", "durand"])
        #expect(trail.accounts[0].professional == "10000005479")
    }

    @Test func `namesakes with two numbers are two accounts, a number with two names too`() throws {
        let (_, namesakes, _) = try acts("""
            id,time,account,rpps,action,service
            1,2025-09-01T10:00:00Z,eric,10000005479,read,s
            2,2025-09-01T10:00:01Z,eric,99700218896,read,s
            """)
        #expect(namesakes.map(\.account) == [0, 1])
        let (_, shared, _) = try acts("""
            id,time,account,rpps,action,service
            1,2025-09-01T10:00:00Z,eric,10000005479,read,s
            2,2025-09-01T10:00:01Z,anne,10000005479,read,s
            """)
        #expect(shared.map(\.account) == [0, 1])
    }

    @Test func `references that share a matricule are one person from then on, and for good in the second walk`() throws {
        let ins = TwinTrail.ins(1)
        let folder = try Folder()
        let trail = try read([folder.file("a.csv", """
            id,time,account,action,service,resource,persons,ins
            1,2025-09-01T10:00:00Z,m,read,s,Patient,b7,
            2,2025-09-01T10:00:01Z,m,read,s,Patient,a1,\(ins)
            3,2025-09-01T10:00:02Z,m,read,s,Patient,b7,\(ins)
            """)])
        var first: [UInt32] = [], second: [UInt32] = []
        try trail.forEachAct { act, _ in first += act.disclosures.map(\.person) }
        try trail.forEachAct { act, _ in second += act.disclosures.map(\.person) }
        #expect(first == [0, 1, 0])
        #expect(second == [0, 0, 0])
        #expect(trail.personsSeen == 1 && trail.referencesSeen == 2)
        #expect(trail.reference(1).identifiers == [Identifier(system: Identifier.insNIR, value: ins)])
    }

    @Test func `persons of the directory have the first numbers in the order of their ids`() throws {
        let ins = TwinTrail.ins(3)
        let (trail, acts, _) = try acts("""
            id,time,account,action,service,resource,persons,ins
            1,2025-09-01T10:00:00Z,m,read,s,Patient,zz,\(ins)
            2,2025-09-01T10:00:01Z,m,read,s,Patient,p2,
            """, directory: "person,ins,family,postcode\np10,,Abel,59000\np2,,Zola,14000\np3,\(ins),Éluard,75001\n")
        let directory = try #require(trail.directory)
        #expect(directory.count == 3)
        #expect((0..<4).map { trail.reference(UInt32($0)).reference } == ["p2", "p3", "p10", "zz"])
        #expect(directory.byID == [0, 1, 2])
        #expect(directory.byName == [2, 1, 0])
        #expect(directory.byPostcode == [0, 2, 1])
        #expect(acts[0].disclosures.map(\.person) == [1])
        #expect(acts[1].disclosures.map(\.person) == [0])
        #expect(trail.referencesSeen == 2 && trail.personsSeen == 2)
    }

    @Test func `one request is one act with the union of its persons, its earliest time and its smallest id`() throws {
        let (trail, acts, _) = try acts("""
            id,time,account,action,service,resource,request,persons
            c,2025-09-01T10:00:02Z,m,read,s,Observation,r1,p1
            b,2025-09-01T10:00:01Z,m,read,s,Patient,r1,p2;p1
            d,2025-09-01T10:00:03Z,other,read,s,Patient,r1,p3
            e,2025-09-01T10:00:03Z,m,read,t,Patient,r1,p4
            """)
        #expect(trail.events == 4 && trail.acts == 3)
        #expect(acts[0].eventID == "b" && acts[0].events == 2 && acts[0].time == Instant(year: 2025, month: 9, day: 1, hour: 10, second: 1))
        let disclosed = acts[0].disclosures.map { trail.reference($0.reference).reference + $0.categories.names.joined() }
        #expect(Set(disclosed) == ["p1identitycontactmedical", "p2identitycontact"])
        #expect(acts[1].account != acts[0].account)
    }

    @Test func `a request id that comes again the next day is another act`() throws {
        let (trail, acts, _) = try acts("""
            id,time,account,action,service,resource,request,persons
            a,2025-09-01T10:00:00Z,m,read,s,Patient,r1,p1
            b,2025-09-01T10:30:00Z,m,read,s,Patient,r1,p2
            c,2025-09-02T10:00:00Z,m,read,s,Patient,r1,p3
            """)
        #expect(acts.map(\.eventID) == ["a", "c"] && acts.map(\.events) == [2, 1])
        #expect(trail.assumptions.contains { $0.en.contains("request id") })
    }

    @Test func `a list of many persons as many records is one act in good time`() throws {
        let rows = (0..<30_000).map { "e\($0),2025-09-01T10:00:00Z,m,export,s,Patient,r1,p\($0)" }
        let (trail, acts, _) = try acts("id,time,account,action,service,resource,request,persons\n" + rows.joined(separator: "\n"))
        #expect(trail.acts == 1 && acts[0].disclosures.count == 30_000 && acts[0].events == 30_000)
    }

    @Test func `failed acts disclose nobody`() throws {
        let (_, acts, _) = try acts("""
            id,time,account,action,service,resource,outcome,persons,result_count
            1,2025-09-01T10:00:00Z,m,read,s,Patient,failure,p1,
            2,2025-09-01T10:00:01Z,m,search,s,List,failure,,40
            3,2025-09-01T10:00:02Z,m,read,s,Patient,success,p1,
            """)
        #expect(acts.map(\.disclosures.count) == [0, 0, 1])
        #expect(acts.map(\.unrecorded) == [0, 0, 0])
    }

    @Test func `a list with a count but fewer names bounds the persons that are missing`() throws {
        let given = try ProfileReader.read("{profile: s, match: {services: [s]}, page_size: 50, rules: [{when: {action: search}, categories: [identity]}]}", file: "s.yaml")
        let (trail, acts, _) = try acts("""
            id,time,account,action,service,resource,query,result_count,persons
            1,2025-09-01T10:00:00Z,m,search,s,List,family=ma,4312,
            2,2025-09-01T10:00:01Z,m,search,s,List,family=ma&_count=10,4312,p1;p2
            3,2025-09-01T10:00:02Z,m,search,s,List,family=ma,2,p1;p2
            """, profiles: try .given(given))
        #expect(acts.map(\.unrecorded) == [50, 8, 0])
        let note = try #require(trail.coverage.first { $0.kind == "unrecorded_persons" })
        #expect(note.count == 58 && !note.couldHide)
    }

    @Test func `searches that differ in page, case or accents only have one term`() throws {
        let (_, acts, _) = try acts("""
            id,time,account,action,service,resource,query
            1,2025-09-01T10:00:00Z,m,search,s,List,family=L%C3%A9ger&page=3
            2,2025-09-01T10:00:01Z,m,search,s,List,/Patient?_count=20&family=LEGER
            3,2025-09-01T10:00:02Z,m,search,s,List,family=leger&birthdate=1950-01-01
            4,2025-09-01T10:00:03Z,m,search,s,List,list=team
            5,2025-09-01T10:00:04Z,m,search,s,List,family=le&_offset=40&_count=20
            """)
        let searches = try acts.map { try #require($0.search) }
        #expect(searches[0].term == searches[1].term && searches[0].term != searches[2].term)
        #expect(searches.map(\.page) == [3, 1, 1, 1, 3])
        #expect(searches.map(\.length) == [5, 5, 5, 0, 2])
        #expect(searches.map(\.isNarrow) == [false, false, true, false, false])
        #expect(searches[0].letters == searches[2].letters)
        #expect(searches[4].letters.1 == searches[0].letters.1 && searches[4].letters.2 == 0)
        #expect(searches[3].letters == (0, 0, 0))
    }

    @Test func `addresses and agents are kept as words and stand as fingerprints`() throws {
        let (_, acts, details) = try acts("""
            id,time,account,action,service,client_ip,user_agent
            1,2025-09-01T10:00:00Z,m,read,s,192.0.2.7,Mozilla/5.0 (Windows NT 10.0) Chrome/90.0
            2,2025-09-01T10:00:01Z,m,read,s,192.0.2.9,Mozilla/5.0 (Windows NT 10.0) Chrome/120.0
            3,2025-09-01T10:00:02Z,m,read,s,,
            """)
        #expect(acts[0].address != acts[1].address && acts[0].network == acts[1].network && acts[0].agent == acts[1].agent)
        #expect(acts[0].device == .desk && acts[2].device == .unknown)
        #expect(acts[2].address == 0 && acts[2].network == 0 && acts[2].agent == 0 && acts[2].session == 0)
        #expect(details[1].address == "192.0.2.9" && details[1].agent.hasSuffix("Chrome/120.0"))
    }

    @Test func `a decoy is named in the act that opens it`() throws {
        let given = try ProfileReader.read("{profile: s, match: {services: [s]}, decoys: [p2], rules: [{when: {action: read}, categories: [identity]}]}", file: "s.yaml")
        let (trail, acts, details) = try acts("""
            id,time,account,action,service,persons
            1,2025-09-01T10:00:00Z,m,read,s,p1
            2,2025-09-01T10:00:01Z,m,read,s,p2
            """, profiles: try .given(given))
        #expect(details.map(\.decoys) == [[], acts[1].disclosures.map(\.reference)])
        #expect(trail.isDecoy(acts[1].disclosures[0].reference) && !trail.isDecoy(acts[0].disclosures[0].reference))
    }
}

struct ExtremeTests {
    @Test func `numbers beyond all sense are refused or bounded, never a crash`() throws {
        let folder = try Folder()
        let trail = try read([folder.file("a.csv", """
            id,seq,time,account,action,service,resource,result_count,page,query
            1,9223372036854775807,2025-09-01T10:00:00Z,m,search,s,List,9223372036854775807,9223372036854775807,family=ma&page=99999999999999999999
            2,-9223372036854775808,2025-09-01T10:00:01Z,m,search,s,List,9223372036854775807,-5,family=ma&_offset=9223372036854775807&_count=1
            3,5,2025-09-01T10:00:02Z,m,search,s,List,-3,0,family=ma&_count=0
            """)])
        expectBalance(trail)
        try trail.forEachAct { act, _ in
            #expect(act.unrecorded >= 0 && act.unrecorded <= 100_000_000)
            #expect((act.search?.page ?? 1) >= 1)
        }
        let events = try read([folder.file("b.ndjson", #"{"time":9223372036854775807,"type":"LOGIN","realmId":"r","clientId":"c","userId":"u","ipAddress":"192.0.2.1","details":{"username":"m"}}"# + "\n" + #"{"time":1767600000000,"type":"LOGIN","realmId":"r","clientId":"c","userId":"u","ipAddress":"192.0.2.1","details":{"username":"m"}}"# + "\n")])
        #expect(events.acts == 1 && events.files[0].refused == 1)
        expectBalance(events)
    }
}
