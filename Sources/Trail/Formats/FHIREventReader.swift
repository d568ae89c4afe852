import Model
import Scan

/// Reads one AuditEvent into one `AccessEvent`.
///
/// Agents and entities are taken as byte ranges first: who the client is depends on the action, and members of an object
/// come in any order.
struct FHIREventReader: ~Copyable {
    /// What the last record became; meaningless if there is a `problem`.
    var event = AccessEvent()
    /// Why the last record is not kept, though it is well-formed JSON.
    var problem: FieldProblem?
    /// The problem is that the record is an AuditEvent of another FHIR version.
    var isOtherVersion = false
    /// Persons that the record speaks of without saying who.
    var unnamedPersons = 0
    var warnings: [FieldProblem] = []
    var times: ReaderTimes

    var strings = JSONStrings()
    var addresses = JSONMemo()
    var queries = FHIRQueries()
    var agents: [FHIRAgent] = []
    var facts = Facts()
    private var json = JSONScanner()

    init(file: FileInHand) { times = ReaderTimes(file) }

    /// Loose ends of a record until all of it is read.
    struct Facts {
        var isAuditEvent = false
        var kind: String?
        var typeCode = FHIREventCode.other
        /// Of the type and all subtypes.
        var codes: FHIREventCodes = []
        var action: UInt8 = 0
        var recorded: JSONText?
        var outcome: JSONText?
        var version: StaticString?
        var emergency = false
        var observerDisplay = JSONText.nothing, observerIdentifier = JSONText.nothing, observerReference = JSONText.nothing, site = JSONText.nothing
        /// Resource types named by entities, in order of preference.
        var domainResource: JSONText?, otherResource: JSONText?, personResource: JSONText?
        /// Where `queries` holds the search.
        var query: Int?
        var fullURL: JSONText?
    }

    /// The event that the last record became. It is handed over, not copied.
    mutating func takeEvent() -> AccessEvent {
        var taken = AccessEvent()
        swap(&taken, &event)
        return taken
    }

    mutating func read(_ record: UnsafeRawBufferPointer) throws(JSONFault) {
        event = AccessEvent()
        problem = nil
        isOtherVersion = false
        unnamedPersons = 0
        warnings.removeAll(keepingCapacity: true)
        agents.removeAll(keepingCapacity: true)
        facts = Facts()
        try json.begin(record)
        try readResource(depth: 0)
        try json.finish()
        settle()
    }

