package widget_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget"
)

// golden is a file of testdata/frames; the README there explains the fields.
type golden struct {
	Dir     string          `json:"dir"`
	Note    string          `json:"note"`
	Frame   json.RawMessage `json:"frame"`
	Raw     string          `json:"raw"`
	Refuse  string          `json:"refuse"`
	Ignored bool            `json:"ignored"`
	Means   json.RawMessage `json:"means"`

	name string
}

// text is the frame as it travels.
func (g golden) text() []byte {
	if g.Frame != nil {
		return g.Frame
	}
	return []byte(g.Raw)
}

// goldens returns the golden frames of a direction.
func goldens(t testing.TB, dir string) []golden {
	t.Helper()
	files, err := filepath.Glob("testdata/frames/" + dir + "-*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden frames from the %s: %v", dir, err)
	}
	var all []golden
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		g := golden{name: strings.TrimSuffix(filepath.Base(file), ".json")}
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&g); err != nil || g.Dir != dir {
			t.Fatalf("%s: %v, from the %q", file, err, g.Dir)
		}
		all = append(all, g)
	}
	return all
}

func TestGoldenFramesFromTheClientAreUnderstood(t *testing.T) {
	for _, g := range goldens(t, "client") {
		if g.Refuse != "" {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			frame, name, err := widget.DecodeFrame(g.text())
			if err != nil {
				t.Fatal(err)
			}
			if g.Ignored {
				if frame != nil {
					t.Errorf("it is understood as %+v", frame)
				}
				return
			}
			want := g.Frame
			if g.Means != nil {
				want = g.Means
			}
			// What was understood, written down again, says all that the frame says.
			var said, understood map[string]any
			mustUnmarshal(t, want, &said)
			data, err := json.Marshal(frame)
			if err != nil {
				t.Fatal(err)
			}
			mustUnmarshal(t, data, &understood)
			understood["t"] = name
			for field, value := range said {
				if !reflect.DeepEqual(understood[field], value) {
					t.Errorf("%s is %v, understood as %v", field, value, understood[field])
				}
				delete(understood, field)
			}
			for field, value := range understood {
				if !reflect.ValueOf(value).IsZero() {
					t.Errorf("%s, which it does not have, is understood as %v", field, value)
				}
			}
		})
	}
}

func TestGoldenFramesThatAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, g := range goldens(t, "client") {
		if g.Refuse == "" {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			h.nothingWritten(func() {
				v := h.visit()
				if !strings.Contains(g.Raw, `"hello"`) {
					v.hello()
				}
				v.transport.(*socket).sayRaw(websocket.TextMessage, g.text())
				if nack := len(g.Refuse) != len("4400"); nack {
					if n := v.until("nack"); string(n.Code) != g.Refuse || n.ID == "" {
						t.Errorf("it got %+v, want nack %s", n, g.Refuse)
					}
					v.say(frame{T: "ping"})
					v.until("pong")
					return
				}
				if e := v.untilEnd(); string(e.bye.Code) != g.Refuse {
					t.Errorf("it ended with %v, want %s", e, g.Refuse)
				}
			})
		})
	}
}

