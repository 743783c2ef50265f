package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/slackapp"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
	"github.com/chatgroups/chatgroups/widget"
)

// BenchmarkRelay measures how much the bridge adds to what a relay needs at the
// least. Out: from a visitor's frame to the request arriving at Slack. In: from
// Slack's event to the frame at the visitor. Both are ratios of medians to the
// floor: one fdatasync of a 216-byte append in the same folder and one bare POST
// on loopback, measured in the same run, in slices that alternate.
func BenchmarkRelay(b *testing.B) {
	r := newRelay(b)
	const slices_, perSlice = 7, 60
	var floor, out, in [][]time.Duration
	for range slices_ {
		// The order within a round is shuffled, so that nobody always comes
		// first after a pause.
		todo := []func(){
			func() { floor = append(floor, r.floor(perSlice)) },
			func() { out = append(out, r.out(perSlice)) },
			func() { in = append(in, r.in(perSlice)) },
		}
		rand.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
		for _, f := range todo {
			f()
		}
	}
	r.report("out", out, floor)
	r.report("in", in, floor)
	lo, hi := spread(floor)
	if hi > 2*lo {
		b.Logf("void: the floor itself moved from %v to %v", lo, hi)
	}
	b.ReportMetric(float64(median(slices.Concat(floor...)).Microseconds()), "floor-µs")
	b.ReportMetric(0, "ns/op")
}

// report gives the median of the ratios of each slice to the floor's of the same
// round, with the smallest and the largest.
func (r *relay) report(name string, got, floor [][]time.Duration) {
	var ratios []float64
	for i := range got {
		ratios = append(ratios, float64(median(got[i]))/float64(median(floor[i])))
	}
	slices.Sort(ratios)
	r.b.ReportMetric(ratios[len(ratios)/2], name+"/floor")
	r.b.ReportMetric(ratios[0], name+"/floor-min")
	r.b.ReportMetric(ratios[len(ratios)-1], name+"/floor-max")
	r.b.ReportMetric(float64(median(slices.Concat(got...)).Microseconds()), name+"-µs")
}

func median(d []time.Duration) time.Duration {
	d = slices.Clone(d)
	slices.Sort(d)
	return d[len(d)/2]
}

func spread(slices_ [][]time.Duration) (lo, hi time.Duration) {
	for i, s := range slices_ {
		m := median(s)
		if i == 0 || m < lo {
			lo = m
		}
		hi = max(hi, m)
	}
	return lo, hi
}

// relay is the whole program in one process, with a stub in Slack's place that
// does nothing but note when a request is there.
type relay struct {
	b       *testing.B
	bridge  *bridge.Bridge
	arrived chan time.Time // when a post's request was at Slack
	slack   *httptest.Server
	public  *httptest.Server
	file    *os.File
	conn    *websocket.Conn
	frames  chan frame
	secret  string
	channel string
	root    atomic.Pointer[string]
	n       int
}

const relayWorkspace bridge.WorkspaceID = "T0RELAY0001"

const relaySecret = "8f742231b10e8888abcd99yyyzzz85a5"

