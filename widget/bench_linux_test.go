package widget_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/boltstore"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/widget"
)

// The benchmarks compare with a baseline of the same run: slices of the one and of
// the other alternate in random order, and what is reported is the median of the
// ratios of each round. Where the baseline itself moves by more than twice, the
// machine was not quiet and the run says so. Load, and whatever's memory is
// measured, run in processes of their own: this program, in another role.

func init() {
	roles["visitors"] = visitorsRole
	roles["widget"] = func() { memoryRole(serveWidget) }
	roles["bare"] = func() { memoryRole(serveBare) }
}

const (
	senders = 64
	slice   = 800 * time.Millisecond
	rounds  = 7
)

// BenchmarkDurableAccepts measures how many messages of 64 visitors are on disk
// and acknowledged in a second: over boltstore, and over a file to which whatever
// waits is appended and synced at once, the least that durable can mean.
func BenchmarkDurableAccepts(b *testing.B) {
	dir := b.TempDir()
	bolt, err := boltstore.Open(filepath.Join(dir, "bolt.db"), boltstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer bolt.Close()
	raw, err := newRawStore(filepath.Join(dir, "raw.log"))
	if err != nil {
		b.Fatal(err)
	}
	defer raw.Close()
	boltAddr, stopBolt := benchServer(b, bolt)
	defer stopBolt()
	rawAddr, stopRaw := benchServer(b, raw)
	defer stopRaw()
	load := play(b, "visitors", boltAddr, rawAddr)
	defer load.stop()

	run := func(which int) (perSecond float64) {
		n, err := strconv.Atoi(load.ask(fmt.Sprintf("%d %d", which, slice.Milliseconds())))
		if err != nil {
			b.Fatal(err)
		}
		return float64(n) / slice.Seconds()
	}
	run(0) // warms up
	run(1)
	var subject, floor []float64
	for range rounds {
		alternate(
			func() { subject = append(subject, run(0)) },
			func() { floor = append(floor, run(1)) },
		)
	}
	report(b, "bolt/raw", subject, floor)
	b.ReportMetric(median(subject), "bolt-msg/s")
	b.ReportMetric(median(floor), "raw-msg/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkIdleVisitor measures what one idle visitor keeps of the server's memory
// (RssAnon), with its session in the bridge, and once more after its first message,
// with its conversation; the baseline is a bare gorilla/websocket server as its
// documentation shows it, with two goroutines.
func BenchmarkIdleVisitor(b *testing.B) {
	const visitors, rounds = 3000, 5
	measure := func(role string) (idle, talking float64) {
		server := play(b, role)
		defer server.stop()
		addr := server.ask("address")
		rss := func() float64 {
			n, err := strconv.ParseFloat(server.ask("memory"), 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
		// The first connections make what all others share.
		leave, _ := crowd(b, role, addr, 50)
		leave()
		empty := rss()
		leave, write := crowd(b, role, addr, visitors)
		defer leave()
		idle = (rss() - empty) / visitors
		if role == "widget" {
			write()
			talking = (rss() - empty) / visitors
		}
		return idle, talking
	}
	var subject, talkers, floor []float64
	for range rounds {
		alternate(
			func() {
				idle, talking := measure("widget")
				subject, talkers = append(subject, idle), append(talkers, talking)
			},
			func() {
				idle, _ := measure("bare")
				floor = append(floor, idle)
			},
		)
	}
	report(b, "visitor/bare", subject, floor)
	b.ReportMetric(median(subject), "B/visitor")
	b.ReportMetric(median(talkers), "B/conversation")
	b.ReportMetric(median(floor), "B/bare")
	b.ReportMetric(0, "ns/op")
}

func alternate(run ...func()) {
	rand.Shuffle(len(run), func(i, j int) { run[i], run[j] = run[j], run[i] })
	for _, r := range run {
		r()
	}
}

func report(b *testing.B, name string, subject, floor []float64) {
	b.Helper()
	var ratios []float64
	for i := range subject {
		ratios = append(ratios, subject[i]/floor[i])
	}
	b.ReportMetric(median(ratios), name)
	b.ReportMetric(slices.Min(ratios), name+"-min")
	b.ReportMetric(slices.Max(ratios), name+"-max")
	if lo, hi := slices.Min(floor), slices.Max(floor); hi > 2*lo {
		b.Logf("void: the baseline itself moved from %.0f to %.0f", lo, hi)
	}
}

func median(values []float64) float64 {
	values = slices.Sorted(slices.Values(values))
	return values[len(values)/2]
}

// unlimited lets a benchmark's visitors do what no visitor may.
var unlimited = func() widget.Limits {
	all := widget.Rate{Burst: 1 << 30, Every: time.Nanosecond}
	return widget.Limits{Hello: all, Poll: all, Frame: all, Send: all, Steady: all}
}()

type nobody struct{}

func (nobody) Behind(bridge.ThreadKey, bridge.ThreadRef) {}

// benchServer serves a site over a store.
func benchServer(t testing.TB, store bridge.Store) (addr string, stop func()) {
	addr, stop, err := serveSite(store)
	if err != nil {
		t.Fatal(err)
	}
	return addr, stop
}

func serveSite(store bridge.Store) (addr string, stop func(), err error) {
	ctx, cancel := context.WithCancel(context.Background())
	br, err := bridge.New(ctx, store, nobody{}, bridge.Config{})
	if err == nil {
		err = br.Setup(ctx, bridge.Workspace{ID: "W1", Name: "One"}, "main", []string{shop})
	}
	if err == nil {
		_, err = br.CreateGroup(ctx, bridge.Group{Workspace: "W1", Name: "Tech", Channel: "C1"}, bridge.Author{})
	}
	l, listenErr := net.Listen("tcp", "127.0.0.1:0")
	if err = errors.Join(err, listenErr); err != nil {
		cancel()
		return "", nil, err
	}
	visitors := widget.New(br, widget.Config{Limits: unlimited})
	web := &http.Server{Handler: visitors.Handler()}
	var running sync.WaitGroup
	running.Go(func() { br.Run(ctx) })
	running.Go(func() { visitors.Run(ctx) })
	running.Go(func() { web.Serve(l) })
	return l.Addr().String(), func() {
		cancel()
		web.Close()
		running.Wait()
	}, nil
}

// player is this program in another role: it reads lines and answers each with
// one.
type player struct {
	b   *testing.B
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func play(b *testing.B, role string, args ...string) *player {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	p := &player{b: b, cmd: exec.Command(self, args...)}
	p.cmd.Env = append(os.Environ(), roleVariable+"="+role)
	p.cmd.Stderr = os.Stderr
	p.in, _ = p.cmd.StdinPipe()
	out, _ := p.cmd.StdoutPipe()
	p.out = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	return p
}

func (p *player) ask(line string) string {
	p.b.Helper()
	fmt.Fprintln(p.in, line)
	if !p.out.Scan() {
		p.b.Fatal("the other process ended early")
	}
	return p.out.Text()
}

func (p *player) stop() {
	p.in.Close()
	p.cmd.Wait()
}

// answer carries out the lines that a player is asked.
func answer(do func(line string) string) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		fmt.Println(do(in.Text()))
	}
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// visitorsRole connects senders to each address it is given. "0 800" makes those of
// the first send, each the next message upon the ack of the last, for 800 ms, and
// answers how many acks there were.
func visitorsRole() {
	var crowds [][]*websocket.Conn
	for _, addr := range os.Args[1:] {
		var all []*websocket.Conn
		for range senders {
			ws, err := connect(addr)
			fatal(err)
			all = append(all, ws)
		}
		crowds = append(crowds, all)
	}
	var id atomic.Uint64
	answer(func(line string) string {
		var which, ms int
		fmt.Sscan(line, &which, &ms)
		until := time.Now().Add(time.Duration(ms) * time.Millisecond)
		var acks atomic.Int64
		var sending sync.WaitGroup
		for _, ws := range crowds[which] {
			sending.Go(func() {
				for time.Now().Before(until) {
					fatal(sendAndWait(ws, id.Add(1)))
					acks.Add(1)
				}
			})
		}
		sending.Wait()
		return strconv.FormatInt(acks.Load(), 10)
	})
}

// connect dials, says hello as a new visitor, and pings once.
func connect(addr string) (*websocket.Conn, error) {
	d := websocket.Dialer{Subprotocols: []string{"chat.v1"}}
	ws, _, err := d.Dial("ws://"+addr+"/w/v1/ws", http.Header{"Origin": {shop}})
	if err != nil {
		return nil, err
	}
	hello := `{"t":"hello","v":1,"site":"main","since":0,"lang":"en","tz":"Europe/Paris","url":"https://shop.example/cart","title":"Your cart"}`
	if err := ws.WriteMessage(websocket.TextMessage, []byte(hello)); err != nil {
		return nil, err
	}
	if err := waitFor(ws, `{"t":"welcome"`); err != nil {
		return nil, err
	}
	// As an idle widget does before half a minute is over.
	if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`)); err != nil {
		return nil, err
	}
	return ws, waitFor(ws, `{"t":"pong"`)
}

func sendAndWait(ws *websocket.Conn, id uint64) error {
	message := fmt.Sprintf(`{"t":"send","id":"5f0c7c1e-9a55-4c0e-8b53-%012x","body":"%s","group":"tech"}`, id, strings.Repeat("Hello. ", 14))
	if err := ws.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		return err
	}
	return waitFor(ws, `{"t":"ack"`)
}

func waitFor(ws *websocket.Conn, prefix string) error {
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(data, []byte(prefix)):
			return nil
		case bytes.HasPrefix(data, []byte(`{"t":"nack"`)), bytes.HasPrefix(data, []byte(`{"t":"bye"`)):
			return fmt.Errorf("waiting for %s: %s", prefix, data)
		}
	}
}

// crowd connects visitors to a server of a role; write makes each send a message.
func crowd(b *testing.B, role, addr string, visitors int) (leave, write func()) {
	b.Helper()
	var all []*websocket.Conn
	for range visitors {
		var ws *websocket.Conn
		var err error
		if role == "widget" {
			ws, err = connect(addr)
		} else {
			ws, _, err = websocket.DefaultDialer.Dial("ws://"+addr, nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		all = append(all, ws)
	}
	leave = func() {
		for _, ws := range all {
			ws.Close()
		}
	}
	write = func() {
		for i, ws := range all {
			if err := sendAndWait(ws, uint64(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
	return leave, write
}

// memoryRole serves until its input ends and answers "address" and "memory".
func memoryRole(serve func() (addr string, err error)) {
	addr, err := serve()
	fatal(err)
	answer(func(line string) string {
		if line == "address" {
			return addr
		}
		for range 3 { // stacks shrink by half in each
			runtime.GC()
		}
		debug.FreeOSMemory()
		return strconv.Itoa(anonymousBytes())
	})
}

func serveWidget() (string, error) {
	dir, err := os.MkdirTemp("", "chatgroups-bench-")
	if err != nil {
		return "", err
	}
	store, err := boltstore.Open(filepath.Join(dir, "bolt.db"), boltstore.Options{})
	if err != nil {
		return "", err
	}
	os.RemoveAll(dir) // open files stay
	addr, _, err := serveSite(store)
	return addr, err
}

func serveBare() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	upgrader := websocket.Upgrader{}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		send := make(chan []byte)
		defer close(send)
		go func() {
			for frame := range send {
				ws.WriteMessage(websocket.TextMessage, frame)
			}
		}()
		for {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			send <- frame
		}
	}))
	return l.Addr().String(), nil
}

// anonymousBytes is this process's memory that no file stands behind.
func anonymousBytes() int {
	data, err := os.ReadFile("/proc/self/status")
	fatal(err)
	for line := range strings.Lines(string(data)) {
		if value, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			fatal(err)
			return kib << 10
		}
	}
	fatal(errors.New("no RssAnon in /proc/self/status"))
	return 0
}

// rawStore is a bridge.Store whose entries go to a file, as they come, and are
// never read from there. Records are in memory.
type rawStore struct {
	*bridgetest.Memory
	file *os.File

	mu      sync.Mutex // guards the following
	logs    map[bridge.ConversationID]*rawLog
	waiting []byte
	synced  chan struct{} // closed once what waits is on disk
	writing bool
}

type rawLog struct {
	ids     map[bridge.EntryID]bridge.Seq
	entries []bridge.Entry
	feeds   map[*rawFeed]struct{}
}

func newRawStore(path string) (*rawStore, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	return &rawStore{
		Memory: bridgetest.NewMemory(), file: file,
		logs: map[bridge.ConversationID]*rawLog{}, synced: make(chan struct{}),
	}, err
}

func (s *rawStore) Close() error { return errors.Join(s.Memory.Close(), s.file.Close()) }

func (s *rawStore) log(id bridge.ConversationID) *rawLog {
	l := s.logs[id]
	if l == nil {
		l = &rawLog{ids: map[bridge.EntryID]bridge.Seq{}, feeds: map[*rawFeed]struct{}{}}
		s.logs[id] = l
	}
	return l
}

// Append relies on the bridge, which appends to a conversation one by one.
func (s *rawStore) Append(_ context.Context, id bridge.ConversationID, last bridge.Seq, e bridge.Entry) (bridge.Entry, error) {
	data, err := json.Marshal(e)
	if err != nil {
		return e, err
	}
	s.mu.Lock()
	l := s.log(id)
	if at, ok := l.ids[e.ID]; ok {
		defer s.mu.Unlock()
		return l.entries[at-1], nil
	}
	s.waiting = append(s.waiting, data...)
	synced := s.synced
	if !s.writing {
		s.writing = true
		go s.write()
	}
	s.mu.Unlock()
	<-synced
	e.Seq = last + 1
	s.mu.Lock()
	l.ids[e.ID] = e.Seq
	l.entries = append(l.entries, e)
	var wakes []func()
	for f := range l.feeds {
		if f.dry {
			f.dry = false
			wakes = append(wakes, f.wake)
		}
	}
	s.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
	return e, nil
}

// write puts everything that waits on disk at once, until nothing does.
func (s *rawStore) write() {
	for {
		s.mu.Lock()
		data, synced := s.waiting, s.synced
		if len(data) == 0 {
			s.writing = false
			s.mu.Unlock()
			return
		}
		s.waiting, s.synced = nil, make(chan struct{})
		s.mu.Unlock()
		_, err := s.file.Write(data)
		fatal(err)
		fatal(syscall.Fdatasync(int(s.file.Fd())))
		close(synced)
	}
}

func (s *rawStore) Read(_ context.Context, id bridge.ConversationID, after bridge.Seq, limit int) ([]bridge.Entry, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log(id).read(after, limit), nil
}

func (l *rawLog) read(after bridge.Seq, limit int) []bridge.Entry {
	rest := l.entries[min(int(after), len(l.entries)):]
	if limit > 0 {
		rest = rest[:min(limit, len(rest))]
	}
	return slices.Clone(rest)
}

func (s *rawStore) Follow(id bridge.ConversationID, after bridge.Seq, wake func()) bridge.Feed {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &rawFeed{store: s, log: s.log(id), after: after, wake: wake}
	f.log.feeds[f] = struct{}{}
	return f
}

type rawFeed struct {
	store *rawStore
	log   *rawLog
	after bridge.Seq
	wake  func()
	dry   bool
}

func (f *rawFeed) Next(_ context.Context, limit int) ([]bridge.Entry, error) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	entries := f.log.read(f.after, limit)
	f.after += bridge.Seq(len(entries))
	f.dry = len(entries) == 0
	return entries, nil
}

func (f *rawFeed) Close() {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	delete(f.log.feeds, f)
}
