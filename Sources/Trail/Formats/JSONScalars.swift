import Scan

extension JSONScanner {
    /// A string or a number as text; other values are gone past, and the text is empty. Sources write numbers as strings and
    /// leave out what they do not know with `null`.
    mutating func scalar() throws(JSONFault) -> JSONText {
        switch peek() {
        case .string?: return try plainString()
        case .number?: return try number()
        default:
            try skip()
            return .nothing
        }
    }

    /// A truth value; false where something else stands.
    mutating func truth() throws(JSONFault) -> Bool {
        guard peek() == .bool else {
            try skip()
            return false
        }
        return try bool()
    }

    /// Enters the object that comes next; any other value is gone past.
    mutating func entersObject() throws(JSONFault) -> Bool {
        guard peek() == .object else {
            try skip()
            return false
        }
        try enterObject()
        return true
    }

    /// Enters the array that comes next; any other value is gone past.
    mutating func entersArray() throws(JSONFault) -> Bool {
        guard peek() == .array else {
            try skip()
            return false
        }
        try enterArray()
        return true
    }

    /// Enters the array if it is the member `values`, as protobuf's JSON wraps lists; any other member is gone past.
    mutating func entersValues(_ key: JSONText) throws(JSONFault) -> Bool {
        guard key == "values" else {
            try skip()
            return false
        }
        return try entersArray()
    }
}
