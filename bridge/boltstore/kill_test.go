package boltstore_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

func init() { children["write until killed"] = writeUntilKilled }

const killWriters = 16

// writeUntilKilled appends to a conversation for each writer, and counts in a record
// for each, and tells on stdout what the store has acknowledged.
func writeUntilKilled(path string) {
	s, err := boltstore.Open(path, small)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	var mu sync.Mutex
	tell := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Printf(format, args...)
	}
	fail := func(err error) {
		tell("error %v\n", err)
		os.Exit(1)
	}
	ctx := context.Background()
	var writers sync.WaitGroup
	for w := range killWriters {
		conversation, key := killNames(w)
		writers.Go(func() {
			entries, err := s.Read(ctx, conversation, 0, 0)
			if err != nil {
				fail(err)
			}
			for last := bridge.Seq(len(entries)); ; last++ {
				id := bridge.EntryID(fmt.Sprintf("id-%d", last+1))
				if _, err := s.Append(ctx, conversation, last, bridge.Entry{ID: id, Kind: bridge.KindMessage, Body: "about " + string(id)}); err != nil {
					fail(err)
				}
				tell("entry %d %d\n", w, last+1)
			}
		})
		writers.Go(func() {
			r, err := s.Record(ctx, bridge.ActiveRecords, key)
			if err != nil && !errors.Is(err, bridge.ErrNoRecord) {
				fail(err)
			}
			n, _ := strconv.Atoi(string(r.Value))
			for revision := r.Revision; ; {
				n++
				if revision, err = s.Put(ctx, bridge.ActiveRecords, key, []byte(strconv.Itoa(n)), revision); err != nil {
					fail(err)
				}
				tell("record %d %d\n", w, n)
			}
		})
	}
	writers.Wait()
}

func killNames(w int) (conversation bridge.ConversationID, key string) {
	return bridge.ConversationID(fmt.Sprintf("conversation-%d", w)), fmt.Sprintf("record-%d", w)
}

// TestKilledUnderLoad kills a process that writes, again and again at a random
// moment. Each time everything that it was told is written must be there, in order,
// and nothing else than it wrote.
func TestKilledUnderLoad(t *testing.T) {
	cycles := 20
	if *exhaustive {
		cycles = 400
	}
	path := filepath.Join(t.TempDir(), mainName)
	var entries, records [killWriters]int // the last that was acknowledged
	for cycle := range cycles {
		cmd := child(t, "write until killed", path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		acks := 0
		enough := rand.IntN(2000) // the first cycles also end while the store is being made
		if enough == 0 {
			cmd.Process.Kill()
		}
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			var what string
			var w, n int
			if _, err := fmt.Sscanf(lines.Text(), "%s %d %d", &what, &w, &n); err != nil {
				if what == "error" {
					t.Errorf("cycle %d: %s", cycle, lines.Text())
				}
				continue // the kill may have cut the last line
			}
			switch what {
			case "entry":
				entries[w] = n
			case "record":
				records[w] = n
			}
			if acks++; acks == enough {
				cmd.Process.Kill()
			}
		}
		cmd.Wait()
		if t.Failed() {
			return
		}
		checkKilled(t, path, cycle, &entries, &records)
	}
}

// checkKilled looks at the store after a kill, and sets the counts to what is there:
// what was cut off in this cycle is not to be counted against the next one too.
func checkKilled(t *testing.T, path string, cycle int, acknowledged, records *[killWriters]int) {
	t.Helper()
	if _, err := os.Stat(path); err != nil && *acknowledged == [killWriters]int{} {
		return // killed before there was anything
	}
	s, err := boltstore.Open(path, small)
	if err != nil {
		t.Fatalf("cycle %d: %v", cycle, err)
	}
	defer s.Close()
	for w := range killWriters {
		conversation, key := killNames(w)
		entries, err := s.Read(t.Context(), conversation, 0, 0)
		if err != nil {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		// One more may be there: its acknowledgement was cut off.
		if got, want := len(entries), acknowledged[w]; got < want || got > want+1 {
			t.Fatalf("cycle %d: %s has %d entries and %d were acknowledged", cycle, conversation, got, want)
		}
		for i, e := range entries {
			id := fmt.Sprintf("id-%d", i+1)
			if e.Seq != bridge.Seq(i+1) || string(e.ID) != id || e.Body != "about "+id {
				t.Fatalf("cycle %d: entry %d of %s is %d %q %q", cycle, i+1, conversation, e.Seq, e.ID, e.Body)
			}
		}
		acknowledged[w] = len(entries)
		r, err := s.Record(t.Context(), bridge.ActiveRecords, key)
		if err != nil && records[w] > 0 {
			t.Fatalf("cycle %d: %v", cycle, err)
		}
		n, _ := strconv.Atoi(string(r.Value))
		if n < records[w] || n > records[w]+1 {
			t.Fatalf("cycle %d: %s is %d and %d was acknowledged", cycle, key, n, records[w])
		}
		records[w] = n
	}
}
