import Incident
import Model

/// Inputs of the benchmarks, made the same each time.
enum BenchInputs {
    /// A small generator (SplitMix64): the benchmarks must read the same bytes on every machine.
    private struct Numbers {
        var state: UInt64
        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
        }
    }

    /// BALP reads and searches, one AuditEvent a line, about 2 KB each.
    static func balp(lines: Int, to path: String) throws {
        var file = try FileWriter(path: path, mode: 0o600), numbers = Numbers(state: 1)
        for line in 0..<lines {
            let time = Instant(year: 2025, month: 3, day: 3, hour: 8) + Int64(line) * 1_000
            let account = numbers.next(400), person = numbers.next(30_000), session = account * 97 + line / 10_000
            let text = """
                {"resourceType":"AuditEvent","id":"e-\(line)","meta":{"profile":["https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"],"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActReason","code":"TREAT","display":"treatment"}]},"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest","display":"Restful Operation"},"subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read","display":"read"}],"action":"R","recorded":"\(time)","outcome":"0","agent":[{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110152","display":"Destination Role ID"}]},"who":{"display":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"},"requestor":false,"network":{"address":"192.0.2.\(account % 250 + 1)","type":"2"}},{"type":{"coding":[{"system":"http://dicom.nema.org/resources/ontology/DCM","code":"110153","display":"Source Role ID"}]},"who":{"display":"placement"},"requestor":false,"network":{"address":"https://placement.example/fhir","type":"5"}},{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP","display":"information recipient"}]},"who":{"identifier":{"system":"https://rpps.esante.gouv.fr","value":"\(10_000_000_000 + account)"},"display":"account-\(account)"},"requestor":true,"role":[{"text":"team \(account % 40)"}],"policy":["urn:ietf:params:oauth:jti:\(session)"]}],"source":{"observer":{"display":"placement"},"type":[{"system":"http://terminology.hl7.org/CodeSystem/security-source-type","code":"4"}]},"entity":[{"type":{"system":"https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType","code":"XrequestId"},"what":{"identifier":{"value":"r-\(line)"}}},{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"},"what":{"reference":"Patient/p\(person)"}},{"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"2"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"4"},"what":{"reference":"Observation/o\(person)"}}]}

                """
            try file.write(text)
        }
        try file.close()
    }

    /// A table of `acts` openings by 400 accounts over ten weeks, each of its own caseload of about 75 persons, all known
    /// before; and one account that, from another place, reads 480 persons an hour in the last week.
    /// - Returns: the usurped account, and how many persons were read with it.
    static func scraper(acts: Int, to path: String) throws -> (account: String, persons: Int) {
        var file = try FileWriter(path: path, mode: 0o600), numbers = Numbers(state: 2)
        let accounts = 400, caseload = 75, persons = accounts * caseload, stolen = 960
        let start = Instant(year: 2025, month: 3, day: 3, hour: 6), span = 10 * 7 * Instant.day
        try file.write("id,time,account,service,session,client_ip,user_agent,action,resource,persons\n")
        let thiefStart = start + (span - 5 * Instant.day)
        var stolenDone = 0
        func row(_ id: Int, _ time: Instant, _ account: Int, _ session: String, _ address: String, _ agent: String, _ person: Int) -> String {
            "e-\(padded(id, 8)),\(time),user-\(account),placement,\(session),\(address),\(agent),read,Patient,p\(padded(person, 6))\n"
        }
        let honest = acts - stolen
        for act in 0..<honest {
            let time = start + span * Int64(act) / Int64(honest)
            while stolenDone < stolen, thiefStart + Int64(stolenDone) * 7_500 <= time {
                try file.write(row(honest + stolenDone, thiefStart + Int64(stolenDone) * 7_500, 7, "stolen", "198.51.100.77", "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", stolenDone * 31 % persons))
                stolenDone += 1
            }
            let account = numbers.next(accounts)
            // Each team of ten shares its cases.
            let person = (account / 10 * 10 * caseload + numbers.next(10 * caseload))
            try file.write(row(act, time, account, "s\(account)-\(time.dayNumber)", "192.0.2.\(account / 10 + 1)", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0", person))
        }
        try file.close()
        return ("user-7", Set((0..<stolen).map { $0 * 31 % persons }).count)
    }
}
