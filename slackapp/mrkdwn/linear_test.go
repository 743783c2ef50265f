package mrkdwn_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// worst are what texts are made of that begin much and end nothing, or that are
// cut into the most pieces.
var worst = []string{"*", "<", "&", "`", ":", "\n", " ", "```a", "a```\n", "`a", "<@", "<@U1>", "<a|b", "*a ", "*_~a", "*a* ", ">\n", "> a\n", "• a\n", "`a`", ":+1::skin-tone-2:", "_a_b ", ":a", ":a:", "&amp;", "a b\n", "e\u0301", "\u200d", "\u200b", "\r", "\xff"}

var readersAndWriters = []struct {
	name string
	run  func(text string)
}{
	{"Read", func(text string) { mrkdwn.Read(text, nil, acme{}) }},
	{"Escape", func(text string) { mrkdwn.Escape(text) }},
	{"RichText", func(text string) { mrkdwn.RichText(text, "") }},
	{"Split", func(text string) { mrkdwn.Split(text, 3000) }},
	{"Parts", func(text string) { mrkdwn.Parts(text, 64) }},
	{"Split in runes", func(text string) { mrkdwn.Split(text, 1) }},
}

// slack is what the runtime itself may take meanwhile.
const slack = 32 << 10

// Eight times the text may take eight times the memory, and as much again for buffers
// within buffers that grow by doubling. Anything quadratic takes sixty-four times. What
// is only looked at, again and again, allocates nothing: that is for
// BenchmarkWorst to show, whose MB/s must not fall as texts grow.
func TestMemoryGrowsAsTheText(t *testing.T) {
	const size = 4 << 10
	for _, f := range readersAndWriters {
		for _, unit := range worst {
			small := allocated(f.run, repeatTo(size, unit))
			for n := 2; n <= 8; n *= 2 {
				if got := allocated(f.run, repeatTo(n*size, unit)); got > uint64(n)*small*2+slack {
					t.Errorf("%s of %q: %d bytes for %d KiB, but %d for %d KiB", f.name, unit, small, size>>10, got, n*size>>10)
				}
			}
		}
	}
}

func TestMemoryGrowsAsTheBlocks(t *testing.T) {
	read := func(blocks string) { mrkdwn.Read("", json.RawMessage(blocks), acme{}) }
	const size = 1000
	for name, blocks := range worstBlocks {
		small := allocated(read, blocks(size))
		for n := 2; n <= 8; n *= 2 {
			if got := allocated(read, blocks(n*size)); got > uint64(n)*small*2+slack {
				t.Errorf("%s: %d bytes for %d of them, but %d for %d", name, small, size, got, n*size)
			}
		}
	}
}

// worstBlocks give blocks of about n elements.
var worstBlocks = map[string]func(n int) string{
	"words": func(n int) string {
		return section(strings.TrimSuffix(strings.Repeat(`{"type":"text","text":"a"},`, n), ","))
	},
	"lines": func(n int) string {
		return section(`{"type":"text","text":"` + strings.Repeat(`\n`, n) + `"}`)
	},
	"paragraphs": func(n int) string {
		p := `{"type":"rich_text_quote","elements":[{"type":"text","text":"a"}]},`
		return `[{"type":"rich_text","elements":[` + strings.TrimSuffix(strings.Repeat(p, n), ",") + `]}]`
	},
	"looks": func(n int) string {
		return section(strings.TrimSuffix(strings.Repeat(`{"type":"text","text":"a","style":{"bold":true}},{"type":"text","text":"b"},`, n/2), ","))
	},
	"links": func(n int) string {
		return section(strings.TrimSuffix(strings.Repeat(`{"type":"link","url":"https://a.example","text":"a"},`, n), ","))
	},
	"items": func(n int) string {
		item := `{"type":"rich_text_section","elements":[{"type":"text","text":"a\n"}]},`
		return `[{"type":"rich_text","elements":[{"type":"rich_text_list","border":1,"elements":[` + strings.TrimSuffix(strings.Repeat(item, n), ",") + `]}]}]`
	},
	"lists": func(n int) string {
		list := `{"type":"rich_text_list","indent":8,"elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"a"}]}]},`
		return `[{"type":"rich_text","elements":[` + strings.TrimSuffix(strings.Repeat(list, n), ",") + `]}]`
	},
	"depth": func(n int) string {
		return section(strings.Repeat(`{"elements":[`, n/4) + `{"type":"text","text":"a"}` + strings.Repeat(`]}`, n/4))
	},
}

// allocated counts the bytes that f takes from the heap. Tests that use it cannot
// run beside others.
func allocated(f func(string), text string) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f(text)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func repeatTo(size int, unit string) string { return strings.Repeat(unit, size/len(unit)) }

func BenchmarkWorst(b *testing.B) {
	for _, f := range readersAndWriters {
		for _, unit := range worst {
			for _, size := range []int{32 << 10, 256 << 10} {
				text := repeatTo(size, unit)
				b.Run(fmt.Sprintf("%s/%q/%dKiB", f.name, unit, size>>10), func(b *testing.B) {
					b.SetBytes(int64(len(text)))
					b.ReportAllocs()
					for b.Loop() {
						f.run(text)
					}
				})
			}
		}
	}
}
