package fakeslack_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

func TestFilesFailOnTheirWay(t *testing.T) {
	shows(t, 28)
	w := fileWorld(t)
	m, _ := w.Message(w.chat, w.say(w.ann, "", fakeslack.Attach(fakeslack.File{Name: "a.txt", Content: []byte("hello")})))
	fetch := func() (status int, body string, err error) {
		req, err := http.NewRequest(http.MethodGet, m.Files[0].URLPrivate, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+w.app.BotToken)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer resp.Body.Close()
		raw, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(raw), err
	}
	w.Fail(fakeslack.AtFile, 1, fakeslack.ServerError(502))
	w.Fail(fakeslack.AtFile, 1, fakeslack.Truncated())
	w.Fail(fakeslack.AtFile, 2, fakeslack.LostAnswer()) // twice: a client repeats a GET by itself
	if status, body, err := fetch(); status != 502 || !strings.Contains(body, "<html>") {
		t.Errorf("got %d %s, %v", status, body, err)
	}
	if status, body, err := fetch(); status != 200 || body != "he" {
		t.Errorf("got %d %q, %v", status, body, err)
	}
	if status, body, err := fetch(); err == nil {
		t.Errorf("got %d %s", status, body)
	}
	w.ClearFaults()
	if status, body, err := fetch(); status != 200 || body != "hello" {
		t.Errorf("got %d %s, %v", status, body, err)
	}
}

func TestAnUploadFailsWithAndWithoutEffect(t *testing.T) {
	shows(t, 28)
	w := fileWorld(t)
	file, address := w.announces("a.txt", 5)
	complete := func() answer { return w.call("files.completeUploadExternal", "files", `[{"id":"`+file+`"}]`) }
	w.Fail(fakeslack.AtUpload, 1, fakeslack.ServerError(500))
	w.Fail(fakeslack.AtUpload, 1, fakeslack.ServerError(500).AfterEffect())
	if status, _ := w.sends(address, "hello"); status != 500 {
		t.Errorf("answered %d", status)
	}
	complete().refused(t, "file_not_found")
	if status, _ := w.sends(address, "hello"); status != 500 {
		t.Errorf("answered %d", status)
	}
	complete().ok(t)
}

func TestWhoMayEditUserGroupsMayChange(t *testing.T) {
	shows(t, 41)
	w := newWorld(t)
	edit := func() answer { return w.call("usergroups.users.update", "usergroup", w.sales, "users", w.bob.ID) }
	edit().ok(t)
	w.KeepUserGroupsToAdmins(true)
	edit().refused(t, "permission_denied")
	admin := w.AddUserToken(w.app.AppID, w.ann.ID, "usergroups:write")
	w.callAs(admin, "usergroups.users.update", "usergroup", w.sales, "users", w.bob.ID).ok(t)
	w.SetPlan(fakeslack.Free)
	w.callAs(admin, "usergroups.users.update", "usergroup", w.sales, "users", w.bob.ID).refused(t, "plan_upgrade_required")
}

func TestAnAnswerToACommandMayFail(t *testing.T) {
	shows(t, 28)
	w := newWorld(t)
	r, e := w.command(w.connect(), "/chatgroups list")
	w.Fail(fakeslack.AtResponseURL, 1, fakeslack.ServerError(500))
	for _, want := range []int{500, 200} {
		if status := respond(t, e.Payload["response_url"], map[string]string{"text": "hello"}); status != want {
			t.Errorf("answered %d, want %d", status, want)
		}
	}
	if n := len(r.Responses()); n != 1 {
		t.Errorf("%d answers are shown", n)
	}
}
