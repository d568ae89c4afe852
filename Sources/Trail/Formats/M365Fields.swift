import Model
import Scan

/// The members of an audit record that Cordon takes, under the names of every form that it comes in. Case does not count:
/// some collectors write all names small.
struct M365Fields {
    enum Name: String, CaseIterable {
        case operation, creationTime, activityTime, otherTime, id, officeID, workload, recordType, loggedBy, userID, userName, userKey, session, method
        case agent, clientInfo, clientIP, actorIP, query, object, site, mailbox, result, logonError
    }

    private var values: [Name: String] = [:]
    /// Message ids of the mails that a MailItemsAccessed record lists; of a Sync the folders.
    var items: [String] = []
    var isSync = false
    var isThrottled = false
    var warnings: [FieldProblem] = []

    subscript(name: Name) -> String? { values[name] }

    private mutating func set(_ name: Name, _ value: String, overriding: Bool = false) {
        guard !value.isEmpty, overriding || values[name] == nil else { return }
        values[name] = value
    }

    private static let names: [String: Name] = [
        "operation": .operation, "operations": .operation, "operationname": .operation,
        "creationtime": .creationTime, "activitydatetime": .activityTime, "timegenerated": .otherTime, "creationdate": .otherTime, "createddatetime": .otherTime,
        "id": .id, "officeid": .officeID, "sourcerecordid": .officeID, "identity": .officeID,
        "workload": .workload, "officeworkload": .workload, "recordtype": .recordType, "loggedbyservice": .loggedBy,
        "userid": .userID, "userids": .userName, "userprincipalname": .userName, "initiatinguserorapp": .userName, "userkey": .userKey,
        "sessionid": .session, "useragent": .agent, "clientinfostring": .clientInfo,
        "clientip": .clientIP, "clientipaddress": .clientIP, "client_ipaddress": .clientIP, "actoripaddress": .actorIP, "ipaddress": .actorIP,
        "searchquerytext": .query, "querytext": .query,
        "objectid": .object, "officeobjectid": .object, "siteurl": .site, "site_url": .site, "mailboxownerupn": .mailbox, "targetid": .object,
        "resultstatus": .result, "result": .result, "logonerror": .logonError,
    ]

    /// Members that are records themselves.
    private static let envelopes: Set<String> = ["auditdata", "event", "_source"]

    /// Reads the object that comes next.
    static func read(_ json: inout JSONScanner, into fields: inout M365Fields, depth: Int) throws(JSONFault) {
        var inner: M365Fields?
        try json.enterObject()
        while let key = try json.nextKey() {
            let name = key.string.lowercased()
            if envelopes.contains(name), depth < 3 {
                var record = M365Fields()
                if try nested(&json, into: &record, { (json, record) throws(JSONFault) in try M365Fields.read(&json, into: &record, depth: depth + 1) }) { inner = record }
                continue
            }
            switch name {
            case "folders": _ = try nested(&json, into: &fields) { (json, fields) throws(JSONFault) in try fields.readFolders(&json) }
            case "operationproperties", "deviceproperties", "extendedproperties", "additionaldetails":
                _ = try nested(&json, into: &fields) { (json, fields) throws(JSONFault) in try fields.readProperties(&json) }
            case "appaccesscontext":
                _ = try nested(&json, into: &fields) { (json, fields) throws(JSONFault) in try fields.readContext(&json) }
            case "initiatedby":
                _ = try nested(&json, into: &fields) { (json, fields) throws(JSONFault) in try fields.readInitiator(&json) }
            default:
                guard let member = names[name] else {
                    try json.skip()
                    continue
                }
                fields.set(member, try scalar(&json))
            }
        }
        if let inner { fields.take(inner) }
    }

    /// The record inside an envelope knows better than the envelope.
    private mutating func take(_ inner: M365Fields) {
        for name in Name.allCases { if let value = inner[name] { set(name, value, overriding: true) } }
        // Times of the envelope are those of its writing.
        if inner[.creationTime] != nil { values[.activityTime] = inner[.activityTime] }
        items += inner.items
        isSync = isSync || inner.isSync
        isThrottled = isThrottled || inner.isThrottled
        warnings += inner.warnings
    }

    private static func scalar(_ json: inout JSONScanner) throws(JSONFault) -> String {
        switch json.peek() {
        case .string?: return try json.string().string
        case .number?: return try json.number().string
        case .bool?: return try json.bool() ? "True" : "False"
        default:
            try json.skip()
            return ""
        }
    }

