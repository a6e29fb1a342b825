// Checks a log and a proof with Go's own packages (golang.org/x/mod/sumdb/note and tlog), which know
// nothing of the program that wrote them.
//
//	go run tlog.go proof VKEY FILE.tlog-proof DOCUMENT   is the document's SHA-256 in a signed log?
//	go run tlog.go log VKEY archive/log                  do all tiles and entries lead to the signed root?
//
// Debian: apt-get install golang-go golang-golang-x-mod-dev; GOPATH=/usr/share/gocode GO111MODULE=off
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/ioutil"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(format string, args ...interface{}) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		fail("%v", err)
	}
}

func read(path string) []byte {
	data, err := ioutil.ReadFile(path)
	must(err)
	return data
}

// The signed size and root of a checkpoint.
func checkpoint(data []byte, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	signed, err := note.Open(data, note.VerifierList(verifier))
	must(err)
	lines := strings.Split(signed.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		fail("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	root, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: size, Hash: root}
}

func proof(vkey, proofFile, document string) {
	parts := bytes.SplitN(read(proofFile), []byte("\n\n"), 2)
	if len(parts) != 2 {
		fail("no checkpoint")
	}
	lines := strings.Split(string(parts[0]), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
		fail("not a proof with its entry")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	must(err)
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	must(err)
	var hashes tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		must(err)
		hashes = append(hashes, hash)
	}
	tree := checkpoint(parts[1], vkey)
	must(tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(leaf)))
	digest := sha256.Sum256(read(document))
	if !bytes.Contains(leaf, []byte(hex.EncodeToString(digest[:]))) {
		fail("the entry is about another file")
	}
	fmt.Printf("entry %d of %d\n", index, tree.N)
}

// Where the specification puts a tile; Go's own path has the height in front.
func path(kind string, n int64, width int) string {
	name := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		name = fmt.Sprintf("x%03d/%s", n%1000, name)
	}
	if width < 256 {
		name += fmt.Sprintf(".p/%d", width)
	}
	return filepath.Join("tile", kind, name)
}

type tiles struct{ dir string }

func (t tiles) Height() int                      { return 8 }
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, tile := range wanted {
		data, err := ioutil.ReadFile(filepath.Join(t.dir, path(strconv.Itoa(tile.L), tile.N, tile.W)))
		if err != nil {
			return nil, err
		}
		out = append(out, data)
	}
	return out, nil
}

func log(vkey, dir string) {
	tree := checkpoint(read(filepath.Join(dir, "checkpoint")), vkey)
	reader := tlog.TileHashReader(tree, tiles{dir})
	for first := int64(0); first < tree.N; first += 256 {
		width := tree.N - first
		if width > 256 {
			width = 256
		}
		data := read(filepath.Join(dir, path("entries", first/256, int(width))))
		for i := first; i < first+width; i++ {
			size := int(binary.BigEndian.Uint16(data))
			leaf := data[2 : 2+size]
			data = data[2+size:]
			hashes, err := reader.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
			must(err)
			if hashes[0] != tlog.RecordHash(leaf) {
				fail("entry %d differs from its hash", i)
			}
		}
		if len(data) > 0 {
			fail("more than %d entries in a bundle", width)
		}
	}
	fmt.Printf("%d entries\n", tree.N)
}

func main() {
	switch {
	case len(os.Args) == 5 && os.Args[1] == "proof":
		proof(os.Args[2], os.Args[3], os.Args[4])
	case len(os.Args) == 4 && os.Args[1] == "log":
		log(os.Args[2], os.Args[3])
	default:
		fail("usage: tlog proof VKEY FILE.tlog-proof DOCUMENT | tlog log VKEY DIR")
	}
}
