extension ProfileSet {
    /// The profiles that come with the program, the default one last.
    package static let shipped = ProfileSet(shippedProfiles.values)

    /// Given profiles before the shipped ones: of two that match a service, the given one decides. A shipped profile of the
    /// same name is replaced.
    /// One that is based on another says only what differs.
    /// - Throws: when the other is neither shipped nor given before it.
    package static func given(_ given: [ServiceProfile]) throws(ProfileFaults) -> ProfileSet {
        var known = Dictionary(shipped.profiles.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        var whole: [ServiceProfile] = []
        for profile in given {
            var own = profile
            if let base = profile.basedOn {
                guard let found = known[base] else {
                    throw ProfileFaults(faults: [ProfileFaults.Fault(file: profile.name, line: 1, key: "based_on", found: "the name of no profile", example: known.keys.sorted().joined(separator: ", "))])
                }
                own = profile.completed(by: found)
            }
            known[own.name] = own
            whole.append(own)
        }
        let names = Set(given.map(\.name))
        return ProfileSet(whole + shipped.profiles.filter { !names.contains($0.name) })
    }

    /// Faults in the shipped texts. Empty in any released program: a test sees to it.
    package static var shippedFaults: [ProfileFaults.Fault] { shippedProfiles.faults }

    /// The shipped texts by file name, to start one's own from.
    package static let shippedTexts: [(file: String, text: String)] = [
        ("regional-identity.yaml", PackageResources.regional_identity_yaml),
        ("placement.yaml", PackageResources.placement_yaml),
        ("directory.yaml", PackageResources.directory_yaml),
        ("m365.yaml", PackageResources.m365_yaml),
        ("web-portal.yaml", PackageResources.web_portal_yaml),
        ("fhir-generic.yaml", PackageResources.fhir_generic_yaml),
    ].map { ($0.0, String(decoding: $0.1, as: UTF8.self)) }

    private static let shippedProfiles: (values: [ServiceProfile], faults: [ProfileFaults.Fault]) = {
        var values: [ServiceProfile] = []
        var faults: [ProfileFaults.Fault] = []
        for (file, text) in shippedTexts {
            do throws(ProfileFaults) {
                for var profile in try ProfileReader.read(text, file: file) {
                    profile.isShipped = true
                    values.append(profile)
                }
            } catch {
                faults += error.faults
            }
        }
        return (values, faults)
    }()
}
