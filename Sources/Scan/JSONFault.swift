import Model

/// What is wrong with a JSON text, and at which byte.
///
/// It is small and holds no text, so that the hot loops can throw it at no cost; `JSONScanner.problem` turns it into words,
/// and only then looks for the path.
@usableFromInline package struct JSONFault: Error, Sendable, Hashable {
    @usableFromInline package enum Kind: UInt8, Sendable, CaseIterable {
        case cutShort, notAValue, notAnObject, notAnArray, notAString, notANumber, notABool
        case noKey, noColon, noComma, badNumber, badEscape, loneSurrogate, controlCharacter, notUTF8
        case tooDeep, tooManyMembers, duplicateKey, trailingBytes, tooLong, notAnInteger
    }

    @usableFromInline package var kind: Kind
    /// From the first byte of the text.
    @usableFromInline package var offset: Int

    @inlinable package init(_ kind: Kind, at offset: Int) { (self.kind, self.offset) = (kind, offset) }
}

extension JSONFault.Kind {
    package var found: String {
        switch self {
        case .cutShort: "the text ends in the middle of a value"
        case .notAValue: "a byte that begins no JSON value"
        case .notAnObject, .notAnArray, .notAString, .notANumber, .notABool: "a value of another type"
        case .noKey: "a member without a name"
        case .noColon: "a name without a colon"
        case .noComma: "two values without a comma"
        case .badNumber: "a malformed number"
        case .badEscape: "a malformed escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "a control character inside a string"
        case .notUTF8: "bytes that are not UTF-8"
        case .tooDeep: "more than \(JSONScanner.depthMax) levels"
        case .tooManyMembers: "an object with more than \(JSONScanner.membersMax) members"
        case .duplicateKey: "a member name that occurs twice"
        case .trailingBytes: "more text after the value"
        case .tooLong: "a record longer than \(JSONScanner.bytesMax / 1_073_741_824) GiB"
        case .notAnInteger: "a number that is no 64-bit integer"
        }
    }

    package var expected: String {
        switch self {
        case .cutShort: "a whole JSON value"
        case .notAValue: "a JSON value (RFC 8259)"
        case .notAnObject: "an object"
        case .notAnArray: "an array"
        case .notAString: "a string"
        case .notANumber: "a number"
        case .notABool: "true or false"
        case .noKey: "a name in quotes, or the end of the object"
        case .noColon: "a colon"
        case .noComma: "a comma, or the end of the array or object"
        case .badNumber: "a number as in RFC 8259 section 6"
        case .badEscape: "an escape as in RFC 8259 section 7"
        case .loneSurrogate: "a whole surrogate pair"
        case .controlCharacter: "an escape such as \\n"
        case .notUTF8: "UTF-8"
        case .tooDeep: "at most \(JSONScanner.depthMax) levels"
        case .tooManyMembers: "at most \(JSONScanner.membersMax) members"
        case .duplicateKey: "each name once"
        case .trailingBytes: "one value"
        case .tooLong: "a shorter record"
        case .notAnInteger: "a whole number"
        }
    }

    package var remedy: String {
        switch self {
        case .cutShort: "export the record again; the copy stopped early"
        case .notUTF8: "convert the file to UTF-8"
        case .tooDeep, .tooManyMembers, .tooLong: "check that this is an audit record"
        case .duplicateKey: "export again with another tool: which of the two values holds cannot be known"
        case .trailingBytes: "put one record on each line"
        default: "export the record again with a JSON writer"
        }
    }
}
