/// What a column of a table can hold. Raw values are the names that a profile's `columns:` map uses.
package enum TableField: String, Sendable, CaseIterable {
    case time, date, clock
    case id, sequence, request, source
    case account, subject, professional, role, organisation, session, authentication
    case address, agent
    case service, action, outcome, resource, query, page, path
    case breakGlass = "break_glass", resultCount = "result_count"
    case persons, ins
    /// The whole record in JSON, as Microsoft 365 exports carry it.
    case auditData = "audit_data"
    /// Known and not wanted: says nothing about it.
    case ignore

    /// A field by its own name, or by a heading that stands for it.
    package init?(name: String) {
        if let field = TableField(rawValue: name) { self = field } else if let field = TableField.synonyms[TableField.folded(name)] { self = field } else { return nil }
    }

    /// The field that a heading names. What stands in brackets (`Date (UTC)`) counts only if the heading is known with it.
    package init?(heading: String) {
        if let field = TableField.synonyms[TableField.folded(heading)] ?? TableField.synonyms[TableField.condensed(heading)] {
            self = field
        } else if let bracket = heading.firstIndex(where: { $0 == "(" || $0 == "[" }), bracket > heading.startIndex, let field = TableField(heading: String(heading[..<bracket])) {
            self = field
        } else if let field = TableField.commonField(heading) {
            self = field
        } else {
            return nil
        }
    }

    /// The field that each word of a heading means by itself: `Établissement FINESS`.
    private static func commonField(_ heading: String) -> TableField? {
        let words = heading.split { !$0.isLetter && !$0.isNumber }.map { folded(String($0)) }.filter { !smallWords.contains($0) }
        let fields = Set(words.map { synonyms[$0] })
        return words.count > 1 && fields.count == 1 ? fields.first ?? nil : nil
    }

    /// Folded, without the small words: `Date et heure de l'accès` is `dateheureacces`.
    static func condensed(_ text: String) -> String {
        text.split { !$0.isLetter && !$0.isNumber }.map { folded(String($0)) }.filter { !smallWords.contains($0) }.joined()
    }
    private static let smallWords: Set<String> = ["de", "du", "des", "d", "l", "la", "le", "les", "et", "en", "a", "au", "of", "the"]

    /// Letters and digits alone, in lower case, without accents: `Critères de recherche` is `criteresderecherche`.
    static func folded(_ text: String) -> String {
        var out: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: out.append(UInt8(scalar.value))
            case 0x41...0x5A: out.append(UInt8(scalar.value) | 0x20)
            case 0xC0...0xFF:
                if let plain = plainLatin[Int(scalar.value | 0x20) - 0xE0] { out.append(plain) }
            case 0x152, 0x153: out += [0x6F, 0x65]
            default: continue
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// For U+00E0 to U+00FF.
    private static let plainLatin: [UInt8?] = "aaaaaaaceeeeiiiidnooooo-ouuuuypy".utf8.map { $0 == 0x2D ? nil : $0 }

    /// Folded headings, French and English.
    static let synonyms: [String: TableField] = {
        var all: [String: TableField] = [:]
        for (field, names) in headings {
            for name in names.split(whereSeparator: { $0 == " " || $0 == "\n" }) { all[String(name)] = field }
        }
        return all
    }()

    private static let headings: [(TableField, String)] = [
        (.time, """
            time timestamp datetime dateheure heuredate dateetheure horodatage horodate horodatagedelacces dateevenement dateheureevenement dateacces dateheureacces
            dateetheuredelacces dateetheureacces dateaction dateheureaction dateconnexion dateconsultation datedeconsultation recorded eventtime eventdate logtime
            createdat creationdate creationtime timegenerated dateutc timeutc timestamputc datetimeutc ts instant occurredat quand when datedelacces dateoperation
            """),
        (.date, "date jour day datejour logdate"),
        (.clock, "heure heures hour timeofday heureacces heureevenement heureaction heureconnexion heuredelacces heureoperation"),
        (.id, "id eventid idevenement identifiantevenement identifiantdelevenement uuid guid recordid logid idlog idtrace identifianttrace idligne auditid idaudit iddelatrace"),
        (.sequence, "sequence seq n no numero num numerosequence nosequence numerodesequence numeroligne nosequentiel rang sequencenumber eventrecordid numerodordre"),
        (.request, "request requestid requete idrequete identifiantrequete identifiantderequete xrequestid correlationid idcorrelation traceid transactionid idtransaction idacte"),
        (.source, "source emetteur sourcesystem systemesource serveur server instance origine observer applicationsource"),
        (.account, """
            account login user username utilisateur compte nomutilisateur nomdutilisateur identifiantutilisateur identifiantconnexion identifiantdeconnexion codeutilisateur
            loginutilisateur compteutilisateur auteur acteur actor operateur operator principal accountname upn userprincipalname identifiant loginname matriculeagent nomcompte
            """),
        (.subject, "subject sub userid iduser idutilisateur idcompte accountid userkey useroid"),
        (.professional, """
            rpps numerorpps norpps nrpps rppsutilisateur identifiantnational identifiantnationalpp idnational identifiantprofessionnel professionnel professionneldesante
            identifiantnationalprofessionnel idnps idpp identifiantpp numeroprofessionnel adeli numeroadeli professionalid practitioner practitionerid professional idpro
            identifiantps idnatps idps
            """),
        (.role, """
            group groupe role profil profile servicedesoins equipe team fonction metier profession unite unitefonctionnelle uf ward department departement pole
            specialite qualite typeutilisateur habilitation unitedesoins profilutilisateur servicedelutilisateur
            """),
        (.organisation, """
            organisation organization finess etablissement structure site hopital hospital numerofiness nofiness finesset finessej finessgeographique finessjuridique facility
            raisonsociale organisme esms identifiantstructure etablissementutilisateur
            """),
        (.session, "session sessionid idsession identifiantsession identifiantdesession numerosession jeton token sid idjeton"),
        (.authentication, "authentication authentification acr amr modeauthentification modedauthentification methodeauthentification methodedauthentification niveauauthentification authmethod typeauthentification moyenauthentification moyendauthentification"),
        (.address, """
            clientip ip ipaddress adresseip adresseipclient adresseipduposte ipclient poste postedetravail remoteaddr remoteaddress remoteip sourceip ipsource srcip clientaddress
            clientipaddress station workstation terminal machine ordinateur nomposte nomduposte callerip ipv4 ipposte ipduposte
            """),
        (.agent, "useragent navigateur browser agentutilisateur clientuseragent httpuseragent ua navigateurweb"),
        (.service, "service application appli app applicationname logiciel module systeme system nomapplication nomdelapplication servicename workload"),
        (.action, """
            action operation typeacces typedacces typeaction typedaction evenement event eventtype typeevenement typedevenement activity activite acte verb method methode operationtype
            typeoperation typedoperation accesstype eventname libelleaction natureacces naturedelacces actioneffectuee acces access libelleevenement
            """),
        (.outcome, """
            outcome resultat result statut status succes success issue coderetour codehttp httpstatus statuscode reponse etat resultstatus resultataction resultatdelaction
            reussite reussi codestatut codereponse issuccess autorise
            """),
        (.breakGlass, "brisdeglace breakglass breaktheglass btg accesurgence accesdurgence urgence emergency emergencyaccess accesenurgence bdg modeurgence isbreakglass accesbrisdeglace"),
        (.resource, """
            resource ressource typeressource typederessource resourcetype ecran screen objet object objecttype typeobjet typedobjet typedocument typededocument document
            formulaire view vue rubrique onglet typededonnees typedonnees datatype ecranconsulte
            """),
        (.query, "query recherche criteres criteresrecherche criteresderecherche critererecherche criterederecherche searchterm searchterms search querystring parametres parameters texterecherche texterecherche motscles filter filtre requetederecherche"),
        (.page, "page numeropage numerodepage pagenumber nopage"),
        (.path, "path url uri chemin endpoint urlpath requesturi requestpath"),
        (.resultCount, """
            resultcount nombrederesultats nombreresultats nbresultats nbrresultats nbderesultats nbres resultats results hits count nombre total rowcount nombrelignes nblignes
            nombrepatients nombredepatients nbpatients nombrededossiers nbdossiers numberofresults
            """),
        (.persons, """
            persons person personne personnes patient patients ipp ipppatient ippdupatient idpatient identifiantpatient identifiantdupatient patientid patientids usager usagers
            idusager identifiantusager dossier dossiers numerodossier nodossier ndossier numerodedossier iddossier identifiantdossier dossierpatient beneficiaire beneficiaires
            resident residents mrn nip idpersonne identifiantpersonne numeropatient npatient personid personids medicalrecordnumber dossierconsulte patientconsulte
            """),
        (.ins, """
            ins nir matriculeins insnir inspatient insdupatient nirpatient nirdupatient numeroins numerosecuritesociale numerodesecuritesociale nss numerosecu matriculeinspatient
            identitenationaledesante identifiantnationaldesante
            """),
        (.auditData, "auditdata"),
    ]
}
