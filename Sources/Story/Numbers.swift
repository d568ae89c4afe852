import Model

/// National numbers with right keys that belong to nobody.
enum Numbers {
    /// Luhn: the digit that makes the whole divisible. Letters count as digits of their own (FINESS: A is 1, B is 2).
    static func luhnKey(_ digits: String) -> String {
        var sum = 0
        for (i, c) in digits.utf8.reversed().enumerated() {
            let d = Int(c) - 48
            sum += i % 2 == 1 ? d : d > 4 ? 2 * d - 9 : 2 * d
        }
        return String((10 - sum % 10) % 10)
    }

    /// 11 digits. 997 begins the numbers of the national test directory.
    static func rpps(_ number: Int) -> String {
        let body = "997" + padded(number, 7)
        return body + luhnKey(body)
    }

    /// 9 digits. There is no department 99.
    static func finess(_ number: Int) -> String {
        let body = "99" + padded(number, 6)
        return body + luhnKey(body)
    }

    /// 15 digits of a NIR's shape: sex, year, month, department, commune, order, key = 97 − n mod 97. Communes from 950
    /// on exist in no department.
    static func ins(isMale: Bool, year: Int, month: Int, department: Int, commune: Int, order: Int) -> String {
        let corsica = department == 20
        let place = corsica ? (order % 2 == 0 ? "2A" : "2B") : padded(department, 2)
        let counted = corsica ? (order % 2 == 0 ? "19" : "18") : place
        let head = (isMale ? "1" : "2") + padded(year % 100, 2) + padded(month, 2), tail = padded(commune, 3) + padded(order, 3)
        let n = Int(head + counted + tail) ?? 0
        return head + place + tail + padded(97 - n % 97, 2)
    }
}
