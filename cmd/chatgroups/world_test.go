package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	main "github.com/chatgroups/chatgroups/cmd/chatgroups"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// asProgram, when set in the environment, makes the test binary the program
// itself, so that tests can start, stop and kill it as a process of its own.
const asProgram = "CHATGROUPS_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(main.Run(ctx, os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// world is a simulated Slack workspace with the app installed, and the settings of
// a program that serves it.
type world struct {
	slack *fakeslack.Workspace
	app   fakeslack.Installation
	cleo  string // an admin
	dir   string
	env   []string
	base  string // where the program's public listener is
	admin string // where its admin listener is
}

// newWorld starts a workspace. It runs until the test is over.
func newWorld(t *testing.T, cfg fakeslack.Config) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.BaseURL = "http://" + l.Addr().String()
	w := &world{slack: fakeslack.New(cfg), dir: t.TempDir()}
	scopes, events := slackapp.Needs()
	w.app = w.slack.InstallApp(fakeslack.App{
		Name: "chatgroups", Scopes: scopes, Events: events, SocketMode: true,
		Commands: []fakeslack.SlashCommand{{Name: "/chatgroups", ShouldEscape: true}},
	})
	w.cleo = w.slack.AddPerson(fakeslack.Person{Name: "cleo", RealName: "Cleo Novak", Admin: true}).ID

	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{Handler: w.slack.Handler()}
	var running sync.WaitGroup
	running.Go(func() {
		if err := w.slack.Run(ctx); err != nil {
			t.Errorf("the simulated Slack: %v", err)
		}
	})
	running.Go(func() {
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("the simulated Slack: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		server.Close()
		running.Wait()
	})
	w.base, w.admin = "http://"+freePort(t), "http://"+freePort(t)
	w.env = []string{
		asProgram + "=1",
		"SLACK_BOT_TOKEN=" + w.app.BotToken, "SLACK_APP_TOKEN=" + w.app.AppToken,
		"SLACK_API_URL=" + cfg.BaseURL + "/api/",
		"CHATGROUPS_LISTEN=" + w.base[len("http://"):], "CHATGROUPS_ADMIN_LISTEN=" + w.admin[len("http://"):],
		"CHATGROUPS_PUBLIC_URL=" + w.base,
		"CHATGROUPS_STORE=bolt:" + filepath.Join(w.dir, "chatgroups.db"),
		"CHATGROUPS_LOG=warn",
	}
	return w
}

// freePort returns an address on which nothing listens just now.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// process is the program, running.
type process struct {
	cmd    *exec.Cmd
	stderr *bytes.Buffer
	done   chan error
}

// start runs the program with the world's settings.
func (w *world) start(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, args...), stderr: &bytes.Buffer{}, done: make(chan error, 1)}
	p.cmd.Env = append(os.Environ(), w.env...)
	p.cmd.Stderr = p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	return p
}

// kill ends the program as a crash would, and waits for its end.
func (p *process) kill() {
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.done
}

// stop asks the program to end and returns its exit code.
func (p *process) stop(t *testing.T) int {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(30 * time.Second):
		p.kill()
		t.Fatalf("the program did not stop; its log:\n%s", p.stderr)
	}
	return p.cmd.ProcessState.ExitCode()
}

// ready waits until the program says that it is connected to Slack.
func (w *world) ready(t *testing.T, p *process) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.admin+"/readyz", nil)
		res, err := http.DefaultClient.Do(req)
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-p.done:
			p.done <- err
			t.Fatalf("the program ended: %v; its log:\n%s", err, p.stderr)
		case <-ctx.Done():
			p.kill()
			t.Fatalf("the program is not ready; its log:\n%s", p.stderr)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// command runs a slash command as a person and returns what that person reads.
func (w *world) command(t *testing.T, user, channel, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	res, err := w.slack.Command(ctx, user, channel, text, false)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	said := res.Responses()
	if len(said) == 0 {
		t.Fatalf("%s: no answer", text)
	}
	return said[len(said)-1].Text
}

// group makes a group with a channel and a user group of the same people, by
// command, as an admin would.
func (w *world) group(t *testing.T, name string, people ...string) (channel string) {
	t.Helper()
	handle, room := "team-"+strings.ToLower(name), "chat-"+strings.ToLower(name)
	channel = w.slack.AddChannel(room, false, append([]string{w.cleo}, people...)...)
	w.slack.AddUserGroup(name, handle, people...)
	answer := w.command(t, w.cleo, channel, fmt.Sprintf("/chatgroups create %s @%s #%s", name, handle, room))
	if !strings.Contains(answer, "is ready") {
		t.Fatalf("create %s: %s", name, answer)
	}
	return channel
}
