package bridge_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/chatgroups/chatgroups/bridge"
)

// TestAnEntryIsEncodedAsEncodingJSONDoes holds the hand-written encoder to the
// struct's tags.
func TestAnEntryIsEncodedAsEncodingJSONDoes(t *testing.T) {
	if e, a := reflect.TypeFor[bridge.Entry]().NumField(), reflect.TypeFor[bridge.Author]().NumField(); e != 20 || a != 3 {
		t.Fatalf("Entry has %d fields and Author %d: teach EncodeEntry the new ones, and draw them here", e, a)
	}
	text := rapid.OneOf(rapid.Just(""), rapid.StringMatching(`[ -~]{1,40}`), rapid.String(),
		rapid.SampledFrom([]string{"<!here>", `"quoted\"`, "Zoë\u2028", "\xff", "\x00", "😀 & co"}))
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string { return text.Draw(t, name) }
		e := bridge.Entry{
			Seq: 7, ID: "never encoded",
			Kind: bridge.Kind(draw("kind")), Line: rapid.Uint64().Draw(t, "line"),
			At: time.Unix(rapid.Int64Range(0, 1<<36).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanos")).In(
				time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))),
			By: bridge.Author{Role: bridge.Role(draw("role")), Agent: bridge.AgentID(draw("agent")), Name: draw("name")},
			Of: bridge.EntryID(draw("of")), Stars: rapid.IntRange(0, bridge.MaxStars).Draw(t, "stars"), Version: rapid.Uint64().Draw(t, "version"), Knew: bridge.Seq(rapid.Uint64().Draw(t, "knew")),
			Body: draw("body"), Group: bridge.GroupID(draw("group")), GroupName: draw("group name"), Reason: draw("reason"),
			Thread: bridge.ThreadRef(draw("thread")), Post: draw("post"), Upto: bridge.Seq(rapid.Uint64().Draw(t, "upto")),
		}
		if rapid.Bool().Draw(t, "opens") {
			e.Opening = &bridge.Opening{Number: 1001, Name: draw("visitor"), Page: bridge.Page{URL: draw("page")}}
		}
		for range rapid.IntRange(0, 3).Draw(t, "blocks") {
			span := bridge.Span{Text: draw("span"), Bold: rapid.Bool().Draw(t, "bold"), Link: draw("link")}
			e.Rich = append(e.Rich, bridge.Block{
				Type: bridge.BlockType(draw("type")), Spans: []bridge.Span{span}, Items: [][]bridge.Span{{span}, {}},
				Start: rapid.Int().Draw(t, "start"), Level: rapid.Int().Draw(t, "level"),
			})
		}
		for range rapid.IntRange(0, 2).Draw(t, "files") {
			e.Files = append(e.Files, bridge.File{
				Ref: bridge.FileRef(draw("ref")), Name: draw("file"), Type: draw("media type"), Size: rapid.Int64().Draw(t, "size"),
			})
		}
		got, err := bridge.EncodeEntry(e)
		if err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("encoded as\n%s\nencoding/json makes\n%s", got, want)
		}
	})
	if _, err := bridge.EncodeEntry(bridge.Entry{At: time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}); err == nil {
		t.Error("a year that RFC 3339 cannot write is encoded")
	}
}
