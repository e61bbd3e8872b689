// Reads a node's log as a stranger does, with the checksum database's own packages: main URL [MIRROR]
//
// The node's id, its key, its signed head, every entry's inclusion, and how each earlier state grew
// into the head are proven from public files alone. Prints how many cards of which status it saw.
// With a mirror, that node's copy of the head, found by the log's name alone, and its cosignature.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fetch(url string) []byte {
	answer, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 200 {
		log.Fatalf("%s: %d %v %s", url, answer.StatusCode, err, body)
	}
	return body
}

// The packages name the height of their tiles; the specification has one height only.
func tilePath(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

type tiles struct{ base string }

func (t tiles) Height() int { return 8 }
func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		data = append(data, fetch(t.base+tilePath(tile)))
	}
	return data, nil
}
func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func readEntries(base string, size int64) [][]byte {
	var entries [][]byte
	for first := int64(0); first < size; first += 256 {
		width := size - first
		if width > 256 {
			width = 256
		}
		tile := tlog.Tile{H: 8, L: 0, N: first / 256, W: int(width)}
		bundle := fetch(base + strings.Replace(tilePath(tile), "tile/0/", "tile/entries/", 1))
		for len(bundle) > 0 {
			length := int(bundle[0])<<8 | int(bundle[1])
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	return entries
}

type info struct {
	Node  string
	Epoch int
}

type keys struct{ Log, Mirror string }

func readInfo(node string) info {
	var read info
	if err := json.Unmarshal(fetch(node+"/fed/info"), &read); err != nil {
		log.Fatal(err)
	}
	return read
}

// The first entry names the keys; its hash is the node's id, so that nobody else can.
func readKeys(id string, genesis []byte) keys {
	var stated struct{ Keys keys }
	if err := json.Unmarshal(genesis, &stated); err != nil {
		log.Fatal(err)
	}
	leaf := sha256.Sum256(append([]byte{0}, genesis...))
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(leaf[:])
	if strings.ToLower(text) != id {
		log.Fatal("the node's id is not the hash of its first entry")
	}
	return stated.Keys
}

func decode(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		log.Fatal(err)
	}
	return bytes
}

// A C2SP cosignature/v1 of a mirror, which the note package does not know.
type cosigner struct {
	name string
	key  ed25519.PublicKey
}

func (c cosigner) Name() string { return c.name }
func (c cosigner) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(c.name+"\n\x04"), c.key...))
	return binary.BigEndian.Uint32(sum[:])
}
func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, text)
	return ed25519.Verify(c.key, []byte(signed), signature[8:])
}

// The mirror's copy of the head, cosigned, and of no less than that size.
func readCosigned(mirror, origin string, verifier note.Verifier, size int64) {
	its := readInfo(mirror)
	first := readEntries(fmt.Sprintf("%s/fed/%s/0/", mirror, its.Node), 1)[0]
	by := cosigner{"banyan/" + its.Node + "/mirror", decode(readKeys(its.Node, first).Mirror)}
	path := fmt.Sprintf("%s/fed/log/%x/checkpoint", mirror, sha256.Sum256([]byte(origin)))
	signed, err := note.Open(fetch(path), note.VerifierList(verifier, by))
	if err != nil {
		log.Fatal(err)
	}
	lines := strings.Split(signed.Text, "\n")
	held, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || lines[0] != origin || held < size || len(signed.Sigs) != 2 {
		log.Fatalf("not all of it is cosigned: 503 %s %d of %d", lines[0], held, size)
	}
	fmt.Printf("cosigned by its mirror, ")
}

func main() {
	node := os.Args[1]
	info := readInfo(node)
	base := fmt.Sprintf("%s/fed/%s/%d/", node, info.Node, info.Epoch)
	head := fetch(base + "checkpoint")

	lines := strings.SplitN(string(head), "\n", 4)
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	entries := readEntries(base, size)
	key := decode(readKeys(info.Node, entries[0]).Log)
	origin := fmt.Sprintf("banyan/%s/%d", info.Node, info.Epoch)
	text, err := note.NewEd25519VerifierKey(origin, ed25519.PublicKey(key))
	if err != nil {
		log.Fatal(err)
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		log.Fatal(err)
	}
	signed, err := note.Open(head, note.VerifierList(verifier))
	if err != nil {
		log.Fatal(err)
	}
	lines = strings.Split(signed.Text, "\n")
	if lines[0] != origin || int64(len(entries)) != size {
		log.Fatal("the head is of another log")
	}
	root := decode(lines[2])
	if len(os.Args) > 2 {
		readCosigned(os.Args[2], origin, verifier, size)
	}
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], root)

	reader := tlog.TileHashReader(tree, tiles{base})
	var grown []tlog.Hash
	lookUp := tlog.HashReaderFunc(func(at []int64) ([]tlog.Hash, error) {
		var found []tlog.Hash
		for _, index := range at {
			found = append(found, grown[index])
		}
		return found, nil
	})
	cards := map[string]int{}
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(size, int64(i), reader)
		if err != nil {
			log.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, size, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			log.Fatal(err)
		}
		hashes, err := tlog.StoredHashes(int64(i), entry, lookUp)
		if err != nil {
			log.Fatal(err)
		}
		grown = append(grown, hashes...)
		earlier, err := tlog.TreeHash(int64(i)+1, lookUp)
		if err != nil {
			log.Fatal(err)
		}
		joined, err := tlog.ProveTree(size, int64(i)+1, reader)
		if err != nil {
			log.Fatal(err)
		}
		if err := tlog.CheckTree(joined, size, tree.Hash, int64(i)+1, earlier); err != nil {
			log.Fatal(err)
		}
		var card struct{ T, Status string }
		if err := json.Unmarshal(entry, &card); err != nil {
			log.Fatal(err)
		}
		if card.T == "card" {
			cards[card.Status]++
		}
	}
	fmt.Printf("%d entries proven, %d live and %d withdrawn cards\n", size, cards["live"],
		cards["withdrawn"])
}
