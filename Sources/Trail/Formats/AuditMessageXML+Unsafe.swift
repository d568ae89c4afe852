import CLibXML2
import Glibc
import Model
import Scan

/// One AuditMessage element as it stands in the text, before anything is made of it.
struct AuditMessageParts {
    /// A coded value: `csd-code` and `originalText` (DICOM), or `code` and `displayName` (RFC 3881).
    struct Code {
        var code = "", system = "", display = ""
    }
    struct Participant {
        var userID = "", alternativeID = "", userName = ""
        /// The schema of RFC 3881 says true where the attribute is missing; DICOM requires it.
        var isRequestor = true
        var accessPoint = "", accessPointType = ""
        var roles: [Code] = []
    }
    struct Object {
        var id = "", type = "", role = ""
        var idType = Code()
        /// Base64, as written.
        var query = ""
    }

    var event = Code()
    var types: [Code] = []
    var action = "", time = "", outcome = ""
    var purposes: [Code] = []
    var participants: [Participant] = []
    var objects: [Object] = []
    var source = "", site = ""
}

/// Reads audit messages through libxml2's SAX2.
///
/// Nothing is loaded from anywhere: a document type ends the message before its entities are read, the network is switched
/// off, and the library's loader of external entities is replaced by one that has nothing. Elements nest `depthMax` deep at
/// most, and a message has `bytesMax` bytes.
///
/// libxml2 hands attribute values over as places in its input, not terminated, with `&amp;` as `&#38;` (entities are left
/// for a tree that is not built here): references are resolved in `text`.
final class AuditMessageXML {
    static let depthMax = 32
    static let bytesMax = 16 << 20
    /// Names of elements and attributes stay in the context's dictionary: a sender who invents names must not fill the memory.
    private static let messagesPerContext = 10_000

    fileprivate var parts = AuditMessageParts()
    fileprivate var texts = TableTexts()
    fileprivate var fault: FieldProblem?
    fileprivate var depth = 0
    fileprivate var place = Place.other
    fileprivate var queryBytes: [UInt8]?

    private var context: xmlParserCtxtPtr?
    private var messages = 0

    fileprivate enum Place { case other, event, participant, object, query }

    deinit { if let context { xmlFreeParserCtxt(context) } }

