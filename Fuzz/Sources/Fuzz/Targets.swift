import Exposure
import Ledger
import Profiles
import Scan
import Trail

/// Every fuzz target: a name, and the room's function that must survive any bytes. `FuzzReplayTests` runs the same list over
/// the kept corpora and past failures, so this file is linked there.
let fuzzTargets: [(name: String, check: @Sendable ([UInt8]) -> Void)] = [
    ("json", JSONFuzz.check),
    ("ledger-entry", LedgerFuzz.checkEntry),
    ("ledger-note", LedgerFuzz.checkNote),
    ("ledger-checkpoint", LedgerFuzz.checkCheckpoint),
    ("ledger-tile-path", LedgerFuzz.checkTilePath),
    ("ledger-proof", LedgerFuzz.checkProof),
    ("exposure-index", ExposureFuzz.check),
]
