import Model

/// What a user agent string says that does not change every four weeks: family, system, kind of device. No version.
///
/// Two strings of one browser before and after its update are equal here; a thief's own browser mostly is not.
package struct AgentFamily: Hashable, Sendable, CustomStringConvertible {
    /// `Chrome`, `Firefox`, `curl`…; for an agent nobody knows, its first word without digits.
    package let family: String
    /// `Windows`, `macOS`, `iOS`, `Android`, `Linux`, `ChromeOS`; empty when it does not say.
    package let system: String
    package let device: DeviceKind

    package init(_ agent: String) {
        let text = Array(agent.utf8)
        func has(_ word: StaticString) -> Bool { AgentFamily.contains(text, word) }

        if let script = AgentFamily.scripts.first(where: { has($0.mark) }) {
            (family, system, device) = (script.family, AgentFamily.system(has), .script)
            return
        }
        let known = AgentFamily.browsers.first { has($0.mark) }?.family
        family = known ?? AgentFamily.firstWord(text)
        system = AgentFamily.system(has)
        switch system {
        case "iOS": device = has("ipad") ? .tablet : .phone
        case "Android": device = has("mobile") ? .phone : .tablet
        case "": device = known == nil || known == "Safari" ? .unknown : .desk
        default: device = has("windows phone") ? .phone : .desk
        }
    }

    package var description: String { "\(family)/\(system.isEmpty ? "?" : system)/\(device)" }

    /// Marks in lower case, the first that fits wins: most browsers name the ones that they descend from.
    private static let browsers: [(mark: StaticString, family: String)] = [
        ("edg/", "Edge"), ("edga/", "Edge"), ("edgios/", "Edge"), ("edge/", "Edge"), ("opr/", "Opera"), ("opera", "Opera"),
        ("samsungbrowser/", "Samsung Internet"), ("vivaldi/", "Vivaldi"), ("yabrowser/", "Yandex"),
        ("firefox/", "Firefox"), ("fxios/", "Firefox"), ("seamonkey/", "SeaMonkey"),
        ("microsoft outlook", "Outlook"), ("microsoft office", "Office"), ("msoffice", "Office"), ("thunderbird/", "Thunderbird"),
        ("msie ", "Internet Explorer"), ("trident/", "Internet Explorer"),
        ("chrome/", "Chrome"), ("crios/", "Chrome"), ("chromium/", "Chrome"), ("safari/", "Safari"), ("applewebkit/", "WebKit"),
    ]

    private static let scripts: [(mark: StaticString, family: String)] = [
        ("headlesschrome", "Headless Chrome"), ("phantomjs", "PhantomJS"), ("selenium", "Selenium"), ("playwright", "Playwright"), ("puppeteer", "Puppeteer"),
        ("curl/", "curl"), ("wget/", "Wget"), ("python-requests", "Python"), ("python-urllib", "Python"), ("python-httpx", "Python"), ("aiohttp", "Python"), ("python/", "Python"),
        ("scrapy", "Scrapy"), ("apache-httpclient", "Java"), ("java/", "Java"), ("java-http-client", "Java"), ("okhttp", "OkHttp"), ("jakarta", "Java"),
        ("go-http-client", "Go"), ("libwww-perl", "Perl"), ("ruby", "Ruby"), ("node-fetch", "Node.js"), ("axios/", "Node.js"), ("undici", "Node.js"),
        ("postmanruntime", "Postman"), ("insomnia/", "Insomnia"), ("windowspowershell", "PowerShell"), ("powershell/", "PowerShell"), ("winhttp", "WinHTTP"), ("httpie/", "HTTPie"),
        ("dart/", "Dart"), ("php/", "PHP"), ("guzzlehttp", "PHP"), ("bot", "robot"), ("spider", "robot"), ("crawler", "robot"), ("slurp", "robot"),
    ]

    private static func system(_ has: (StaticString) -> Bool) -> String {
        if has("iphone") || has("ipad") || has("ipod") { return "iOS" }
        if has("android") { return "Android" }
        if has("windows") || has("win32") || has("win64") { return "Windows" }
        if has("mac os x") || has("macintosh") || has("macos") { return "macOS" }
        if has("cros ") { return "ChromeOS" }
        if has("linux") || has("x11") { return "Linux" }
        return ""
    }

    /// `wanted` is in lower case.
    private static func contains(_ text: [UInt8], _ wanted: StaticString) -> Bool {
        let (length, letters) = (wanted.utf8CodeUnitCount, wanted.utf8Start)
        guard text.count >= length else { return false }
        return text.withUnsafeBufferPointer { text in
            for start in 0...(text.count - length) where lowered(text[start]) == letters[0] {
                var i = 1
                while i < length, lowered(text[start + i]) == letters[i] { i += 1 }
                if i == length { return true }
            }
            return false
        }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    private static func firstWord(_ text: [UInt8]) -> String {
        let word = text.prefix { $0 != 0x2F && $0 != 0x20 && $0 != 0x28 && $0 != 0x3B }.filter { $0 &- 0x30 > 9 && $0 >= 0x20 }
        return String(decoding: word.prefix(40), as: UTF8.self)
    }
}
