package slackapp_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// A load is visitors of one channel who write at an even pace, each line in the
// conversation that chance chooses.
type load struct {
	conversations int
	perMinute     int
	minutes       int
}

// A figure is what a load met with.
type figure struct {
	perMinute float64 // lines that stood in Slack while the load lasted
	p50, p99  time.Duration
	worst     time.Duration
	refused   int // posts that Slack answered with 429
}

// delays notes when lines are said and when they stand in Slack.
type delays struct {
	mu     sync.Mutex // guards the following
	said   map[string]time.Time
	stands map[string]time.Time
}

// watchDelays takes a line for standing once Slack has answered its post with ok.
func watchDelays(w *world) *delays {
	d := &delays{said: map[string]time.Time{}, stands: map[string]time.Time{}}
	w.slack.OnRequest(func(r fakeslack.Request) {
		if r.Method != "chat.postMessage" || r.Status != http.StatusOK || r.Error != "" {
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		for line := range strings.SplitSeq(r.Args["text"], "\n") {
			if _, ok := d.said[line]; ok {
				d.stands[line] = r.At
			}
		}
	})
	return d
}

func (d *delays) say(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.said[line] = time.Now()
}

func (d *delays) all() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.stands) == len(d.said)
}

func (d *delays) figure(end time.Time, minutes int) figure {
	d.mu.Lock()
	defer d.mu.Unlock()
	var f figure
	var waits []time.Duration
	for line, at := range d.stands {
		waits = append(waits, at.Sub(d.said[line]))
		if !at.After(end) {
			f.perMinute++
		}
	}
	slices.Sort(waits)
	f.perMinute /= float64(minutes)
	f.p50, f.p99, f.worst = waits[len(waits)/2], waits[len(waits)*99/100], waits[len(waits)-1]
	return f
}

// run lets the load's visitors write by say, which is told the conversation's
// number and the line, and waits until every line stands.
func (l load) run(w *world, say func(conversation int, line string)) figure {
	d := watchDelays(w)
	chance := rand.New(rand.NewPCG(1, 2))
	every := time.Minute / time.Duration(l.perMinute)
	for i := range l.perMinute * l.minutes {
		line := fmt.Sprintf("line-%d", i)
		d.say(line)
		say(chance.IntN(l.conversations), line)
		time.Sleep(every)
	}
	end := time.Now()
	w.until("every line stands", d.all)
	f := d.figure(end, l.minutes)
	f.refused = w.limited("chat.postMessage")
	return f
}

// chat opens the load's conversations and waits until their first lines stand.
func (l load) chat(w *world) []*tab {
	w.t.Helper()
	var tabs []*tab
	for range l.conversations {
		v := w.visitor()
		v.say("hello")
		tabs = append(tabs, v)
	}
	w.until("the conversations", func() bool { return len(w.postings(w.tech)) == 2*l.conversations })
	time.Sleep(10 * time.Second)
	return tabs
}

// byLanes sends the lines through the app.
func (l load) byLanes(w *world) figure {
	tabs := l.chat(w)
	return l.run(w, func(i int, line string) { tabs[i].say(line) })
}

// byPlainQueue sends the lines as a queue does that is first in, first out: one
// post a line, one post a second.
func (l load) byPlainQueue(w *world) figure {
	l.chat(w)
	roots := w.roots(w.tech)
	api := slack.New(w.inst.BotToken, slack.OptionAPIURL(w.apiURL),
		slack.OptionHTTPClient(&http.Client{Transport: &http.Transport{DialContext: w.net.Dial, DisableKeepAlives: true}}))
	type entry struct{ thread, line string }
	queue := make(chan entry, l.perMinute*l.minutes)
	var poster sync.WaitGroup
	poster.Go(func() {
		for e := range queue {
			if _, _, err := api.PostMessageContext(context.Background(), w.tech, slack.MsgOptionText(e.line, false), slack.MsgOptionTS(e.thread)); err != nil {
				w.t.Errorf("the plain queue cannot post: %v", err)
			}
			time.Sleep(time.Second)
		}
	})
	f := l.run(w, func(i int, line string) { queue <- entry{roots[i].TS, line} })
	close(queue)
	poster.Wait()
	return f
}

// TestNobodyWaitsAMinuteInABusyChannel: fifty conversations write more than three
// times as much as Slack takes posts from an app, and yet each line is soon there.
func TestNobodyWaitsAMinuteInABusyChannel(t *testing.T) {
	l := load{conversations: 50, perMinute: 200, minutes: 5}
	inVirtualTime(t, func(t *testing.T, w *world) {
		f := l.byLanes(w)
		if f.p99 >= time.Minute {
			t.Errorf("one line in a hundred waits %s or more", f.p99)
		}
		if f.perMinute < 0.8*float64(l.perMinute) {
			t.Errorf("of %d lines a minute %.0f are delivered", l.perMinute, f.perMinute)
		}
		if f.refused > 0 {
			t.Errorf("Slack had to refuse %d posts", f.refused)
		}
	})
}

// TestFirstLinesFollowTheirRootsAtOnce: fifty visitors begin at the same time, and
// nobody's root stands empty while the others get theirs.
func TestFirstLinesFollowTheirRootsAtOnce(t *testing.T) {
	const visitors = 50
	inVirtualTime(t, func(t *testing.T, w *world) {
		for range visitors {
			w.visitor().say("hello")
		}
		begun := time.Now()
		w.until("every first line", func() bool { return len(w.postings(w.tech)) == 2*visitors })
		made := w.postings(w.tech)
		if took := made[len(made)-1].At.Sub(begun); took > 2*visitors*time.Second {
			t.Errorf("it took %s", took)
		}
		for i := 0; i < len(made); i += 2 {
			if made[i].Args["thread_ts"] != "" || made[i+1].Args["thread_ts"] == "" {
				t.Fatalf("post %d is no root followed by its line", i)
			}
		}
	})
}

// BenchmarkLanes compares the app with a plain queue, in virtual time: the figures
// are those of Slack's limits, and the same on every machine.
func BenchmarkLanes(b *testing.B) {
	for _, conversations := range []int{1, 10, 50} {
		l := load{conversations: conversations, perMinute: 200, minutes: 10}
		for _, way := range []struct {
			name string
			send func(load, *world) figure
		}{{"lanes", load.byLanes}, {"fifo", load.byPlainQueue}} {
			b.Run(fmt.Sprintf("%s/conversations=%d", way.name, conversations), func(b *testing.B) {
				var f figure
				for b.Loop() {
					f = measured(b, func(w *world) figure { return way.send(l, w) })
				}
				b.ReportMetric(0, "ns/op") // real time tells nothing here
				b.ReportMetric(f.perMinute, "lines/min")
				b.ReportMetric(f.p50.Seconds(), "p50-s")
				b.ReportMetric(f.p99.Seconds(), "p99-s")
				b.ReportMetric(f.worst.Seconds(), "worst-s")
			})
		}
	}
}

// measured takes a figure in a bubble of virtual time, which only a test can have:
// so the benchmark runs one.
func measured(b *testing.B, measure func(*world) figure) (f figure) {
	b.Helper()
	everything := func(string, string) (bool, error) { return true, nil }
	ok := testing.RunTests(everything, []testing.InternalTest{{Name: b.Name(), F: func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f = measure(newWorld(t, worldOptions{net: newMemNet()}))
		})
	}}})
	if !ok {
		b.Fatal("the world in virtual time failed")
	}
	return f
}
