// A checker of our logs on the Go project's own implementation of transparency logs (golang.org/x/mod/sumdb), which
// knows nothing of us: check_log LOG_FOLDER [EARLIER_CHECKPOINT | RECEIPT.tlog-proof]... ends with 1 if anything is wrong.
package main

import (
	"encoding/base64"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) []byte {
	data, err := os.ReadFile(path)
	must(err)
	return data
}

// tiles reads the files of a log; every hash is checked against the tree's by tlog.TileHashReader.
type tiles struct{ folder string }

func (t tiles) Height() int { return 8 }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.folder + "/" + strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// checkpoint opens a signed checkpoint of the log whose key is given.
func checkpoint(data []byte, key note.Verifier) tlog.Tree {
	signed, err := note.Open(data, note.VerifierList(key))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != key.Name() {
		must(fmt.Errorf("the checkpoint is of %q, not of %q", lines[0], key.Name()))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

// entries takes the bundles of a log apart.
func entries(folder string, size int64) [][]byte {
	var all [][]byte
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		path := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}.Path()
		bundle := read(folder + "/" + strings.Replace(path, "tile/8/0/", "tile/entries/", 1))
		for len(bundle) > 0 {
			length := int(bundle[0])<<8 | int(bundle[1])
			all = append(all, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	return all
}

// receipt checks a c2sp.org/tlog-proof@v1 with the entry in extra.
func receipt(text string, key note.Verifier) {
	parts := strings.SplitN(text, "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	entry, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err)
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		proof = append(proof, hash)
	}
	tree := checkpoint([]byte(parts[1]), key)
	must(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
}

func main() {
	folder := os.Args[1]
	key, err := note.NewVerifier(strings.TrimSuffix(string(read(folder+"/vkey")), "\n"))
	must(err)
	tree := checkpoint(read(folder+"/checkpoint"), key)

	// The root from the entries alone.
	var stored []tlog.Hash
	memory := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, index := range indexes {
			hashes = append(hashes, stored[index])
		}
		return hashes, nil
	})
	all := entries(folder, tree.N)
	for index, entry := range all {
		hashes, err := tlog.StoredHashes(int64(index), entry, memory)
		must(err)
		stored = append(stored, hashes...)
	}
	if int64(len(all)) != tree.N {
		must(fmt.Errorf("%d entries instead of %d", len(all), tree.N))
	}
	root, err := tlog.TreeHash(tree.N, memory)
	must(err)
	if root != tree.Hash {
		must(fmt.Errorf("the entries have the root %v, the checkpoint has %v", root, tree.Hash))
	}

	// Each entry's proof from our tiles, and each earlier tree's.
	reader := tlog.TileHashReader(tree, tiles{folder})
	for index, entry := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(index), reader)
		must(err)
		must(tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), tlog.RecordHash(entry)))
	}
	for _, path := range os.Args[2:] {
		if strings.HasSuffix(path, ".tlog-proof") {
			const header = "c2sp.org/tlog-proof@v1\n"
			for _, one := range strings.Split(string(read(path)), header)[1:] {
				receipt(header+one, key)
			}
			continue
		}
		old := checkpoint(read(path), key)
		if old.N == 0 {
			continue
		}
		proof, err := tlog.ProveTree(tree.N, old.N, reader)
		must(err)
		must(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	}
	fmt.Printf("%d entries\n", tree.N)
}
