package boltstore

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
)

// The schema names the layout of the files as a whole. Raise it with every change
// that an older program would misread; the record that holds it keeps its place
// and form for ever, so that an older program can say what it met. Open brings files
// of an older schema, down to the oldest, to this one.
//
//   - 1 had no journal.
const (
	schema       = 2
	oldestSchema = 1
)

// Buckets of the main file. Each kind of records has one more, see recordBucket.
var (
	storeBucket    = []byte("store")    // what the store knows about itself, under the keys below
	segmentsBucket = []byte("segments") // number of a segment -> its first position
)

// Keys of storeBucket. The bucket stays so small that bbolt keeps it within its
// root page, which every transaction writes anyway.
const (
	schemaKey   = "schema"   // decimal
	epochKey    = "epoch"    // see Store.Epoch
	createdKey  = "created"  // RFC 3339
	revisionKey = "revision" // the last revision given to a record, 8 bytes
)

// Buckets of a segment.
var (
	headBucket = []byte("head") // which segment of which store this is
	logBucket  = []byte("log")  // position -> entry
)

// Keys of headBucket.
const (
	numberKey = "number" // 8 bytes
	firstKey  = "first"  // position of the first entry, 8 bytes
)

const recordPrefix = "records/"

func recordBucket(kind bridge.RecordKind) string { return recordPrefix + string(kind) }

// castagnoli is the polynomial that processors have an instruction for.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// number64 is how positions, numbers and revisions are stored: big-endian, so that
// keys sort as numbers do.
func number64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func parse64(data []byte) (uint64, bool) {
	if len(data) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(data), true
}

// segmentPath returns where segment number n of the store at path lies.
func segmentPath(path string, n uint64) string { return fmt.Sprintf("%s.log-%06d", path, n) }

// segmentNumber is the inverse of segmentPath.
func segmentNumber(path, name string) (n uint64, ok bool) {
	digits, ok := strings.CutPrefix(name, path+".log-")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	return n, err == nil && segmentPath(path, n) == name
}
