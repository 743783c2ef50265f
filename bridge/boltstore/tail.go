package boltstore

// A tail is the end of the log that is in the journal and in no segment yet, held in
// memory for those who read. It is never changed; the log's committer replaces it.
type tail struct {
	first  uint64   // the position of the first entry, or the next one where there is none
	values [][]byte // stored entries
}

// newTail returns the tail of a log whose next position is first and whose entries
// are all in segments.
func newTail(first uint64) *tail { return &tail{first: first} }

// next returns the position of the entry that will come next.
func (t *tail) next() uint64 { return t.first + uint64(len(t.values)) }

// with returns the tail with more entries. Only the newest tail may be given more: it
// shares its array with those before it.
func (t *tail) with(values [][]byte) *tail {
	return &tail{t.first, append(t.values, values...)}
}

func (t *tail) read(places []place, fn func(e storedEntry, position uint64) error) error {
	for _, p := range places {
		e, err := unmarshalEntry(t.values[p.position-t.first], p.position)
		if err == nil {
			err = fn(e, p.position)
		}
		if err != nil {
			return damaged("memory", atPosition(p.position, err))
		}
	}
	return nil
}
