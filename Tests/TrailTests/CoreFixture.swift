import Glibc
import Model
import Profiles
import Testing
import Trail

/// A folder for one test, gone with it.
final class Folder {
    let path: String

    init() throws {
        var template = Array("/tmp/cordon-test.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { buffer in buffer.baseAddress.map { mkdtemp($0) != nil } ?? false }
        try #require(made)
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { Folder.remove(path) }

    private static func remove(_ path: String) {
        if let stream = opendir(path) {
            while let entry = readdir(stream) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(stream)
            rmdir(path)
        } else {
            unlink(path)
        }
    }

    @discardableResult
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let parts = name.split(separator: "/")
        for depth in 1..<max(1, parts.count) { mkdir(path + "/" + parts[..<depth].joined(separator: "/"), 0o700) }
        let full = path + "/" + name
        let file = try #require(fopen(full, "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        return full
    }

    @discardableResult
    func file(_ name: String, _ text: String) throws -> String { try file(name, Array(text.utf8)) }
}

/// FNV-1a: any function that gives the same number for the same text will do.
@Sendable func fingerprint(_ domain: FingerprintDomain, _ text: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in domain.rawValue.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
}

func read(_ inputs: [String], profiles: ProfileSet = .shipped, directory: String? = nil, threads: Int = 1, memory: Int = 48 << 20) throws -> Trail {
    try Trail.read(TrailPlan(inputs: inputs, profiles: profiles, directory: directory, threads: threads, memory: memory), fingerprints: fingerprint)
}

/// Every act of a trail in words, so that two trails can be compared whole.
func words(_ trail: Trail, resource: Bool = true) throws -> [String] {
    var all: [String] = []
    try trail.forEachAct { act, detail in
        var line = "\(act.index) \(act.time) \(act.eventID) \(trail.sources[act.source]) \(trail.services[act.service]) \(trail.controllers[act.controller])"
        line += " \(act.account.map { trail.accounts[Int($0)].name + "/" + trail.accounts[Int($0)].professional } ?? "-") \(act.attribution) \(trail.teams[act.team])"
        line += " \(act.session) \(act.address) \(act.network) \(act.agent) \(act.device) \(act.authentication) \(act.action) \(act.outcome) \(act.breakGlass)"
        if resource { line += " " + trail.resources[act.resource] }
        if let search = act.search { line += " \(search.term) \(search.letters) \(search.page) \(search.length) \(search.isNarrow)" }
        line += " \(act.unrecorded) \(detail.session) \(detail.address) \(detail.candidates)"
        for disclosure in act.disclosures {
            let reference = trail.reference(disclosure.reference)
            line += " \(reference.reference)>\(trail.reference(trail.person(of: disclosure.reference)).reference):\(disclosure.categories.names):\(disclosure.manners.names)"
        }
        all.append(line)
    }
    return all
}

/// `lines = header + kept + refused + duplicate + blank` in every file, and nothing below zero.
func expectBalance(_ trail: Trail, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation) {
    for file in trail.files {
        #expect(file.lines == file.header + file.kept + file.refused + file.duplicate + file.blank, comment, sourceLocation: sourceLocation)
        #expect([file.header, file.kept, file.refused, file.duplicate, file.blank].allSatisfy { $0 >= 0 }, comment, sourceLocation: sourceLocation)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}

/// A small trail in two forms that log the same acts: a table with one row an act, AuditEvents with one a person.
struct TwinTrail {
    static let header = "id,time,account,rpps,group,action,outcome,service,session,request,client_ip,user_agent,query,resource,result_count,persons,ins"
    var rows: [String] = []
    var events: [String] = []
    var acts: Int { rows.count }

    init(seed: UInt64, acts: Int) {
        var dice = Dice(state: seed)
        var number = 0
        for act in 0..<acts {
            let account = Int.random(in: 0..<5, using: &dice)
            let name = ["martin", "durand", "petit", "leroy", "moreau"][account], rpps = ["10000005479", "99700218896", "10000000004", "10000000012", "10000000020"][account]
            // Several acts share a second, so that order among them is put to the test.
            let time = Instant(year: 2025, month: 9, day: 1 + act / 40 % 28, hour: 8, minute: act / 4 % 60, second: act % 4 / 2)
            let kind = ["login", "search", "read", "read", "update"].randomElement(using: &dice) ?? "read"
            let resource = kind == "login" ? "" : kind == "search" ? "List" : ["Patient", "ServiceRequest", "Observation"].randomElement(using: &dice) ?? "Patient"
            let isFailure = kind == "login" && Int.random(in: 0..<4, using: &dice) == 0
            let persons = kind == "login" ? [] : kind == "search" ? Array(Set((0..<Int.random(in: 0..<6, using: &dice)).map { _ in Int.random(in: 0..<60, using: &dice) })).sorted() : [Int.random(in: 0..<60, using: &dice)]
            let request = kind == "login" ? "" : "r" + String(act)
            let session = isFailure ? "" : "s" + String(account) + String(act / 100)
            let family = ["dupont", "ma", "bernard"].randomElement(using: &dice) ?? ""
            let query = kind == "search" ? "family=" + family + (Bool.random(using: &dice) ? "&page=2" : "") : ""
            let service = kind == "login" ? "sso" : "orientation"
            let address = "192.0.2.\(account + 1)", agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
            let firstID = "e" + padded(number, 6)
            for person in persons.map(Optional.some).isEmpty ? [nil] : persons.map(Optional.some) {
                events.append(TwinTrail.event("e" + padded(number, 6), time, kind, isFailure, name, rpps, session, request, address, agent, query, resource, service, person))
                number += 1
            }
            let count = kind == "search" ? String(persons.count) : ""
            rows.append([firstID, time.description, name, rpps, "ward", kind, isFailure ? "failure" : "success", service, session, request, address, agent, query, resource, count,
                         persons.map { "p" + String($0) }.joined(separator: ";"), persons.map(TwinTrail.ins).joined(separator: ";")].joined(separator: ","))
        }
    }

    var csv: String { ([TwinTrail.header] + rows).joined(separator: "\n") + "\n" }
    var ndjson: String { events.joined(separator: "\n") + "\n" }

    /// A made-up matricule with its key. Persons 40 and up have the matricules of 0 to 19: two references, one person.
    static func ins(_ person: Int) -> String {
        let thirteen = 2_690_175_000_000 + person % 40 * 7
        return String(thirteen) + padded(97 - thirteen % 97, 2)
    }

    private static func event(_ id: String, _ time: Instant, _ kind: String, _ isFailure: Bool, _ name: String, _ rpps: String, _ session: String, _ request: String, _ address: String, _ agent: String, _ query: String, _ resource: String, _ service: String, _ person: Int?) -> String {
        let (code, type, letter) = switch kind {
        case "login": (#""system":"http://dicom.nema.org/resources/ontology/DCM","code":"110114""#, #""system":"http://dicom.nema.org/resources/ontology/DCM","code":"110122""#, "E")
        case "search": (#""system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest""#, #""system":"http://hl7.org/fhir/restful-interaction","code":"search""#, "E")
        case "update": (#""system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest""#, #""system":"http://hl7.org/fhir/restful-interaction","code":"update""#, "U")
        default: (#""system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest""#, #""system":"http://hl7.org/fhir/restful-interaction","code":"read""#, "R")
        }
        let client = kind == "read" ? "110152" : "110153", server = kind == "read" ? "110153" : "110152"
        var entities: [String] = []
        if !request.isEmpty { entities.append(#"{"type":{"system":"https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType","code":"XrequestId"},"what":{"identifier":{"value":"\#(request)"}}}"#) }
        let roles = #""system":"http://terminology.hl7.org/CodeSystem/object-role""#, types = #""system":"http://terminology.hl7.org/CodeSystem/audit-entity-type""#
        if let person { entities.append(#"{"type":{\#(types),"code":"1"},"role":{\#(roles),"code":"1"},"what":{"reference":"Patient/p\#(person)","identifier":{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"\#(ins(person))"}}}"#) }
        if kind == "search" { entities.append(#"{"type":{\#(types),"code":"2"},"role":{\#(roles),"code":"24"},"query":"\#(base64("/Patient?" + query))"}"#) }
        if kind != "search", kind != "login", let person { entities.append(#"{"type":{\#(types),"code":"2"},"role":{\#(roles),"code":"4"},"what":{"reference":"\#(resource)/\#(resource == "Patient" ? "p\(person)" : "x\(person)")"}}"#) }
        let policy = session.isEmpty ? "" : #","policy":["urn:ietf:params:oauth:jti:\#(session)"]"#
        let entity = entities.isEmpty ? "" : #","entity":[\#(entities.joined(separator: ","))]"#
        return #"{"resourceType":"AuditEvent","id":"\#(id)","type":{\#(code)},"subtype":[{\#(type)}],"action":"\#(letter)","recorded":"\#(time)","outcome":"\#(isFailure ? "4" : "0")","agent":[{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"\#(client)"}]},"who":{"display":"\#(agent)"},"requestor":false,"network":{"address":"\#(address)","type":"2"}},{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"\#(server)"}]},"who":{"display":"\#(service)"},"requestor":false,"network":{"address":"https://\#(service).example/fhir","type":"5"}},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"who":{"identifier":{"system":"https://rpps.esante.gouv.fr","value":"\#(rpps)"},"display":"\#(name)"},"requestor":true,"role":[{"text":"ward"}]\#(policy)}],"source":{"observer":{"display":"\#(service)"}}\#(entity)}"#
    }

    private static func base64(_ text: String) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var out: [UInt8] = [], bytes = Array(text.utf8)[...]
        while let a = bytes.popFirst() {
            let b = bytes.popFirst(), c = bytes.popFirst()
            let n = Int(a) << 16 | Int(b ?? 0) << 8 | Int(c ?? 0)
            out += [letters[n >> 18], letters[n >> 12 & 63], b == nil ? 61 : letters[n >> 6 & 63], c == nil ? 61 : letters[n & 63]]
        }
        return String(decoding: out, as: UTF8.self)
    }
}
