import Foundation
import Glibc
import Model
import Server
import Testing

@Suite struct `the inbox` {
    let home: TemporaryFolder
    var folder: String { home / "inbox" }

    init() throws { home = try TemporaryFolder() }

    private func delivery(_ text: String, _ identity: Delivery.Identity = .content, source: String = "dpi") -> Delivery {
        Delivery(tenant: "main", source: source, profile: "placement", bytes: Array(text.utf8), received: Instant(milliseconds: 1_767_600_000_000), peer: "192.0.2.7", identity: identity)
    }

    private func open(segmentBytes: Int = 64 << 20) throws -> Inbox { try Inbox(folder: folder, segmentBytes: segmentBytes, randomBytes: World.test.randomBytes) }

    private func texts(from index: UInt64 = 0) throws -> [String] {
        var all: [String] = []
        try InboxReader(folder: folder).records(from: index) {
            all.append(String(decoding: $0.bytes, as: UTF8.self))
            return true
        }
        return all
    }

    private func segments() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".inbox") }.sorted() }

    @Test func `gives back what it took, in order, over a restart`() async throws {
        let inbox = try open()
        for n in 0..<20 { #expect(try await inbox.append(delivery("event \(n)")).index == UInt64(n)) }
        await inbox.close()
        let again = try open()
        #expect(try await again.append(delivery("event 20")).index == 20)
        await again.close()
        #expect(try texts() == (0...20).map { "event \($0)" })
        #expect(try texts(from: 15) == (15...20).map { "event \($0)" })
        var record: InboxRecord?
        try InboxReader(folder: folder).records { record = $0; return false }
        #expect(record?.source == "dpi" && record?.profile == "placement" && record?.format == nil && record?.peer == "192.0.2.7")
    }

    @Test func `answers the same delivery as a duplicate, by content or by key, over a restart and over segments`() async throws {
        let inbox = try open(segmentBytes: 4_096)
        for n in 0..<200 { _ = try await inbox.append(delivery("event \(n) " + String(repeating: "x", count: 100))) }
        _ = try await inbox.append(delivery("one", .key("k")))
        #expect(try await inbox.append(delivery("other", .key("k"))).isDuplicate)
        #expect(try await !inbox.append(delivery("one", .key("k"), source: "other")).isDuplicate)
        #expect(try await !inbox.append(delivery("twin", .unique)).isDuplicate)
        #expect(try await !inbox.append(delivery("twin", .unique)).isDuplicate)
        let size = inbox.figures.size
        await inbox.close()
        #expect(try segments().count > 3)
        let again = try open(segmentBytes: 4_096)
        for n in 0..<200 { #expect(try await again.append(delivery("event \(n) " + String(repeating: "x", count: 100))).isDuplicate) }
        #expect(try await again.append(delivery("third", .key("k"))).isDuplicate)
        #expect(again.figures.size == size)
        await again.close()
    }

    @Test func `shares one fdatasync among those who wait`() async throws {
        let inbox = try open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for n in 0..<2_000 { group.addTask { _ = try await inbox.append(delivery("event \(n)")) } }
            try await group.waitForAll()
        }
        #expect(inbox.figures.size == 2_000)
        #expect(inbox.figures.syncs < 1_500)
        await inbox.close()
        #expect(Set(try texts()).count == 2_000)
    }

    @Test func `cuts off what a crash tore, wherever it tore`() async throws {
        let inbox = try open()
        _ = try await inbox.append(delivery("first"))
        let whole = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + segments()[0])).count
        _ = try await inbox.append(delivery("second, which a power cut will tear"))
        await inbox.close()
        let file = URL(fileURLWithPath: folder + "/" + (try segments()[0])), bytes = try Data(contentsOf: file)
        for cut in whole..<bytes.count {
            // Torn, and torn with a page of zeros behind.
            for tail in [0, 512] {
                try (bytes.prefix(cut) + Data(count: tail)).write(to: file)
                let again = try open()
                #expect(again.figures.size == 1)
                #expect(try await again.append(delivery("third")).index == 1)
                await again.close()
                #expect(try texts() == ["first", "third"])
            }
        }
    }

    @Test func `starts again where even the header was torn`() async throws {
        for length in 0..<32 {
            let own = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: own / "inbox", withIntermediateDirectories: true)
            try Data("CORDINB1".utf8 + [UInt8](repeating: 7, count: 24)).prefix(length).write(to: URL(fileURLWithPath: own / "inbox/00000000000000000000.inbox"))
            let inbox = try Inbox(folder: own / "inbox", randomBytes: World.test.randomBytes)
            #expect(try await inbox.append(delivery("a")).index == 0)
            await inbox.close()
        }
    }

    @Test func `refuses to open over damage to what it acknowledged, and names the place`() async throws {
        let inbox = try open()
        for n in 0..<5 { _ = try await inbox.append(delivery("event \(n)")) }
        await inbox.close()
        let file = URL(fileURLWithPath: folder + "/" + (try segments()[0]))
        var bytes = try Data(contentsOf: file)
        bytes[120] ^= 1
        try bytes.write(to: file)
        #expect(throws: InboxError.self) { _ = try open() }
        do { _ = try open() } catch { #expect("\(error)".contains("byte 32")) }
    }

    @Test func `gives room back, whole segments only`() async throws {
        let inbox = try open(segmentBytes: 4_096)
        for n in 0..<300 { _ = try await inbox.append(delivery("event \(n) " + String(repeating: "x", count: 100))) }
        let before = try segments()
        try await inbox.release(below: 150)
        #expect(try segments().count < before.count)
        #expect(try texts(from: 150).first?.hasPrefix("event 150 ") == true)
        #expect(try await inbox.append(delivery("later")).index == 300)
        await inbox.close()
    }
}
