package boltstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

func init() {
	children["fill a disk"] = asChild(fillDisk)
	children["fail to write"] = asChild(failToWrite)
}

// asChild makes a child that says "ok", or what went wrong.
func asChild(fn func(path string) error) func(path string) {
	return func(path string) {
		if err := fn(path); err != nil {
			fmt.Println(err)
		} else {
			fmt.Println("ok")
		}
	}
}

var errNoMount = errors.New("no mount")

// fillDisk writes to a disk of its own until that is full.
func fillDisk(path string) error {
	dir := filepath.Dir(path)
	err := errors.Join(
		syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""),
		syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"),
	)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoMount, err)
	}
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
		return err
	}
	s, err := boltstore.Open(path, boltstore.Options{SegmentBytes: 256 << 10})
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	if _, err := s.Put(ctx, bridge.GroupRecords, "tech", []byte("v"), 0); err != nil {
		return err
	}
	appendOne := func(last bridge.Seq) error {
		_, err := s.Append(ctx, "c", last, bridge.Entry{ID: bridge.EntryID(fmt.Sprintf("id-%d", last+1)), Body: strings.Repeat("x", 20_000)})
		return err
	}
	last := bridge.Seq(0)
	for err = nil; err == nil && last < 1000; last++ {
		err = appendOne(last)
	}
	last-- // the one that was refused
	if bridge.CodeOf(err) != bridge.CodeUnavailable || !strings.Contains(err.Error(), "disk is full") {
		return fmt.Errorf("append %d: error %v, want one with CodeUnavailable", last+1, err)
	}
	for range 3 {
		if err := appendOne(last); bridge.CodeOf(err) != bridge.CodeUnavailable {
			return fmt.Errorf("append to a full disk: error %v, want one with CodeUnavailable", err)
		}
	}
	if e, err := s.Append(ctx, "c", 0, bridge.Entry{ID: "id-1"}); err != nil || e.Seq != 1 {
		return fmt.Errorf("an id that is there, on a full disk: entry %d, error %v", e.Seq, err)
	}
	entries, err := s.Read(ctx, "c", 0, 0)
	if err != nil || bridge.Seq(len(entries)) != last {
		return fmt.Errorf("%d of %d entries are there, error %v", len(entries), last, err)
	}
	if _, err := s.Record(ctx, bridge.GroupRecords, "tech"); err != nil {
		return err
	}

	if err := os.Remove(ballast); err != nil {
		return err
	}
	if err := appendOne(last); err != nil {
		return fmt.Errorf("append with room again: %w", err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	return boltstore.Check(path)
}

// TestAFullDiskRefusesWritesUntilThereIsRoom needs a small disk, which a process can
// give itself in a name space of its own.
func TestAFullDiskRefusesWritesUntilThereIsRoom(t *testing.T) {
	cmd := child(t, "fill a disk", filepath.Join(t.TempDir(), mainName))
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	expectOK(t, cmd)
}

// failToWrite makes the system refuse what is written to files.
func failToWrite(path string) error {
	s, err := boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	ctx := context.Background()
	if _, err := s.Append(ctx, "c", 0, bridge.Entry{ID: "one"}); err != nil {
		return err
	}
	signal.Ignore(syscall.SIGXFSZ)
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		return err
	}
	limit := func(n uint64) error {
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: old.Max})
	}
	if err := limit(0); err != nil {
		return err
	}
	_, err = s.Append(ctx, "c", 1, bridge.Entry{ID: "two"})
	if bridge.CodeOf(err) != bridge.CodeUnavailable || !strings.Contains(err.Error(), "restart") {
		return fmt.Errorf("append: error %v, want one with CodeUnavailable that says what to do", err)
	}

	// The disk may be well again, but what it holds is not known.
	if err := limit(old.Cur); err != nil {
		return err
	}
	if _, err := s.Append(ctx, "c", 1, bridge.Entry{ID: "three"}); bridge.CodeOf(err) != bridge.CodeUnavailable {
		return fmt.Errorf("append after a failure: error %v, want one with CodeUnavailable", err)
	}
	if _, err := s.Put(ctx, bridge.GroupRecords, "tech", nil, 0); bridge.CodeOf(err) != bridge.CodeUnavailable {
		return fmt.Errorf("put after a failure: error %v, want one with CodeUnavailable", err)
	}
	if entries, err := s.Read(ctx, "c", 0, 0); err != nil || len(entries) != 1 {
		return fmt.Errorf("%d entries are there, error %v", len(entries), err)
	}
	if err := s.Close(); err != nil {
		return err
	}
	s, err = boltstore.Open(path, boltstore.Options{})
	if err != nil {
		return err
	}
	defer s.Close()
	if _, err := s.Append(ctx, "c", 1, bridge.Entry{ID: "two"}); err != nil {
		return fmt.Errorf("append after a restart: %w", err)
	}
	return nil
}

func TestAWriteThatFailedEndsWriting(t *testing.T) {
	expectOK(t, child(t, "fail to write", filepath.Join(t.TempDir(), mainName)))
}

func expectOK(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.Output()
	if errors.Is(err, syscall.EPERM) || strings.HasPrefix(string(out), errNoMount.Error()) {
		t.Skipf("this system gives processes no disk of their own: %v %s", err, out)
	}
	if got := strings.TrimSpace(string(out)); err != nil || got != "ok" {
		t.Errorf("%s, error %v", got, err)
	}
}
