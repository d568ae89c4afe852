import Model
import Scan
import Testing

@Suite struct IdentifierTests {
    @Test(arguments: ["99700218896", "10000005479"])
    func `an RPPS that passes Luhn is one`(number: String) throws {
        let id = try ProfessionalID(parsing: number)
        #expect(id.kind == .rpps && id.value == number)
    }

    @Test(arguments: ["10001234567", "10003456789", "1000000547", "100000054790", "Frederic", "", "1000000547A"])
    func `anything else is refused`(number: String) {
        #expect(throws: FieldProblem.self) { try ProfessionalID(parsing: number) }
    }

    @Test(arguments: [("810000005479", "10000005479"), ("899700218896", "99700218896"), ("0012807590", "012807590"), ("10 000 005 479", "10000005479"), ("3440000289/12", "3440000289/12"), ("2A1234567", "2A1234567")])
    func `a kind digit in front is understood`(number: String, value: String) throws {
        #expect(try ProfessionalID(parsing: number).value == value)
        #expect(ProfessionalID.canonical(number).problem == nil)
    }

    @Test func `a wrong key is said and the value kept, without its kind digit`() {
        let kept = ProfessionalID.canonical("810001234567")
        #expect(kept.value == "10001234567")
        #expect(kept.problem?.found == "a number whose key is wrong")
        #expect(kept.problem?.description.contains("1234567") == false)
        #expect(ProfessionalID.canonical("m.dupont").value == "mdupont")
    }

    @Test(arguments: ["750712184", "690781810", "590780193", "440000289", "970202271", "2A0000014", "2B0000020"])
    func `a FINESS number that passes Luhn is one`(number: String) throws {
        #expect(try FINESS(parsing: number).value == number)
    }

    @Test(arguments: ["750712185", "75071218", "7507121844", "2C0000014", "75071218a"])
    func `a wrong FINESS number is refused`(number: String) {
        #expect(throws: FieldProblem.self) { try FINESS(parsing: number) }
    }

    @Test func `a FINESS number that lost its zero gets it back, with a notice`() {
        let kept = FINESS.canonical("10000024")
        #expect(kept.value == "010000024")
        #expect(kept.problem != nil)
        #expect(FINESS.canonical("750712185") == ("750712185", FINESS.canonical("750712185").problem) && FINESS.canonical("750712185").problem != nil)
    }

    @Test func `SIREN and SIRET have their keys, La Poste its own`() throws {
        #expect(try SIRET(parsing: "73282932000074").value == "73282932000074")
        #expect(try SIREN(parsing: "732829320").value == "732829320")
        #expect(throws: FieldProblem.self) { try SIRET(parsing: "73282932000075") }
        #expect(throws: FieldProblem.self) { try SIREN(parsing: "732829321") }
        #expect(throws: FieldProblem.self) { try SIREN(parsing: "73282932A") }
        #expect(try SIRET(parsing: "35600000000048").value == "35600000000048")
        // Digit sum 20, Luhn sum not divisible by ten.
        #expect(try SIRET(parsing: "35600000000015").value == "35600000000015")
        #expect(throws: FieldProblem.self) { try SIRET(parsing: "35600000000016") }
    }

    @Test(arguments: [("2620875032039", "77"), ("2790351215189", "89"), ("1631278477042", "94"), ("185052A006084", "35"), ("185052B006084", "62")])
    func `a NIR has its key, Corsica included`(number: String, key: String) throws {
        #expect(try INS(parsing: number + key).value == number + key)
        #expect(try INS(parsing: number).value == number + key)
        #expect(INS.canonical(number + key).problem == nil)
        let wrong = key == "97" ? "01" : padded((Int(key) ?? 0) + 1, 2)
        #expect(throws: FieldProblem.self) { try INS(parsing: number + wrong) }
    }

    @Test func `a NIR with a month beyond twelve is one`() throws {
        let number = "1995075032039"
        let key = padded(97 - (Int(number) ?? 0) % 97, 2)
        #expect(try INS(parsing: number + key).value == number + key)
    }

    @Test func `a wrong key of public test data is said and kept`() {
        let kept = INS.canonical("194052203228988")
        #expect(kept.value == "194052203228988" && kept.problem?.found == "a number whose key is wrong")
        #expect(INS.canonical("194052203228980").problem == nil)
        #expect(INS.canonical("1 94 05 22 032 289 80") == ("194052203228980", nil))
        #expect(INS.canonical("p0108510").problem?.found == "not a national number")
        #expect(INS.canonical("994052203228980").problem != nil)
    }
}
