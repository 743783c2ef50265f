package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
)

// journalContents is what a journal holds.
type journalContents struct {
	// pending are the stored entries that no segment has, in order of positions.
	pending [][]byte
	end     int64 // of the last frame that counts
	used    int64 // behind it all bytes are zero
}

// readJournal reads and verifies the journal of the store at path, whose segments
// end with position folded. The error is bridge.ErrDamaged or that of the file.
func readJournal(path, epoch string, folded uint64) (journalContents, error) {
	name := journalPath(path)
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return journalContents{}, damaged(name, errors.New("the file is missing"))
	}
	if err != nil {
		return journalContents{}, err
	}
	c, err := parseJournal(data, epoch, folded)
	if err != nil {
		return journalContents{}, damaged(name, err)
	}
	return c, nil
}

// parseJournal takes a journal apart.
//
// Where the frames end, the reader must tell three things apart, of which only the
// last may be an error:
//
//   - a fold that was completed, but not the clearing after it: the frames, or what
//     is left of them, hold nothing that the segments have not;
//   - a write that a crash cut short: nobody was told that its entries are kept, and
//     they need not be. A disk writes sectors whole, in any order, so that at least
//     one is missing, and what is missing is zeros;
//   - damage: frames of a later write follow, or no sector is missing.
//
// A changed bit in the 24 bytes before the very last entry goes unnoticed if that
// entry also ends with a sector: it looks like a write of which more is missing.
func parseJournal(data []byte, epoch string, folded uint64) (c journalContents, err error) {
	if len(data) != journalBytes {
		return c, fmt.Errorf("it has %d bytes instead of %d", len(data), journalBytes)
	}
	head := marshalJournalHead(epoch)
	if !bytes.Equal(data[:journalHead], append(head, make([]byte, journalHead-len(head))...)) {
		return c, errors.New("its first sector is not what it must be: it is damaged, or the files are not of one backup")
	}
	c.used = usedBytes(data)
	at, next := journalHead, uint64(0) // 0 before the first frame
	for {
		f, ok := cutFrame(data[at:])
		if !ok || next != 0 && f.position != next || next == 0 && f.position > folded+1 {
			break
		}
		if f.position > folded {
			c.pending = append(c.pending, f.value)
		}
		next = f.position + 1
		at += f.size
	}
	c.end, c.used = int64(at), max(c.used, int64(at))
	return c, judgeRest(data[at:c.used], at, next, folded)
}

// usedBytes returns behind which byte all are zero. Most of a journal is, mostly, so
// sectors are compared as a whole.
func usedBytes(data []byte) int64 {
	var zeros [sectorSize]byte
	for len(data) >= sectorSize && bytes.Equal(data[len(data)-sectorSize:], zeros[:]) {
		data = data[:len(data)-sectorSize]
	}
	return int64(len(bytes.TrimRight(data, "\x00")))
}

// judgeRest says whether what follows the last good frame is damage. It lies at
// offset at of the file, and next is the position that should follow, or 0 if there
// was no good frame.
func judgeRest(rest []byte, at int, next, folded uint64) error {
	if len(rest) == 0 {
		return nil
	}
	stale := next != 0 && next <= folded
	expected := max(next, folded+1)
	for i := frameAlign; i < len(rest); i += frameAlign {
		if f, ok := cutFrame(rest[i:]); ok && f.position > folded && (stale || f.first > expected) {
			return fmt.Errorf("entry %d is damaged and entry %d follows it", expected, f.position)
		}
	}
	if stale || torn(rest, at) {
		return nil
	}
	return atPosition(expected, errChecksum)
}

// torn reports whether a sector is missing in a write that begins at offset at.
func torn(rest []byte, at int) bool {
	if f, ok := cutHeader(rest); ok {
		n := frameHeaderSize + f.length
		if n > len(rest) {
			return true
		}
		rest = rest[:n]
	} else if (at+len(rest))%sectorSize == 0 {
		return true
	}
	for len(rest) > 0 {
		sector := rest[:min(sectorSize-at%sectorSize, len(rest))]
		if len(bytes.Trim(sector, "\x00")) == 0 {
			return true
		}
		rest = rest[len(sector):]
		at += len(sector)
	}
	return false
}

// A frame is an entry in the journal.
type frame struct {
	position uint64
	first    uint64 // position of the first entry of the same write
	value    []byte // the stored entry
	length   int    // of value
	size     int    // of the frame
}

// cutFrame returns the frame with which data begins, if it is whole.
func cutFrame(data []byte) (frame, bool) {
	f, ok := cutHeader(data)
	if !ok || f.size > len(data) {
		return frame{}, false
	}
	f.value = data[frameHeaderSize : frameHeaderSize+f.length]
	if _, err := unmarshalEntry(f.value, f.position); err != nil {
		return frame{}, false
	}
	if padding := data[frameHeaderSize+f.length : f.size]; len(bytes.Trim(padding, "\x00")) > 0 {
		return frame{}, false
	}
	return f, true
}

// cutHeader returns the frame with which data begins, without the entry.
func cutHeader(data []byte) (frame, bool) {
	if len(data) < frameHeaderSize || binary.BigEndian.Uint32(data) != frameSum(data) {
		return frame{}, false
	}
	f := frame{
		length:   int(binary.BigEndian.Uint32(data[4:])),
		position: binary.BigEndian.Uint64(data[8:]),
		first:    binary.BigEndian.Uint64(data[16:]),
	}
	if f.length < entryHeaderSize || f.length > journalBytes {
		return frame{}, false
	}
	f.size = (frameHeaderSize + f.length + frameAlign - 1) / frameAlign * frameAlign
	return f, true
}

func frameSum(header []byte) uint32 { return crc32.Checksum(header[4:frameHeaderSize], castagnoli) }
