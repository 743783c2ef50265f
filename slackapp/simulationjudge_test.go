package slackapp_test

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// verdict is what a judge found at the end of a simulation.
type verdict struct {
	settled bool
	wrong   []string
	shares  string
	counts  map[string]int
}

func (v *verdict) add(format string, args ...any) {
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

var markPattern = regexp.MustCompile(`\b[van]\d{4}-\d{4}\b`)

// judge compares what was said with what stands at both ends. Slack's side is
// what the simulated workspace has in its log, the visitor's what Next and History
// give.
func (s *simulation) judge(v *verdict) {
	if !s.app.Idle() {
		v.add("it never settled: lines still wait to be posted")
	} else if !v.settled {
		v.add("it never settled: threads are still unread")
	}
	threads := s.threads(v)
	for _, k := range s.talks {
		k.read()
		v.wrong = append(v.wrong, k.wrong...)
		if k.id == "" {
			continue
		}
		entries, err := s.store.Read(context.Background(), k.id, 0, 0)
		if err != nil {
			v.add("conversation %d: %v", k.i, err)
			continue
		}
		k.judgeVisitor(v, entries)
		k.judgeThreads(v, entries, threads)
	}
	s.ether.mu.Lock()
	v.wrong = append(v.wrong, s.ether.wrong...)
	v.counts = s.ether.counts
	// That a post which stood twice is found and removed is a last resort.
	if n := len(s.ether.removed); n > 0 {
		v.add("%d posts stood twice for a while", n)
	}
	s.ether.mu.Unlock()
	s.store.mu.Lock()
	v.counts["append"], v.counts["disk"] = s.store.appends, s.store.failed
	s.store.mu.Unlock()
	for _, what := range slices.Sorted(maps.Keys(v.counts)) {
		v.shares += fmt.Sprintf("%s %d, ", what, v.counts[what])
	}
	v.shares = strings.TrimSuffix(v.shares, ", ")
}

// judgeVisitor checks what the visitor reads: own lines as they were accepted, and
// of each thread the answers in Slack's order, each once and no note. Only what
// Slack never told of may stand later than that: it is found when the thread is
// read, and nothing tells of it before.
func (k *talk) judgeVisitor(v *verdict, entries []bridge.Entry) {
	all, more, err := k.visit.History(context.Background(), 1<<60, 1<<20)
	if err != nil || more {
		v.add("conversation %d: history: %v (more: %v)", k.i, err, more)
		return
	}
	marks := func(events []bridge.Event, mine bool) (some []string) {
		for _, e := range events {
			if e.Kind == bridge.KindMessage && e.Mine == mine {
				some = append(some, markPattern.FindAllString(e.Body, -1)...)
			}
		}
		return some
	}
	for _, mine := range []bool{true, false} {
		if live, whole := marks(k.seen, mine), marks(all, mine); !slices.Equal(live, whole) {
			v.add("conversation %d: followed as %v, in the history stands %v", k.i, live, whole)
		}
	}
	if own := marks(all, true); !slices.Equal(own, k.own) {
		v.add("conversation %d: of the visitor's own %s", k.i, difference(k.own, own))
	}
	kept := map[string]bool{}
	ended := map[bridge.GroupID]bool{}
	for _, e := range entries {
		switch e.Kind {
		case bridge.KindLeft, bridge.KindClosed:
			ended[e.Group] = true // "" for all
		case bridge.KindKept:
			if ended[e.Group] || ended[""] {
				kept[string(e.Thread)+"/"+e.Post] = true
				k.s.ether.count("kept")
			}
		}
	}
	place := map[string]saying{}
	want := map[string][]string{}
	for _, x := range k.said {
		place[x.mark] = x
		if !x.note && !kept[x.thread()+"/"+x.ts] {
			want[x.thread()] = append(want[x.thread()], x.mark)
		}
	}
	got, lateOnes := map[string][]string{}, map[string][]string{}
	times := map[string]int{}
	for _, mark := range marks(all, false) {
		x, known := place[mark]
		if !known || x.note {
			v.add("conversation %d: the visitor reads %s", k.i, mark)
			continue
		}
		times[mark]++
		if k.s.ether.isLost(x.channel, x.ts) {
			lateOnes[x.thread()] = append(lateOnes[x.thread()], mark)
		} else {
			got[x.thread()] = append(got[x.thread()], mark)
		}
	}
	for root, marks := range want {
		var told, untold []string
		for _, m := range marks {
			if x := place[m]; k.s.ether.isLost(x.channel, x.ts) {
				untold = append(untold, m)
			} else {
				told = append(told, m)
			}
		}
		if !slices.Equal(told, got[root]) {
			v.add("conversation %d: of what agents wrote %s", k.i, difference(told, got[root]))
		}
		if !slices.Equal(untold, lateOnes[root]) {
			v.add("conversation %d: of what agents wrote and Slack did not tell %s", k.i, difference(untold, lateOnes[root]))
		}
	}
}

// thread is what stands below one root card.
type thread struct {
	channel string
	posts   []fakeslack.Message // of the app
}

// threads are the threads of the app, by "channel/root".
func (s *simulation) threads(v *verdict) map[string]*thread {
	all := map[string]*thread{}
	for _, d := range s.desks {
		for _, m := range s.slack.Messages(d.channel) {
			if m.BotID != s.inst.BotID {
				continue
			}
			if !m.IsReply() {
				all[d.channel+"/"+m.TS] = &thread{channel: d.channel}
			} else if t := all[d.channel+"/"+m.ThreadTS]; t != nil {
				t.posts = append(t.posts, m)
			}
		}
	}
	return all
}

// judgeThreads checks that each thread of the conversation shows what its log says,
// line by line, under the right name; and that there is one for each time that a
// group came.
func (k *talk) judgeThreads(v *verdict, entries []bridge.Entry, threads map[string]*thread) {
	type part struct {
		group        bridge.GroupID
		joined, left bridge.Seq
		ref          bridge.ThreadRef
	}
	var parts []*part
	current := map[bridge.GroupID]*part{}
	for _, e := range entries {
		switch e.Kind {
		case bridge.KindOpened:
			p := &part{group: e.Opening.Group, joined: e.Seq}
			current[p.group], parts = p, append(parts, p)
		case bridge.KindJoined:
			p := &part{group: e.Group, joined: e.Seq}
			current[p.group], parts = p, append(parts, p)
		case bridge.KindLeft:
			current[e.Group].left = e.Seq
		case bridge.KindPosted:
			if e.Upto == 0 {
				current[e.Group].ref = e.Thread
			}
		}
	}
	roots := 0
	for _, p := range parts {
		if p.ref == "" {
			if p.left == 0 {
				v.add("conversation %d: %s has no thread", k.i, p.group)
			}
			continue
		}
		roots++
		var want []string
		for _, e := range entries {
			shown := e.Kind == bridge.KindMessage || e.Kind == bridge.KindNote
			if shown && e.Thread != p.ref && (p.left == 0 || e.Seq < p.left) {
				want = append(want, markPattern.FindAllString(e.Body, -1)...)
			}
		}
		t := threads[string(p.ref)]
		if t == nil {
			v.add("conversation %d: the thread %s is not there", k.i, p.ref)
			continue
		}
		var got []string
		for _, m := range t.posts {
			text := strings.ReplaceAll(string(m.Blocks), `\n`, "\n") // else an n stands before a mark
			if text == "" {
				text = m.Text
			}
			marks := markPattern.FindAllString(text, -1)
			got = append(got, marks...)
			if len(marks) > 1 && m.Username != "chatgroups" {
				k.s.ether.count("merged")
			}
			for _, mark := range marks {
				byVisitor := strings.HasSuffix(m.Username, "· visitor")
				if story := strings.Contains(m.Text, "The story so far"); !story && byVisitor != (mark[0] == 'v') {
					v.add("conversation %d: %s is posted as by %q", k.i, mark, m.Username)
				}
			}
		}
		if !slices.Equal(got, want) {
			v.add("conversation %d: in the thread of %s %s", k.i, p.group, difference(want, got))
		}
	}
	stand := 0
	for _, d := range k.s.desks {
		stand += len(k.s.ether.rootsOf(k.id, d.group))
	}
	if stand < roots || stand > len(parts) {
		v.add("conversation %d: %d root cards stand in Slack for %d times that a group came", k.i, stand, len(parts))
	}
}

func (e *ether) isLost(channel, ts string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.lost[channel+"/"+ts]
}

// difference says in what two sequences differ.
func difference(want, got []string) string {
	count := map[string]int{}
	for _, m := range got {
		count[m]++
	}
	var missing, repeated, strange []string
	for _, m := range want {
		if count[m] == 0 {
			missing = append(missing, m)
		}
		if count[m] > 1 {
			repeated = append(repeated, m)
		}
	}
	for _, m := range got {
		if !slices.Contains(want, m) {
			strange = append(strange, m)
		}
	}
	switch {
	case missing == nil && repeated == nil && strange == nil:
		for i := range want {
			if i >= len(got) || want[i] != got[i] {
				return fmt.Sprintf("%s is out of order: %v", want[i], got[max(0, i-2):min(len(got), i+5)])
			}
		}
		return "nothing differs"
	default:
		return fmt.Sprintf("missing %v, repeated %v, out of place %v", missing, repeated, strange)
	}
}