func newRelay(b *testing.B) *relay {
	r := &relay{b: b, arrived: make(chan time.Time, 16), frames: make(chan frame, 64), secret: relaySecret, channel: "C0RELAY0001"}
	r.slack = httptest.NewServer(http.HandlerFunc(r.answer))
	b.Cleanup(r.slack.Close)
	dir := b.TempDir()
	var err error
	if r.file, err = os.Create(filepath.Join(dir, "floor")); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { r.file.Close() })
	store, err := boltstore.Open(filepath.Join(dir, "relay.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { store.Close() })

	app := slackapp.New(slackapp.Config{
		BotToken: "xoxb-relay", SigningSecret: r.secret, APIURL: r.slack.URL + "/api/", Site: "main",
		PostsPerSecond: 1e6, Burst: 1e6, Log: zerolog.Nop(),
	})
	br, err := bridge.New(b.Context(), store, app, bridge.Config{})
	if err != nil {
		b.Fatal(err)
	}
	r.bridge = br
	mux := http.NewServeMux()
	r.public = httptest.NewUnstartedServer(mux)
	base := "http://" + r.public.Listener.Addr().String()
	public, err := url.Parse(base)
	if err != nil {
		b.Fatal(err)
	}
	visitors := widget.New(br, widget.Config{PublicURL: public, Log: zerolog.Nop(), Limits: fastVisitors})
	mux.Handle("/slack/", app.Handler())
	mux.Handle("/w/v1/", visitors.Handler())
	r.public.Start()
	b.Cleanup(r.public.Close)

	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	for _, run := range []func(context.Context) error{br.Run, visitors.Run, func(ctx context.Context) error { return app.Run(ctx, br) }} {
		wg.Go(func() {
			if err := run(ctx); err != nil {
				b.Errorf("run: %v", err)
			}
		})
	}
	b.Cleanup(func() {
		r.conn.Close()
		cancel()
		wg.Wait()
	})

	w := relayWorkspace
	if err := br.Setup(b.Context(), bridge.Workspace{ID: w, Name: "Relay"}, "main", nil); err != nil {
		b.Fatal(err)
	}
	if _, err := br.CreateGroup(b.Context(), bridge.Group{Workspace: w, Name: "Tech", Channel: r.channel, UserGroup: "S0RELAY0001"}, bridge.Author{}); err != nil {
		b.Fatal(err)
	}
	r.connect(base)
	r.say("first") // makes the thread
	for range 2 {  // the root and the line
		await(b, r.arrived)
	}
	return r
}

// answer plays Slack: it notes a post and says ok.
func (r *relay) answer(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	_ = req.ParseForm()
	w.Header().Set("Content-Type", "application/json")
	switch filepath.Base(req.URL.Path) {
	case "auth.test":
		io.WriteString(w, `{"ok":true,"url":"https://relay.slack.com/","team":"Relay","user":"chatgroups","team_id":"T0RELAY0001","user_id":"U0RELAYBOT1","bot_id":"B0RELAY0001"}`)
	case "chat.postMessage":
		r.arrived <- at
		ts := fmt.Sprintf("%d.%06d", time.Now().Unix(), time.Now().Nanosecond()/1000)
		if req.Form.Get("thread_ts") == "" {
			r.root.Store(&ts)
		}
		fmt.Fprintf(w, `{"ok":true,"channel":%q,"ts":%q}`, r.channel, ts)
	case "conversations.info":
		fmt.Fprintf(w, `{"ok":true,"channel":{"id":%q,"name":"relay","is_channel":true,"is_member":true}}`, r.channel)
	case "usergroups.list":
		io.WriteString(w, `{"ok":true,"usergroups":[{"id":"S0RELAY0001","name":"Tech","handle":"tech","users":["U0RELAY0001"]}]}`)
	case "conversations.replies":
		io.WriteString(w, `{"ok":true,"messages":[],"has_more":false}`)
	default:
		io.WriteString(w, `{"ok":true,"members":[],"ts":"1"}`)
	}
}

func (r *relay) connect(base string) {
	conn, _, err := (&websocket.Dialer{Subprotocols: []string{"chat.v1"}}).Dial("ws"+base[len("http"):]+"/w/v1/ws", http.Header{"Origin": {base}})
	if err != nil {
		r.b.Fatal(err)
	}
	r.conn = conn
	if err := conn.WriteJSON(frame{T: "hello", V: 1, Site: "main"}); err != nil {
		r.b.Fatal(err)
	}
	go func() {
		for {
			_, data, err := conn.ReadMessage()
			if err != nil {
				return
			}
			var f frame
			_ = json.Unmarshal(data, &f)
			if f.T == "ev" && f.Kind == "message" && !f.Me {
				r.frames <- f
			}
		}
	}()
}

func (r *relay) say(body string) {
	r.n++
	if err := r.conn.WriteJSON(frame{T: "send", ID: "m" + strconv.Itoa(r.n), Body: body, Group: "tech"}); err != nil {
		r.b.Fatal(err)
	}
}

// floor is what a relay needs at the least: bytes on disk, and one POST.
func (r *relay) floor(n int) []time.Duration {
	line := bytes.Repeat([]byte{'x'}, 216)
	var took []time.Duration
	for range n {
		r.settle()
		begun := time.Now()
		if _, err := r.file.Write(line); err != nil {
			r.b.Fatal(err)
		}
		if err := syscall.Fdatasync(int(r.file.Fd())); err != nil {
			r.b.Fatal(err)
		}
		res, err := http.Post(r.slack.URL+"/api/nothing", "application/json", bytes.NewReader(line))
		if err != nil {
			r.b.Fatal(err)
		}
		io.Copy(io.Discard, res.Body)
		res.Body.Close()
		took = append(took, time.Since(begun))
	}
	return took
}

// settle returns when what a measurement set off has come to its end (the post's
// record is written), so that the next one does not wait for its writes.
func (r *relay) settle() {
	for {
		open, err := r.bridge.OpenConversations(r.b.Context(), relayWorkspace)
		if err != nil {
			r.b.Fatal(err)
		}
		owed := false
		for _, c := range open {
			_, behind, err := r.bridge.Work(r.b.Context(), bridge.ThreadKey{Workspace: relayWorkspace, Conversation: c.ID, Group: "tech"}, 1)
			owed = owed || behind || err != nil
		}
		time.Sleep(2 * time.Millisecond) // the disk's own tail; without spinning on a core
		if !owed {
			return
		}
	}
}

// out is from a visitor's frame to the request at Slack.
func (r *relay) out(n int) []time.Duration {
	var took []time.Duration
	for range n {
		r.settle()
		begun := time.Now()
		r.say("out")
		took = append(took, await(r.b, r.arrived).Sub(begun))
	}
	return took
}

// await receives, or fails where a relay got lost.
func await[T any](b *testing.B, c <-chan T) (v T) {
	b.Helper()
	select {
	case v = <-c:
	case <-time.After(20 * time.Second):
		b.Fatal("nothing came through in 20 s")
	}
	return v
}

// in is from Slack's signed POST to the frame at the visitor.
func (r *relay) in(n int) []time.Duration {
	var took []time.Duration
	for range n {
		r.n++
		at := time.Now()
		body := fmt.Appendf(nil, `{"team_id":"T0RELAY0001","type":"event_callback","event_id":"Ev%d","event":{"type":"message","channel":%q,"user":"U0RELAYANN1","team":"T0RELAY0001","text":"in","ts":"%d.%06d","thread_ts":%q}}`,
			r.n, r.channel, at.Unix()+int64(r.n), r.n, *r.root.Load())
		timestamp, signature := fakeslack.Sign(r.secret, at, body)
		req, _ := http.NewRequest(http.MethodPost, r.public.URL+"/slack/events", bytes.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Slack-Request-Timestamp", timestamp)
		req.Header.Set("X-Slack-Signature", signature)
		r.settle()
		begun := time.Now()
		answered := make(chan error, 1)
		go func() {
			res, err := http.DefaultClient.Do(req)
			if err == nil {
				res.Body.Close()
			}
			answered <- err
		}()
		await(r.b, r.frames)
		took = append(took, time.Since(begun))
		if err := <-answered; err != nil {
			r.b.Fatal(err)
		}
	}
	return took
}

// fastVisitors lets one visitor write as fast as a benchmark does.
var fastVisitors = widget.Limits{
	Frame: widget.Rate{Burst: 1 << 20, Every: time.Microsecond}, Send: widget.Rate{Burst: 1 << 20, Every: time.Microsecond},
	Steady: widget.Rate{Burst: 1 << 20, Every: time.Microsecond}, Message: widget.Rate{Burst: 1 << 20, Every: time.Microsecond},
}
