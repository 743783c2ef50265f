package bridgetest_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemoryIsAStore(t *testing.T) {
	bridgetest.TestStore(t, func(t *testing.T) (bridge.Store, func() bridge.Store) {
		m := bridgetest.NewMemory()
		return m, func() bridge.Store {
			m = m.Reopen()
			return m
		}
	})
}
