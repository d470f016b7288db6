// Reads an exported ledger with code that is not ours: golang.org/x/mod/sumdb (Debian: golang-golang-x-mod-dev).
//
//	reader <directory> <vkey> [<proof file>]
//
// Opens every checkpoint, reads every leaf hash through the stored tiles, computes the tree and all tiles over the leaves
// anew, checks inclusion and consistency, and the proof of one leaf where there is one. Prints what it has found, or the first thing
// that is wrong, and ends with 1.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const height = 8
const width = 1 << height

func main() {
	if err := read(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func read(directory, vkey string, proofs []string) error {
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	head, err := openCheckpoint(filepath.Join(directory, "checkpoint"), verifier)
	if err != nil {
		return err
	}
	leaves, err := readLeaves(directory, head.N)
	if err != nil {
		return err
	}
	reader := tlog.TileHashReader(head, &tiles{directory, head.N})
	if err := compareLeaves(leaves, reader); err != nil {
		return err
	}
	if err := recompute(leaves, head, &tiles{directory, head.N}); err != nil {
		return err
	}
	included, err := checkRecords(leaves, head, reader)
	if err != nil {
		return err
	}
	grown, err := checkTrees(directory, verifier, head, reader)
	if err != nil {
		return err
	}
	for _, file := range proofs {
		if err := checkProof(file, verifier); err != nil {
			return err
		}
	}
	fmt.Printf("%d leaves, %d inclusions, %d checkpoints, %d proofs\n", head.N, included, grown, len(proofs))
	return nil
}

func openCheckpoint(file string, verifier note.Verifier) (tlog.Tree, error) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	return openNote(file, bytes, verifier)
}

func openNote(name string, bytes []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("%s: %v", name, err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, fmt.Errorf("%s: not a checkpoint of %s", name, verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	hash, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: hash}, err
}

func readLeaves(directory string, size int64) ([][]byte, error) {
	leaves := make([][]byte, 0, size)
	for index := int64(0); index*width < size; index++ {
		file := filepath.Join(directory, path("entries", index, min(width, size-index*width)))
		bundle, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		for len(bundle) > 0 {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s: broken off", file)
			}
			end := 2 + int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, bundle[2:end])
			bundle = bundle[end:]
		}
	}
	if int64(len(leaves)) != size {
		return nil, fmt.Errorf("%d leaves, not %d", len(leaves), size)
	}
	return leaves, nil
}

// compareLeaves holds each leaf against the hash in its tile, which the reader holds against the signed root.
func compareLeaves(leaves [][]byte, reader tlog.HashReader) error {
	for first := 0; first < len(leaves); first += width {
		var indexes []int64
		for at := first; at < len(leaves) && at < first+width; at++ {
			indexes = append(indexes, tlog.StoredHashIndex(0, int64(at)))
		}
		hashes, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("tile of leaf %d: %v", first, err)
		}
		for at, hash := range hashes {
			if hash != tlog.RecordHash(leaves[first+at]) {
				return fmt.Errorf("leaf %d is not the one in its tile", first+at)
			}
		}
	}
	return nil
}

// recompute grows the tree over the leaves and compares root and tiles. It does not lean on TileHashReader, which in some
// versions takes a tile below the right edge on trust.
func recompute(leaves [][]byte, head tlog.Tree, exported *tiles) error {
	var stored memory
	for index, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(index), leaf, stored)
		if err != nil {
			return err
		}
		stored = append(stored, hashes...)
	}
	root, err := tlog.TreeHash(head.N, stored)
	if err == nil && root != head.Hash {
		err = fmt.Errorf("the root over the leaves is not the signed one")
	}
	if err != nil {
		return err
	}
	for _, tile := range tlog.NewTiles(height, 0, head.N) {
		computed, err := tlog.ReadTileData(tile, stored)
		if err != nil {
			return err
		}
		read, err := exported.ReadTiles([]tlog.Tile{tile})
		if err != nil || !bytes.Equal(read[0], computed) {
			return fmt.Errorf("tile %d/%d does not hold the hashes of its leaves", tile.L, tile.N)
		}
	}
	return nil
}

func checkRecords(leaves [][]byte, head tlog.Tree, reader tlog.HashReader) (int, error) {
	checked := 0
	for index := int64(0); index < head.N; index += 1 + head.N/500 {
		proof, err := tlog.ProveRecord(head.N, index, reader)
		if err == nil {
			err = tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash(leaves[index]))
		}
		if err != nil {
			return checked, fmt.Errorf("inclusion of leaf %d: %v", index, err)
		}
		checked++
	}
	return checked, nil
}

func checkTrees(directory string, verifier note.Verifier, head tlog.Tree, reader tlog.HashReader) (int, error) {
	index, err := os.ReadFile(filepath.Join(directory, "checkpoints", "index"))
	if err != nil {
		return 0, err
	}
	lines := strings.Split(strings.TrimSpace(string(index)), "\n")
	for _, line := range lines {
		name := strings.Fields(line)[0]
		older, err := openCheckpoint(filepath.Join(directory, "checkpoints", name), verifier)
		if err != nil {
			return 0, err
		}
		proof, err := tlog.ProveTree(head.N, older.N, reader)
		if err == nil {
			err = tlog.CheckTree(proof, head.N, head.Hash, older.N, older.Hash)
		}
		if err != nil {
			return 0, fmt.Errorf("from %d to %d leaves: %v", older.N, head.N, err)
		}
	}
	return len(lines), nil
}

// checkProof checks a .tlog-proof file, whose extra data is the leaf.
func checkProof(file string, verifier note.Verifier) error {
	whole, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	gap := bytes.Index(whole, []byte("\n\n"))
	lines := strings.Split(string(whole[:gap]), "\n")
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	head, err := openNote(file, whole[gap+2:], verifier)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, head.N, head.Hash, index, tlog.RecordHash(leaf))
}

type memory []tlog.Hash

func (stored memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for at, index := range indexes {
		hashes[at] = stored[index]
	}
	return hashes, nil
}

type tiles struct {
	directory string
	size      int64
}

func (*tiles) Height() int { return height }

func (t *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		bytes, err := os.ReadFile(filepath.Join(t.directory, path(strconv.Itoa(tile.L), tile.N, t.stored(tile))))
		if err != nil {
			return nil, err
		}
		if len(bytes) < tile.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %d/%d is too short", tile.L, tile.N)
		}
		found = append(found, bytes[:tile.W*tlog.HashSize])
	}
	return found, nil
}

// stored is how wide a tile is in the export, which may be more than is asked for.
func (t *tiles) stored(tile tlog.Tile) int64 {
	level := t.size >> (height * tile.L)
	return min(width, level-tile.N*width)
}

func (*tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path is where C2SP tlog-tiles has a tile; Go's own checksum database names the height too.
func path(level string, index, wide int64) string {
	name := fmt.Sprintf("%03d", index%1000)
	for index >= 1000 {
		index /= 1000
		name = fmt.Sprintf("x%03d/%s", index%1000, name)
	}
	if wide < width {
		name = fmt.Sprintf("%s.p/%d", name, wide)
	}
	return filepath.Join("tile", level, name)
}

func min(one, other int64) int64 {
	if one < other {
		return one
	}
	return other
}
