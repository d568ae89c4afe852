import Crypto
import Model

/// Makes pseudonyms, fingerprints and salts: HMAC-SHA256 under the case key's subkeys, cut to 16 or 8 bytes.
///
/// Cutting to 16 bytes leaves collisions at odds of 2⁻⁶⁹ for 2³⁰ persons. Fingerprints (8 bytes) only group acts; two of 2²⁵
/// sessions meet with odds of 2⁻¹⁵. The same text has unrelated values under each purpose and domain.
package struct Pseudonyms: Sendable {
    // Each holds the key and the domain already: copying it saves half of an HMAC.
    private let persons, references, accounts, salts: HMAC<SHA256>
    /// By the domain's place.
    private let fingerprints: [HMAC<SHA256>]

    package init(key: CaseKey) {
        persons = HMAC(key: key.subkey(.persons))
        references = HMAC(key: key.subkey(.references))
        accounts = HMAC(key: key.subkey(.accounts))
        salts = HMAC(key: key.subkey(.salts))
        let subkey = key.subkey(.fingerprints)
        fingerprints = FingerprintDomain.allCases.map { domain in
            var mac = HMAC<SHA256>(key: subkey)
            mac.update(data: Array(domain.rawValue.utf8) + [0])
            return mac
        }
    }

    package func person(_ text: String) -> Pseudonym { mac(persons, text).withUnsafeBytes { Pseudonym(prefixOf: $0) } }
    package func reference(_ text: String) -> Pseudonym { mac(references, text).withUnsafeBytes { Pseudonym(prefixOf: $0) } }
    package func account(_ text: String) -> Pseudonym { mac(accounts, text).withUnsafeBytes { Pseudonym(prefixOf: $0) } }

    /// Never 0, which stands for "the source does not say".
    package func fingerprint(_ domain: FingerprintDomain, _ text: String) -> UInt64 {
        let value = mac(fingerprints[domain.place], text).withUnsafeBytes { $0.loadUnaligned(as: UInt64.self).littleEndian }
        return value == 0 ? 1 : value
    }

    /// The salt of the entry at `index` in the log.
    package func salt(_ index: UInt64) -> Salt {
        var mac = salts
        withUnsafeBytes(of: index.bigEndian) { mac.update(data: $0) }
        return mac.finalize().withUnsafeBytes { Salt(Pseudonym(prefixOf: $0)) }
    }

    private func mac(_ keyed: HMAC<SHA256>, _ text: String) -> HMAC<SHA256>.MAC {
        var mac = keyed
        var text = text
        text.withUTF8 { mac.update(data: UnsafeRawBufferPointer($0)) }
        return mac.finalize()
    }
}

extension FingerprintDomain {
    /// In `allCases`. A dictionary would hash the name each time.
    fileprivate var place: Int {
        switch self {
        case .session: 0
        case .address: 1
        case .network: 2
        case .agent: 3
        case .authentication: 4
        case .search: 5
        case .letters: 6
        case .event: 7
        case .team: 8
        case .source: 9
        }
    }
}

/// 16 bytes that make an entry's hash unguessable, so that a published tile cannot be tried against likely entries.
package struct Salt: Hashable, Sendable {
    let value: Pseudonym

    init(_ value: Pseudonym) { self.value = value }

    /// Nil unless there are exactly 16 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard let value = Pseudonym(bytes) else { return nil }
        self.value = value
    }

    package var bytes: [UInt8] { value.bytes }
}
