import Ledger
import Testing

@Suite struct TileTests {
    @Test(arguments: [
        (Tile(.hashes(0), 0), "tile/0/000"),
        (Tile(.hashes(0), 273, width: 112), "tile/0/273.p/112"),
        (Tile(.hashes(3), 1_234_067), "tile/3/x001/x234/067"),
        (Tile(.hashes(63), 1_000, width: 1), "tile/63/x001/000.p/1"),
        (Tile(.entries, 123_456_789, width: 255), "tile/entries/x123/x456/789.p/255"),
        (Tile(.hashes(0), .max), "tile/0/x018/x446/x744/x073/x709/x551/615"),
    ])
    func `a tile has one path`(tile: Tile, path: String) {
        #expect(tile.path == path)
        #expect(Tile(path: path) == tile)
    }

    @Test(arguments: [
        "", "tile", "tile/0", "tile/0/", "tile/0/00", "tile/0/0000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/00/001", "tile/64/001",
        "tile/-1/001", "tile/data/001", "tile/0/001.p/0", "tile/0/001.p/256", "tile/0/001.p/01", "tile/0/001.p", "tile/0/001.p/", "tile/0/.p/1",
        "tile/0/+01", "tile/0/x0 1/001", "/tile/0/001", "tile//001", "tile/0/001/", "tile/entries", "tile/0/x018/x446/x744/x073/x709/x551/616",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999", "tile/0/\u{0661}\u{0662}\u{0663}",
    ])
    func `another path is no tile's`(path: String) {
        #expect(Tile(path: path) == nil)
    }

    @Test func `a size has the tiles that the specification counts`() {
        #expect(Tile.levels(size: 0) == 0 && Tile.levels(size: 255) == 1 && Tile.levels(size: 256) == 2 && Tile.levels(size: 70_000) == 3 && Tile.levels(size: .max) == 8)
        #expect(Tile.at(.hashes(0), 273, size: 70_000)?.width == 112)
        #expect(Tile.at(.hashes(1), 1, size: 70_000)?.width == 17)
        #expect(Tile.at(.hashes(2), 0, size: 70_000)?.width == 1)
        #expect(Tile.at(.hashes(3), 0, size: 70_000) == nil)
        #expect(Tile.at(.hashes(0), 0, size: 256)?.width == 256 && Tile.at(.hashes(0), 1, size: 256) == nil && Tile.at(.hashes(1), 0, size: 256)?.width == 1)
        #expect(Tile.at(.entries, 0, size: 0) == nil)
        #expect(Tile.at(.hashes(0), .max, size: .max) == nil)
        #expect(Tile.at(.hashes(0), .max >> 8, size: .max)?.width == 255)
    }
}