    /// Reads an object or array that stands here as it is, or as text inside a string: Log Analytics and PowerShell write
    /// JSON into strings. False if there is nothing to read. Text that is no JSON (collectors cut long fields) is warned of.
    private static func nested(
        _ json: inout JSONScanner, into fields: inout M365Fields, _ body: (inout JSONScanner, inout M365Fields) throws(JSONFault) -> Void
    ) throws(JSONFault) -> Bool {
        switch json.peek() {
        case .object?, .array?:
            try body(&json, &fields)
            return true
        case .string?:
            let text = try json.string()
            guard !text.isEmpty else { return false }
            var found = fields
            let fault = text.withBytes { (bytes) -> JSONFault? in
                var inside = JSONScanner()
                do throws(JSONFault) {
                    try inside.begin(bytes)
                    switch inside.peek() {
                    case .object?, .array?: try body(&inside, &found)
                    default: return JSONFault(.notAnObject, at: 0)
                    }
                    try inside.finish()
                    return nil
                } catch { return error }
            }
            if fault == nil {
                fields = found
                return true
            }
            fields.warnings.append(FieldProblem(
                found: "JSON inside a string that is broken or cut", expected: "whole JSON", remedy: "export without a limit on the length of fields"))
            return false
        default:
            try json.skip()
            return false
        }
    }

    // MARK: Structures

    /// `[{"FolderItems":[{"InternetMessageId":…}],"Id":…,"Path":…}]`
    private mutating func readFolders(_ json: inout JSONScanner) throws(JSONFault) {
        guard json.peek() == .array else { return try json.skip() }
        try json.enterArray()
        while try json.nextElement() {
            guard json.peek() == .object else { try json.skip(); continue }
            var path = ""
            var messages: [String] = []
            try json.enterObject()
            while let key = try json.nextKey() {
                switch key {
                case "Path": path = try M365Fields.scalar(&json)
                case "FolderItems" where json.peek() == .array:
                    try json.enterArray()
                    while try json.nextElement() { try M365Fields.readMessage(&json, into: &messages) }
                default: try json.skip()
                }
            }
            if messages.isEmpty, !path.isEmpty { messages = [path] }
            items += messages
        }
    }

    private static func readMessage(_ json: inout JSONScanner, into messages: inout [String]) throws(JSONFault) {
        guard json.peek() == .object else { return try json.skip() }
        var id = "", fallback = ""
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "InternetMessageId": id = try scalar(&json)
            case "Id", "ImmutableId": fallback = try scalar(&json)
            default: try json.skip()
            }
        }
        messages.append(id.isEmpty ? fallback : id)
    }

    /// `[{"Name":…,"Value":…}]`, with small letters in Entra's AdditionalDetails.
    private mutating func readProperties(_ json: inout JSONScanner) throws(JSONFault) {
        guard json.peek() == .array else { return try json.skip() }
        try json.enterArray()
        while try json.nextElement() {
            guard json.peek() == .object else { try json.skip(); continue }
            var name = "", value = ""
            try json.enterObject()
            while let key = try json.nextKey() {
                switch key {
                case "Name", "name", "key": name = try M365Fields.scalar(&json)
                case "Value", "value": value = try M365Fields.scalar(&json)
                default: try json.skip()
                }
            }
            switch name {
            case "UserAgent", "User-Agent": set(.agent, value)
            case "SessionId": set(.session, value)
            case "UserAuthenticationMethod": set(.method, value)
            case "MailAccessType": isSync = value == "Sync"
            case "IsThrottled": isThrottled = value == "True" || value == "true"
            default: break
            }
        }
    }

    private mutating func readContext(_ json: inout JSONScanner) throws(JSONFault) {
        guard json.peek() == .object else { return try json.skip() }
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "AADSessionId": set(.session, try M365Fields.scalar(&json))
            default: try json.skip()
            }
        }
    }

    /// `{"user":{"userPrincipalName":…,"ipAddress":…}}`
    private mutating func readInitiator(_ json: inout JSONScanner) throws(JSONFault) {
        guard json.peek() == .object else { return try json.skip() }
        try json.enterObject()
        while let key = try json.nextKey() {
            guard key == "user" || key == "app", json.peek() == .object else { try json.skip(); continue }
            try json.enterObject()
            while let key = try json.nextKey() {
                switch key {
                case "userPrincipalName": set(.userID, try M365Fields.scalar(&json))
                case "displayName": set(.userName, try M365Fields.scalar(&json))
                case "id": set(.userKey, try M365Fields.scalar(&json))
                case "ipAddress": set(.clientIP, try M365Fields.scalar(&json))
                default: try json.skip()
                }
            }
        }
    }
}
