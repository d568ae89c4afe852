import Model
import Scan
import Testing

@Suite struct AddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1", "192.0.2.0/24"), ("192.0.2.1:44053", "192.0.2.1", "192.0.2.0/24"), (" 10.0.0.255 ", "10.0.0.255", "10.0.0.0/24"),
        ("::ffff:192.0.2.1", "192.0.2.1", "192.0.2.0/24"), ("[::ffff:c000:201]:80", "192.0.2.1", "192.0.2.0/24"), ("ipv4:127.0.0.1:44053", "127.0.0.1", "127.0.0.0/24"),
        ("2001:DB8::1", "2001:db8::1", "2001:db8::/48"), ("[2001:db8::1]:443", "2001:db8::1", "2001:db8::/48"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", "2001:db8::/48"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"), ("2001:0db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "2001:db8::/48"),
        ("fe80::1%eth0", "fe80::1", "fe80::/48"), ("::1", "::1", "::/48"), ("::", "::", "::/48"), ("1::", "1::", "1::/48"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201", "64:ff9b::/48"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1", "2001::/48"),
    ])
    func `an address is read and written in its canonical form`(text: String, canonical: String, network: String) throws {
        let address = try #require(ClientAddress(text))
        #expect(address.description == canonical)
        #expect(address.network == network)
        #expect(ClientAddress(canonical) == address)
    }

    @Test(arguments: ["", "-", "poste-12", "192.0.2", "192.0.2.256", "192.0.02.1", "192.0.2.1.5", "1:2:3", "1::2::3", ":1", "1:2:3:4:5:6:7:8:9", "[::1", "12345::1", "::1:", "192.0.2.1:", "192.0.2.1:123456", "::192.0.2", "g::1", "1:2:3:4:5:6:7::8:9"])
    func `what is no address is none`(text: String) {
        #expect(ClientAddress(text) == nil)
    }

    @Test func `every address survives being written`() {
        var random = Seeded(3)
        for _ in 0..<20_000 {
            var groups = (0..<8).map { _ in random.next() % 3 == 0 ? random.next() % 65_536 : 0 }
            if random.next() % 8 == 0 { groups.replaceSubrange(0..<6, with: [0, 0, 0, 0, 0, 0xFFFF]) }
            let text = groups.map { String($0, radix: 16) }.joined(separator: ":")
            let address = ClientAddress(text)
            #expect(address != nil && address.map(\.description).flatMap(ClientAddress.init) == address, "\(text)")
        }
    }

    @Test func `a range holds its addresses and no others`() throws {
        let range = try #require(AddressRange("10.1.0.0/16"))
        #expect(range.contains(try #require(ClientAddress("10.1.255.3"))))
        #expect(!range.contains(try #require(ClientAddress("10.2.0.3"))))
        #expect(!range.contains(try #require(ClientAddress("::1"))))
        #expect(try #require(AddressRange("0.0.0.0/0")).contains(try #require(ClientAddress("10.2.0.3"))))
        #expect(try #require(AddressRange("2001:db8::/33")).contains(try #require(ClientAddress("2001:db8:7fff::1"))))
        #expect(!(try #require(AddressRange("2001:db8::/33")).contains(try #require(ClientAddress("2001:db8:8000::1")))))
        #expect(try #require(AddressRange("2001:db8::/96")).contains(try #require(ClientAddress("2001:db8::ffff:1"))))
        #expect(try #require(AddressRange("::1")).contains(try #require(ClientAddress("::1"))))
        #expect(AddressRange("10.0.0.0/33") == nil && AddressRange("proxy") == nil && AddressRange("10.0.0.0/") == nil)
    }

    @Test(arguments: [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.0.0 Safari/537.36 Edg/90.0.0.0", "Edge/Windows/desk"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.0.0 Safari/537.36", "Chrome/Windows/desk"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:91.0) Gecko/20100101 Firefox/91.0", "Firefox/Windows/desk"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 14_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/14.0 Mobile/15E148 Safari/604.1", "Safari/iOS/phone"),
        ("Mozilla/5.0 (iPad; CPU OS 6_0_1 like Mac OS X) AppleWebKit/536.26 (KHTML, like Gecko) Version/6.0 Mobile/10A523 Safari/8536.25", "Safari/iOS/tablet"),
        ("Mozilla/5.0 (Linux; Android 13; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.0.0 Mobile Safari/537.36", "Chrome/Android/phone"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X200) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.0.0 Safari/537.36", "Chrome/Android/tablet"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_9_1) AppleWebKit/537.73.11 (KHTML, like Gecko) Version/7.0.1 Safari/537.73.11", "Safari/macOS/desk"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:25.0) Gecko/20100101 Firefox/25.0", "Firefox/Linux/desk"),
        ("Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1; SV1)", "Internet Explorer/Windows/desk"),
        ("curl/7.88.1", "curl/?/script"), ("python-requests/2.31.0", "Python/?/script"), ("Java/17.0.2", "Java/?/script"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0 Safari/537.36", "Headless Chrome/Linux/script"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "robot/?/script"),
        ("MSRPC", "MSRPC/?/unknown"), ("MonClient2/3.4 (x)", "MonClient/?/unknown"), ("", "/?/unknown"),
    ])
    func `an agent is family, system and kind of device`(agent: String, family: String) {
        #expect(AgentFamily(agent).description == family)
    }

    @Test func `an update of the browser changes nothing`() {
        let shape = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/N.0.0.0 Safari/537.36 Edg/N.0.0.0"
        #expect(AgentFamily(shape.replacing("N", with: "90")) == AgentFamily(shape.replacing("N", with: "131")))
    }
}
