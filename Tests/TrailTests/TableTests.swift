import Model
import Scan
import Testing
import Trail

@Suite struct TableTests {
    static let evalHeader = "id,time,account,rpps,group,action,outcome,service,session,request,client_ip,user_agent,query,resource,result_count,persons,ins"

    @Test func `every field of a whole row arrives`() throws {
        let row = "e1,2025-05-17T20:05:03.000Z,Frederic,810000005479,V30,search,success,orientation,s1,r1,::ffff:146.65.23.90,\"Mozilla/5.0 (KHTML, like Gecko)\",family=mar&page=2,List,2,p1;p2,262087503203977;279035121518989"
        let sink = try readTable(Self.evalHeader + "\n" + row + "\n", as: TableFormat.csv)
        let event = try #require(sink.events.first)
        var expected = AccessEvent()
        expected.source = "orientation"
        expected.id = "e1"
        expected.hasOwnID = true
        expected.request = "r1"
        expected.time = Instant(year: 2025, month: 5, day: 17, hour: 20, minute: 5, second: 3)
        expected.account = "Frederic"
        expected.professional = "10000005479"
        expected.role = "V30"
        expected.session = "s1"
        expected.address = "146.65.23.90"
        expected.agent = "Mozilla/5.0 (KHTML, like Gecko)"
        expected.service = "orientation"
        expected.action = .search
        expected.resource = "List"
        expected.query = "family=mar&page=2"
        expected.page = 2
        expected.resultCount = 2
        expected.persons = [
            PersonReference(reference: "p1", identifiers: [Identifier(system: Identifier.insNIR, value: "262087503203977")]),
            PersonReference(reference: "p2", identifiers: [Identifier(system: Identifier.insNIR, value: "279035121518989")]),
        ]
        #expect(event == expected)
        #expect(sink.headers == 1 && sink.kept == 1 && sink.warnings.isEmpty && sink.assumptions.isEmpty)
        #expect(sink.places == [Place(file: "trail.csv", line: 2, byte: Self.evalHeader.utf8.count + 1)])
    }

    @Test func `a French export is read by its headings`() throws {
        let text = """
            N°;Horodatage de l’accès;Identifiant utilisateur;N° RPPS;Service de soins;Type d'accès;Résultat;Application;Adresse IP;Bris de glace;Critères de recherche;Nombre de résultats;IPP;Matricule INS;Établissement;Commentaire
            41;17/05/2025 20:05;m.dupont;10000005479;Gériatrie;Consultation;Succès;DPI;10.1.2.3;Oui;;;  8004512 ;2 62 08 75 032 039 77;690781810;x
            42;17/05/2025 20:06:10;m.dupont;10000005479;Gériatrie;Recherche;Échec;DPI;poste-12;Non;nom=mar;0;;;690781810;
            """
        let sink = try readTable(text, as: TableFormat.csv)
        try #require(sink.events.count == 2)
        let (first, second) = (sink.events[0], sink.events[1])
        #expect(first.sequence == 41 && first.time.description == "2025-05-17T18:05:00.000Z" && first.account == "m.dupont" && first.professional == "10000005479")
        #expect(first.role == "Gériatrie" && first.action == .read && first.outcome == .success && first.service == "DPI" && first.source == "DPI" && first.breakGlass)
        #expect(first.persons == [PersonReference(reference: "8004512", identifiers: [Identifier(system: Identifier.insNIR, value: "262087503203977")])])
        #expect(first.organisation == "690781810" && first.address == "10.1.2.3" && !first.hasOwnID && first.id == "trail.csv:2")
        #expect(second.action == .search && second.outcome == .failure && second.address == "poste-12" && second.resultCount == 0 && second.query == "nom=mar" && !second.breakGlass)
        #expect(sink.assumptions == [.ignoredColumns(["Commentaire"])])
        #expect(sink.warnings.isEmpty)
    }

    @Test func `day and hour in two columns are one time`() throws {
        for text in [
            "Date;Heure;Compte;Patient\n17/05/2025;08:05;a;1\n", "Date;Time;Compte;Patient\n2025-05-17;08:05:00;a;1\n", "Date d'accès;Heure d'accès;Compte;Patient\n17/05/2025;8h05;a;1\n",
            "Date;Heure;Compte;Patient\n17/05/2025 00:00:00;08:05;a;1\n",
        ] {
            let sink = try readTable(text, as: TableFormat.csv)
            #expect(sink.events.first?.time.description == "2025-05-17T06:05:00.000Z", "\(text) \(sink.refusals)")
        }
        #expect(try readTable("Date;Compte;Patient\n17/05/2025 08:05;a;1\n", as: TableFormat.csv).events.count == 1)
        #expect(try readTable("Date;Compte;Patient\n17/05/2025;a;1\n", as: TableFormat.csv).refusals.first?.problem.found == "a date without a time of day")
    }

