import Ledger

/// What fuzz targets call: what parses, written back, gives the same bytes. A difference stops the program.
package enum JournalFuzz {
    /// A segment's bytes from a batch on.
    package static func checkBatch(_ bytes: [UInt8]) {
        _ = Batch.isTorn(Array(bytes.prefix(1 << 16)), after: .emptyRoot)
        guard case .success(let batch) = Batch.parse(bytes, at: 0) else { return }
        precondition(batch.end <= bytes.count && batch.end % Segment.sector == 0, "a batch goes beyond its sectors")
        let buffer = BatchBuffer()
        for entry in batch.entries {
            let content = Array(bytes[entry.start..<entry.start + entry.count])
            guard buffer.hasRoom(for: content.count) else { return }
            precondition(buffer.append(Entry(key: entry.key, content: entry.content, bytes: content)) == Hash(leaf: content), "a leaf hash differs")
        }
        buffer.commit(size: batch.size, root: batch.root, previousRoot: batch.previousRoot)
        if batch.hasWholeFill(bytes[..<batch.end]) {
            precondition(Array(buffer.bytes) == Array(bytes[..<batch.end]), "a batch was read that is not written so")
        }
    }

    package static func checkHeader(_ bytes: [UInt8]) {
        guard let header = SegmentHeader(bytes) else { return }
        precondition(header.bytes == bytes, "a header was read that is not written so")
    }

    package static func checkWitnessRequest(_ bytes: [UInt8]) {
        guard let request = try? WitnessRequest(parsing: bytes) else { return }
        precondition(request.bytes == bytes, "a request was read that is not written so")
    }

    package static func checkProof(_ bytes: [UInt8]) {
        guard let proof = try? TlogProof(parsing: bytes) else { return }
        precondition(proof.bytes == bytes, "a proof was read that is not written so")
        _ = try? proof.verify(.emptyRoot, keys: [])
    }

    /// A quorum is met by all witnesses, and by more when by fewer.
    package static func checkPolicy(_ bytes: [UInt8]) {
        guard let policy = try? WitnessPolicy(parsing: bytes) else { return }
        let keys = policy.witnesses.map(\.key)
        precondition(policy.isMet(by: Set(keys)), "all witnesses are not enough")
        var some: Set<VerifierKey> = [], wasMet = policy.isMet(by: [])
        for key in keys {
            some.insert(key)
            let isMet = policy.isMet(by: some)
            precondition(isMet || !wasMet, "a witness more is a witness less")
            wasMet = isMet
        }
    }

    package static func checkRetention(_ bytes: [UInt8]) {
        guard let retention = try? Retention(parsing: bytes) else { return }
        precondition((try? Retention(parsing: retention.bytes)) == retention, "a retention file was read that is written otherwise")
    }
}
