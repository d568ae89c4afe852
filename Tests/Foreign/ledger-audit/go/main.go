// Audits a log that Cordon wrote with the code of the Go checksum database (golang.org/x/mod/sumdb), which shares nothing with it.
//
//	audit log FOLDER VKEY    reads checkpoint, tiles and bundles; status 0 only if everything holds
//	audit proofs FILE        decides proofs, one a line, and prints true or false for each:
//	                         record SIZE ROOT INDEX LEAF [HASH…]
//	                         tree SIZE ROOT OLDSIZE OLDROOT [HASH…]     (hashes in base64)
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8

func main() {
	var err error
	switch {
	case len(os.Args) == 4 && os.Args[1] == "log":
		err = auditLog(os.Args[2], os.Args[3])
	case len(os.Args) == 3 && os.Args[1] == "proofs":
		err = decideProofs(os.Args[2])
	default:
		err = fmt.Errorf("usage: audit log FOLDER VKEY | audit proofs FILE")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func auditLog(folder, vkey string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return fmt.Errorf("vkey: %w", err)
	}
	msg, err := os.ReadFile(filepath.Join(folder, "checkpoint"))
	if err != nil {
		return err
	}
	checkpoint, err := note.Open(msg, note.VerifierList(verifier))
	if err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	tree, err := parseCheckpoint(checkpoint.Text)
	if err != nil {
		return err
	}

	records, err := readBundles(folder, tree.N)
	if err != nil {
		return err
	}
	stored := &memory{}
	for i, record := range records {
		hashes, err := tlog.StoredHashes(int64(i), record, stored)
		if err != nil {
			return err
		}
		stored.hashes = append(stored.hashes, hashes...)
	}
	root, err := tlog.TreeHash(tree.N, stored)
	if err != nil {
		return err
	}
	if tree.N > 0 && root != tree.Hash {
		return fmt.Errorf("the root does not follow from the entries")
	}

	reader := &tiles{folder: folder, tree: tree}
	tileCount := 0
	for _, tile := range widest(tlog.NewTiles(height, 0, tree.N)) {
		want, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		have, err := reader.read(tile)
		if err != nil {
			return err
		}
		if !bytes.Equal(want, have) {
			return fmt.Errorf("%s does not follow from the entries", reader.path(tile))
		}
		tileCount++
	}
	if err := checkProofs(tree, records, reader); err != nil {
		return err
	}
	fmt.Printf("size %d tiles %d\n", tree.N, tileCount)
	return nil
}

// checkProofs proves entries and older sizes from tiles alone, a thousand of each at most.
func checkProofs(tree tlog.Tree, records [][]byte, reader *tiles) error {
	hashes := tlog.TileHashReader(tree, reader)
	step := tree.N/1000 + 1
	for i := int64(0); i < tree.N; i += step {
		proof, err := tlog.ProveRecord(tree.N, i, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, i, tlog.RecordHash(records[i])); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
		old, err := tlog.TreeHash(i+1, hashes)
		if err != nil {
			return err
		}
		consistency, err := tlog.ProveTree(tree.N, i+1, hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(consistency, tree.N, tree.Hash, i+1, old); err != nil {
			return fmt.Errorf("size %d: %w", i+1, err)
		}
	}
	return nil
}

func parseCheckpoint(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return tlog.Tree{}, fmt.Errorf("checkpoint: not origin, size and root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: size: %w", err)
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

func readBundles(folder string, size int64) ([][]byte, error) {
	var records [][]byte
	for int64(len(records)) < size {
		n := int64(len(records)) >> height
		width := size - int64(len(records))
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: 0, N: n, W: int(width)}
		path := strings.Replace((&tiles{}).path(tile), "tile/0/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			return nil, err
		}
		for i := int64(0); i < width; i++ {
			if len(data) < 2 || len(data) < 2+int(data[0])<<8+int(data[1]) {
				return nil, fmt.Errorf("%s is cut short", path)
			}
			end := 2 + int(data[0])<<8 + int(data[1])
			records = append(records, data[2:end])
			data = data[end:]
		}
		if len(data) != 0 {
			return nil, fmt.Errorf("%s has bytes after its entries", path)
		}
	}
	return records, nil
}

// widest keeps of NewTiles' partial tiles the one that a log of this size must have.
func widest(all []tlog.Tile) []tlog.Tile {
	var kept []tlog.Tile
	for i, tile := range all {
		if i+1 < len(all) && all[i+1].L == tile.L && all[i+1].N == tile.N {
			continue
		}
		kept = append(kept, tile)
	}
	return kept
}

type memory struct{ hashes []tlog.Hash }

func (m *memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m.hashes)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = m.hashes[index]
	}
	return found, nil
}

// tiles reads c2sp.org/tlog-tiles: Go's layout without the height in the path.
type tiles struct {
	folder string
	tree   tlog.Tree
}

func (t *tiles) Height() int { return height }

func (t *tiles) path(tile tlog.Tile) string {
	return "tile/" + strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", height))
}

func (t *tiles) read(tile tlog.Tile) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(t.folder, t.path(tile)))
	if err == nil && len(data) != tile.W*tlog.HashSize {
		err = fmt.Errorf("%s has %d bytes", t.path(tile), len(data))
	}
	return data, err
}

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		data, err := t.read(tile)
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func (t *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func decideProofs(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		if len(words) < 5 {
			return fmt.Errorf("a proof has at least five words")
		}
		size, err1 := strconv.ParseInt(words[1], 10, 64)
		number, err2 := strconv.ParseInt(words[3], 10, 64)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("a size is not a number")
		}
		var hashes []tlog.Hash
		for _, word := range append([]string{words[2], words[4]}, words[5:]...) {
			raw, err := base64.StdEncoding.DecodeString(word)
			if err != nil || len(raw) != tlog.HashSize {
				return fmt.Errorf("a hash is not 32 bytes in base64")
			}
			var hash tlog.Hash
			copy(hash[:], raw)
			hashes = append(hashes, hash)
		}
		switch words[0] {
		case "record":
			err = tlog.CheckRecord(hashes[2:], size, hashes[0], number, hashes[1])
		case "tree":
			err = tlog.CheckTree(hashes[2:], size, hashes[0], number, hashes[1])
		default:
			return fmt.Errorf("a proof is of a record or of a tree")
		}
		fmt.Println(err == nil)
	}
	return lines.Err()
}
