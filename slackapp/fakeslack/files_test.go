package fakeslack_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// fileWorld is a world whose app may upload, and hears of files.
func fileWorld(t *testing.T, change ...func(*fakeslack.Config, *fakeslack.App)) *world {
	return newWorld(t, append(change, func(_ *fakeslack.Config, a *fakeslack.App) {
		a.Scopes = append([]string{"files:write"}, scopes...)
		a.Events = append([]string{"file_shared", "file_deleted"}, events...)
	})...)
}

// announces takes the first step of an upload.
func (w *world) announces(name string, length int) (file, address string) {
	w.t.Helper()
	a := w.call("files.getUploadURLExternal", "filename", name, "length", fmt.Sprint(length)).ok(w.t)
	return a.str("file_id"), a.str("upload_url")
}

// sends takes the second.
func (w *world) sends(address, content string) (status int, body string) {
	w.t.Helper()
	resp, err := http.Post(address, "application/octet-stream", strings.NewReader(content))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func TestAFileIsUploadedInThreeSteps(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.FileScan = 2 * time.Second })
	l := w.connect()
	root := w.say(w.ann, "root")
	l.ack(l.next())
	file, address := w.announces("notes.txt", 5)
	complete := func() answer {
		return w.call("files.completeUploadExternal", "files", `[{"id":"`+file+`","title":"Notes"}]`,
			"channel_id", w.chat, "thread_ts", root, "initial_comment", "see *this*")
	}
	complete().refused(t, "file_not_found") // nothing has been sent yet
	if status, body := w.sends(address, "four"); status != 400 {
		t.Errorf("another length is answered %d %s", status, body)
	}
	if status, body := w.sends(address, "hello"); status != 200 || body != "OK - 5" {
		t.Errorf("the file is answered %d %s", status, body)
	}
	a := complete().ok(t)
	if strings.Contains(a.raw, `"ts"`) || !strings.Contains(a.raw, `"title":"Notes"`) {
		t.Errorf("the answer is %s", a.raw)
	}
	if n := len(w.Thread(w.chat, root)); n != 1 {
		t.Errorf("it is shared before Slack has looked at it: %d messages", n)
	}
	complete().refused(t, "file_not_found") // once only
	w.clock.Advance(2 * time.Second)
	w.until("the file to be shared", func() bool { return len(w.Thread(w.chat, root)) == 2 })
	m := w.Thread(w.chat, root)[1]
	if m.Subtype != "file_share" || m.Text != "see *this*" || m.BotID != w.app.BotID || len(m.Files) != 1 || m.Files[0].Title != "Notes" {
		t.Errorf("the message is %+v", m)
	}
	if e := l.next(); e.event("type") != "message" || e.event("subtype") != "file_share" || e.event("thread_ts") != root {
		t.Errorf("the first event is %v", e.Payload["event"])
	}
	if e := l.next(); e.event("type") != "file_shared" || e.event("file_id") != file || e.event("channel_id") != w.chat {
		t.Errorf("the second event is %v", e.Payload["event"])
	}
	info, _, _, err := w.api.GetFileInfo(file, 0, 0)
	if err != nil || info.Shares.Public[w.chat][0].Ts != m.TS || info.Size != 5 {
		t.Errorf("files.info: %+v, %v", info, err)
	}
}

func TestAnotherLengthMayBeTaken(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t, func(c *fakeslack.Config, _ *fakeslack.App) { c.Assume.LooseUploads = true })
	_, address := w.announces("notes.txt", 5)
	if status, body := w.sends(address, "four"); status != 200 || body != "OK - 4" {
		t.Errorf("answered %d %s", status, body)
	}
}

