package boltstore

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/chatgroups/chatgroups/bridge"
)

// maxProblems is how many problems Check lists.
const maxProblems = 100

// Check verifies the whole store at path without changing it, and returns what is
// wrong, one line for each thing, or nil. It looks at everything that Open does and
// also reads each entry to its end. The store must not be open for writing:
// otherwise the error is ErrInUse.
func Check(path string) error {
	main, err := openBolt(path, true)
	if err != nil {
		return err
	}
	defer main.Close()
	if err := checkSchema(main); err != nil {
		return err
	}
	files, err := openFiles(path)
	if err != nil {
		return err
	}
	defer files.close()
	stop := readAhead(files.all())
	defer stop()

	var c checking
	contents, err := readMain(files.main, c.in(path))
	if err != nil {
		c.add(damaged(path, err))
		contents = mainContents{}
		for _, n := range files.numbers {
			contents.segments = append(contents.segments, segmentContents{number: n})
		}
	}
	if err := files.match(path, contents.segments); err != nil {
		c.add(err)
	}
	next := c.segments(path, contents, files)
	if contents.schema == schema && next > 0 {
		c.journal(path, contents.epoch, next-1)
	}
	c.ids()
	return c.problems()
}

// checking gathers what is wrong.
type checking struct {
	mu    sync.Mutex
	found []error // guarded by mu
	more  int     // problems beyond maxProblems; guarded by mu

	index *restoring
}

func (c *checking) add(problem error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.found) < maxProblems {
		c.found = append(c.found, problem)
	} else {
		c.more++
	}
}

func (c *checking) problems() error {
	if c.more > 0 {
		c.found = append(c.found, fmt.Errorf("and %d more", c.more))
	}
	return errors.Join(c.found...)
}

// in returns a report function for a file that lets the reading go on.
func (c *checking) in(path string) (report func(error) error) {
	return func(err error) error {
		c.add(damaged(path, err))
		return nil
	}
}

// segments verifies the segments, and returns the position after the last one, or 0
// where that is not known.
func (c *checking) segments(path string, contents mainContents, files *files) (after uint64) {
	c.index = restore(newIndex())
	for i, want := range contents.segments {
		file := files.segments[want.number]
		if after = 0; file == nil {
			continue // match said so
		}
		scan := segmentScan{
			epoch: contents.epoch, number: want.number, first: want.first,
			index: c.index, each: decodable,
			report: c.in(file.Name()),
		}
		next, _, err := scan.run(file)
		if err != nil {
			c.add(damaged(file.Name(), err))
			continue
		}
		after = next
		if i+1 < len(contents.segments) && contents.segments[i+1].first != next && contents.epoch != "" {
			c.add(damaged(file.Name(), fmt.Errorf("it ends before position %d and the next one begins at %d", next, contents.segments[i+1].first)))
		}
	}
	return after
}

// journal verifies the journal, which follows the entry at position folded.
func (c *checking) journal(path, epoch string, folded uint64) {
	contents, err := readJournal(path, epoch, folded)
	if err != nil {
		c.add(err)
		return
	}
	stop := c.index.start(c.in(journalPath(path)))
	for i, value := range contents.pending {
		position := folded + uint64(i) + 1
		e, err := unmarshalEntry(value, position)
		if err == nil {
			err = decodable(e)
		}
		if err != nil {
			c.add(damaged(journalPath(path), atPosition(position, err)))
			continue
		}
		c.index.add(e, position)
	}
	_ = stop() // in never ends a reading
}

// decodable reads an entry to its end.
func decodable(e storedEntry) error {
	_, err := bridge.DecodeEntry(e.body)
	return err
}

// ids looks for an id that a conversation has twice. Two hashes of 64 bits are not
// equal by chance.
func (c *checking) ids() {
	for id, conversation := range c.index.index.conversations {
		hashes := make([]uint64, 0, len(conversation.places))
		for _, p := range conversation.places {
			hashes = append(hashes, p.id)
		}
		slices.Sort(hashes)
		if len(slices.Compact(hashes)) < len(conversation.places) {
			c.add(fmt.Errorf("conversation %q has an entry's id twice: %w", id, bridge.ErrDamaged))
		}
	}
}
