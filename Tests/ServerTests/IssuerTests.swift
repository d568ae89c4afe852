import Foundation
import JWTKit
import Server
import Testing

@Suite struct `an identity provider` {
    struct Token: JWTPayload {
        var iss = "https://sso.example", aud: [String] = ["cordon"], iat = Date().timeIntervalSince1970, jti = UUID().uuidString
        var sub: String? = "marie", nonce: String?, exp: Double?
        var events: [String: [String: String]] = ["http://schemas.openid.net/event/backchannel-logout": [:]]
        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    private let home: TemporaryFolder
    private let server: Cordond
    private let keys = JWTKeyCollection()
    private var client: Client

    init() async throws {
        home = try TemporaryFolder()
        let key = ES256PrivateKey()
        await keys.add(ecdsa: key, kid: "k1")
        func url(_ text: String) -> String { text.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "") }
        let parameters = try #require(key.publicKey.parameters)
        try home.write(#"{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"k1","x":"\#(url(parameters.x))","y":"\#(url(parameters.y))"}]}"#, to: "jwks.json")
        server = try Cordond("""
            sources: [{name: sso, kind: issuer, issuer: "https://sso.example", audience: cordon, keys_file: jwks.json}]
            http: [{listen: "127.0.0.1:0"}]
            """, in: home)
        client = Client(server)
        client.token = nil
    }

    private func logout(_ token: Token, _ signer: JWTKeyCollection? = nil) async throws -> Int {
        let text = try await (signer ?? keys).sign(token, kid: "k1")
        return try await client.post("/v1/issuers/sso/logout", "logout_token=" + text, type: "application/x-www-form-urlencoded").status
    }

    @Test func `ends sessions with a token that it signed, and no other`() async throws {
        #expect(try await logout(Token()) == 200)
        #expect(try await logout(Token(iss: "https://other.example")) == 400)
        #expect(try await logout(Token(aud: ["other"])) == 400)
        #expect(try await logout(Token(iat: Date().timeIntervalSince1970 - 100_000)) == 400)
        #expect(try await logout(Token(nonce: "n")) == 400)
        #expect(try await logout(Token(exp: 1)) == 400)
        #expect(try await logout(Token(sub: nil)) == 400)
        #expect(try await logout(Token(events: [:])) == 400)
        let stranger = JWTKeyCollection()
        await stranger.add(ecdsa: ES256PrivateKey(), kid: "k1")
        #expect(try await logout(Token(), stranger) == 400)
        // `none`, and the public key taken for a secret, are no signatures.
        let none = "eyJhbGciOiJub25lIn0." + (try await keys.sign(Token(), kid: "k1")).split(separator: ".")[1] + "."
        #expect(try await client.post("/v1/issuers/sso/logout", "logout_token=" + none, type: "application/x-www-form-urlencoded").status == 400)
        #expect(try await client.post("/v1/issuers/nobody/logout", "logout_token=x", type: "application/x-www-form-urlencoded").status == 404)
        var kept: [String] = []
        try server.inbox().records { kept.append(String(decoding: $0.bytes, as: UTF8.self)); return true }
        #expect(kept.count == 1 && kept[0].contains("\"sub\":\"marie\""))
    }

    @Test func `pushes security events, each once`() async throws {
        let token = Token(events: ["https://schemas.openid.net/secevent/caep/event-type/session-revoked": ["reason": "test"]])
        let text = try await keys.sign(token, kid: "k1")
        for _ in 0..<2 { #expect(try await client.post("/v1/issuers/sso/events", text, type: "application/secevent+jwt").status == 202) }
        #expect(try server.inbox().records { _ in true } == 1)
        let bad = try await client.post("/v1/issuers/sso/events", "x.y.z", type: "application/secevent+jwt")
        #expect(bad.status == 400 && bad.json["err"] as? String == "invalid_key")
        #expect(try await client.post("/v1/issuers/sso/events", text, type: "application/json").status == 415)
    }
}