    @Test func `a column of American dates is read month first when its values show it`() throws {
        let american = try readTable("time;account\n5/6/2025 20:05;a\n5/17/2025 20:05;b\n", as: TableFormat.csv)
        #expect(american.events.map(\.time.date) == ["2025-05-06", "2025-05-17"] && american.assumptions.isEmpty)
        let french = try readTable("time;account\n5/6/2025 20:05;a\n17/5/2025 20:05;b\n", as: TableFormat.csv)
        #expect(french.events.map(\.time.date) == ["2025-06-05", "2025-05-17"] && french.assumptions.isEmpty)
        let unknown = try readTable("time;account\n5/6/2025 20:05;a\n", as: TableFormat.csv)
        #expect(unknown.events.map(\.time.date) == ["2025-06-05"] && unknown.assumptions == [.dayFirst])
        let mixed = try readTable("time;account\n5/17/2025 20:05;a\n17/5/2025 20:05;b\n", as: TableFormat.csv)
        #expect(mixed.kept == 1 && mixed.refused == 1)
    }

    @Test func `a zone that nobody stated is said once`() throws {
        let sink = try readTable("time;account\n17/05/2025 20:05;a\n18/05/2025 20:05;b\n", as: TableFormat.csv, FileInHand(name: "x"))
        #expect(sink.assumptions == [.zone("Europe/Paris")])
    }

    @Test func `a row with another number of columns is refused, with both counts and never its content`() throws {
        let sink = try readTable("time;account;patient\n17/05/2025 20:05;a;1\n17/05/2025 20:06;secret;;2\n17/05/2025 20:07;b\n17/05/2025 20:08;c;3\n", as: TableFormat.csv)
        #expect(sink.kept == 2 && sink.refused == 2)
        #expect(sink.refusals.map(\.problem.found) == ["4 columns", "2 columns"])
        #expect(sink.refusals.map(\.place.line) == [3, 4])
        #expect(sink.refusals.allSatisfy { $0.problem.expected.hasPrefix("3 columns") && !$0.problem.description.contains("secret") })
    }

