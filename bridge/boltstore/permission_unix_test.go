//go:build unix

package boltstore_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/chatgroups/chatgroups/bridge/boltstore"
)

func init() {
	children["open"] = func(path string) {
		if s, err := boltstore.Open(path, boltstore.Options{}); err != nil {
			os.Stdout.WriteString(err.Error())
		} else {
			s.Close()
			os.Stdout.WriteString("opened")
		}
	}
}

func TestAFolderThatCannotBeWrittenIsNamed(t *testing.T) {
	for what, prepare := range map[string]func(t *testing.T, path string) error{
		"a new store": func(t *testing.T, path string) error { return os.Chmod(filepath.Dir(path), 0o555) },
		"an old store": func(t *testing.T, path string) error {
			open(t, path, boltstore.Options{}).Close()
			return errors.Join(os.Chmod(path, 0o444), os.Chmod(filepath.Dir(path), 0o555))
		},
	} {
		t.Run(what, func(t *testing.T) {
			dir := shared(t)
			path := filepath.Join(dir, mainName)
			if err := prepare(t, path); err != nil {
				t.Fatal(err)
			}
			defer os.Chmod(dir, 0o755)
			out, err := asNobody(t, child(t, "open", path)).Output()
			if err != nil {
				t.Skipf("this user cannot become another one: %v", err)
			}
			if got := string(out); !strings.Contains(got, "permission denied") || !strings.Contains(got, "let the user that runs chatgroups") || !strings.Contains(got, dir) {
				t.Errorf("the error is %q, want one that says which user may do what to %s", got, dir)
			}
		})
	}
}

// shared returns a folder that other users can reach, which those of t.TempDir are not.
func shared(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "boltstore")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// copyProgram returns a copy of a command's program that other users can run.
func copyProgram(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	from, err := os.Open(cmd.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	path := filepath.Join(shared(t), "program")
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(to, from)
	if err := errors.Join(err, to.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// asNobody lets a command run as a user whom modes of files bind, which is not so
// for root.
func asNobody(t *testing.T, cmd *exec.Cmd) *exec.Cmd {
	if os.Getuid() == 0 {
		cmd.Path = copyProgram(t, cmd)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	return cmd
}
