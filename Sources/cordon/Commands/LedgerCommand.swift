import ArgumentParser
import Journal
import Ledger
import Model

/// A ledger's folder, offline: nothing is changed, no server is asked.
struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Check, prove and read a ledger's folder, offline.",
        discussion: """
            EXAMPLE
              cordon ledger fsck data/ledger --head data/head --key 'log.example/2026+…'
              cordon ledger prove data/ledger 4711 > entry.tlog-proof
              cordon ledger tail data/ledger --count 20
              cordon ledger export data/ledger --from 4000 --to 5000 > range.ndjson
            """,
        subcommands: [Fsck.self, Prove.self, Tail.self, Export.self])

    struct Source: ParsableArguments {
        @Argument(help: ArgumentHelp("The ledger's folder.", valueName: "folder")) var folder: String
        @Option(help: ArgumentHelp("The log's verifier key, as learnt from its operator.", valueName: "vkey")) var key: String?

        func verifierKey() throws -> VerifierKey? { try key.map { try VerifierKey($0) } }
        func reader() throws -> LedgerReader { try LedgerReader(folder: folder, keys: try verifierKey().map { [$0] } ?? []) }
    }

    struct Fsck: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "fsck",
            abstract: "Read every file and check that all of it follows from the signed checkpoints.",
            discussion: """
                EXAMPLE
                  cordon ledger fsck data/ledger --head data/head --key 'log.example/2026+…'

                Status 0 only if everything holds; otherwise 65, and the first file that does not. Nothing is changed. Beside a
                running server the end of the journal may be in motion.
                """)
        @OptionGroup var source: Source
        @Option(help: ArgumentHelp("Where the last signature is kept.", valueName: "folder")) var head: String?

        func run() throws {
            let check = try Journal.Fsck(
                PosixFiles(reading: source.folder), head: head.map { try PosixFiles(reading: $0) }, key: source.verifierKey(),
                progress: { if $0 & 0xFFFF == 0 { Terminal.redraw("\($0) entries") } })
            Terminal.redraw("")
            Terminal.say("\(check.published.origin): \(check.published.size) entries published, \(check.size) durable, root \(check.published.root)")
            Terminal.say("\(check.audit.bundles) bundles, \(check.audit.tiles) tiles, \(check.checkpoints) earlier checkpoints, \(check.events) events: all as signed")
            if check.minimum > 0 { Terminal.say("entries below \(check.minimum) are not kept, by the log's policy; their hashes are whole") }
            if source.key == nil { Terminal.say("the signer was not checked: give --key") }
            for remark in check.remarks { Terminal.say(remark) }
        }
    }

    struct Prove: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prove",
            abstract: "Print the proof that an entry is in the log (c2sp.org/tlog-proof).",
            discussion: """
                EXAMPLE
                  cordon ledger prove data/ledger 4711 > entry.tlog-proof

                Whoever has the entry, the proof and the log's verifier key needs neither the log nor this server.
                """)
        @OptionGroup var source: Source
        @Argument(help: ArgumentHelp("The entry.", valueName: "index")) var index: UInt64

        func run() throws {
            let reader = try source.reader()
            let proof = TlogProof(index: index, hashes: try reader.inclusionProof(of: index), checkpoint: reader.note)
            Terminal.say(String(decoding: proof.bytes.dropLast(), as: UTF8.self))
        }
    }

    struct Tail: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tail",
            abstract: "Print the last published entries, one a line, each proven to be in the log.",
            discussion: """
                EXAMPLE
                  cordon ledger tail data/ledger --count 20
                """)
        @OptionGroup var source: Source
        @Option(help: "How many.") var count: UInt64 = 10

        func run() throws {
            let reader = try source.reader()
            try reader.forEachEntry(in: (reader.size - min(reader.size, count))..<reader.size) { index, bytes in
                guard let entry = try? LedgerEntry(decoding: bytes) else { return Terminal.say("\(index)  \(bytes.count) bytes") }
                let account = entry.account.map { $0.hex.prefix(8) + "…" } ?? "-"
                Terminal.say("\(index)  \(entry.time)  \(entry.service)  \(account)  \(entry.action)  \(entry.disclosures.count) person(s)")
            }
        }
    }

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Print a range of entries, and the proof that none is missing from it, as NDJSON.",
            discussion: """
                EXAMPLE
                  cordon ledger export data/ledger --from 4000 --to 5000 > range.ndjson

                A line for each entry: index and bytes in base64. The last line has the checkpoint and the hashes left and right
                of the range, from which with the entries the signed root follows, and only from exactly these.
                """)
        @OptionGroup var source: Source
        @Option(help: "The first entry.") var from: UInt64 = 0
        @Option(help: "The entry after the last; without it, up to the end.") var to: UInt64?

        func run() throws {
            let reader = try source.reader()
            let end = to ?? reader.size
            guard from <= end, end <= reader.size else { throw Merkle.OutOfRange(description: "the log has \(reader.size) entries") }
            try reader.forEachEntry(in: from..<end) { Terminal.say("{\"index\":\($0),\"entry\":\"\(Base64.encode($1))\"}") }
            let proof = try reader.rangeProof(of: from..<end).map { "\"\($0)\"" }.joined(separator: ",")
            Terminal.say("{\"from\":\(from),\"to\":\(end),\"proof\":[\(proof)],\"checkpoint\":\"\(Base64.encode(reader.note.bytes))\"}")
        }
    }
}
