import Foundation
import Glibc
import Server
import Testing

@Suite struct `a followed file` {
    private let home: TemporaryFolder
    init() throws { home = try TemporaryFolder() }

    private func start() throws -> Cordond {
        try Cordond("""
            sources:
              - {name: web, kind: file, path: "\(home / "access.log")"}
            http: [{listen: "127.0.0.1:0"}]
            """, in: home)
    }

    private func append(_ text: String, to name: String = "access.log") throws {
        if !home.exists(name) { try home.write("", to: name) }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: home / name))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }

    private func kept(_ server: Cordond, _ expected: String) throws -> String {
        var text = ""
        for _ in 0..<60 {
            text = ""
            try server.inbox().records { text += String(decoding: $0.bytes, as: UTF8.self); return true }
            if text.utf8.count >= expected.utf8.count { break }
            usleep(50_000)
        }
        return text
    }

    @Test func `is read line by line, over rotation, truncation and a crash, each line once`() throws {
        var expected = ""
        func write(_ text: String) throws { try append(text); expected += text }
        try write("one\ntwo\n")
        var server = try start()
        try append("thr")
        #expect(try kept(server, expected) == "one\ntwo\n")
        try append("ee\n")
        expected += "three\n"
        #expect(try kept(server, expected) == expected)
        // Rotated: the last line was written to the old file after it was renamed.
        rename(home / "access.log", home / "access.log.1")
        try append("last of the old\n", to: "access.log.1")
        expected += "last of the old\n"
        #expect(try kept(server, expected) == expected)
        try write("first of the new, and longer than before\n")
        #expect(try kept(server, expected) == expected)
        // Copied and truncated.
        truncate(home / "access.log", 0)
        try write("after\n")
        #expect(try kept(server, expected) == expected)
        // Killed; while it is away the file grows and is rotated.
        server.crash()
        try write("while away\n")
        rename(home / "access.log", home / "access.log.2")
        try write("newest\n")
        server = try start()
        #expect(try kept(server, expected) == expected)
        usleep(1_200_000)
        #expect(try kept(server, expected) == expected)
        #expect(server.stop() == 0)
    }
}