func TestSlackGoUploads(t *testing.T) {
	w := fileWorld(t)
	content := "<svg/>"
	sum, err := w.api.UploadFile(slack.UploadFileParameters{
		Reader: strings.NewReader(content), FileSize: len(content), Filename: "a.svg", Title: "A", Channel: w.chat,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.until("the file to be shared", func() bool { return len(w.Messages(w.chat)) == 1 })
	m := w.Messages(w.chat)[0]
	var got strings.Builder
	if err := w.api.GetFile(m.Files[0].URLPrivate, &got); err != nil || got.String() != content || m.Files[0].ID != sum.ID {
		t.Errorf("got %q, %v", got.String(), err)
	}
}

func TestWhereFilesAreNotShared(t *testing.T) {
	w := fileWorld(t)
	elsewhere := w.AddChannel("elsewhere", false, w.ann.ID)
	secret := w.AddChannel("secret", true, w.ann.ID)
	file, address := w.announces("notes.txt", 5)
	w.sends(address, "hello")
	files := `[{"id":"` + file + `"}]`
	for channel, code := range map[string]string{elsewhere: "not_in_channel", secret: "channel_not_found", "C404": "channel_not_found"} {
		w.call("files.completeUploadExternal", "files", files, "channel_id", channel).refused(t, code)
	}
	w.Restrict(w.chat, fakeslack.ReadOnly)
	w.call("files.completeUploadExternal", "files", files, "channel_id", w.chat).refused(t, "posting_to_channel_denied")
	w.call("files.completeUploadExternal", "files", "[]", "channel_id", w.chat).refused(t, "invalid_arguments")
	w.call("files.completeUploadExternal", "files", files).ok(t) // a file may be nowhere
}

func TestUploadsMayBeSwitchedOff(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t)
	announce := func(name string) answer {
		return w.call("files.getUploadURLExternal", "filename", name, "length", "5")
	}
	w.call("files.getUploadURLExternal", "filename", "x.png", "length", "0").refused(t, "invalid_arguments")
	w.call("files.getUploadURLExternal", "filename", "x.png", "length", "2000000000").refused(t, "file_upload_size_restricted")
	w.SetUploads(fakeslack.ImagesOnly)
	announce("x.png").ok(t)
	announce("x.txt").refused(t, "file_uploads_except_images_disabled")
	w.SetUploads(fakeslack.UploadsOff)
	announce("x.png").refused(t, "file_uploads_disabled")
	if _, err := w.Say(w.ann.ID, w.chat, "look", fakeslack.Attach(fakeslack.File{Name: "x.png"})); err == nil {
		t.Error("people still attach files")
	}
}

func TestPeopleShareFilesWithText(t *testing.T) {
	w := fileWorld(t)
	l := w.connect()
	w.say(w.ann, "look *here*", fakeslack.Attach(
		fakeslack.File{Name: "a.png", Content: []byte("a")}, fakeslack.File{Name: "b.txt", Content: []byte("bb")}))
	e := l.next()
	files, _ := e.event("files").([]any)
	if e.event("subtype") != "file_share" || e.event("text") != "look *here*" || len(files) != 2 || dig(files[1], "size") != 2.0 {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	for _, f := range files {
		if e := l.next(); e.event("type") != "file_shared" || e.event("file_id") != dig(f, "id") || e.event("user_id") != w.ann.ID {
			t.Errorf("the event is %v", e.Payload["event"])
		}
	}
}

func TestADeletedFileIsGone(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t)
	l := w.connect()
	attach := fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("a")})
	withText, alone := w.say(w.ann, "look", attach), w.say(w.ann, "", attach)
	for range 4 {
		l.ack(l.next())
	}
	fileOf := func(ts string) fakeslack.FileInfo {
		m, _ := w.Message(w.chat, ts)
		return m.Files[0]
	}
	one, other := fileOf(withText), fileOf(alone)
	if err := w.DeleteFile(w.bob.ID, one.ID); err == nil {
		t.Error("bob deletes ann's file")
	}
	for _, f := range []fakeslack.FileInfo{one, other} {
		if err := w.DeleteFile(w.ann.ID, f.ID); err != nil {
			t.Fatal(err)
		}
		if e := l.next(); e.event("type") != "file_deleted" || e.event("file_id") != f.ID {
			t.Errorf("the event is %v", e.Payload["event"])
		}
		l.next() // what becomes of the message
	}
	w.call("files.info", "file", one.ID).refused(t, "file_deleted")
	if f := fileOf(withText); f.Mode != "tombstone" {
		t.Errorf("the message shows %+v", f)
	}
	if _, there := w.Message(w.chat, alone); there {
		t.Error("the message of nothing but the file is still there")
	}
	if err := w.DeleteFile(w.ann.ID, one.ID); err == nil {
		t.Error("it is deleted twice")
	}
}

func TestAppsDeleteTheirOwnFiles(t *testing.T) {
	w := fileWorld(t)
	m, _ := w.Message(w.chat, w.say(w.ann, "", fakeslack.Attach(fakeslack.File{Name: "a.txt"})))
	w.call("files.delete", "file", m.Files[0].ID).refused(t, "cant_delete_file")
	file, address := w.announces("notes.txt", 5)
	w.sends(address, "hello")
	w.call("files.completeUploadExternal", "files", `[{"id":"`+file+`"}]`).ok(t)
	w.call("files.delete", "file", file).ok(t)
	w.call("files.delete", "file", file).refused(t, "file_deleted")
}

