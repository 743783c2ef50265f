package boltstore_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
)

// exhaustive is for nights: minutes of bit flips and kills instead of seconds.
var exhaustive = flag.Bool("exhaustive", false, "try every bit, and kill many times more")

// childEnv names what this program does instead of the tests when a test starts it
// again as a process of its own.
const childEnv = "BOLTSTORE_TEST_CHILD"

var children = map[string]func(path string){}

func TestMain(m *testing.M) {
	if child := children[os.Getenv(childEnv)]; child != nil {
		child(os.Args[1])
		return
	}
	flag.Set("rapid.checks", "15") // what the command line says counts more
	goleak.VerifyTestMain(m)
}

// child returns a command that runs one of children.
func child(t *testing.T, name, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], path)
	cmd.Env = append(os.Environ(), childEnv+"="+name)
	cmd.Stderr = t.Output()
	return cmd
}

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

// open opens a store that the test's end closes.
func open(tb testing.TB, path string, opts boltstore.Options) *boltstore.Store {
	tb.Helper()
	s, err := boltstore.Open(path, opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { s.Close() })
	return s
}
