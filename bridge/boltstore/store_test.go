package boltstore_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStoreIsAStore(t *testing.T) {
	for name, opts := range map[string]boltstore.Options{
		"one segment":   {},
		"many segments": {SegmentBytes: 32 << 10},
	} {
		t.Run(name, func(t *testing.T) {
			bridgetest.TestStore(t, func(t *testing.T) (bridge.Store, func() bridge.Store) {
				path := filepath.Join(t.TempDir(), "data", "chatgroups.db")
				open := func() bridge.Store {
					s, err := boltstore.Open(path, opts)
					if err != nil {
						t.Fatal(err)
					}
					return s
				}
				return open(), open
			})
		})
	}
}