func TestAFileIsSharedWhereTheAppPostsItsPermalink(t *testing.T) {
	shows(t, 52)
	w := fileWorld(t)
	l := w.connect()
	file, address := w.announces("My notes.txt", 5)
	w.sends(address, "hello")
	w.call("files.completeUploadExternal", "files", `[{"id":"`+file+`"}]`).ok(t)
	info, _, _, err := w.api.GetFileInfo(file, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	link, rich := "<"+info.Permalink+"|notes>", `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[{"type":"link","url":"`+info.Permalink+`"}]}]}]`
	ts := w.call("chat.postMessage", "channel", w.chat, "text", link).ok(t).str("ts")
	if m, _ := w.Message(w.chat, ts); len(m.Files) != 1 || m.Files[0].ID != file {
		t.Errorf("the message shows %+v", m.Files)
	}
	l.next() // the message
	if e := l.next(); e.event("type") != "file_shared" || e.event("file_id") != file {
		t.Errorf("the event is %v", e.Payload["event"])
	}
	for name, args := range map[string][]string{
		"in a block": {"text", "a file", "blocks", rich},
		"twice":      {"text", link, "blocks", rich},
	} {
		ts := w.call("chat.postMessage", append(args, "channel", w.chat)...).ok(t).str("ts")
		if m, _ := w.Message(w.chat, ts); len(m.Files) != 1 {
			t.Errorf("%s: the message shows %+v", name, m.Files)
		}
	}
	ts = w.call("chat.postMessage", "channel", w.chat, "text", link, "unfurl_media", "false").ok(t).str("ts")
	if m, _ := w.Message(w.chat, ts); len(m.Files) != 0 {
		t.Error("without unfurling the message shows the file")
	}
	secret := w.AddChannel("secret", true, w.ann.ID)
	other, err := w.Say(w.ann.ID, secret, "", fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("a")}))
	if err != nil {
		t.Fatal(err)
	}
	hidden, _ := w.Message(secret, other)
	ts = w.call("chat.postMessage", "channel", w.chat, "text", "<"+hidden.Files[0].Permalink+">").ok(t).str("ts")
	if m, _ := w.Message(w.chat, ts); len(m.Files) != 0 {
		t.Error("the app shares a file that it cannot see")
	}
}

func TestFilesOfOutsidersAreStubs(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t)
	eve := w.AddPerson(fakeslack.Person{Name: "eve", TeamID: "T0OTHER"})
	w.AddToChannel(w.chat, eve.ID)
	l := w.connect()
	w.say(eve, "from outside", fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("a")}))
	files, _ := l.next().event("files").([]any)
	if len(files) != 1 || dig(files[0], "file_access") != "check_file_info" || dig(files[0], "url_private") != nil {
		t.Fatalf("the event has %v", files)
	}
	info, _, _, err := w.api.GetFileInfo(dig(files[0], "id").(string), 0, 0)
	if err != nil || info.Name != "a.txt" || info.URLPrivate == "" {
		t.Errorf("files.info: %+v, %v", info, err)
	}
}

func TestFilesOfOtherConversationsAreNotSeen(t *testing.T) {
	w := fileWorld(t)
	secret := w.AddChannel("secret", true, w.ann.ID)
	ts, err := w.Say(w.ann.ID, secret, "", fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("a")}))
	if err != nil {
		t.Fatal(err)
	}
	m, _ := w.Message(secret, ts)
	w.call("files.info", "file", m.Files[0].ID).refused(t, "file_not_found")
	var content strings.Builder
	if err := w.api.GetFile(m.Files[0].URLPrivate, &content); err == nil {
		t.Errorf("the app reads %q", content.String())
	}
}

func TestABadTokenIsSentToTheSignInPage(t *testing.T) {
	shows(t, 42)
	w := fileWorld(t)
	m, _ := w.Message(w.chat, w.say(w.ann, "", fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("a")})))
	if err := w.RevokeToken(w.app.BotToken); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", "xoxb-bad", w.app.BotToken} {
		req, err := http.NewRequest(http.MethodGet, m.Files[0].URLPrivate, nil)
		if err != nil {
			t.Fatal(err)
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
			t.Errorf("token %q: %d, %s", token, resp.StatusCode, resp.Header.Get("Content-Type"))
		}
	}
}
