import Model
import Profiles
import Testing

struct ProfileTests {
    private func event(_ service: String, _ action: Action, _ resource: String, persons: Int = 1) -> AccessEvent {
        var event = AccessEvent()
        (event.service, event.source, event.action, event.resource) = (service, service, action, resource)
        event.persons = (0..<persons).map { PersonReference(reference: "p\($0)") }
        return event
    }

    private func applied(_ event: AccessEvent, _ set: ProfileSet = .shipped) -> AccessEvent {
        var event = event
        set.apply(to: &event)
        return event
    }

    @Test func `every shipped profile reads without a fault`() {
        #expect(ProfileSet.shippedFaults.isEmpty)
        #expect(ProfileSet.shipped.profiles.map(\.name) == ["regional-identity", "placement", "directory", "m365", "web-portal", "fhir-generic"])
        #expect(ProfileSet.shipped.profiles.filter(\.isDefault).count == 1)
        for profile in ProfileSet.shipped.profiles {
            #expect(profile.isShipped && !profile.summary.isEmpty && !profile.neverProves.isEmpty)
            for sentence in profile.neverProves { #expect(!sentence.fr.isEmpty && !sentence.en.isEmpty) }
        }
    }

    @Test(arguments: ["orientation", "dossier-patient"])
    func `a list or a patient discloses identity and contact, a request administrative, an observation medical`(service: String) {
        #expect(applied(event(service, .search, "List")).categories == [.identity, .contact])
        #expect(applied(event(service, .search, "List")).manners == .listed)
        #expect(applied(event(service, .search, "Patient")).categories == [.identity, .contact])
        #expect(applied(event(service, .search, "Patient")).manners == .listed)
        #expect(applied(event(service, .read, "Patient")).categories == [.identity, .contact])
        #expect(applied(event(service, .read, "Patient")).manners == .opened)
        #expect(applied(event(service, .create, "Patient")).manners == .edited)
        #expect(applied(event(service, .read, "ServiceRequest")).categories == [.identity, .administrative])
        #expect(applied(event(service, .update, "ServiceRequest")).manners == .edited)
        #expect(applied(event(service, .read, "Observation")).categories == [.identity, .medical])
        #expect(applied(event(service, .export, "Observation")).manners == .exported)
        #expect(applied(event(service, .print, "Observation")).manners == .printed)
        #expect(applied(event(service, .breakGlass, "MedicationRequest")).categories == [.identity, .medical])
    }

    @Test func `a login discloses nobody, an unmapped act discloses unknown`() {
        #expect(applied(event("sso", .login, "", persons: 0)).categories == [])
        #expect(applied(event("dossier", .login, "")).categories == [])
        #expect(applied(event("dossier", .read, "Ecran42")).categories == .unknown)
        #expect(applied(event("dossier", .read, "Ecran42")).manners == .opened)
        #expect(applied(event("dossier", .read, "Ecran42", persons: 0)).categories == [])
        #expect(applied(event("Exchange", .read, "Mail")).categories == .unknown)
    }

    @Test func `the placement service reveals health by context`() {
        let set = ProfileSet.shipped
        #expect(set.profile(service: "ViaTrajectoire", source: "").map { set.profiles[$0].healthByContext } == true)
        #expect(set.profile(service: "autre", source: "").map { set.profiles[$0].healthByContext } == false)
    }

    @Test func `a given profile decides before a shipped one, names controllers and finds persons in paths`() throws {
        let text = """
            profile: ward
            match: {services: ["Orient*"]}
            zone: Indian/Reunion
            controller: Groupement
            controllers: {"590780193": Hôpital de Lille}
            health_by_context: oui
            page_size: 20
            trusted_proxies: [10.0.0.0/8]
            columns: {Qui: account}
            decoys: [p9]
            rules:
              - when: {method: GET, path: "/dossiers/{person}/labo/**"}
                categories: [identity, medical]
                set_resource: Observation
              - when: {action: read, path: /fiche}
                person_parameter: ipp
                categories: [identity, contact]
              - when: {action: search}
                categories: [identity]
                manner: [listed, exported]
            """
        let set = try ProfileSet.given(try ProfileReader.read(text, file: "ward.yaml"))
        #expect(set.profiles.first?.name == "ward")
        let settings = set.settings(forFile: "a.csv")
        #expect(settings.zone == "Indian/Reunion" && settings.columns == ["Qui": "account"] && settings.trustedProxies == ["10.0.0.0/8"])
        var lab = event("orientation", .read, "", persons: 0)
        (lab.path, lab.organisation) = ("/Dossiers/a%20b/labo/2025/3", "590780193")
        lab = applied(lab, set)
        #expect(lab.persons == [PersonReference(reference: "a b")])
        #expect(lab.resource == "Observation" && lab.categories == [.identity, .medical] && lab.controller == "Hôpital de Lille")
        var page = event("orientation", .read, "", persons: 0)
        (page.path, page.query) = ("/fiche", "x=1&ipp=77")
        page = applied(page, set)
        #expect(page.persons == [PersonReference(reference: "77")] && page.controller == "Groupement")
        #expect(applied(event("orientation", .search, "List"), set).manners == [.listed, .exported])
        #expect(applied(event("orientation", .update, "List"), set).categories == .unknown)
    }

    @Test func `all faults are reported together, each with line, key and a right example`() {
        let text = """
            profile: x
            match: {servicez: [a]}
            zone: [1]
            health_by_context: perhaps
            rules:
              - when: {action: [reed], path: nowhere}
                categories: [identity, shoe]
                manner: eaten
              - when: {resource: List}
            never_proves: [{fr: seul}]
            colour: red
            """
        do {
            _ = try ProfileReader.read(text, file: "x.yaml")
            Issue.record("faults expected")
        } catch {
            #expect(error.faults.map(\.line) == [2, 3, 4, 6, 6, 7, 8, 9, 10, 11])
            #expect(error.faults.map(\.key) == ["match.servicez", "zone", "health_by_context", "rules[1].when.action", "rules[1].when.path", "rules[1].categories", "rules[1].manner", "rules[2].categories", "never_proves", "colour"])
            for fault in error.faults { #expect(!fault.example.isEmpty && fault.description.hasPrefix("x.yaml:")) }
        }
        #expect(throws: ProfileFaults.self) { try ProfileReader.read("a: [", file: "y.yaml") }
        #expect(throws: ProfileFaults.self) { try ProfileReader.read("", file: "z.yaml") }
    }

    @Test func `a path pattern fits segment by segment`() throws {
        let pattern = try #require(PathPattern("/a/{person}/*/**"))
        #expect(pattern.match("/a/7/x") == "7")
        #expect(pattern.match("/A/7/x/y/z") == "7")
        #expect(pattern.match("/a/7") == nil)
        #expect(PathPattern("/a/b")?.match("/a/b/c") == nil)
        #expect(PathPattern("/a/**/b") == nil && PathPattern("a") == nil)
    }

    @Test func `a profile based on another says only what differs`() throws {
        let text = """
            profile: own
            based_on: placement
            match: {services: [placement]}
            controllers: {"590780193": Nord}
            """
        let set = try ProfileSet.given(try ProfileReader.read(text, file: "own.yaml"))
        var event = event("placement", .search, "List")
        event.organisation = "590780193"
        let applied = applied(event, set)
        #expect(applied.controller == "Nord")
        #expect(applied.categories == [.identity, .contact] && applied.manners == .listed)
        #expect(set.profiles.first?.healthByContext == true)
        #expect(throws: ProfileFaults.self) { try ProfileSet.given(try ProfileReader.read("profile: x\nbased_on: nothing", file: "x.yaml")) }
    }
}