func TestGoldenFramesFromTheServerAreWhatItSends(t *testing.T) {
	for _, g := range goldens(t, "server") {
		if g.Ignored {
			continue
		}
		t.Run(g.name, func(t *testing.T) {
			var f map[string]any
			mustUnmarshal(t, g.Frame, &f)
			var sent []byte
			switch f["t"] {
			case "ev":
				sent = eventOf(t, g.Frame)
			case "ack":
				var a struct {
					ID  bridge.EntryID        `json:"id"`
					Seq uint64                `json:"seq"`
					At  int64                 `json:"at"`
					Cid bridge.ConversationID `json:"cid"`
				}
				mustUnmarshal(t, g.Frame, &a)
				sent = widget.AppendAck(nil, a.ID, bridge.Receipt{Conversation: a.Cid, Line: a.Seq, At: time.UnixMilli(a.At)})
			case "welcome":
				sent = rewritten[widget.WelcomeFrame](t, g.Frame)
			case "nack":
				sent = rewritten[widget.NackFrame](t, g.Frame)
			case "groups":
				sent = rewritten[widget.GroupsFrame](t, g.Frame)
			case "progress":
				sent = rewritten[widget.ProgressFrame](t, g.Frame)
			case "typing":
				t.Skip("nothing is known at present by which it could be sent")
			case "pong":
				sent = rewritten[widget.PongFrame](t, g.Frame)
			case "bye":
				sent = rewritten[widget.ByeFrame](t, g.Frame)
			default:
				t.Fatalf("no such frame: %v", f["t"])
			}
			var got map[string]any
			mustUnmarshal(t, sent, &got)
			if diff := cmp.Diff(f, got); diff != "" {
				t.Errorf("the server sends it otherwise (-golden +sent):\n%s", diff)
			}
		})
	}
}

// rewritten reads a frame into its type, which must have all of its fields, and
// writes it again.
func rewritten[F any](t *testing.T, data []byte) []byte {
	t.Helper()
	var f F
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		t.Fatal(err)
	}
	return widget.Encode(f)
}

// eventOf writes the ev frame of the event that a golden frame tells.
func eventOf(t *testing.T, data []byte) []byte {
	t.Helper()
	var f struct {
		frame
		Rich  bridge.RichText    `json:"rich"`
		Files []bridge.EventFile `json:"files"` // but for their addresses
	}
	mustUnmarshal(t, data, &f)
	return widget.AppendEvent(nil, bridge.Event{
		Seq: f.Seq, Kind: bridge.Kind(f.Kind), ID: bridge.EntryID(f.ID), At: time.UnixMilli(f.At),
		By: bridge.EventAuthor{
			Role: bridge.Role(f.By.Role), Name: f.By.Name,
			Avatar: strings.TrimPrefix(f.By.Avatar, "/w/v1/avatars/"),
		},
		Body: f.Body, Rich: f.Rich, Files: f.Files, Stars: f.Stars, Of: bridge.EntryID(f.Of), GroupName: f.GroupName, Mine: f.Me,
	}, f.Group)
}

func mustUnmarshal(t testing.TB, data []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
}

