import Ledger

/// Whose signatures make a checkpoint believable: c2sp.org/tlog-policy.
///
/// ```
/// log <vkey> [<url>]
/// witness <name> <vkey> [<url>]
/// group <name> all|any|<k> <name>…
/// quorum <name>|none
/// ```
package struct WitnessPolicy: Sendable {
    package struct Peer: Sendable, Hashable {
        /// Within the policy only; the key's own for a log.
        package var name: String
        package var key: VerifierKey
        package var url: String?
    }

    private enum Rule: Sendable {
        case witness(VerifierKey)
        case group(Int, [String])
    }

    package private(set) var logs: [Peer] = []
    package private(set) var witnesses: [Peer] = []
    private var rules: [String: Rule] = [:]
    private var quorum: String?

    /// More is refused, so that nothing grows without bound.
    private static let linesMaximum = 10_000

    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var line: Int
        package var problem: String
        package var description: String { "policy, line \(line): \(problem)" }
    }

    package init(parsing bytes: [UInt8]) throws(Problem) {
        guard bytes.allSatisfy({ $0 == 9 || $0 == 10 || (0x20...0x7E).contains($0) || $0 >= 0x80 }) else { throw Problem(line: 0, problem: "control characters other than tab and newline") }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count <= WitnessPolicy.linesMaximum else { throw Problem(line: 0, problem: "more than \(WitnessPolicy.linesMaximum) lines") }
        var members: Set<String> = [], keys: Set<[UInt8]> = [], logKeys: Set<[UInt8]> = []
        var hasQuorum = false
        for (number, line) in lines.enumerated() {
            func problem(_ what: String) -> Problem { Problem(line: number + 1, problem: what) }
            // Names are octets to the format; those that are not UTF-8 could be confused with each other here.
            guard let text = String(validating: line, as: UTF8.self) else { throw problem("is not UTF-8") }
            let words = text.utf8.split(whereSeparator: { $0 == 32 || $0 == 9 }).map { String(Substring($0)) }
            guard let kind = words.first, !kind.hasPrefix("#") else { continue }
            func vkey(_ text: String) throws(Problem) -> VerifierKey {
                do { return try VerifierKey(text) } catch { throw problem("\(error)") }
            }
            func known(_ name: String) throws(Problem) {
                guard rules[name] != nil else { throw problem("a name that no line before defines") }
            }
            func isFree(_ name: String) throws(Problem) {
                guard name != "none", rules[name] == nil else { throw problem("a name that is taken") }
            }
            switch kind {
            case "log":
                guard words.count == 2 || words.count == 3 else { throw problem("expected: log <vkey> [<url>]") }
                let key = try vkey(words[1])
                guard key.kind == .ed25519 else { throw problem("a log's key is of type 1") }
                guard logKeys.insert(key.publicKey).inserted else { throw problem("a key that is there already") }
                logs.append(Peer(name: key.name, key: key, url: words.count == 3 ? words[2] : nil))
            case "witness":
                guard words.count == 3 || words.count == 4 else { throw problem("expected: witness <name> <vkey> [<url>]") }
                try isFree(words[1])
                let key = try vkey(words[2])
                guard key.kind == .cosignature else { throw problem("a witness's key is of type 4") }
                guard keys.insert(key.publicKey).inserted else { throw problem("a key that is there already") }
                rules[words[1]] = .witness(key)
                witnesses.append(Peer(name: words[1], key: key, url: words.count == 4 ? words[3] : nil))
            case "group":
                guard words.count >= 4 else { throw problem("expected: group <name> all|any|<k> <name>…") }
                try isFree(words[1])
                let names = Array(words[3...])
                for name in names {
                    try known(name)
                    guard members.insert(name).inserted else { throw problem("a member that is in a group already") }
                }
                let count: Int
                switch words[2] {
                case "all": count = names.count
                case "any": count = 1
                default:
                    guard let k = decimalNumber(words[2]), k >= 1, k <= UInt64(names.count) else { throw problem("a threshold from 1 to the number of members") }
                    count = Int(k)
                }
                rules[words[1]] = .group(count, names)
            case "quorum":
                guard words.count == 2, !hasQuorum else { throw problem("expected one line: quorum <name>") }
                hasQuorum = true
                guard words[1] != "none" else { continue }
                try known(words[1])
                quorum = words[1]
            default: throw problem("expected log, witness, group or quorum")
            }
        }
        guard hasQuorum else { throw Problem(line: lines.count, problem: "the line quorum <name> is missing; without witnesses it is `quorum none`") }
    }

    /// Whether these witnesses are enough.
    package func isMet(by keys: Set<VerifierKey>) -> Bool {
        guard let quorum else { return true }
        // Each name is defined by names before it and is a member once, so this ends and looks at each once.
        func isMet(_ name: String) -> Bool {
            switch rules[name] {
            case .witness(let key): keys.contains(key)
            case .group(let count, let names): names.reduce(0) { $0 + (isMet($1) ? 1 : 0) } >= count
            case nil: false
            }
        }
        return isMet(quorum)
    }

    /// - Returns: the checkpoint, when one of the policy's logs signed it and the quorum is met.
    package func verify(_ note: SignedNote) throws -> Checkpoint {
        let checkpoint = try Checkpoint(text: note.text)
        // A log's key is named after its origin.
        _ = try note.verify(with: logs.map(\.key).filter { $0.name == checkpoint.origin })
        let cosigned = witnesses.isEmpty ? [] : (try? note.verify(with: witnesses.map(\.key)).map(\.key)) ?? []
        guard isMet(by: Set(cosigned)) else { throw ProofProblem(description: "the checkpoint has not the witnesses that the policy asks for") }
        return checkpoint
    }
}
