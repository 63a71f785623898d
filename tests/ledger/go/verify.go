// Checks an unpacked export of a Duecare ledger with the Go project's own note and tlog packages.
//
//	verify DIR VKEY HELD
//
// DIR holds checkpoint and tile/ as an export does; HELD is an older checkpoint of the same log. Only what
// connects the packages is written here: tlog.ParseTree takes one origin only, so a checkpoint is parsed by
// hand, and tlog's tile paths also state the height.
package main

import (
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

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// open reads a checkpoint and verifies its signature.
func open(file string, known note.Verifiers, origin string) tlog.Tree {
	data, err := os.ReadFile(file)
	check(err)
	opened, err := note.Open(data, known)
	check(err)
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != origin {
		check(fmt.Errorf("%s: no checkpoint of %s", file, origin))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	return tlog.Tree{N: size, Hash: root}
}

// tiles reads hash tiles from an unpacked export.
type tiles string

func (dir tiles) Height() int { return height }

func (dir tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	found := make([][]byte, len(wanted))
	for i, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(dir), path))
		if err != nil {
			return nil, err
		}
		found[i] = data
	}
	return found, nil
}

func (dir tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// leaves reads all entry bundles of a log of the given size.
func leaves(dir string, size int64) [][]byte {
	var all [][]byte
	for at := int64(0); at < size; at += 1 << height {
		width := size - at
		if width > 1<<height {
			width = 1 << height
		}
		tile := tlog.Tile{H: height, L: -1, N: at >> height, W: int(width)}
		path := strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)
		data, err := os.ReadFile(filepath.Join(dir, path))
		check(err)
		for len(data) > 0 {
			length := int(binary.BigEndian.Uint16(data)) + 2
			all = append(all, data[2:length])
			data = data[length:]
		}
	}
	return all
}

func main() {
	dir, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	check(err)
	known := note.VerifierList(verifier)
	tree := open(filepath.Join(dir, "checkpoint"), known, verifier.Name())
	held := open(os.Args[3], known, verifier.Name())

	reader := tlog.TileHashReader(tree, tiles(dir)) // authenticates each tile that it reads against the root
	root, err := tlog.TreeHash(tree.N, reader)
	check(err)
	if root != tree.Hash {
		check(fmt.Errorf("the tiles give the root %v, the checkpoint says %v", root, tree.Hash))
	}

	all := leaves(dir, tree.N)
	if int64(len(all)) != tree.N {
		check(fmt.Errorf("%d leaves in the bundles of a tree of %d", len(all), tree.N))
	}
	for i, leaf := range all {
		proof, err := tlog.ProveRecord(tree.N, int64(i), reader)
		check(err)
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(leaf)); err != nil {
			check(fmt.Errorf("entry %d: %v", i, err))
		}
	}

	proof, err := tlog.ProveTree(tree.N, held.N, reader)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, held.N, held.Hash))
	fmt.Printf("%d entries and the tree of %d before them verified\n", tree.N, held.N)
}