// marshal is encoding/json without its escaping for HTML.
func marshal(t testing.TB, v any) []byte {
	t.Helper()
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

var awkwardTexts = []string{
	"", "plain", `"quoted" and \back\`, "line\nline\r\ttab", "\x00\x01\x08\x0c\x1f\x7f", "<b>&amp;</b>",
	"ünï çødé 🙂", "\u2028\u2029", "broken \xff\xc3 bytes", "\xed\xa0\x80", "\ufffd",
}

func TestAppendedFramesEqualEncodingJSON(t *testing.T) {
	type author struct {
		Role   string `json:"role"`
		Name   string `json:"name"`
		Avatar string `json:"avatar"`
	}
	type ev struct {
		T         string `json:"t"`
		Seq       uint64 `json:"seq"`
		Kind      string `json:"kind"`
		ID        string `json:"id"`
		At        int64  `json:"at"`
		By        author `json:"by"`
		Body      string `json:"body"`
		Of        string `json:"of,omitempty"`
		Group     string `json:"group,omitempty"`
		GroupName string `json:"groupName,omitempty"`
		Me        bool   `json:"me,omitempty"`
	}
	at := time.UnixMilli(1_767_225_602_123)
	for _, text := range awkwardTexts {
		e := bridge.Event{
			Seq: 7, Kind: "message", ID: bridge.EntryID(text), At: at,
			By: bridge.EventAuthor{Role: "agent", Name: text, Avatar: "ann.png"}, Body: text, Of: bridge.EntryID(text), Mine: true, GroupName: "Tech",
		}
		want := ev{"ev", 7, "message", text, at.UnixMilli(), author{"agent", text, "/w/v1/avatars/ann.png"}, text, text, "tech", "Tech", true}
		if got := widget.AppendEvent(nil, e, "tech"); !bytes.Equal(got, marshal(t, want)) {
			t.Errorf("%q:\n got  %s\n want %s", text, got, marshal(t, want))
		}
		e.Mine, e.By.Avatar, e.GroupName = false, "", ""
		want.Me, want.By.Avatar, want.Group, want.GroupName = false, "", "", ""
		if got := widget.AppendEvent([]byte("x"), e, ""); !bytes.Equal(got, append([]byte("x"), marshal(t, want)...)) {
			t.Errorf("%q:\n got  %s\n want %s", text, got, marshal(t, want))
		}
		ack := struct {
			T   string `json:"t"`
			ID  string `json:"id"`
			Seq uint64 `json:"seq"`
			At  int64  `json:"at"`
			Cid string `json:"cid"`
		}{"ack", text, 9, at.UnixMilli(), text}
		got := widget.AppendAck(nil, bridge.EntryID(text), bridge.Receipt{Conversation: bridge.ConversationID(text), Line: 9, At: at})
		if !bytes.Equal(got, marshal(t, ack)) {
			t.Errorf("%q:\n got  %s\n want %s", text, got, marshal(t, ack))
		}
	}
}

func FuzzAppendString(f *testing.F) {
	for _, text := range awkwardTexts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := widget.AppendString(nil, s), marshal(t, s); !bytes.Equal(got, want) {
			t.Errorf("%q is %s, want %s", s, got, want)
		}
	})
}

func FuzzDecodeFrame(f *testing.F) {
	for _, g := range goldens(f, "client") {
		f.Add(g.text())
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, name, err := widget.DecodeFrame(data)
		if err != nil {
			if frame != nil {
				t.Errorf("a broken frame is %+v", frame)
			}
			return
		}
		if !utf8.Valid(data) || !json.Valid(data) || !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
			t.Errorf("%q is taken for a frame", data)
		}
		if frame == nil {
			if name != "unknown" {
				t.Errorf("an unknown frame is called %s", name)
			}
			return
		}
		// Written by us, with a field that nobody knows, it means the same.
		var fields map[string]any
		mustUnmarshal(t, marshal(t, frame), &fields)
		fields["t"], fields["mood"] = name, []int{1}
		again, _, err := widget.DecodeFrame(marshal(t, fields))
		if err != nil || !reflect.DeepEqual(again, frame) {
			t.Errorf("%+v came back as %+v, %v", frame, again, err)
		}
	})
}

func TestFieldsOfOtherFramesAreIgnoredWhateverTheirType(t *testing.T) {
	for _, text := range []string{
		`{"t":"ping","body":5,"seq":"x"}`,
		`{"t":"read","seq":1,"site":{}}`,
		`{"t":"wave","v":"two","seq":-1}`,
		`{"t":"send","id":"m","body":"x","since":"never"}`,
	} {
		if _, _, err := widget.DecodeFrame([]byte(text)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestEveryKindOfEntryThatAVisitorMaySeeIsInTheGoldenFrames(t *testing.T) {
	var kinds []string
	for _, g := range goldens(t, "server") {
		var f frame
		if g.Frame != nil {
			mustUnmarshal(t, g.Frame, &f)
			kinds = append(kinds, f.Kind)
		}
	}
	for _, k := range []bridge.Kind{
		bridge.KindMessage, bridge.KindJoined, bridge.KindLeft, bridge.KindClaimed, bridge.KindClosed, bridge.KindReopened,
		bridge.KindEdited, bridge.KindDeleted, bridge.KindRated,
	} {
		if k.Visible() && !slices.Contains(kinds, string(k)) {
			t.Errorf("no golden frame shows %s", k)
		}
	}
}
