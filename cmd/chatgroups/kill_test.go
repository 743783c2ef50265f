package main_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// TestKilledAtRandomMomentsNothingIsLostRepeatedOrReordered kills the program, as
// a crash of its machine's process table would, again and again while visitors
// write and agents answer. At the end everything that was acknowledged must stand
// once and in order at the other side, and no note may have reached a visitor.
//
// CHATGROUPS_KILLS says how often; the seed is printed, but a run cannot be
// repeated exactly: the moments are the machine's.
func TestKilledAtRandomMomentsNothingIsLostRepeatedOrReordered(t *testing.T) {
	kills := 12
	if s := os.Getenv("CHATGROUPS_KILLS"); s != "" {
		kills, _ = strconv.Atoi(s)
	}
	if testing.Short() {
		kills = 3
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d kills, seed %d", kills, seed)
	random := rand.New(rand.NewPCG(seed, 0))

	const visitorCount, agentCount, groupCount = 20, 3, 4
	w := newWorld(t, fakeslack.Config{
		Limits: fakeslack.Limits{Off: true},
		// Slack's 0, 1 and 5 minutes, on the scale of this test.
		RetryDelays: []time.Duration{0, 300 * time.Millisecond, 1500 * time.Millisecond},
	})
	w.env = append(w.env, "CHATGROUPS_POSTS_PER_SECOND=500", "CHATGROUPS_POST_SETTLE=400ms")
	var agents, channels, groups []string
	for i := range agentCount {
		agents = append(agents, w.slack.AddPerson(fakeslack.Person{Name: fmt.Sprintf("agent%d", i)}).ID)
	}
	p := w.start(t, "serve")
	w.ready(t, p)
	for i := range groupCount {
		groups = append(groups, fmt.Sprintf("g%d", i))
		channels = append(channels, w.group(t, groups[i], agents...))
	}

	// Visitors and agents work until they are told to stop.
	busy, pause := context.WithCancel(t.Context())
	online, leave := context.WithCancel(t.Context())
	defer leave()
	var working, connected sync.WaitGroup
	var visitors []*visitor
	for i := range visitorCount {
		v := newVisitor(w.base, groups[i%groupCount], fmt.Sprintf("Visitor%02d", i))
		visitors = append(visitors, v)
		connected.Go(func() { v.run(online) })
		working.Go(func() {
			for n := 0; every(busy, 600*time.Millisecond); n++ {
				v.say(fmt.Sprintf("v%02d-%04d", i, n))
			}
		})
	}
	said := make([]map[string][]string, agentCount) // what each agent wrote, by thread
	notes := make([]int, agentCount)
	for i, agent := range agents {
		said[i] = map[string][]string{}
		working.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i+1)))
			for n := 0; every(busy, 120*time.Millisecond); n++ {
				channel := channels[r.IntN(len(channels))]
				roots := rootsIn(w, channel)
				if len(roots) == 0 {
					continue
				}
				root := roots[r.IntN(len(roots))]
				text := fmt.Sprintf("a%d-%04d", i, n)
				if n%10 == 9 {
					if _, err := w.slack.Say(agent, channel, "// note-"+text, fakeslack.InThread(root)); err == nil {
						notes[i]++
					}
					continue
				}
				if _, err := w.slack.Say(agent, channel, text, fakeslack.InThread(root)); err != nil {
					t.Errorf("agent %d: %v", i, err)
					return
				}
				key := channel + "/" + root
				said[i][key] = append(said[i][key], text)
			}
		})
	}

	for n := range kills {
		// Each fourth kill comes at any moment of the start; before the others the
		// program gets to work, however slow the machine is.
		if n%4 != 0 {
			w.ready(t, p)
		}
		time.Sleep(time.Duration(80+random.IntN(500)) * time.Millisecond)
		p.kill()
		p = w.start(t, "serve")
	}
	w.ready(t, p)
	pause()
	working.Wait()

	// Settle: everything that was written is acknowledged, and at the other side.
	settled, cancel := context.WithTimeout(t.Context(), 8*time.Minute) // under -race on two cores about 20 posts a second are made
	defer cancel()
	for i, v := range visitors {
		if err := v.wait(settled, func() bool { return len(v.outbox) == 0 }); err != nil {
			t.Errorf("visitor %d: %d messages never acknowledged", i, len(v.outbox))
		}
	}
	threads := map[string]int{} // thread of each visitor
	_ = w.slack.Wait(settled, func() bool {
		clear(threads)
		for _, channel := range channels {
			for _, root := range rootsIn(w, channel) {
				for _, line := range visitorLines(w, channel, root) {
					threads[line]++
				}
			}
		}
		for _, v := range visitors {
			for _, body := range v.acknowledged() {
				if threads[body] == 0 {
					return false
				}
			}
		}
		return true
	})
	replies := map[string][]string{} // by visitor's thread, what agents wrote there
	for i := range said {
		for key, texts := range said[i] {
			replies[key] = append(replies[key], texts...)
		}
	}
	total, answered := 0, 0
	for i, v := range visitors {
		channel, root := threadOf(w, channels, fmt.Sprintf("v%02d-", i))
		want := replies[channel+"/"+root]
		err := v.wait(settled, func() bool { return countRole(v.events, "agent") >= len(want) })
		if err != nil {
			t.Errorf("visitor %d saw %d of %d replies", i, countRole(v.events, "agent"), len(want))
		}
		v.mu.Lock()
		for _, wrong := range v.wrong {
			t.Errorf("visitor %d: %s", i, wrong)
		}
		// In Slack: each acknowledged message once, in the order they were written.
		lines := visitorLines(w, channel, root)
		if acked := slices.Clone(v.acked); !slices.IsSorted(acked) || !slices.Equal(lines, acked) {
			t.Errorf("visitor %d wrote\n%v\nin Slack stands\n%v", i, acked, lines)
		}
		// At the visitor: each reply once, in Slack's order; each own line once; no note.
		var saw, own []string
		for _, e := range v.events {
			switch {
			case strings.Contains(e.Body, "note-"):
				t.Errorf("visitor %d saw a note: %q", i, e.Body)
			case e.Kind == "message" && e.By.Role == "agent":
				saw = append(saw, e.Body)
			case e.Kind == "message" && e.Me:
				own = append(own, e.Body)
			}
		}
		if inSlack := agentLines(w, channel, root, agents); !slices.Equal(saw, inSlack) {
			t.Errorf("visitor %d saw\n%v\nagents wrote\n%v", i, saw, inSlack)
		}
		if !slices.Equal(own, v.acked) {
			t.Errorf("visitor %d reads of its own\n%v\nwrote\n%v", i, own, v.acked)
		}
		total, answered = total+len(v.acked), answered+len(saw)
		v.mu.Unlock()
	}
	if total < visitorCount || answered == 0 {
		t.Errorf("only %d messages and %d replies: nothing was tried", total, answered)
	}
	leave()
	connected.Wait()
	if code := p.stop(t); code != 0 {
		t.Errorf("a clean stop gave exit code %d; the log:\n%s", code, p.stderr)
	}
	if !t.Failed() {
		t.Logf("%d kills: %d messages and %d replies, all there once and in order", kills, total, answered)
	}
}