    /// - Throws: why the text is no audit message. The line of a syntax error counts from the message's own first line.
    func read(_ text: UnsafeRawBufferPointer) throws(FieldProblem) -> AuditMessageParts {
        guard text.count <= AuditMessageXML.bytesMax else {
            throw FieldProblem(found: "a message of more than 16 MiB", expected: "one audit message", remedy: "check the source; its messages may have run together")
        }
        parts = AuditMessageParts()
        (fault, depth, place, queryBytes) = (nil, 0, .other, nil)
        guard let base = text.baseAddress?.assumingMemoryBound(to: CChar.self), let context = readyContext() else { throw AuditMessageXML.cutShort }
        let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOCDATA.rawValue)
        // The text is in UTF-8 whatever its declaration says: the file was brought there.
        if let document = xmlCtxtReadMemory(context, base, Int32(text.count), nil, "UTF-8", options) { xmlFreeDoc(document) }
        if let fault { throw fault }
        guard context.pointee.wellFormed == 1 else { throw AuditMessageXML.problem(context.pointee.lastError) }
        return parts
    }

    private func readyContext() -> xmlParserCtxtPtr? {
        messages += 1
        if messages > AuditMessageXML.messagesPerContext, let old = context {
            xmlFreeParserCtxt(old)
            (context, messages) = (nil, 1)
        }
        if let context { return context }
        AuditMessageXML.refuseExternalEntities
        guard let made = xmlNewParserCtxt() else { return nil }
        var handler = xmlSAXHandler()
        handler.initialized = UInt32(XML_SAX2_MAGIC)
        handler.startElementNs = elementStarts
        handler.endElementNs = elementEnds
        handler.characters = charactersCame
        handler.internalSubset = doctypeCame
        handler.serror = { _, _ in }
        made.pointee.sax.pointee = handler
        made.pointee.userData = Unmanaged.passUnretained(self).toOpaque()
        context = made
        return made
    }

    /// Once for the process.
    private static let refuseExternalEntities: Void = xmlSetExternalEntityLoader { _, _, _ in nil }

    // MARK: What is wrong

    static let hasDoctype = FieldProblem(
        found: "a document type declaration", expected: "an audit message without one (DICOM PS3.15 A.5)",
        remedy: "do not trust the sender: no audit message needs one, and entities are a way of attack")
    static let cutShort = FieldProblem(found: "the message ends before its last tag", expected: "a whole AuditMessage element", remedy: "export the message again; the copy stopped early")
    fileprivate static let tooDeep = FieldProblem(found: "more than \(depthMax) levels", expected: "an audit message", remedy: "check that this is an audit message")
    fileprivate static let otherRoot = FieldProblem(found: "another XML document", expected: "an AuditMessage element (DICOM PS3.15 A.5)", remedy: "export audit messages")

    private static func problem(_ error: xmlError) -> FieldProblem {
        let line = error.line > 1 ? " (line \(error.line) of the record)" : ""
        return switch UInt32(bitPattern: error.code) {
        case XML_ERR_TAG_NOT_FINISHED.rawValue, XML_ERR_DOCUMENT_END.rawValue, XML_ERR_LTSLASH_REQUIRED.rawValue, XML_ERR_DOCUMENT_EMPTY.rawValue: cutShort
        case XML_ERR_UNDECLARED_ENTITY.rawValue, XML_WAR_UNDECLARED_ENTITY.rawValue:
            FieldProblem(found: "an entity that nobody declared\(line)", expected: "the five entities of XML and character references", remedy: "let the sender write characters instead")
        case XML_ERR_INVALID_CHAR.rawValue, XML_ERR_INVALID_ENCODING.rawValue, XML_I18N_CONV_FAILED.rawValue:
            FieldProblem(found: "bytes that are no characters of XML\(line)", expected: "UTF-8", remedy: "let the sender write UTF-8")
        case XML_ERR_ATTRIBUTE_REDEFINED.rawValue:
            FieldProblem(found: "an attribute that occurs twice\(line)", expected: "each attribute once", remedy: "check the sender: which of the two holds cannot be known")
        default: FieldProblem(found: "XML that is not well-formed\(line)", expected: "a well-formed AuditMessage element", remedy: "export the message again, or let the sender escape its values")
        }
    }

    fileprivate func stop(_ problem: FieldProblem) {
        if fault == nil { fault = problem }
        if let context { xmlStopParser(context) }
    }

    // MARK: Elements

    fileprivate func start(_ name: UnsafePointer<xmlChar>, _ attributes: Attributes) {
        depth += 1
        guard depth <= AuditMessageXML.depthMax else { return stop(AuditMessageXML.tooDeep) }
        if depth == 1 {
            if !isName(name, "AuditMessage") { stop(AuditMessageXML.otherRoot) }
            return
        }
        if depth == 2 {
            place = .other
            if isName(name, "EventIdentification") {
                place = .event
                attributes.forEach { attribute, value in
                    if isName(attribute, "EventActionCode") { parts.action = text(value) }
                    else if isName(attribute, "EventDateTime") { parts.time = text(value) }
                    else if isName(attribute, "EventOutcomeIndicator") { parts.outcome = text(value) }
                }
            } else if isName(name, "ActiveParticipant") {
                place = .participant
                parts.participants.append(participant(attributes))
            } else if isName(name, "ParticipantObjectIdentification") {
                place = .object
                parts.objects.append(object(attributes))
            } else if isName(name, "AuditSourceIdentification") {
                attributes.forEach { attribute, value in
                    if isName(attribute, "AuditSourceID") { parts.source = text(value) }
                    else if isName(attribute, "AuditEnterpriseSiteID") { parts.site = text(value) }
                }
            }
            return
        }
        guard depth == 3 else { return }
        switch place {
        case .event:
            if isName(name, "EventID") { parts.event = code(attributes) }
            else if isName(name, "EventTypeCode") { parts.types.append(code(attributes)) }
            else if isName(name, "PurposeOfUse") { parts.purposes.append(code(attributes)) }
        case .participant:
            guard let last = parts.participants.indices.last else { return }
            if isName(name, "RoleIDCode") { parts.participants[last].roles.append(code(attributes)) }
        case .object:
            guard let last = parts.objects.indices.last else { return }
            if isName(name, "ParticipantObjectIDTypeCode") { parts.objects[last].idType = code(attributes) }
            else if isName(name, "ParticipantObjectQuery") { (place, queryBytes) = (.query, []) }
        case .other, .query: break
        }
    }

    fileprivate func end() {
        if depth == 3, place == .query {
            if let last = parts.objects.indices.last, let queryBytes { parts.objects[last].query = String(decoding: queryBytes, as: UTF8.self) }
            (place, queryBytes) = (.object, nil)
        }
        depth -= 1
    }

    fileprivate func characters(_ bytes: UnsafeBufferPointer<xmlChar>) {
        if place == .query { queryBytes?.append(contentsOf: bytes) }
    }

    private func participant(_ attributes: Attributes) -> AuditMessageParts.Participant {
        var found = AuditMessageParts.Participant()
        attributes.forEach { attribute, value in
            if isName(attribute, "UserID") { found.userID = text(value) }
            else if isName(attribute, "AlternativeUserID") { found.alternativeID = text(value) }
            else if isName(attribute, "UserName") { found.userName = text(value) }
            else if isName(attribute, "UserIsRequestor") { found.isRequestor = value.equals("true") || value.equals("1") }
            else if isName(attribute, "NetworkAccessPointID") { found.accessPoint = text(value) }
            else if isName(attribute, "NetworkAccessPointTypeCode") { found.accessPointType = text(value) }
        }
        return found
    }

    private func object(_ attributes: Attributes) -> AuditMessageParts.Object {
        var found = AuditMessageParts.Object()
        attributes.forEach { attribute, value in
            if isName(attribute, "ParticipantObjectID") { found.id = text(value) }
            else if isName(attribute, "ParticipantObjectTypeCode") { found.type = text(value) }
            else if isName(attribute, "ParticipantObjectTypeCodeRole") { found.role = text(value) }
        }
        return found
    }

    private func code(_ attributes: Attributes) -> AuditMessageParts.Code {
        var found = AuditMessageParts.Code()
        attributes.forEach { attribute, value in
            if isName(attribute, "csd-code") || isName(attribute, "code") { found.code = text(value) }
            else if isName(attribute, "codeSystemName") { found.system = text(value) }
            else if isName(attribute, "originalText") { found.display = text(value) }
            else if isName(attribute, "displayName"), found.display.isEmpty { found.display = text(value) }
        }
        return found
    }

    private func isName(_ name: UnsafePointer<xmlChar>, _ word: StaticString) -> Bool {
        strcmp(UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self), UnsafeRawPointer(word.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }

    /// An attribute's value with its references resolved.
    private func text(_ value: UnsafeRawBufferPointer) -> String {
        guard value.contains(UInt8(ascii: "&")) else { return texts.text(value) }
        var out: [UInt8] = []
        out.reserveCapacity(value.count)
        var at = 0
        while at < value.count {
            if value[at] == UInt8(ascii: "&"), let semicolon = value[at...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let scalar = AuditMessageXML.scalar(value.part(at + 1, semicolon)) {
                out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                at = semicolon + 1
            } else {
                out.append(value[at])
                at += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func scalar(_ name: UnsafeRawBufferPointer) -> Unicode.Scalar? {
        if name.equals("amp") { return "&" }
        if name.equals("lt") { return "<" }
        if name.equals("gt") { return ">" }
        if name.equals("quot") { return "\"" }
        if name.equals("apos") { return "'" }
        guard name.first == UInt8(ascii: "#"), name.count > 1 else { return nil }
        let isHex = name[1] | 0x20 == UInt8(ascii: "x")
        let number = UInt32(String(decoding: name[(isHex ? 2 : 1)...], as: UTF8.self), radix: isHex ? 16 : 10)
        return number.flatMap(Unicode.Scalar.init)
    }
}

/// Attributes of a start tag: five pointers each (name, prefix, URI, begin and end of the value).
private struct Attributes {
    let base: UnsafeMutablePointer<UnsafePointer<xmlChar>?>?
    let count: Int

    func forEach(_ body: (UnsafePointer<xmlChar>, UnsafeRawBufferPointer) -> Void) {
        guard let base else { return }
        for i in 0..<count {
            guard let name = base[5 * i], let begin = base[5 * i + 3], let end = base[5 * i + 4] else { continue }
            body(name, UnsafeRawBufferPointer(start: begin, count: max(0, end - begin)))
        }
    }
}

private func parser(_ data: UnsafeMutableRawPointer?) -> AuditMessageXML? {
    data.map { Unmanaged<AuditMessageXML>.fromOpaque($0).takeUnretainedValue() }
}

private let elementStarts: startElementNsSAX2Func = { data, name, _, _, _, _, count, _, attributes in
    guard let parser = parser(data), let name else { return }
    parser.start(name, Attributes(base: attributes, count: Int(count)))
}
private let elementEnds: endElementNsSAX2Func = { data, _, _, _ in parser(data)?.end() }
private let charactersCame: charactersSAXFunc = { data, bytes, count in
    guard count > 0 else { return }
    parser(data)?.characters(UnsafeBufferPointer(start: bytes, count: Int(count)))
}
private let doctypeCame: internalSubsetSAXFunc = { data, _, _, _ in parser(data)?.stop(AuditMessageXML.hasDoctype) }
