import Model
import Scan

/// A Reference as it stands in the text.
struct FHIRReference {
    var reference = JSONText.nothing, display = JSONText.nothing, type = JSONText.nothing
    var system = JSONText.nothing, value = JSONText.nothing
}

/// One agent of an AuditEvent as it stands in the text.
struct FHIRAgent {
    enum Kind {
        /// DCM 110150, 110152, 110153, 110154.
        case application, destination, source, media
        /// A human: v3-ParticipationType, humanuser, BALP's OAuth and SAML users.
        case user
        /// v3-RoleClass PROV: the organisation that the user acts for.
        case organisation
        case custodian
        case other

        init(_ code: JSONText) {
            switch code {
            case "110150": self = .application
            case "110152": self = .destination
            case "110153": self = .source
            case "110154": self = .media
            case "IRCP", "AUT", "INF", "AUTHEN", "ENT", "PPRF", "humanuser", "UserOauthAgent", "UserSamlAgent": self = .user
            case "PROV": self = .organisation
            case "custodian": self = .custodian
            default: self = .other
            }
        }

        var isMachine: Bool {
            switch self {
            case .application, .destination, .source, .media, .custodian: true
            case .user, .organisation, .other: false
            }
        }
    }

    var kind = Kind.other
    var who = FHIRReference()
    var altID = JSONText.nothing, name = JSONText.nothing, role = JSONText.nothing
    var session = JSONText.nothing, assurance = JSONText.nothing
    var address = JSONText.nothing
    var addressIsURI = false
    var isRequestor = false

    /// The token or assertion behind a policy: `urn:ietf:params:oauth:jti:…`, the end of an opaque token, a SAML assertion id.
    /// A policy that is a URL is a policy.
    static func session(_ policy: JSONText) -> JSONText {
        let jti: StaticString = "urn:ietf:params:oauth:jti:"
        if policy.hasPrefix(jti) { return policy.dropFirst(jti.utf8CodeUnitCount) }
        let isPolicy = policy.hasPrefix("http:") || policy.hasPrefix("https:") || policy.hasPrefix("urn:oid:") || policy.hasPrefix("urn:uuid:")
        return isPolicy ? .nothing : policy
    }
}

/// A national professional number in an agent's identifier.
struct ProfessionalReading {
    var value: String
    /// The identifier is the number and nothing else, so it is no subject of an issuer.
    var isNationalSystem: Bool
    var warning: FieldProblem?

    /// Under the national systems every value; under others (an issuer's subject) only 8 and an RPPS whose key is right.
    init?(_ who: FHIRReference) {
        guard !who.value.isEmpty else { return nil }
        isNationalSystem = who.system == "https://rpps.esante.gouv.fr" || who.system == "urn:oid:1.2.250.1.71.4.2.1"
        let raw = who.value.raw
        if raw.count == 12, raw[0] == UInt8(ascii: "8"), ProfessionalReading.isRPPS(raw.dropFirst()) {
            value = who.value.dropFirst(1).string
        } else if isNationalSystem, ProfessionalReading.isRPPS(raw[...]) {
            value = who.value.string
        } else if isNationalSystem {
            (value, warning) = ProfessionalID.canonical(who.value.string)
            warning?.field = "agent.who.identifier"
        } else {
            return nil
        }
    }

    private static func isRPPS(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard digits.count == 11 else { return false }
        var sum = 0
        // From the right every second digit is doubled; of eleven these are the ones at odd places from the left.
        for (i, digit) in digits.enumerated() {
            guard isDigit(digit) else { return false }
            let value = Int(digit &- 48) * (i % 2 == 1 ? 2 : 1)
            sum += value > 9 ? value - 9 : value
        }
        return sum % 10 == 0
    }

    private static func isDigit(_ c: UInt8) -> Bool { c &- 48 < 10 }
}