// every waits about d and reports whether ctx still goes on.
func every(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d/2 + rand.N(d)):
		return true
	}
}

func rootsIn(w *world, channel string) []string {
	var roots []string
	for _, m := range w.slack.Messages(channel) {
		if m.BotID == w.app.BotID && (m.ThreadTS == "" || m.ThreadTS == m.TS) && m.Metadata != nil {
			roots = append(roots, m.TS)
		}
	}
	return roots
}

// visitorLines are the lines that the app posted under a visitor's name; one post
// may hold several.
func visitorLines(w *world, channel, root string) []string {
	var lines []string
	for _, m := range w.slack.Thread(channel, root) {
		if m.BotID == w.app.BotID && strings.HasSuffix(m.Username, "· visitor") {
			lines = append(lines, strings.Split(m.Text, "\n")...)
		}
	}
	return lines
}

func agentLines(w *world, channel, root string, agents []string) []string {
	var lines []string
	for _, m := range w.slack.Thread(channel, root) {
		if slices.Contains(agents, m.User) && !strings.HasPrefix(m.Text, "//") {
			lines = append(lines, m.Text)
		}
	}
	return lines
}

func threadOf(w *world, channels []string, prefix string) (channel, root string) {
	for _, channel := range channels {
		for _, root := range rootsIn(w, channel) {
			if lines := visitorLines(w, channel, root); len(lines) > 0 && strings.HasPrefix(lines[0], prefix) {
				return channel, root
			}
		}
	}
	return "", ""
}

func countRole(events []frame, role string) int {
	n := 0
	for _, e := range events {
		if e.Kind == "message" && e.By.Role == role {
			n++
		}
	}
	return n
}

func (v *visitor) acknowledged() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.acked)
}
