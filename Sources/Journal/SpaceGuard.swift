/// Refuses appends while the disk is nearly full, before it is: logs have died of a full disk.
///
/// Below one twentieth free nothing is accepted; above six hundredths it goes on by itself. A reserve file is let go when
/// that happens, so that publishing and the next start have room.
struct SpaceGuard {
    private static let file = "reserve"

    private let files: any FileSystem
    private let reserveBytes: Int
    private var isFull = false

    /// Lets the reserve go at once when there is too little space, so that the start has room.
    init(_ files: any FileSystem, reserveBytes: Int) throws {
        let (free, total) = try files.space()
        (self.files, self.reserveBytes) = (files, min(reserveBytes, total / 200))
        isFull = free < total / 20
        if isFull { try files.remove(SpaceGuard.file) } else { makeReserve() }
    }

    mutating func check() throws {
        let (free, total) = try files.space()
        guard free < (isFull ? total / 50 * 3 : total / 20) else {
            if isFull { makeReserve() }
            isFull = false
            return
        }
        if !isFull { try files.remove(SpaceGuard.file) }
        isFull = true
        throw JournalProblem.full(free: free, total: total)
    }

    /// It is a help only: that it cannot be made is no fault.
    private func makeReserve() {
        guard reserveBytes > 0, (try? files.size(SpaceGuard.file)) != reserveBytes else { return }
        do { try files.create(SpaceGuard.file).write([UInt8](repeating: 0, count: reserveBytes), at: 0) } catch { try? files.remove(SpaceGuard.file) }
    }
}