    @Test func `every kind of damage is in the balance and spoils nothing else`() throws {
        var bytes = Array("time;account;patient\r\n17/05/2025 20:05;a;1\r\n".utf8)
        bytes += Array("17/05/2025 20:06;b;\"2\r\n17/05/2025 20:07;c;3\r\n\r\n;;\r\n".utf8)
        bytes += Array("17/05/2025 20:08;d".utf8) + [0] + Array(";4\r\n31/02/2025 20:08;e;5\r\nnever;f;6\r\n;g;7\r\n".utf8)
        bytes += Array("17/05/2025 20:09;é;8\r\n17/05/2025 20:10;".utf8) + [0xE9] + Array(";9\r\n17/05/2025 20:11;i;\"two\nlines\"\r\n17/05/2025 20:12;j;\"cut".utf8)
        let sink = try readTable(bytes, as: TableFormat.csv)
        #expect(sink.events.map(\.account) == ["a", "c", "é", "i"])
        #expect(sink.refusals.map(\.problem.found) == [
            "text after a closing quote", "a NUL byte", "a date that no calendar has", "not a time", "missing", "bytes that are not in the file's encoding", "cut short inside a quoted field",
        ].enumerated().map { $0.offset == 0 ? sink.refusals.first?.problem.found ?? "" : $0.element })
        #expect(sink.refusals.map(\.place.line) == [3, 7, 8, 9, 10, 12, 15])
        #expect(sink.headers == 1 && sink.blanks == 2 && sink.kept == 5 && sink.refused == 7)
        #expect(sink.refusals.dropFirst().first { $0.problem.found == "a date that no calendar has" }?.problem.field == "time")
    }

    @Test func `Windows-1252 and UTF-16 are converted and said`() throws {
        let text = "Horodatage;Utilisateur;Opération;Patient\n17/05/2025 20:05;Zoé;Création;1\n"
        let latin = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        let wide: [UInt8] = [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        for (bytes, name) in [(latin, "Windows-1252"), (wide, "UTF-16LE")] {
            #expect(recogniseTable(bytes, TableFormat.csv) >= 70)
            let sink = try readTable(bytes, as: TableFormat.csv)
            #expect(sink.events.first?.account == "Zoé" && sink.events.first?.action == .create && sink.assumptions == [.encoding(name)])
        }
        let marked = try readTable([0xEF, 0xBB, 0xBF] + Array(text.utf8), as: TableFormat.csv)
        #expect(marked.events.first?.account == "Zoé" && marked.assumptions.isEmpty)
    }

    @Test func `titles and a sep line above the headings are headings`() throws {
        let sink = try readTable("sep=;\nExport du 17/05/2025;;\n\nHorodatage;Utilisateur;IPP\n17/05/2025 20:05;a;1\n", as: TableFormat.csv)
        #expect(sink.headers == 3 && sink.blanks == 1 && sink.kept == 1)
        #expect(sink.places.first?.line == 5)
    }

    @Test func `a mapping overrides the headings`() throws {
        let text = "T;Qui;Quoi;Utilisateur\n17/05/2025 20:05;a;1;other\n"
        let file = FileInHand(name: "x", columns: ["T": "time", "Qui": "account", "quoi": "persons", "Utilisateur": "ignore"], zoneIsStated: true)
        let sink = try readTable(text, as: TableFormat.csv, file)
        #expect(sink.events.first?.account == "a" && sink.events.first?.persons == [PersonReference(reference: "1")])
        #expect(sink.assumptions.isEmpty)
        #expect(throws: FieldProblem.self) { try readTable(text, as: TableFormat.csv, FileInHand(name: "x", columns: ["T": "moment of truth"])) }
    }

    @Test func `a table without headings is refused by name`() {
        let text = "2025-05-17T20:05:03Z;a;1\n2025-05-17T20:05:04Z;b;2\n"
        #expect(recogniseTable(Array(text.utf8), TableFormat.csv) > 0)
        do {
            _ = try readTable(text, as: TableFormat.csv)
            Issue.record("was read")
        } catch {
            #expect(error.found.contains("no heading row"))
        }
    }

    @Test func `a table without a time, or without anybody, says what is missing`() {
        for (text, found) in [("Utilisateur;IPP;Action\na;1;lecture\nb;2;lecture\n", "time"), ("Horodatage;IPP;Action\n17/05/2025 20:05;1;lecture\n17/05/2025 20:05;1;lecture\n", "who acted")] {
            do {
                _ = try readTable(text, as: TableFormat.csv)
                Issue.record("was read")
            } catch {
                #expect(error.found.contains(found))
            }
        }
    }

    @Test(arguments: [
        "{\"time\":\"2025-05-17T20:05:03Z\",\"account\":\"a\"}\n", "[{\"time\": 1, \"account\": 2}]", "<Event><System>a,b,c</System></Event>",
        "#Fields: date time c-ip\n2025-05-17 20:05:03 ::1\n", "May 17 20:05:03 host sshd[12]: Failed password for a, b, c\n", "",
        "192.0.2.1 - - [17/May/2025:20:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"Mozilla/5.0 (KHTML, like Gecko)\"\n",
        "2025-05-17 20:05:03,123 WARN  [org.keycloak.events] (executor-thread-1) type=LOGIN_ERROR, realmId=a, clientId=b, userId=c, ipAddress=10.0.0.1\n",
        "just a line of text, with a comma\nand another, longer, one\n",
    ])
    func `logs, JSON and prose are not claimed`(text: String) {
        #expect(recogniseTable(Array(text.utf8), TableFormat.csv) == 0)
        #expect(recogniseTable(Array(text.utf8), TableFormat.tsv) == 0)
    }

    @Test func `tabs are the other format's`() throws {
        let text = "time\taccount\tpersons\n2025-05-17T20:05:03Z\ta\t1;2\n"
        #expect(recogniseTable(Array(text.utf8), TableFormat.csv) == 0 && recogniseTable(Array(text.utf8), TableFormat.tsv) >= 70)
        #expect(try readTable(text, as: TableFormat.tsv).events.first?.persons.map(\.reference) == ["1", "2"])
    }

    @Test(arguments: [("p1;p2", "262087503203977;279035121518989", ["p1/262087503203977", "p2/279035121518989"]), ("p1 | p2", "", ["p1/", "p2/"]), ("p1,p2;p3", ";262087503203977;", ["p1/", "p2/262087503203977", "p3/"]),
                      ("", "262087503203977,279035121518989", ["/262087503203977", "/279035121518989"]), ("p1", "262087503203977;279035121518989", ["p1/", "/262087503203977", "/279035121518989"]), ("Patient/12", "", ["12/"])])
    func `persons and national numbers pair by position when there are as many`(persons: String, numbers: String, expected: [String]) throws {
        let sink = try readTable("time\taccount\tpersons\tins\n2025-05-17T20:05:03Z\ta\t\(persons)\t\(numbers)\n", as: TableFormat.tsv)
        #expect(sink.events.first?.persons.map { $0.reference + "/" + $0.identifiers.map(\.value).joined() } == expected)
        #expect(sink.warnings.isEmpty == (persons != "p1"))
    }

    @Test func `a number whose key is wrong is kept with a warning that names its column`() throws {
        let sink = try readTable("time;account;rpps;ins;finess\n2025-05-17T20:05:03Z;a;810000005478;262087503203978;750712185\n", as: TableFormat.csv)
        let event = try #require(sink.events.first)
        #expect(event.professional == "10000005478" && event.persons.first?.identifiers.first?.value == "262087503203978" && event.organisation == "750712185")
        #expect(sink.warnings.map(\.field).sorted() == ["finess", "ins", "rpps"])
    }

    @Test(arguments: [
        ("Consultation", Action.read), ("lecture du dossier", .read), ("Ouverture dossier", .read), ("Recherche de patient", .search), ("Liste", .search), ("Connexion", .login), ("Ouverture de session", .login),
        ("Déconnexion", .logout), ("Création", .create), ("Modification", .update), ("Mise à jour", .update), ("Suppression", .delete), ("Export", .export), ("Téléchargement", .export), ("Impression", .print),
        ("Bris de glace", .breakGlass), ("login", .login), ("LOGOUT", .logout), ("UserLoggedIn", .login), ("PatientSearch", .search), ("read", .read), ("R", .read), ("GET", .read), ("break-glass", .breakGlass), ("break the glass", .breakGlass), ("Échec de connexion", .login), ("Accès au dossier", .read),
    ])
    func `words for actions are understood in both languages`(word: String, action: Action) {
        #expect(TableWords.action(word)?.action == action)
    }

    @Test func `a word nobody knows keeps the record and warns`() throws {
        let sink = try readTable("time;account;action;outcome\n2025-05-17T20:05:03Z;a;zorglub;bof\n", as: TableFormat.csv)
        #expect(sink.events.first?.action == .other && sink.events.first?.outcome == .unknown && sink.warnings.count == 2)
    }

    @Test func `the outcome of a login may stand in its action`() throws {
        let sink = try readTable("time;account;action\n2025-05-17T20:05:03Z;a;Échec de connexion\n", as: TableFormat.csv)
        #expect(sink.events.first?.action == .login && sink.events.first?.outcome == .failure)
    }

    @Test(arguments: [("succès", Outcome.success), ("Échec", .failure), ("OK", .success), ("KO", .failure), ("0", .success), ("4", .failure), ("200", .success), ("403", .failure), ("refusé", .failure), ("Accès refusé", .failure), ("Non autorisé", .failure), ("Autorisé", .success), ("failure", .failure), ("true", .success)])
    func `words for outcomes are understood in both languages`(word: String, outcome: Outcome) {
        #expect(TableWords.outcome(word, oneIsSuccess: false) == outcome)
    }

    @Test func `one is success only under a heading that asks for it`() throws {
        #expect(try readTable("time;account;Succès\n2025-05-17T20:05:03Z;a;1\n2025-05-17T20:05:03Z;a;0\n", as: TableFormat.csv).events.map(\.outcome) == [.success, .failure])
        #expect(try readTable("time;account;Code retour\n2025-05-17T20:05:03Z;a;1\n2025-05-17T20:05:03Z;a;0\n", as: TableFormat.csv).events.map(\.outcome) == [.failure, .success])
    }

    @Test func `under a heading that does not say, the more frequent digit is success, with a warning`() throws {
        let rows = (0..<5).map { "2025-05-17T20:05:0\($0)Z;a;\($0 == 2 ? 0 : 1)\n" }.joined()
        let ones = try readTable("time;account;Résultat\n" + rows, as: TableFormat.csv)
        #expect(ones.events.map(\.outcome) == [.success, .success, .failure, .success, .success] && ones.warnings.map(\.field) == ["Résultat"])
        let zeros = try readTable("time;account;Statut\n" + rows.replacing(";1", with: ";x").replacing(";0", with: ";1").replacing(";x", with: ";0"), as: TableFormat.csv)
        #expect(zeros.events.map(\.outcome) == [.success, .success, .failure, .success, .success] && zeros.warnings.count == 1)
        #expect(try readTable("time;account;Résultat\n2025-05-17T20:05:03Z;a;1\n2025-05-17T20:05:03Z;a;4\n", as: TableFormat.csv).events.map(\.outcome) == [.failure, .failure])
        #expect(try readTable("time;account;outcome\n2025-05-17T20:05:03Z;a;1\n", as: TableFormat.csv).warnings.isEmpty)
    }

    @Test func `ids of persons go before their names, and a login beside a name tells accounts apart`() throws {
        let sink = try readTable("time;Utilisateur;Login;Patient;IPP\n2025-05-17T20:05:03Z;Jean Dupont;jdupont;\"MARTIN, Zoé\";80012\n", as: TableFormat.csv)
        #expect(sink.events.first?.persons == [PersonReference(reference: "80012")] && sink.events.first?.account == "Jean Dupont" && sink.events.first?.subject == "jdupont")
        #expect(sink.assumptions == [.ignoredColumns(["Patient"])])
        #expect(try readTable("time;Login;Dossier\n2025-05-17T20:05:03Z;a;80012\n", as: TableFormat.csv).events.first?.persons.count == 1)
    }

    @Test func `service beside application is the ward`() throws {
        let sink = try readTable("time;account;service;application\n2025-05-17T20:05:03Z;a;Gériatrie;DPI\n", as: TableFormat.csv)
        #expect(sink.events.first?.role == "Gériatrie" && sink.events.first?.service == "DPI")
    }

    @Test func `a dash is nobody, unless a national number says that it is a name`() throws {
        let sink = try readTable("time;account;rpps;client_ip\n2025-05-17T20:05:03Z;-;10000005479;-\n2025-05-17T20:05:03Z;-;;NULL\n", as: TableFormat.csv)
        #expect(sink.events.map(\.account) == ["-", ""] && sink.events.map(\.address) == ["", ""])
    }

    @Test func `audit records of Microsoft 365 are read from their column, whatever stands beside it`() throws {
        let record = #"{"CreationTime":"2025-05-17T20:05:03","Id":"r1","Operation":"UserLoggedIn","UserId":"a@example.org","ClientIP":"192.0.2.1","Workload":"AzureActiveDirectory","RecordType":15}"#
        let text = "_time,host,AuditData,Utilisateur\n1,h,\"" + record.replacing("\"", with: "\"\"") + "\",x\n2,h,{broken,x\n"
        #expect(recogniseTable(Array(text.utf8), TableFormat.csv) > 70)
        let sink = try readTable(text, as: TableFormat.csv)
        #expect(sink.events.map(\.account) == ["a@example.org"] && sink.events.first?.action == .login && sink.events.first?.id == "r1" && sink.refused == 1)
    }

    @Test func `a draft of a mapping names columns and kinds, never values`() throws {
        let text = "Horodatage;Utilisateur;Zorglub;IPP;\"a \"\"b\"\"\"\n17/05/2025 20:05;jdupont;blue;8004512;1\n17/05/2025 20:06;jdupont;blue;8004513;2\n"
        let draft = try #require(Array(text.utf8).withUnsafeBytes { TableFormat.draftMapping(of: $0, named: "x \"1\".csv") })
        let packed = draft.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        #expect(packed.contains("\"Horodatage\": time") && packed.contains("\"Utilisateur\": account") && packed.contains("\"IPP\": persons") && draft.contains("# \"Zorglub\":") && draft.contains("\"a \\\"b\\\"\""))
        #expect(draft.contains("files: [\"x \\\"1\\\".csv\"]"))
        for value in ["jdupont", "blue", "8004512", "20:05"] { #expect(!draft.contains(value)) }
        #expect(Array("{}".utf8).withUnsafeBytes { TableFormat.draftMapping(of: $0, named: "x") } == nil)
    }

    @Test func `a heading whose words all mean one field is that field`() {
        #expect(TableField(heading: "Établissement FINESS") == .organisation)
        #expect(TableField(heading: "Établissement patient") == nil)
    }
}
