/// Gives each name a number at first sight, from 0, and the name back.
package struct Names: Sendable {
    package private(set) var all: [String] = []
    private var numbers: [String: UInt32] = [:]

    package init() {}

    package var count: Int { all.count }

    package mutating func number(of name: String) -> UInt32 {
        if let known = numbers[name] { return known }
        let number = UInt32(all.count)
        numbers[name] = number
        all.append(name)
        return number
    }

    package func known(_ name: String) -> UInt32? { numbers[name] }

    package subscript(number: UInt32) -> String { all[Int(number)] }
}
