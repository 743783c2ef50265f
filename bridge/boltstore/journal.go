package boltstore

import (
	"cmp"
	"encoding/binary"
	"errors"
	"os"
)

// A journal is where entries wait on the disk until they are folded into the last
// segment. A commit of bbolt writes pages, syncs, writes the root and syncs again;
// the journal takes a batch with one write in place and one sync, which is what an
// acknowledgement has to wait for.
//
// The file has a fixed size and is full of zeros where nothing is written, so that
// neither its length nor its blocks change with a write. It begins with a sector
// that says whose it is. Frames follow, one for an entry, without gaps:
//
//	0   4  CRC-32C of the next 20 bytes
//	4   4  length of the stored entry, n
//	8   8  position of the entry
//	16  8  position of the first entry of the same write
//	24  n  the stored entry, which has a checksum of its own
//	…      zeros up to a multiple of frameAlign
//
// After a fold all of it is zeros again. See journal_read.go for what that is
// needed for.
//
// Only the log's committer, and Open before it, may use a journal.
type journal struct {
	file  *os.File
	limit int64 // no frame goes beyond
	end   int64 // of the last frame
	dirty int64 // bytes behind end that a refused write may have left
}

const (
	journalBytes    = 1 << 20
	journalHead     = sectorSize
	frameHeaderSize = 24
	frameAlign      = 8
	// sectorSize is what a disk writes whole or not at all.
	sectorSize = 512
)

func journalPath(path string) string { return path + ".journal" }

// createJournal makes the empty journal of the store at path, whatever was there.
func createJournal(path, epoch string) error {
	name := journalPath(path)
	if err := os.Remove(name); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return createWhole(name, func(temp string) error {
		file, err := os.OpenFile(temp, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		data := make([]byte, journalBytes)
		copy(data, marshalJournalHead(epoch))
		_, err = file.Write(data)
		return errors.Join(err, file.Sync(), file.Close())
	})
}

const journalName = "journal"

// marshalJournalHead returns the first sector of the journal of a store.
func marshalJournalHead(epoch string) []byte {
	record := marshalRecord(journalName, epochKey, 0, []byte(epoch))
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(record))), record...)
}

// appendFrame appends the frame of a sealed entry to a write that begins with the
// entry at position first.
func appendFrame(data, value []byte, position, first uint64) []byte {
	begin := len(data)
	data = binary.BigEndian.AppendUint32(data, 0)
	data = binary.BigEndian.AppendUint32(data, uint32(len(value)))
	data = binary.BigEndian.AppendUint64(data, position)
	data = binary.BigEndian.AppendUint64(data, first)
	binary.BigEndian.PutUint32(data[begin:], frameSum(data[begin:]))
	data = append(data, value...)
	return append(data, make([]byte, frameSize(value)-(len(data)-begin))...)
}

func frameSize(value []byte) int {
	return (frameHeaderSize + len(value) + frameAlign - 1) / frameAlign * frameAlign
}

// openJournal opens a journal for writing behind end. Of what lies from there to
// used nothing is needed any more.
func openJournal(path string, end, used, limit int64) (*journal, error) {
	file, err := os.OpenFile(journalPath(path), os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file, limit: min(limit, journalBytes), end: end, dirty: max(used-end, 0)}
	if err := j.clean(); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// empty reports whether no frame is in the journal.
func (j *journal) empty() bool { return j.end == journalHead }

// fits reports whether there is room for n bytes of frames.
func (j *journal) fits(n int) bool { return j.end+int64(n) <= j.limit }

// write puts frames, for which there must be room, behind the others, and returns
// when they are on the disk. After an error of which noRoom says so they are not,
// and it may be called again; after any other nobody knows.
func (j *journal) write(frames []byte) error {
	if err := j.clean(); err != nil {
		return err
	}
	if _, err := j.file.WriteAt(frames, j.end); err != nil {
		j.dirty = int64(len(frames))
		return err
	}
	if err := datasync(j.file); err != nil {
		return err
	}
	j.end += int64(len(frames))
	return nil
}

// clear takes all frames away. Call it when they are in a segment.
func (j *journal) clear() error {
	j.dirty += j.end - journalHead
	j.end = journalHead
	return j.clean()
}

// clean overwrites what is left behind the end with zeros. It returns when they are
// on the disk: were they written together with the next frames, a power cut could
// leave a mixture of old and new that looks like neither.
func (j *journal) clean() error {
	if j.dirty == 0 {
		return nil
	}
	_, err := j.file.WriteAt(make([]byte, j.dirty), j.end)
	if err = cmp.Or(err, datasync(j.file)); err != nil {
		return err
	}
	j.dirty = 0
	return nil
}

func (j *journal) close() error { return j.file.Close() }