    /// An AuditEvent, or the entry of a Bundle that holds one as its `resource`.
    private mutating func readResource(depth: Int) throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "resourceType":
                let type = try json.plainString()
                facts.isAuditEvent = type == "AuditEvent"
                if !facts.isAuditEvent { facts.kind = JSONKinds.fhir(type.string) }
            case "id":
                event.id = try json.plainString().string
                event.hasOwnID = !event.id.isEmpty
            case "type":
                facts.typeCode = try readCode()
                facts.codes.insert(facts.typeCode)
            case "subtype":
                try json.enterArray()
                while try json.nextElement() { facts.codes.insert(try readCode()) }
            case "action": facts.action = try json.plainString().raw.first ?? 0
            case "recorded": facts.recorded = try json.plainString()
            case "outcome":
                if json.peek() == .object {
                    facts.version = "FHIR R5 AuditEvent"
                    try json.skip()
                } else {
                    facts.outcome = try json.plainString()
                }
            case "purposeOfEvent": if try readPurposes() { facts.emergency = true }
            case "agent":
                try json.enterArray()
                while try json.nextElement() { agents.append(try readAgent()) }
            case "source": try readSource()
            case "entity":
                try json.enterArray()
                while try json.nextElement() { try readEntity() }
            case "extension": try readExtensions()
            case "code", "category", "occurredPeriod", "occurredDateTime", "authorization":
                facts.version = "FHIR R5 AuditEvent"
                try json.skip()
            case "participant", "object":
                facts.version = "FHIR DSTU2 AuditEvent"
                try json.skip()
            case "resource" where depth == 0: try readResource(depth: 1)
            case "fullUrl" where depth == 0: facts.fullURL = try json.plainString()
            default: try json.skip()
            }
        }
    }

    // MARK: Parts of the resource

    /// The code of a Coding.
    private mutating func readCode() throws(JSONFault) -> FHIREventCode {
        var code = FHIREventCode.other
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "code": code = FHIREventCode(try json.plainString())
            default: try json.skip()
            }
        }
        return code
    }

    /// Purposes of use, as an array of CodeableConcept. True if one of them breaks the glass: BTG (break the glass) or ETREAT
    /// (emergency treatment) of v3-ActReason.
    mutating func readPurposes() throws(JSONFault) -> Bool {
        var isEmergency = false
        try json.enterArray()
        while try json.nextElement() {
            let code = try readConcept().code
            if code == "BTG" || code == "ETREAT" { isEmergency = true }
        }
        return isEmergency
    }

    /// First coding and text of a CodeableConcept. For purposes, a later BTG or ETREAT counts, too.
    mutating func readConcept() throws(JSONFault) -> (code: JSONText, display: JSONText, text: JSONText) {
        var code = JSONText.nothing, display = JSONText.nothing, text = JSONText.nothing
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "coding":
                try json.enterArray()
                while try json.nextElement() {
                    var thisCode = JSONText.nothing, thisDisplay = JSONText.nothing
                    try json.enterObject()
                    while let key = try json.nextKey() {
                        switch key {
                        case "code": thisCode = try json.plainString()
                        case "display": thisDisplay = try json.plainString()
                        default: try json.skip()
                        }
                    }
                    if code.isEmpty || thisCode == "BTG" || thisCode == "ETREAT" { (code, display) = (thisCode, thisDisplay) }
                }
            case "text": text = try json.plainString()
            default: try json.skip()
            }
        }
        return (code, display, text)
    }

    private mutating func readSource() throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "site": facts.site = try json.plainString()
            case "observer":
                let observer = try readReference()
                facts.observerDisplay = observer.display
                facts.observerIdentifier = observer.value
                facts.observerReference = observer.reference
            case "identifier":
                facts.version = "FHIR STU3 AuditEvent"
                try json.skip()
            default: try json.skip()
            }
        }
    }

    /// A sequence number of the source, in an extension whose URL says so.
    private mutating func readExtensions() throws(JSONFault) {
        try json.enterArray()
        while try json.nextElement() {
            var isSequence = false
            var number: Int64?
            try json.enterObject()
            while let key = try json.nextKey() {
                switch key {
                case "url":
                    let url = try json.plainString()
                    isSequence = url.hasSuffix("sequence") || url.hasSuffix("sequence-number") || url.hasSuffix("sequenceNumber")
                case "valueInteger", "valuePositiveInt", "valueUnsignedInt", "valueDecimal": number = Int64(try json.number().string)
                case "valueString", "valueInteger64": number = Int64(try json.plainString().string)
                default: try json.skip()
                }
            }
            if isSequence, let number { event.sequence = number }
        }
    }

    /// A Reference with its identifier.
    mutating func readReference() throws(JSONFault) -> FHIRReference {
        var found = FHIRReference()
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "reference": found.reference = try json.plainString()
            case "display": found.display = try json.plainString()
            case "type": found.type = try json.plainString()
            case "identifier":
                try json.enterObject()
                while let key = try json.nextKey() {
                    switch key {
                    case "system": found.system = try json.plainString()
                    case "value": found.value = try json.plainString()
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
        return found
    }

    // MARK: Agents and entities

    private mutating func readAgent() throws(JSONFault) -> FHIRAgent {
        var agent = FHIRAgent()
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "type":
                let concept = try readConcept()
                agent.kind = FHIRAgent.Kind(concept.code)
            case "role":
                try json.enterArray()
                while try json.nextElement() {
                    let role = try readConcept()
                    guard agent.role.isEmpty else { continue }
                    agent.role = !role.text.isEmpty ? role.text : !role.display.isEmpty ? role.display : role.code
                }
            case "who": agent.who = try readReference()
            case "altId": agent.altID = try json.plainString()
            case "name": agent.name = try json.plainString()
            case "requestor": agent.isRequestor = try json.bool()
            case "policy":
                try json.enterArray()
                while try json.nextElement() {
                    let policy = try json.plainString()
                    if agent.session.isEmpty { agent.session = FHIRAgent.session(policy) }
                }
            case "network":
                try json.enterObject()
                while let key = try json.nextKey() {
                    switch key {
                    case "address": agent.address = try json.plainString()
                    case "type": agent.addressIsURI = try json.plainString() == "5"
                    default: try json.skip()
                    }
                }
            case "purposeOfUse": if try readPurposes() { facts.emergency = true }
            case "extension": try readAssurance(&agent)
            case "networkReference", "networkUri", "networkString":
                facts.version = "FHIR R5 AuditEvent"
                try json.skip()
            case "userId":
                facts.version = "FHIR STU3 AuditEvent"
                try json.skip()
            default: try json.skip()
            }
        }
        return agent
    }

    /// BALP's assurance level: how the user was authenticated.
    private mutating func readAssurance(_ agent: inout FHIRAgent) throws(JSONFault) {
        try json.enterArray()
        while try json.nextElement() {
            var isAssurance = false
            var value = JSONText.nothing
            try json.enterObject()
            while let key = try json.nextKey() {
                switch key {
                case "url": isAssurance = try json.plainString().hasSuffix("assuranceLevel")
                case "valueCodeableConcept":
                    let concept = try readConcept()
                    value = !concept.code.isEmpty ? concept.code : concept.text
                case "valueString": value = try json.plainString()
                default: try json.skip()
                }
            }
            if isAssurance, !value.isEmpty { agent.assurance = value }
        }
    }

    private mutating func readEntity() throws(JSONFault) {
        var entity = FHIREntity()
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "what": entity.what = try readReference()
            case "type": entity.type = try readPlainCode()
            case "role": entity.role = try readPlainCode()
            case "query": entity.query = try json.plainString()
            case "detail":
                try json.enterArray()
                while try json.nextElement() { try readDetail() }
            case "reference", "identifier":
                facts.version = "FHIR STU3 AuditEvent"
                try json.skip()
            default: try json.skip()
            }
        }
        take(entity)
    }

    private mutating func readPlainCode() throws(JSONFault) -> JSONText {
        var code = JSONText.nothing
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "code": code = try json.plainString()
            default: try json.skip()
            }
        }
        return code
    }

    /// How many results a search showed.
    private mutating func readDetail() throws(JSONFault) {
        var isCount = false
        var value: Int?
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "type":
                let type = try json.plainString()
                isCount = type == "result-count" || type == "resultCount" || type == "result_count"
            case "valueString": value = Int(try json.plainString().string)
            case "valueInteger": value = Int(try json.number().string)
            default: try json.skip()
            }
        }
        if isCount, let value, value >= 0 { event.resultCount = value }
    }
}
