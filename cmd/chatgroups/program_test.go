package main_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	main "github.com/chatgroups/chatgroups/cmd/chatgroups"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// runWith runs the program in this process with an environment of its own.
func runWith(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	for _, name := range []string{
		"SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_ADMIN_TOKEN", "SLACK_API_URL", "CHATGROUPS_LISTEN", "CHATGROUPS_ADMIN_LISTEN",
		"CHATGROUPS_PUBLIC_URL", "CHATGROUPS_ORIGINS", "CHATGROUPS_TEXTS", "CHATGROUPS_GREETINGS", "CHATGROUPS_STORE", "CHATGROUPS_LOG",
	} {
		t.Setenv(name, "") // so that it is put back afterwards
		os.Unsetenv(name)
	}
	for name, value := range env {
		t.Setenv(name, value)
	}
	var out, errOut bytes.Buffer
	code = main.Run(t.Context(), args, &out, &errOut)
	return code, out.String(), errOut.String()
}

func TestBadConfigurationIsOneLineThatNamesTheSetting(t *testing.T) {
	good := map[string]string{
		"SLACK_BOT_TOKEN": "xoxb-1-canary", "SLACK_APP_TOKEN": "xapp-1-canary",
		"CHATGROUPS_LISTEN": "127.0.0.1:0", "CHATGROUPS_ADMIN_LISTEN": "127.0.0.1:0", "CHATGROUPS_STORE": "bolt:" + t.TempDir() + "/c.db",
	}
	texts := filepath.Join(t.TempDir(), "texts.json")
	if err := os.WriteFile(texts, []byte(`{"de": {"strat": "Los"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, value, mend string }{
		{"SLACK_BOT_TOKEN", "", "create the Slack app from manifest.yml"},
		{"SLACK_BOT_TOKEN", "xoxp-canary", "must start with xoxb-"},
		{"SLACK_APP_TOKEN", "xoxb-canary", "must start with xapp-"},
		{"SLACK_APP_TOKEN", "", "set one"},
		{"SLACK_ADMIN_TOKEN", "xoxb-canary", "must start with xoxp-"},
		{"SLACK_API_URL", "https://slack.com/api", "ends in a slash"},
		{"CHATGROUPS_PUBLIC_URL", "chat.example.com", "write it like https://"},
		{"CHATGROUPS_ORIGINS", "https://shop.example, shop2.example", "write it like https://"},
		{"CHATGROUPS_TEXTS", texts + ".none", "no such file"},
		{"CHATGROUPS_TEXTS", texts, "locales/en.json"},
		{"CHATGROUPS_GREETINGS", texts + ".none", "no such file"},
		{"CHATGROUPS_GREETINGS", texts, "not JSON like"},
		{"CHATGROUPS_LISTEN", "8080", "host:port"},
		{"CHATGROUPS_ADMIN_LISTEN", "nonsense", "host:port"},
		{"CHATGROUPS_STORE", "postgres://x", "bolt:./data/chatgroups.db"},
		{"CHATGROUPS_STORE", "nats://127.0.0.1:4222", "bolt:./data/chatgroups.db"},
		{"CHATGROUPS_LOG", "loud", "debug, info, warn or error"},
		{"CHATGROUPS_POSTS_PER_SECOND", "0", "use 1"},
		{"CHATGROUPS_IDENTITY_SECRET", "too short", "openssl rand -hex 32"},
	} {
		t.Run(row.name+"="+row.value, func(t *testing.T) {
			env := map[string]string{}
			for k, v := range good {
				env[k] = v
			}
			env[row.name] = row.value
			if row.value == "" {
				delete(env, row.name)
			}
			t.Setenv("CHATGROUPS_POSTS_PER_SECOND", "1")
			code, _, stderr := runWith(t, env, "serve")
			if code != 2 {
				t.Errorf("exit code %d, want 2", code)
			}
			if !strings.Contains(stderr, row.name) || !strings.Contains(stderr, row.mend) || strings.Count(stderr, "\n") != 1 {
				t.Errorf("stderr is not one line that names %s and the mend %q:\n%s", row.name, row.mend, stderr)
			}
			if strings.Contains(stderr, "canary") {
				t.Errorf("stderr holds a token:\n%s", stderr)
			}
		})
	}
	if code, _, stderr := runWith(t, good, "serve", "--no-such-flag"); code != 2 || !strings.Contains(stderr, "--no-such-flag") {
		t.Errorf("an unknown flag: exit code %d, %s", code, stderr)
	}
}

func TestVersionAndHelp(t *testing.T) {
	if code, stdout, _ := runWith(t, nil, "version"); code != 0 || !strings.HasPrefix(stdout, "chatgroups ") {
		t.Errorf("version: exit code %d, %q", code, stdout)
	}
	code, stdout, _ := runWith(t, nil, "--help")
	if code != 0 {
		t.Errorf("--help: exit code %d", code)
	}
	for _, command := range []string{"serve", "demo", "check", "version"} {
		if !strings.Contains(stdout, command) {
			t.Errorf("--help does not name %s", command)
		}
	}
}

func TestServeTellsWhenItIsReadyAndStopsCleanly(t *testing.T) {
	w := newWorld(t, fakeslack.Config{})
	p := w.start(t, "serve")
	w.ready(t, p)
	for path, want := range map[string]string{"/healthz": "ok", "/metrics": "chatgroups_", "/debug/pprof/cmdline": ""} {
		if code, body := fetch(t, w.admin+path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s gives %d", path, code)
		}
		if code, _ := fetch(t, w.base+path); code != http.StatusNotFound {
			t.Errorf("%s gives %d on the public address", path, code)
		}
	}
	// A second program must not share the store, and says so.
	second := w.start(t, "serve", "--listen=127.0.0.1:0", "--admin-listen=127.0.0.1:0")
	<-second.done
	if code := second.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(second.stderr.String(), "chatgroups.db") {
		t.Errorf("a second program on one store: exit code %d, %s", code, second.stderr)
	}
	// And one on the same address says which setting to change.
	third := w.start(t, "serve", "--store=bolt:"+t.TempDir()+"/other.db")
	<-third.done
	if code := third.cmd.ProcessState.ExitCode(); code != 2 || !strings.Contains(third.stderr.String(), "CHATGROUPS_LISTEN") {
		t.Errorf("a third program on one address: exit code %d, %s", code, third.stderr)
	}
	w.slack.DropSockets(true)
	if code := p.stop(t); code != 0 {
		t.Errorf("exit code %d, want 0; the log:\n%s", code, p.stderr)
	}
}

func TestReadyzSaysWhatIsMissing(t *testing.T) {
	w := newWorld(t, fakeslack.Config{})
	w.slack.Fail("auth.test", 1000, fakeslack.Refuse("invalid_auth"))
	p := w.start(t, "serve")
	defer p.kill()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, w.admin+"/readyz", nil)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			continue // not listening yet
		}
		body, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(body), "Slack") {
			t.Errorf("readyz gives %d: %s", res.StatusCode, body)
		}
		return
	}
	t.Fatal("the program does not listen")
}

// until asks an address again and again for an answer that holds a text.
func until(t *testing.T, url, want string) (code int, body string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		if code, body = fetch(t, url); strings.Contains(body, want) {
			return code, body
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never says %q, but %d: %s", url, want, code, body)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// One group's trouble is to be seen by operators and visitors and leaves the
// program ready; a dead token does not.
func TestReadyzListsTroublesAndFailsForADeadToken(t *testing.T) {
	w := newWorld(t, fakeslack.Config{})
	p := w.start(t, "serve")
	w.ready(t, p)
	channel := w.group(t, "Tech", w.cleo)
	until(t, w.base+"/w/v1/main.js", `"state":"on"`)
	if err := w.slack.Archive(w.cleo, channel); err != nil {
		t.Fatal(err)
	}
	code, body := until(t, w.admin+"/readyz", "trouble: <#"+channel+"> is archived. Unarchive it")
	if code != http.StatusOK || !strings.HasPrefix(body, "ready\n") {
		t.Errorf("readyz gives %d: %s", code, body)
	}
	until(t, w.admin+"/metrics", `chatgroups_slack_troubles{what="channel_archived"} 1`)
	until(t, w.base+"/w/v1/main.js", `"state":"off"`)
	if err := w.slack.RevokeToken(w.app.BotToken); err != nil {
		t.Fatal(err)
	}
	if code, body := until(t, w.admin+"/readyz", "does not accept the bot token any more (token_revoked). Reinstall the app"); code != http.StatusServiceUnavailable {
		t.Errorf("readyz gives %d: %s", code, body)
	}
	if code := p.stop(t); code != 0 || strings.Contains(p.stderr.String(), "xoxb-") {
		t.Errorf("exit code %d; the log:\n%s", code, p.stderr)
	}
}

func TestCheckExplainsEachTrouble(t *testing.T) {
	w := newWorld(t, fakeslack.Config{})
	p := w.start(t, "serve")
	w.ready(t, p)
	w.group(t, "Tech", w.cleo)

	out, code := w.check(t)
	if !strings.Contains(out, "in use by a running chatgroups") || code != 0 {
		t.Errorf("while the program runs: exit code %d\n%s", code, out)
	}
	if code := p.stop(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	out, code = w.check(t)
	for _, want := range []string{"ok    bot token", "ok    scopes", "ok    clock", "ok    app token", "ok    store", "ok    group Tech", "FAIL  group General", "Give it one"} {
		if !strings.Contains(out, want) {
			t.Errorf("check lacks %q", want)
		}
	}
	if code != 1 {
		t.Errorf("General has no channel: exit code %d, want 1", code)
	}
	channel, _ := w.slack.Channel("chat-tech")
	if err := w.slack.Kick(w.cleo, channel.ID, w.app.BotUserID); err != nil {
		t.Fatal(err)
	}
	if err := w.slack.SetScopes(w.app.AppID, "chat:write", "channels:read", "groups:read", "usergroups:read"); err != nil {
		t.Fatal(err)
	}
	out, _ = w.check(t)
	for _, want := range []string{"FAIL  group Tech", "/invite @chatgroups", "FAIL  scopes", "channels:history"} {
		if !strings.Contains(out, want) {
			t.Errorf("check lacks %q:\n%s", want, out)
		}
	}
	if err := w.slack.RevokeToken(w.app.BotToken); err != nil {
		t.Fatal(err)
	}
	if out, code = w.check(t); code != 1 || !strings.Contains(out, "Reinstall the app") || strings.Contains(out, "xoxb-") {
		t.Errorf("with a revoked token: exit code %d\n%s", code, out)
	}
}

// check runs `chatgroups check` with the world's settings.
func (w *world) check(t *testing.T) (stdout string, code int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "check")
	cmd.Env = append(os.Environ(), w.env...)
	out, _ := cmd.Output()
	return string(out), cmd.ProcessState.ExitCode()
}

func fetch(t *testing.T, url string) (code int, body string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(data)
}

func TestTheDemoStartsPrintsOneAddressAndStops(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "demo", "--listen=127.0.0.1:0")
	cmd.Env = append(os.Environ(), asProgram+"=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	first := make([]byte, 200)
	n, err := stdout.Read(first)
	if err != nil {
		t.Fatalf("the demo printed nothing: %v\n%s", err, &stderr)
	}
	address, _, _ := strings.Cut(strings.TrimPrefix(string(first[:n]), "Open "), "\n")
	for path, want := range map[string]string{"/": "<iframe", "/w/v1/main.js": "tech", "/sim/ui/": "<!doctype html", "/c/main": "/c/open.js"} {
		if code, body := fetch(t, address+path); code != http.StatusOK || !strings.Contains(strings.ToLower(body), want) {
			t.Errorf("%s gives %d and lacks %q", path, code, want)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(stdout)
	if err := cmd.Wait(); err != nil {
		t.Errorf("Ctrl-C: %v\n%s", err, &stderr)
	}
	if strings.Contains(string(rest), "http") {
		t.Errorf("a second address was printed: %s", rest)
	}
}
