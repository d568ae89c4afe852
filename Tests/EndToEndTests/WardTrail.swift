import Foundation

/// A small ward, six weeks of honest work, and one account that somebody else reads with for three days: the smallest trail
/// on which every command has something to say. Deterministic; all names and numbers are invented.
struct WardTrail {
    struct Act {
        var number: Int
        /// Milliseconds since 1970, UTC.
        var time: Int64
        var account: Int
        var action: String
        var session: String
        var address: String
        var agent: String
        var query = ""
        var resource = ""
        var persons: [Int] = []
        var isThief = false

        var id: String { "ward-" + WardTrail.padded(number, 6) }
        var request: String { action == "login" ? "" : "req-" + WardTrail.padded(number, 6) }
    }

    static let accounts = (0..<12).map { "pro\(padded($0, 2))" }
    /// The account in the wrong hands.
    static let victim = 7
    var acts: [Act] = []

    init(withThief: Bool = true, weeks: Int = 6) {
        var random = Lottery(state: 20_250_901)
        let start: Int64 = 1_756_706_400_000  // Monday 2025-09-01 06:00 UTC
        let day: Int64 = 86_400_000, minute: Int64 = 60_000
        for dayNumber in 0..<weeks * 7 where dayNumber % 7 < 5 {
            for account in WardTrail.accounts.indices {
                var time = start + Int64(dayNumber) * day + Int64(account) * 4 * minute + Int64(random.below(40)) * minute
                let session = "s\(WardTrail.padded(dayNumber, 2))-\(account)"
                let desk = (address: "10.20.\(account / 4).\(10 + account)", agent: WardTrail.desks[account % 3])
                func act(_ action: String, _ persons: [Int] = [], query: String = "", resource: String = "") {
                    acts.append(Act(number: 0, time: time, account: account, action: action, session: session, address: desk.address, agent: desk.agent, query: query, resource: resource, persons: persons))
                }
                act("login")
                for _ in 0..<4 + random.below(4) {
                    // Each account has 20 persons of its own, shared with its neighbour on the ward.
                    let person = (account / 2) * 30 + random.below(30)
                    time += Int64(2 + random.below(9)) * minute
                    act("search", [person], query: "name=" + WardTrail.name(person).prefix(3), resource: "List")
                    time += Int64(5 + random.below(30)) * 1_000
                    act("read", [person], resource: random.below(3) == 0 ? "Observation" : "Patient")
                }
            }
        }
        if withThief {
            for night in 0..<3 {
                var time = start + Int64((weeks - 1) * 7 + night) * day + 16 * 60 * minute
                let session = "night-\(night)"
                func act(_ action: String, _ persons: [Int] = [], resource: String = "") {
                    acts.append(Act(number: 0, time: time, account: WardTrail.victim, action: action, session: session, address: "198.51.100.77", agent: WardTrail.strangeDesk, resource: resource, persons: persons, isThief: true))
                }
                act("login")
                for step in 0..<60 {
                    time += Int64(20 + random.below(25)) * 1_000
                    act("read", [200 + night * 60 + step], resource: step % 4 == 0 ? "Observation" : "Patient")
                }
            }
        }
        acts.sort { ($0.time, $0.account) < ($1.time, $1.account) }
        for position in acts.indices { acts[position].number = position }
    }

    /// Persons that the thief's acts disclosed.
    var stolen: Set<Int> { Set(acts.filter(\.isThief).flatMap(\.persons)) }
    /// Persons that an account saw, whoever sat at it.
    func seen(by account: Int) -> Set<Int> { Set(acts.filter { $0.account == account }.flatMap(\.persons)) }

    static let desks = [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
    ]
    static let strangeDesk = "Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0"

    // MARK: Names and numbers

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    static func person(_ number: Int) -> String { "p" + padded(number, 5) }

    static func name(_ number: Int) -> String {
        let syllables = ["ba", "cel", "dor", "fi", "gan", "lou", "mer", "nis", "rou", "val"]
        return (syllables[number / 100 % 10] + syllables[number / 10 % 10] + syllables[number % 10]).capitalized
    }

    /// An INS of NIR shape with a right key, in a department that does not exist (00).
    static func ins(_ number: Int) -> String {
        let body = "1550100" + padded(number, 6)
        return body + padded(97 - (Int(body) ?? 0) % 97, 2)
    }

    /// 11 digits that pass Luhn.
    static func rpps(_ account: Int) -> String {
        let body = "1009900" + padded(account, 3)
        let sum = body.reversed().enumerated().reduce(0) { sum, digit in
            let value = Int(String(digit.element)) ?? 0
            let doubled = value * 2 > 9 ? value * 2 - 9 : value * 2
            return sum + (digit.offset % 2 == 0 ? doubled : value)
        }
        return body + String((10 - sum % 10) % 10)
    }

    static func rfc3339(_ time: Int64) -> String {
        let parts = civil(time)
        return "\(parts.year)-\(padded(parts.month, 2))-\(padded(parts.day, 2))T\(padded(parts.hour, 2)):\(padded(parts.minute, 2)):\(padded(parts.second, 2)).\(padded(Int(time % 1_000), 3))Z"
    }

    /// UTC parts of a time, through the C library: nothing of ours is used to make the tests' input.
    static func civil(_ time: Int64) -> (year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        var seconds = time_t(time / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        return (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1, Int(parts.tm_mday), Int(parts.tm_hour), Int(parts.tm_min), Int(parts.tm_sec))
    }
}

/// A linear congruential generator (Knuth's MMIX constants).
struct Lottery {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }
}

