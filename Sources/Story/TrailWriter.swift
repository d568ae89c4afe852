import Model

/// Writes events as the two sources would have exported them.
struct TrailWriter {
    private let scene: Scene
    private let identity: TextFile, placement: TextFile
    private var random: Random
    private var lastID = 410_000_000
    private(set) var identityLines = 0
    /// Without the header.
    private(set) var placementLines = 0

    static let header = "Horodatage;Identifiant évènement;Service;Compte;RPPS;Équipe;Établissement FINESS;Action;Résultat;Session;Requête;Adresse IP;Navigateur;Critères;Écran;Nombre de résultats;Personnes;INS;Bris de glace"

    init(folder: String, scene: Scene) throws(StoryError) {
        self.scene = scene
        identity = try TextFile(folder: folder, name: Story.identityFile)
        placement = try TextFile(folder: folder, name: Story.placementFile)
        random = Random(seed: scene.plan.seed, stream: "trail")
        // As spreadsheets of the place export: a byte order mark, and both characters at a line's end.
        try placement.line("\u{FEFF}" + TrailWriter.header, ending: "\r\n")
    }

    /// Returns the event's own id.
    mutating func write(_ event: Event) throws(StoryError) -> String {
        switch event.kind {
        case .login, .loginError, .logout: try writeIdentity(event)
        default: try writePlacement(event)
        }
    }

    func finish() throws(StoryError) {
        try identity.flush()
        try placement.flush()
    }

    /// Keycloak's EventRepresentation, one a line.
    private mutating func writeIdentity(_ event: Event) throws(StoryError) -> String {
        let who = scene.staff.all[event.account], id = random.uuid()
        let time = event.time.instant.milliseconds + Int64(random.below(1000))
        let type = event.kind == .login ? "LOGIN" : event.kind == .logout ? "LOGOUT" : "LOGIN_ERROR"
        var line = "{\"id\":\"\(id)\",\"time\":\(time),\"type\":\"\(type)\",\"realmId\":\"6f0d9b52-7c1e-4a53-a1c4-2e9d4f0b7a11\",\"realmName\":\"professionnels\",\"clientId\":\"placement\",\"userId\":\"\(who.userID)\","
        if event.kind == .loginError {
            line += "\"ipAddress\":\"\(event.address)\",\"error\":\"invalid_user_credentials\","
        } else {
            line += "\"sessionId\":\"\(event.session)\",\"ipAddress\":\"\(event.address)\","
        }
        line += "\"details\":{\"auth_method\":\"openid-connect\",\"username\":\"\(who.account)\",\"redirect_uri\":\"https://placement.example/retour\"}}"
        try identity.line(line)
        identityLines += 1
        return id
    }

    private mutating func writePlacement(_ event: Event) throws(StoryError) -> String {
        let who = scene.staff.all[event.account]
        let team = scene.teams[scene.staff.team(of: event.account, day: event.time.day - scene.firstDay)]
        lastID += random.among(1...3)
        let id = "PL-\(lastID)"
        let action = switch event.kind {
        case .search: "Recherche"
        case .update: "Modification"
        case .create: "Création"
        case .print: "Impression"
        case .export: "Export"
        default: "Consultation"
        }
        let count = event.kind == .search || event.kind == .export ? String(event.persons.count) : ""
        let persons = event.persons.map { scene.people.all[$0].ipp }.joined(separator: ";"), ins = event.persons.map { scene.people.all[$0].ins }.joined(separator: ";")
        let quote = event.persons.count > 1 ? "\"" : ""
        placement.append("\(event.time.french);\(id);placement;\(who.account);\(who.rpps);\(team.name);\(scene.staff.establishments[team.establishment]);\(action);Succès;\(event.session);\(random.hex(24));\(event.address);\"\(event.agent)\";\(event.criteria);\(event.screen.title);\(count);")
        try placement.line("\(quote)\(persons)\(quote);\(quote)\(ins)\(quote);\(event.breakGlass ? "Oui" : "Non")", ending: "\r\n")
        placementLines += 1
        return id
    }
}

/// `directory.csv`: person, ins, family, postcode.
/// The profile that says who answers for the data: each region's agency for its establishments.
enum ProfileWriter {
    static func write(_ scene: Scene, folder: String) throws(StoryError) {
        let file = try TextFile(folder: folder, name: Story.profileFile)
        try file.line("# Whose data the placement service holds, by the establishment that the user acts for. Fictitious.")
        try file.line("profile: placement-three-regions")
        try file.line("based_on: placement")
        try file.line("match: {services: [placement]}")
        try file.line("zone: Europe/Paris")
        try file.line("controllers:")
        for (finess, region) in zip(scene.staff.establishments, scene.staff.establishmentRegions) {
            try file.line("  \"\(finess)\": Agence régionale fictive \(Staff.regionNames[region % Staff.regionNames.count])")
        }
        try file.flush()
    }
}

enum DirectoryWriter {
    static func write(_ scene: Scene, folder: String) throws(StoryError) {
        let file = try TextFile(folder: folder, name: Story.directoryFile)
        let end = ParisTime(day: scene.firstDay + scene.plan.days)
        try file.line("person,ins,family,postcode")
        for (i, p) in scene.people.all.enumerated() where p.knownAt < end { try file.line("\(p.ipp),\(p.ins),\(scene.people.family(i)),\(p.postcode)") }
        try file.flush()
    }
}
