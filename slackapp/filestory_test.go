package slackapp_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// upload sends a file as a message of its own.
func (c *tab) upload(id, name, kind, content string) (bridge.Receipt, error) {
	return c.SendFile(context.Background(), bridge.Draft{ID: bridge.EntryID(id), Group: bridge.GroupID(c.to)},
		bridge.File{Name: name, Type: kind, Size: int64(len(content))}, strings.NewReader(content))
}

// download reads the first file of a message as the visitor.
func (c *tab) download(of bridge.EntryID) (string, error) {
	_, body, err := c.w.b.OpenFile(context.Background(), c.Visitor(), of, 0)
	if err != nil {
		return "", err
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	return string(data), err
}

// shown are the names of the files that a thread shows, by whomever.
func (w *world) shown(channel, root string) (names []string) {
	for _, m := range w.slack.Thread(channel, root) {
		for _, f := range m.Files {
			names = append(names, m.Username+": "+f.Name)
		}
	}
	return names
}

func (w *world) waitShown(channel, root string, want ...string) {
	w.t.Helper()
	w.wait("the files "+strings.Join(want, ", "), func() bool {
		return strings.Join(w.shown(channel, root), "|") == strings.Join(want, "|")
	})
}

// restart runs the app again over the store of o.
func (w *world) restart(o worldOptions) {
	w.t.Helper()
	o.app.BotToken, o.app.AppToken, o.app.APIURL = w.inst.BotToken, w.inst.AppToken, w.apiURL
	w.start(o)
}

func (w *world) attach(user, channel, root, text string, files ...fakeslack.File) string {
	w.t.Helper()
	ts, err := w.slack.Say(user, channel, text, fakeslack.InThread(root), fakeslack.Attach(files...))
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

func TestAVisitorsFileStandsInItsThreadInOrder(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	_, err := v.upload("f1", "cat.png", "image/png", "meow")
	w.must(err)
	v.say("two")
	root := w.root(w.tech, 0).TS
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
	w.wait("the line after it", func() bool { return len(w.posts(w.tech, root)) == 3 })
	posts := w.posts(w.tech, root)
	if !strings.HasSuffix(posts[0], ": one") || !strings.Contains(posts[1], "|cat.png>") || !strings.HasSuffix(posts[2], ": two") {
		t.Errorf("the thread has %q", posts)
	}
	if got, err := v.download("f1"); got != "meow" || err != nil {
		t.Errorf("the visitor reads back %q, %v", got, err)
	}
	if bad := w.slack.Mistakes(); len(bad) > 0 {
		t.Errorf("mistakes: %+v", bad)
	}
}

func TestAFileIsSharedInEveryThreadAndWithWhoeverComesLater(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	r, err := v.upload("f1", "cat.png", "image/png", "meow")
	w.must(err)
	root := w.root(w.tech, 0).TS
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
	w.must(w.b.Invite(context.Background(), r.Conversation, "sales", bridge.Author{Agent: bridge.AgentID(w.ann)}, ""))
	other := w.root(w.sales, 0).TS
	w.waitShown(w.sales, other, "chatgroups: cat.png") // in the story so far
	_, err = v.upload("f2", "dog.png", "image/png", "woof")
	w.must(err)
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png", "Visitor 1001 · visitor: dog.png")
	w.waitShown(w.sales, other, "chatgroups: cat.png", "Visitor 1001 · visitor: dog.png")
	// An agent's goes to the visitor and the other thread, and not back to its own.
	w.attach(w.ann, w.tech, root, "see", fakeslack.File{Name: "plan.pdf", Mimetype: "application/pdf", Content: []byte("%PDF")})
	v.waitBodies("see")
	w.wait("the mirror", func() bool { return strings.Contains(strings.Join(w.shown(w.sales, other), "|"), "Tech: plan.pdf") })
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png", "Visitor 1001 · visitor: dog.png", ": plan.pdf")
}

func TestAnAgentsFileReachesTheVisitorWithAndWithoutText(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
	w.attach(w.ann, w.tech, root, "", fakeslack.File{Name: "a b.png", Mimetype: "image/png", Content: []byte("png")})
	v.waitBodies("")
	e := v.seen[len(v.seen)-1]
	if len(e.Files) != 1 || e.Files[0] != (bridge.EventFile{Name: "a b.png", Type: "image/png", Size: 3}) {
		t.Fatalf("the visitor sees %+v", e.Files)
	}
	if got, err := v.download(e.ID); got != "png" || err != nil {
		t.Errorf("the visitor reads %q, %v", got, err)
	}
	w.attach(w.ann, w.tech, root, "both", fakeslack.File{Name: "1.txt", Content: []byte("1")}, fakeslack.File{Name: "2.txt", Content: []byte("2")})
	v.waitBodies("", "both")
	if e := v.seen[len(v.seen)-1]; len(e.Files) != 2 {
		t.Errorf("the visitor sees %+v", e.Files)
	}
}

func TestAFileDeletedInSlackIsGoneForTheVisitor(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	ts := w.attach(w.ann, w.tech, root, "look", fakeslack.File{Name: "a.txt", Content: []byte("a")})
	v.waitBodies("look")
	m, _ := w.slack.Message(w.tech, ts)
	w.must(w.slack.DeleteFile(w.ann, m.Files[0].ID))
	if _, err := v.download(v.seen[len(v.seen)-1].ID); bridge.CodeOf(err) != bridge.CodeNotFound {
		t.Errorf("the visitor gets %v", err)
	}
}

func TestAVisitorWhoTakesAFileBackTakesItFromSlack(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	_, err := v.upload("f1", "cat.png", "image/png", "meow")
	w.must(err)
	root := w.root(w.tech, 0).TS
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
	_, err = v.Delete(context.Background(), "x1", "f1")
	w.must(err)
	w.wait("the file to be gone", func() bool { return w.slack.Thread(w.tech, root)[1].Files[0].Mode == "tombstone" })
	w.wait("a sentence in its place", func() bool { return strings.HasSuffix(w.posts(w.tech, root)[0], "deleted by the visitor.") })
}

func TestFilesThatStayAreSaidAndTheTextGoes(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	w.attach(w.ann, w.tech, root, "run this", fakeslack.File{Name: "setup.exe", Content: []byte("MZ")})
	w.whisper(w.ann, "The file setup.exe is of a kind that is not sent on. The visitor does not get it.")
	v.waitBodies("run this")
	w.attach(w.ann, w.tech, root, "", fakeslack.File{Name: "big.pdf", Content: make([]byte, bridge.DefaultMaxFileBytes+1)})
	w.whisper(w.ann, "The file big.pdf has more than 10 MB")
	w.attach(w.ann, w.tech, root, "// for us", fakeslack.File{Name: "inside.exe", Content: []byte("MZ")})
	w.reply(w.ann, w.tech, root, "end")
	v.waitBodies("run this", "end")
	for _, e := range v.seen {
		if len(e.Files) > 0 {
			t.Errorf("the visitor gets %+v", e.Files)
		}
	}
}

func TestFilesOfOutsidersFollowTheRuleOfTheirText(t *testing.T) {
	for _, relay := range []bool{false, true} {
		w, v, root, guest := sharedChannel(t, relay)
		w.attach(guest, w.tech, root, "", fakeslack.File{Name: "a.txt", Mimetype: "text/plain", Content: []byte("a")})
		if !relay {
			w.whisper(guest, "You are from outside this workspace")
			continue
		}
		v.waitBodies("")
		e := v.seen[len(v.seen)-1]
		if got, err := v.download(e.ID); got != "a" || err != nil {
			t.Errorf("the visitor reads %q of %+v, %v", got, e.Files, err)
		}
	}
}

func TestFilesWrittenWhileNobodyListenedAreFound(t *testing.T) {
	store := bridgetest.NewMemory()
	o := fast
	o.store = store
	w := newWorld(t, o)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
	token := v.token
	v.Leave()
	w.stop()
	w.attach(w.ann, w.tech, root, "", fakeslack.File{Name: "a.txt", Mimetype: "text/plain", Content: []byte("late")})
	w.restart(o)
	back := w.returning(token)
	back.waitBodies("")
	if got, err := back.download(back.seen[len(back.seen)-1].ID); got != "late" || err != nil {
		t.Errorf("the visitor reads %q, %v", got, err)
	}
}

// Each step of an upload may go wrong in each way; the file is shared once, or the
// visitor is told to try again and nobody sees anything.
func TestTroubleWithUploads(t *testing.T) {
	for _, c := range []struct {
		name, method string
		fault        fakeslack.Fault
		times        int
		want         bridge.Code
	}{
		{"the answer to the first step is lost", "files.getUploadURLExternal", fakeslack.LostAnswer(), 1, ""},
		{"the answer to the last step is lost", "files.completeUploadExternal", fakeslack.LostAnswer(), 1, ""},
		{"the last step does not arrive", "files.completeUploadExternal", fakeslack.LostRequest(), 1, ""},
		{"the last step is half answered", "files.completeUploadExternal", fakeslack.Truncated(), 1, ""},
		{"a pause is asked for", "files.completeUploadExternal", fakeslack.RateLimited(time.Second), 1, ""},
		{"files cannot be looked up for a moment", "files.info", fakeslack.ServerError(500), 1, ""},
		{"a long pause is asked for", "files.getUploadURLExternal", fakeslack.RateLimited(time.Minute), 1, bridge.CodeUnavailable},
		{"the scope is missing", "files.getUploadURLExternal", fakeslack.Refuse("missing_scope"), 1, bridge.CodeUnavailable},
		{"files are switched off", "files.getUploadURLExternal", fakeslack.Refuse("file_uploads_disabled"), 1, bridge.CodeFileType},
		{"Slack finds it too large", "files.getUploadURLExternal", fakeslack.Refuse("file_upload_size_restricted"), 1, bridge.CodeTooLong},
		{"Slack does not like the file", "files.completeUploadExternal", fakeslack.Refuse("file_type_not_allowed"), 1, bridge.CodeFileType},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, fast)
			v := w.visitor()
			v.say("one")
			root := w.root(w.tech, 0).TS
			w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
			w.slack.Fail(c.method, c.times, c.fault)
			_, err := v.upload("f1", "cat.png", "image/png", "meow")
			if got := bridge.CodeOf(err); got != c.want {
				t.Fatalf("the visitor is told %v, want %q", err, c.want)
			}
			w.slack.ClearFaults()
			if c.want != "" { // as the visitor may
				_, err = v.upload("f1", "cat.png", "image/png", "meow")
				w.must(err)
			}
			w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
			v.say("end")
			w.wait("the end", func() bool { return len(w.posts(w.tech, root)) == 3 })
			w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
		})
	}
}

