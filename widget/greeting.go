package widget

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/chatgroups/chatgroups/bridge"
)

// maxGreetingsBytes is the most bytes of greetings together: every page view carries
// them.
const maxGreetingsBytes = 16 << 10

// ReadGreetings reads greetings as a JSON array and refuses what the widget could not
// follow. The error says where.
func ReadGreetings(r io.Reader) ([]bridge.Greeting, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxGreetingsBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxGreetingsBytes {
		return nil, fmt.Errorf("the greetings have more than %d bytes, and every page view carries them", maxGreetingsBytes)
	}
	var all []bridge.Greeting
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil {
		return nil, fmt.Errorf(`the greetings are not JSON like [{"text": "Any questions?", "after": 20, "path": "/prices*"}]: %w`, err)
	}
	if err := bridge.CheckGreetings(all); err != nil {
		return nil, err
	}
	return all, nil
}

// soonest is after how many seconds the first of the greetings may be due, 0 without
// any: so long the widget fetches nothing for them.
func soonest(all []bridge.Greeting) (after int) {
	for _, g := range all {
		if after == 0 || g.After < after {
			after = g.After
		}
	}
	return after
}