extension WardTrail {
    /// Comma-separated, English headers, times in UTC, one row an act.
    var csv: String {
        var text = "id,time,account,rpps,group,action,outcome,service,session,request,client_ip,user_agent,query,resource,result_count,persons,ins\n"
        for act in acts {
            let cells = [
                act.id, WardTrail.rfc3339(act.time), WardTrail.accounts[act.account], WardTrail.rpps(act.account), "ward \(act.account / 4)", act.action, "success",
                act.action == "login" ? "sso" : "ward", act.session, act.request, act.address, "\"" + act.agent + "\"", act.query, act.resource,
                act.action == "search" ? "\(act.persons.count)" : "", act.persons.map(WardTrail.person).joined(separator: ";"), act.persons.map(WardTrail.ins).joined(separator: ";"),
            ]
            text += cells.joined(separator: ",") + "\n"
        }
        return text
    }

    /// Semicolons, French headers and words, day first, local time of Paris (UTC+2 all through this trail).
    var frenchCSV: String {
        let words = ["login": "connexion", "search": "recherche", "read": "consultation"]
        var text = "Identifiant événement;Date et heure;Utilisateur;N° RPPS;Unité de soins;Action;Résultat;Application;Session;Adresse IP;Navigateur;Critères de recherche;Type de ressource;Nb résultats;IPP;INS\r\n"
        for act in acts {
            let parts = WardTrail.civil(act.time + 7_200_000)
            let time = "\(WardTrail.padded(parts.day, 2))/\(WardTrail.padded(parts.month, 2))/\(parts.year) \(WardTrail.padded(parts.hour, 2)):\(WardTrail.padded(parts.minute, 2)):\(WardTrail.padded(parts.second, 2))"
            let cells = [
                act.id, time, WardTrail.accounts[act.account], WardTrail.rpps(act.account), "ward \(act.account / 4)", words[act.action] ?? act.action, "succès",
                act.action == "login" ? "sso" : "ward", act.session, act.address, "\"" + act.agent + "\"", act.query, act.resource,
                act.action == "search" ? "\(act.persons.count)" : "", act.persons.map(WardTrail.person).joined(separator: "|"), act.persons.map(WardTrail.ins).joined(separator: "|"),
            ]
            text += cells.joined(separator: ";") + "\r\n"
        }
        return text
    }

    /// FHIR R4 AuditEvents after IHE BALP, one a line. On a read the client is the destination (110152), else the source.
    var ndjson: String {
        var text = ""
        for act in acts {
            let isLogin = act.action == "login", isRead = act.action == "read"
            let dcm = "http://dicom.nema.org/resources/ontology/DCM"
            func agent(_ code: String, _ rest: String) -> String { #"{"type":{"coding":[{"system":"\#(dcm)","code":"\#(code)"}]},\#(rest),"requestor":false}"# }
            let client = agent(isRead ? "110152" : "110153", #""who":{"display":"\#(act.agent)"},"network":{"address":"\#(act.address)","type":"2"}"#)
            let server = agent(isRead ? "110153" : "110152", #""who":{"display":"\#(isLogin ? "sso" : "ward")"},"network":{"address":"https://ward.example/fhir","type":"5"}"#)
            let user = #"{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"who":{"identifier":{"system":"https://rpps.esante.gouv.fr","value":"\#(WardTrail.rpps(act.account))"},"display":"\#(WardTrail.accounts[act.account])"},"requestor":true,"role":[{"text":"ward \#(act.account / 4)"}],"policy":["urn:ietf:params:oauth:jti:\#(act.session)"]}"#
            let type = isLogin ? #"{"system":"\#(dcm)","code":"110114"}"# : #"{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"}"#
            let subtype = isLogin ? #"{"system":"\#(dcm)","code":"110122"}"# : #"{"system":"http://hl7.org/fhir/restful-interaction","code":"\#(act.action)"}"#
            var entities: [String] = []
            if !isLogin {
                entities.append(#"{"type":{"system":"https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType","code":"XrequestId"},"what":{"identifier":{"value":"\#(act.request)"}}}"#)
                for person in act.persons {
                    entities.append(#"{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"},"what":{"reference":"Patient/\#(WardTrail.person(person))","identifier":{"system":"urn:oid:1.2.250.1.213.1.4.8","value":"\#(WardTrail.ins(person))"}}}"#)
                }
                if act.action == "search" {
                    let query = Data("GET /Patient?\(act.query)".utf8).base64EncodedString()
                    entities.append(#"{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"2"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"24"},"query":"\#(query)","detail":[{"type":"result-count","valueString":"\#(act.persons.count)"}]}"#)
                } else {
                    let target = act.resource == "Patient" ? WardTrail.person(act.persons.first ?? 0) : "x\(act.number)"
                    entities.append(#"{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"2"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"4"},"what":{"reference":"\#(act.resource)/\#(target)"}}"#)
                }
            }
            let entity = entities.isEmpty ? "" : #","entity":[\#(entities.joined(separator: ","))]"#
            text += #"{"resourceType":"AuditEvent","id":"\#(act.id)","type":\#(type),"subtype":[\#(subtype)],"action":"\#(isLogin || act.action == "search" ? "E" : "R")","recorded":"\#(WardTrail.rfc3339(act.time))","outcome":"0","agent":[\#(client),\#(server),\#(user)],"source":{"observer":{"display":"\#(isLogin ? "sso" : "ward")"}}\#(entity)}"# + "\n"
        }
        return text
    }

    /// Every person that the ward's service holds, in the order of names.
    var directory: String {
        let rows = (0..<600).map { "\(WardTrail.person($0)),\(WardTrail.ins($0)),\(WardTrail.name($0)),\(35_000 + $0 % 40)" }
        return "person,ins,family,postcode\n" + rows.joined(separator: "\n") + "\n"
    }
}