func TestTheAnswerToThePostOfAFileIsLost(t *testing.T) {
	w := newWorld(t, fast)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
	w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
	_, err := v.upload("f1", "cat.png", "image/png", "meow")
	w.must(err)
	v.say("two")
	w.wait("the line after it", func() bool { p := w.posts(w.tech, root); return strings.HasSuffix(p[len(p)-1], ": two") })
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
}

// A program that dies after the upload and before its line is posted.
func TestAFileSurvivesACrashBeforeItIsShared(t *testing.T) {
	o := fast
	o.store = bridgetest.NewMemory()
	w := newWorld(t, o)
	v := w.visitor()
	v.say("one")
	root := w.root(w.tech, 0).TS
	w.waitPosts(w.tech, root, "Visitor 1001 · visitor: one")
	w.slack.Fail("chat.postMessage", 1000, fakeslack.ServerError(503))
	_, err := v.upload("f1", "cat.png", "image/png", "meow")
	w.must(err)
	v.Leave()
	w.stop()
	w.slack.ClearFaults()
	o.app.Unclean = true
	w.restart(o)
	w.waitShown(w.tech, root, "Visitor 1001 · visitor: cat.png")
}

func TestTheTokenGoesToNoOtherHost(t *testing.T) {
	var calls atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		_, _ = rw.Write([]byte("stolen"))
	}))
	defer elsewhere.Close()
	for name, address := range map[string]string{
		"another host": elsewhere.URL + "/x", "a host in the user part": "https://files.slack.com@" + elsewhere.Listener.Addr().String(),
		"a lookalike": "https://files.slack.com.evil.example/x", "a scheme of its own": "file:///etc/passwd", "in the clear": "http://files.slack.com/x",
	} {
		api := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "application/json")
			switch r.URL.Path {
			case "/api/files.info":
				_, _ = rw.Write([]byte(`{"ok":true,"file":{"id":"F1","mode":"hosted","size":6,"permalink":"https://x","url_private":"` + address + `"}}`))
			default:
				_, _ = rw.Write([]byte(`{"ok":true,"upload_url":"` + address + `","file_id":"F1"}`))
			}
		}))
		keeper := slackapp.FilesOf(slackapp.Config{BotToken: "xoxb-secret", APIURL: api.URL + "/api/"})
		if body, err := keeper.Open(t.Context(), "T1", bridge.File{Ref: "F1 https://x", Size: 6}); bridge.CodeOf(err) != bridge.CodeNotFound {
			t.Errorf("%s: opened %v, %v", name, body, err)
		}
		if _, err := keeper.Keep(t.Context(), "T1", bridge.File{Name: "a.txt", Size: 1}, bytes.NewReader([]byte("a"))); bridge.CodeOf(err) != bridge.CodeUnavailable {
			t.Errorf("%s: kept, %v", name, err)
		}
		api.Close()
	}
	if n := calls.Load(); n > 0 {
		t.Errorf("another host was asked %d times", n)
	}
}

