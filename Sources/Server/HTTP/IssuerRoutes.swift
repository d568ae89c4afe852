import Foundation
import HTTPTypes
import JWTKit
import Model
import Scan

/// What an identity provider tells: OIDC back-channel logout, and Security Event Tokens by push (RFC 8935).
///
/// The token's signature is the credential: it is verified against the provider's public keys from the configuration, then
/// issuer, audience and age. Its claims are kept as they were signed.
struct IssuerRoutes: Sendable {
    let receiver: Receiver
    let sources: [ServerConfiguration.Source]
    let metrics: MetricRegistry

    /// OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8.
    @Sendable func logout(_ call: Call) async throws -> Answer {
        let token = IssuerRoutes.form(call.body)["logout_token"] ?? ""
        try await take(token, call) { claims in
            guard claims.events?.keys.contains("http://schemas.openid.net/event/backchannel-logout") == true else { return "the token is no logout token" }
            guard claims.nonce == nil else { return "a logout token has no nonce" }
            return claims.sub == nil && claims.sid == nil ? "the token names neither sub nor sid" : nil
        }
        return Answer(status: .ok)
    }

    /// RFC 8935 §2: 202, or 400 with `err`.
    @Sendable func events(_ call: Call) async throws -> Answer {
        guard (call.headers[.contentType] ?? "").lowercased().hasPrefix("application/secevent+jwt") else { throw Refusal.unsupported("application/secevent+jwt") }
        do {
            try await take(String(decoding: call.body, as: UTF8.self).trimmingSpace, call) { $0.events?.isEmpty == false ? nil : "the token holds no event" }
        } catch let refusal as Refusal where refusal.status == .badRequest {
            return Answer(status: .badRequest, json: .fields(["err": .string(refusal.code == "bad-signature" ? "invalid_key" : "invalid_request"), "description": .string(refusal.detail)]))
        }
        return Answer(status: .accepted)
    }

    private func take(_ token: String, _ call: Call, _ problem: (Claims) -> String?) async throws {
        guard let source = sources.first(where: { $0.name == call.parameters["source"] }), case .issuer(let issuer) = source.kind else { throw Refusal.notFound() }
        let claims: Claims
        do {
            let keys = JWTKeyCollection()
            try await keys.add(jwksJSON: String(decoding: DiskFile.read(issuer.keysFile, max: 1 << 20), as: UTF8.self))
            claims = try await keys.verify(token, as: Claims.self)
        } catch {
            metrics.add(.authenticationFailures, "signature")
            throw Refusal(status: .badRequest, code: "bad-signature", detail: "The token is not signed by a key of this issuer.")
        }
        let age = Double(call.received.milliseconds) / 1_000 - claims.iat
        let fault = claims.iss != issuer.issuer ? "another issuer" : !claims.aud.value.contains(issuer.audience) ? "another audience"
            : claims.exp.map { $0 < Double(call.received.milliseconds) / 1_000 } == true ? "the token has expired"
            : age > 86_400 || age < -300 ? "the token is too old or of the future" : problem(claims)
        if let fault {
            metrics.add(.authenticationFailures, "claims")
            throw Refusal.malformed("The token is refused: \(fault).")
        }
        guard let payload = IssuerRoutes.payload(token) else { throw Refusal.malformed("The token is not a JWT.") }
        _ = try await receiver.receive(Delivery(tenant: source.tenant, source: source.name, profile: source.profile, format: source.format, bytes: payload + [0x0A], received: call.received, peer: call.peer,
                                                identity: .key("jti:" + claims.jti), canBeRefused: false))
    }

    private struct Claims: JWTPayload {
        var iss: String, aud: AudienceClaim, iat: Double, jti: String
        var exp: Double?, sub: String?, sid: String?, nonce: String?
        var events: [String: Anything]?

        /// Issuer, audience and age are checked against the configuration and the clock of the world.
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private struct Anything: Codable, Sendable {
        init(from decoder: any Decoder) throws {}
        func encode(to encoder: any Encoder) throws {}
    }

    private static func payload(_ token: String) -> [UInt8]? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var text = parts[1].map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
        while text.count % 4 != 0 { text.append("=") }
        return Array(String(text).utf8).withUnsafeBytes { Scan.Base64.decode($0) }
    }

    /// `application/x-www-form-urlencoded`; of names that come twice the first.
    private static func form(_ body: [UInt8]) -> [String: String] {
        var all: [String: String] = [:]
        for pair in String(decoding: body, as: UTF8.self).split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            if parts.count == 2, all[String(parts[0])] == nil { all[String(parts[0])] = parts[1].replacing("+", with: " ").removingPercentEncoding ?? "" }
        }
        return all
    }
}
