/// The words that times are written with, five bits a letter.
enum TimeWords {
    static let months = coded([
        ("january jan janvier janv", 1), ("february feb fevrier fevr fev", 2), ("march mar mars", 3), ("april apr avril avr", 4), ("may mai", 5),
        ("june jun juin", 6), ("july jul juillet juil", 7), ("august aug aout aou", 8), ("september septembre sept sep", 9),
        ("october octobre oct", 10), ("november novembre nov", 11), ("december decembre dec", 12),
    ])
    static let weekdays = coded([
        ("monday mon lundi lun", 1), ("tuesday tue tues mardi mar", 2), ("wednesday wed mercredi mer", 3), ("thursday thu thur thurs jeudi jeu", 4),
        ("friday fri vendredi ven", 5), ("saturday sat samedi sam", 6), ("sunday sun dimanche dim", 7), ("le the", 8),
    ])
    static let at = coded([("a at", 1)])
    static let firstOfMonth = coded([("er st", 1)])

    /// Offsets of zone abbreviations that RFC 2822 §4.3 or European law fix, in seconds.
    static let abbreviations: [String: Int] = [
        "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 3_600, "CET": 3_600, "CEST": 7_200, "MEZ": 3_600, "MESZ": 7_200,
        "EET": 7_200, "EEST": 10_800, "EST": -18_000, "EDT": -14_400, "CST": -21_600, "CDT": -18_000, "MST": -25_200, "MDT": -21_600,
        "PST": -28_800, "PDT": -25_200,
    ]

    private static func coded(_ words: [(String, UInt8)]) -> [UInt64: UInt8] {
        var list: [UInt64: UInt8] = [:]
        for (names, value) in words {
            for name in names.split(separator: " ") { list[name.utf8.reduce(0) { $0 << 5 | UInt64($1 - 0x60) }] = value }
        }
        return list
    }

    /// The plain letter of an accented one, by the second byte of its UTF-8 form after 0xC3.
    static func plain(_ byte: UInt8) -> UInt8? {
        switch byte | 0x20 {
        case 0xA0, 0xA2: 0x61
        case 0xA8, 0xA9, 0xAA, 0xAB: 0x65
        case 0xAE, 0xAF: 0x69
        case 0xB4: 0x6F
        case 0xB9, 0xBB: 0x75
        default: nil
        }
    }
}
