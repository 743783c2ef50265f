package main

import (
	"context"
	"errors"

	"github.com/chatgroups/chatgroups/bridge"
)

// A clean stop leaves a record behind, which the next start takes away: where it
// is missing, the last run died, perhaps with posts under way.
const cleanStopKey = "clean-stop"

func noteCleanStop(ctx context.Context, store bridge.Store) error {
	_, err := store.Put(ctx, bridge.MetaRecords, cleanStopKey, []byte("1"), 0)
	return err
}

// takeCleanStop reports whether the last run stopped cleanly, or there was none.
func takeCleanStop(ctx context.Context, store bridge.Store) (bool, error) {
	r, err := store.Record(ctx, bridge.MetaRecords, cleanStopKey)
	if errors.Is(err, bridge.ErrNoRecord) {
		first := true
		err := store.Records(ctx, bridge.ActiveRecords, "", func(bridge.Record) error { first = false; return nil })
		return first, err
	}
	if err != nil {
		return false, err
	}
	return true, store.Delete(ctx, bridge.MetaRecords, cleanStopKey, r.Revision)
}