// Slack sends whoever it does not trust to a page to sign in at, which is a success by
// its status.
func TestASignInPageIsNoFile(t *testing.T) {
	var api *httptest.Server
	api = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/files.info":
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(`{"ok":true,"file":{"id":"F1","mode":"hosted","size":60,"url_private":"` + api.URL + `/files/F1"}}`))
		case "/files/F1":
			http.Redirect(rw, r, "/signin", http.StatusFound)
		default:
			_, _ = rw.Write([]byte("<!DOCTYPE html><title>Sign in</title>"))
		}
	}))
	defer api.Close()
	keeper := slackapp.FilesOf(slackapp.Config{BotToken: "xoxb-secret", APIURL: api.URL + "/api/"})
	if _, err := keeper.Open(t.Context(), "T1", bridge.File{Ref: "F1 https://x", Size: 60}); bridge.CodeOf(err) != bridge.CodeUnavailable {
		t.Errorf("opened, %v", err)
	}
}

func TestWhereTheTokenMayGo(t *testing.T) {
	for address, want := range map[string]bool{
		"https://files.slack.com/files-pri/T1-F1/a.png": true,
		"https://slack.com/files/x":                     true,
		"http://files.slack.com/x":                      false,
		"http://slack.com/x":                            false,
		"https://files.slack.com:8443/x":                false,
		"https://files.slack.com.evil.example/x":        false,
		"https://evil.example/files.slack.com":          false,
		"https://me@files.slack.com/x":                  false,
		"https://drive.example/remote":                  false,
		"//files.slack.com/x":                           false,
		"":                                              false,
	} {
		if got := slackapp.Trusted(slackapp.Config{}, address); got != want {
			t.Errorf("%q is trusted: %v", address, got)
		}
	}
}
