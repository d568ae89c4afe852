/// What a fingerprint stands for. The same text in two domains gives unrelated fingerprints.
package enum FingerprintDomain: String, Sendable, CaseIterable {
    case session, address, network, agent, authentication, search, letters, event, team, source
}
