import Crypto
import Foundation
import NIOSSL
import X509

/// Certificates for tests, made fresh each time.
struct Authority {
    private let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
    private let name: DistinguishedName
    let certificate: Certificate
    var pem: String { get throws { try certificate.serializeAsPEM().pemString } }

    init(_ commonName: String = "Test CA") throws {
        name = try DistinguishedName { CommonName(commonName) }
        certificate = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: key.publicKey, notValidBefore: Date() - 3_600, notValidAfter: Date() + 86_400, issuer: name, subject: name,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: .init {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                Critical(KeyUsage(keyCertSign: true))
            }, issuerPrivateKey: key)
    }

    /// A certificate with its key, as PEM.
    func issue(_ commonName: String, organisation: String = "CHU") throws -> (certificate: String, key: String, sha256: String) {
        let own = P256.Signing.PrivateKey()
        let made = try Certificate(
            version: .v3, serialNumber: .init(), publicKey: .init(own.publicKey), notValidBefore: Date() - 3_600, notValidAfter: Date() + 86_400, issuer: name,
            subject: DistinguishedName { OrganizationName(organisation); CommonName(commonName) },
            signatureAlgorithm: .ecdsaWithSHA256, extensions: .init {
                Critical(BasicConstraints.notCertificateAuthority)
                SubjectAlternativeNames([.dnsName("localhost"), .dnsName(commonName)])
            }, issuerPrivateKey: key)
        let der = try NIOSSLCertificate(bytes: Array(made.serializeAsPEM().pemString.utf8), format: .pem).toDERBytes()
        return (try made.serializeAsPEM().pemString, own.pemRepresentation, SHA256.hash(data: der).map { String(format: "%02x", $0) }.joined())
    }
}
