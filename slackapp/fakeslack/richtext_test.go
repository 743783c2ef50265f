package fakeslack_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// outline writes rich text in a short form: the parts by name, texts quoted with
// the first letters of their styles before them.
func outline(t *testing.T, blocks json.RawMessage) string {
	t.Helper()
	var list []struct {
		Elements []json.RawMessage `json:"elements"`
	}
	if err := json.Unmarshal(blocks, &list); err != nil || len(list) != 1 {
		t.Fatalf("%s: %v", blocks, err)
	}
	var parts []string
	for _, raw := range list[0].Elements {
		parts = append(parts, outlineOf(t, raw))
	}
	return strings.Join(parts, " ")
}

func outlineOf(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var e struct {
		Type, Text, Name, URL string
		Style                 json.RawMessage
		UserID                string `json:"user_id"`
		GroupID               string `json:"usergroup_id"`
		Range                 string
		Tone                  int `json:"skin_tone"`
		Indent                int
		Elements              []json.RawMessage
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	marks := ""
	var styles map[string]bool
	if json.Unmarshal(e.Style, &styles) == nil {
		for _, name := range []string{"bold", "italic", "strike", "code"} {
			if styles[name] {
				marks += name[:1]
			}
		}
	}
	var inner []string
	for _, x := range e.Elements {
		inner = append(inner, outlineOf(t, x))
	}
	in := "(" + strings.Join(inner, " ") + ")"
	switch e.Type {
	case "text":
		return marks + "'" + strings.ReplaceAll(e.Text, "\n", "⏎") + "'"
	case "emoji":
		return marks + ":" + e.Name + ":" + strings.Repeat("+", e.Tone)
	case "link":
		return marks + "<" + e.URL + ">"
	case "user", "usergroup":
		return marks + "@" + e.UserID + e.GroupID
	case "rich_text_list":
		return strings.Trim(string(e.Style), `"`) + strings.Repeat(">", e.Indent) + in
	}
	return strings.TrimPrefix(e.Type, "rich_text_") + in
}

func TestTheEditorStylesWhatPeopleType(t *testing.T) {
	shows(t, 48)
	w := newWorld(t)
	for typed, want := range map[string]string{
		"plain":                     `section('plain')`,
		"a *bold* b":                `section('a ' b'bold' ' b')`,
		"_*both*_ ~gone~":           `section(bi'both' ' ' s'gone')`,
		"2*3*4 snake_case_name":     `section('2*3*4 snake_case_name')`,
		"* not bold *":              `bullet(section('not bold *'))`,
		"`code *x* <@U1>`":          "section(c'code *x* <@U1>')",
		"*see https://x.example*":   `section(b'see ' b<https://x.example>)`,
		"hi @bob :wave:":            `section('hi ' @` + w.bob.ID + ` ' ' :wave:)`,
		":wave::skin-tone-3: 10:30": `section(:wave:+++ ' 10:30')`,
		"one\ntwo":                  `section('one⏎two')`,
		"> a\n> b\nc":               `quote('a⏎b') section('c')`,
		"- a\n- *b*":                `bullet(section('a') section(b'b'))`,
		"x\n1. a\n2. b":             `section('x') ordered(section('a') section('b'))`,
		"- a\n    - b":              `bullet(section('a')) bullet>(section('b'))`,
		"```\nx := 1\ny < 2\n```":   `preformatted('x := 1⏎y < 2')`,
		"```never closed":           `preformatted('never closed')`,
		"a & b < c":                 `section('a & b < c')`,
	} {
		m, _ := w.Message(w.chat, w.say(w.ann, w.Typed(typed)))
		if got := outline(t, m.Blocks); got != want {
			t.Errorf("%q\nis   %s\nwant %s", typed, got, want)
		}
	}
}

func TestAListIsShownWithBulletsInTheTextToo(t *testing.T) {
	w := newWorld(t)
	ts := w.say(w.ann, "- a\n- b")
	if m, _ := w.Message(w.chat, ts); m.Text != "• a\n• b" {
		t.Errorf("text is %q", m.Text)
	}
	if err := w.Edit(w.ann.ID, w.chat, ts, "- c"); err != nil {
		t.Fatal(err)
	}
	if m, _ := w.Message(w.chat, ts); m.Text != "• c" || outline(t, m.Blocks) != "bullet(section('c'))" {
		t.Errorf("edited it is %q, %s", m.Text, m.Blocks)
	}
}

func TestWhatFollowsMeIsNoRichText(t *testing.T) {
	shows(t, 48)
	w := newWorld(t)
	l := w.connect()
	m, _ := w.Message(w.chat, w.say(w.ann, "waves", fakeslack.Subtype("me_message")))
	if m.Blocks != nil || m.Text != "waves" {
		t.Errorf("got %+v", m)
	}
	if e := l.next(); e.event("subtype") != "me_message" {
		t.Errorf("the event is %v", e.Payload["event"])
	}
}

// What the editor makes of any text is rich text that Slack takes.
func FuzzTheEditor(f *testing.F) {
	for _, text := range []string{
		"a *b _c ~d~_* `e`", "```\nx\n", "> q\n- a\n    1. b", "<@U1|x> :wave::skin-tone-2: <https://x.example|*y*>", "*_~`", "&gt;", "<", "**", "- ",
	} {
		f.Add(text)
	}
	w := fakeslack.New(fakeslack.Config{Limits: fakeslack.Limits{Off: true}})
	ann := w.AddPerson(fakeslack.Person{Name: "ann"})
	app := w.InstallApp(fakeslack.App{Name: "x", Scopes: []string{"chat:write"}})
	chat := w.AddChannel("chat", false, ann.ID, app.BotUserID)
	f.Fuzz(func(t *testing.T, text string) {
		ts, err := w.Say(ann.ID, chat, w.Typed(text))
		if err != nil {
			t.Skip() // an empty message
		}
		m, _ := w.Message(chat, ts)
		body, err := json.Marshal(map[string]any{"channel": chat, "text": "x", "blocks": m.Blocks})
		if err != nil {
			t.Fatal(err)
		}
		if answer := serve(w, "chat.postMessage", app.BotToken, string(body)); !strings.Contains(string(answer), `"ok":true`) {
			t.Errorf("%q becomes %s: %s", text, m.Blocks, answer)
		}
	})
}