extension FHIREventReader {
    /// Who acted, from where, against which service.
    mutating func settleAgents() {
        let user = userIndex()
        if let user { takeUser(agents[user]) }
        takeOrganisation(except: user)

        let (client, server) = clientAndServer(except: user)
        if let client {
            event.address = address(agents[client].address)
            event.agent = strings.string(agents[client].who.display)
        }
        // Plain R4: the user's own access point. BALP users carry none.
        if let user, !agents[user].address.isEmpty { event.address = address(agents[user].address) }

        event.source = observerName()
        var service = ""
        // What is exported lies with the one who records it; the destination is another's system.
        if let server, server != user, facts.typeCode != .export {
            service = name(agents[server].who.display, agents[server].who.value)
            if service.isEmpty, agents[server].addressIsURI { service = FHIRText.host(agents[server].address.string) }
        }
        event.service = service.isEmpty ? event.source : service
    }

    /// The requestor who is no machine; else a human who asked; else the requestor, whatever it is.
    private func userIndex() -> Int? {
        agents.firstIndex { $0.isRequestor && !$0.kind.isMachine && $0.kind != .organisation }
            ?? agents.firstIndex { $0.kind == .user }
            ?? agents.firstIndex { $0.isRequestor }
    }

    private mutating func takeUser(_ user: FHIRAgent) {
        let who = user.who
        let professional = ProfessionalReading(who)
        event.professional = professional?.value ?? ""
        event.account = name(who.display, user.altID, user.name)
        if professional?.isNationalSystem != true { event.subject = strings.string(who.value) }
        if event.account.isEmpty { event.account = event.subject }
        // A contained resource (`#p`) is somebody else in each record.
        if event.account.isEmpty, event.professional.isEmpty, !who.reference.hasPrefix("#") { event.account = strings.string(who.reference) }
        if event.account.isEmpty { event.account = event.professional }
        if event.subject == event.account { event.subject = "" }
        event.role = strings.string(user.role)
        event.session = strings.string(user.session)
        event.authentication = strings.string(user.assurance)
        if let problem = professional?.warning { warnings.append(problem) }
    }

    private mutating func takeOrganisation(except user: Int?) {
        for i in agents.indices where i != user {
            let who = agents[i].who
            guard agents[i].kind == .organisation || who.reference.hasPrefix("Organization/") || who.system == "https://finess.esante.gouv.fr" else { continue }
            event.organisation = name(who.value, FHIRText.id(of: who.reference), who.display)
            return
        }
    }

    /// The client stands in another role by action (BALP): Destination of a read, Source of everything else, Application of
    /// a delete. Exports turn that round again; an address that is a URL is the server's, whatever the role.
    private func clientAndServer(except user: Int?) -> (client: Int?, server: Int?) {
        func first(_ kind: FHIRAgent.Kind) -> Int? { agents.firstIndex { $0.kind == kind } }
        let source = first(.source), destination = first(.destination), application = first(.application)
        var (client, server): (Int?, Int?)
        switch facts.action {
        case UInt8(ascii: "R"): (client, server) = (destination, source)
        case UInt8(ascii: "D") where application != nil: (client, server) = (application, first(.custodian))
        default: (client, server) = (source, destination)
        }
        if client == nil, server == nil { client = application }
        let clientIsURI = client.map { agents[$0].addressIsURI } ?? false
        let serverIsURI = server.map { agents[$0].addressIsURI } ?? false
        if clientIsURI && !serverIsURI || client == nil && server != nil && !serverIsURI { swap(&client, &server) }
        // A requesting machine is the client and the user at once.
        if client == nil, let user, agents[user].kind.isMachine { client = user }
        return (client, server)
    }

    private mutating func address(_ text: JSONText) -> String {
        addresses.value(text) { raw in ClientAddress(raw)?.description ?? raw }
    }

    /// The first that says something.
    private mutating func name(_ a: JSONText, _ b: JSONText, _ c: JSONText = .nothing, _ d: JSONText = .nothing) -> String {
        strings.string(!a.isEmpty ? a : !b.isEmpty ? b : !c.isEmpty ? c : d)
    }

    private mutating func observerName() -> String {
        name(facts.observerDisplay, facts.observerIdentifier, FHIRText.id(of: facts.observerReference), facts.site)
    }
}
