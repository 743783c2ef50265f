package widget_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// patience is how long a test waits for what must come, so that a fault is a
// failure and not a hang.
const patience = 20 * time.Second

// frame is any frame in either direction.
type frame struct {
	T         string   `json:"t"`
	V         int      `json:"v,omitempty"`
	Site      string   `json:"site,omitempty"`
	Tok       string   `json:"tok,omitempty"`
	Vid       string   `json:"vid,omitempty"`
	Cid       string   `json:"cid,omitempty"`
	Epoch     string   `json:"epoch,omitempty"`
	Since     uint64   `json:"since,omitempty"`
	Lang      string   `json:"lang,omitempty"`
	Tz        string   `json:"tz,omitempty"`
	URL       string   `json:"url,omitempty"`
	Name      string   `json:"name,omitempty"`
	JWT       string   `json:"jwt,omitempty"`
	Attrs     any      `json:"attrs,omitempty"`
	Again     bool     `json:"again,omitempty"`
	ID        string   `json:"id,omitempty"`
	Of        string   `json:"of,omitempty"`
	Body      string   `json:"body,omitempty"`
	Group     string   `json:"group,omitempty"`
	GroupName string   `json:"groupName,omitempty"`
	Leave     bool     `json:"leave,omitempty"`
	Fresh     bool     `json:"fresh,omitempty"`
	Stars     int      `json:"stars,omitempty"`
	Comment   string   `json:"comment,omitempty"`
	Delivered uint64   `json:"delivered,omitempty"`
	Seen      uint64   `json:"seen,omitempty"`
	Progress  *reached `json:"progress,omitempty"`
	Seq       uint64   `json:"seq,omitempty"`
	Kind      string   `json:"kind,omitempty"`
	At        int64    `json:"at,omitempty"`
	By        *by      `json:"by,omitempty"`
	Me        bool     `json:"me,omitempty"`
	Groups    []choice `json:"groups,omitempty"`
	With      []string `json:"with,omitempty"`
	Closed    bool     `json:"closed,omitempty"`
	Agents    []by     `json:"agents,omitempty"`
	More      bool     `json:"more,omitempty"`
	Now       int64    `json:"now,omitempty"`
	Ping      int      `json:"ping,omitempty"`
	Code      code     `json:"code,omitempty"`
	RetryMS   int64    `json:"retry_ms,omitempty"`
}

// reached is what a hello says of what its tab knows.
type reached struct {
	Delivered uint64 `json:"delivered"`
	Seen      uint64 `json:"seen"`
}

type by struct {
	Role   string `json:"role,omitempty"`
	Name   string `json:"name"`
	Avatar string `json:"avatar"`
}

type choice struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	About string `json:"about"`
	State string `json:"state"`
}

// group returns what a frame says of one of the groups.
func (f frame) group(id string) choice {
	for _, g := range f.Groups {
		if g.ID == id {
			return g
		}
	}
	return choice{}
}

// code is a nack's word or a bye's number.
type code string

func (c *code) UnmarshalJSON(data []byte) error {
	*c = code(bytes.Trim(data, `"`))
	return nil
}

// ended is the error of a transport whose server said goodbye.
type ended struct {
	bye   frame // zero where there was none
	close int   // the close frame's code, or the HTTP status
}

func (e ended) Error() string { return fmt.Sprintf("ended: bye %s, close %d", e.bye.Code, e.close) }

// A transport carries one tab's frames.
type transport interface {
	say(f frame)
	hear() (frame, error)
	leave()
}

// visitor is one tab of a visitor: it keeps what a widget keeps, and checks what a
// widget relies on.
type visitor struct {
	house  *house
	origin string
	site   string
	transport

	tok, cid, epoch, vid string
	seq                  uint64
	skips                bool
	progress             reached
	lines                []frame
	acks                 []frame
	last                 frame // the welcome
}

// visit opens a tab over a WebSocket. It has not said hello.
func (h *house) visit() *visitor {
	v := &visitor{house: h, origin: shop, site: "main"}
	v.transport = h.socket(shop)
	return v
}

// visitByPoll opens a tab that polls.
func (h *house) visitByPoll() *visitor {
	v := &visitor{house: h, origin: shop, site: "main"}
	v.transport = &poller{house: h, origin: shop, greeting: v.greeting}
	return v
}

// again opens another connection of the same tab, which says hello.
func (v *visitor) again() *visitor {
	v.house.t.Helper()
	v.transport = v.house.socket(v.origin)
	v.hello()
	return v
}

// tab opens another tab of the same visitor, which knows the token alone.
func (v *visitor) tab() *visitor {
	v.house.t.Helper()
	other := v.house.visit()
	other.tok = v.tok
	other.hello()
	return other
}

func (v *visitor) greeting() frame {
	return frame{
		T: "hello", V: 1, Site: v.site, Tok: v.tok, Cid: v.cid, Epoch: v.epoch, Since: v.seq,
		Lang: "en", Tz: "Europe/Paris", URL: v.origin + "/cart", Progress: &v.progress,
	}
}

// hello says hello and takes the welcome.
func (v *visitor) hello() {
	v.house.t.Helper()
	v.say(v.greeting())
	v.until("welcome")
}

// send sends a message and takes everything up to its ack or nack, which it
// returns.
func (v *visitor) send(id, body string) frame {
	v.house.t.Helper()
	return v.sendTo("tech", id, body)
}

func (v *visitor) sendTo(group, id, body string) frame {
	v.house.t.Helper()
	v.say(frame{T: "send", ID: id, Body: body, Group: group})
	return v.until("ack", "nack")
}

// until takes frames until one of a type, which it returns.
func (v *visitor) until(types ...string) frame {
	v.house.t.Helper()
	for {
		f, err := v.hear()
		if err != nil {
			v.house.t.Fatalf("waiting for %v: %v", types, err)
		}
		v.take(f)
		if slices.Contains(types, f.T) {
			return f
		}
	}
}

// untilLine takes frames until the tab has seen a line.
func (v *visitor) untilLine(seq uint64) {
	v.house.t.Helper()
	for v.seq < seq {
		v.until("ev")
	}
}

// untilEnd takes frames until the server ends the connection, and returns how.
func (v *visitor) untilEnd() ended {
	v.house.t.Helper()
	for {
		f, err := v.hear()
		if e, ok := errors.AsType[ended](err); ok {
			return e
		}
		if err != nil {
			v.house.t.Fatalf("waiting for the end: %v", err)
		}
		v.take(f)
	}
}

// take does with a frame what a widget does.
func (v *visitor) take(f frame) {
	v.house.t.Helper()
	switch f.T {
	case "welcome":
		if f.Epoch != v.epoch || f.Cid != v.cid {
			v.seq, v.lines, v.progress = 0, nil, reached{}
		}
		if f.Tok != "" {
			v.tok = f.Tok
		}
		v.vid, v.cid, v.epoch, v.last = f.Vid, f.Cid, f.Epoch, f
		if v.skips = f.More; f.More {
			v.lines = nil
		}
	case "progress":
		v.progress = reached{f.Delivered, f.Seen}
	case "ack":
		if f.Cid != v.cid {
			v.cid, v.seq, v.lines = f.Cid, 0, nil
		}
		v.acks = append(v.acks, f)
	case "ev":
		if f.Seq <= v.seq {
			return // known
		}
		if f.Seq != v.seq+1 && !v.skips {
			v.house.t.Errorf("line %d came after line %d", f.Seq, v.seq)
		}
		v.seq, v.skips = f.Seq, false
		v.lines = append(v.lines, f)
	}
}

// bodies returns the kinds and bodies of the lines at hand.
func (v *visitor) bodies() []string {
	var all []string
	for _, l := range v.lines {
		all = append(all, l.Kind+" "+l.Body)
	}
	return all
}

// socket is a WebSocket.
type socket struct {
	t   testing.TB
	ws  *websocket.Conn
	bye frame
}

// socket connects from a page of an origin.
func (h *house) socket(origin string) *socket {
	h.t.Helper()
	ws, resp, err := h.dial("/w/v1/ws", http.Header{"Origin": {origin}})
	if err != nil {
		h.t.Fatalf("connect: %v (%v)", err, resp)
	}
	s := &socket{t: h.t, ws: ws}
	h.t.Cleanup(s.leave)
	return s
}

func (h *house) dial(path string, header http.Header) (*websocket.Conn, *http.Response, error) {
	d := websocket.Dialer{NetDialContext: h.dialer, Subprotocols: []string{"chat.v1"}}
	return d.DialContext(h.t.Context(), "ws://chat.example"+path, header)
}

func (s *socket) say(f frame) {
	s.t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		s.t.Fatal(err)
	}
	s.sayRaw(websocket.TextMessage, data)
}

func (s *socket) sayRaw(kind int, data []byte) {
	s.t.Helper()
	s.ws.SetWriteDeadline(time.Now().Add(patience))
	if err := s.ws.WriteMessage(kind, data); err != nil {
		s.t.Logf("say: %v", err) // the server may have ended it; hear will tell
	}
}

func (s *socket) hear() (frame, error) {
	s.ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, data, err := s.ws.ReadMessage()
		if e, ok := errors.AsType[*websocket.CloseError](err); ok {
			return frame{}, ended{s.bye, e.Code}
		}
		if err != nil {
			return frame{}, err
		}
		var f frame
		if err := json.Unmarshal(data, &f); err != nil {
			return frame{}, fmt.Errorf("%s: %w", data, err)
		}
		if f.T != "bye" {
			return f, nil
		}
		s.bye = f
	}
}

func (s *socket) leave() { s.ws.Close() }

// poller polls: what is said waits for the next poll, which hear makes when it has
// nothing left.
type poller struct {
	house    *house
	origin   string
	greeting func() frame
	welcomed bool
	out      []frame
	heard    []frame
}

func (p *poller) say(f frame) {
	if f.T != "hello" { // every poll has one
		p.out = append(p.out, f)
	}
}

func (p *poller) hear() (frame, error) {
	for len(p.heard) == 0 {
		hello := p.greeting()
		hello.Again = p.welcomed
		status, frames, bye, err := p.house.tryPoll(p.house.t.Context(), p.origin, hello, p.out)
		if err != nil {
			return frame{}, err
		}
		p.out = nil
		if status != http.StatusOK {
			return frame{}, ended{bye, status}
		}
		p.heard = frames
	}
	f := p.heard[0]
	p.heard = p.heard[1:]
	p.welcomed = p.welcomed || f.T == "welcome"
	if f.T == "bye" {
		return frame{}, ended{f, http.StatusOK}
	}
	return f, nil
}

func (p *poller) leave() {}

// poll makes one poll.
func (h *house) poll(ctx context.Context, origin string, hello frame, out []frame) (status int, frames []frame, bye frame) {
	h.t.Helper()
	status, frames, bye, err := h.tryPoll(ctx, origin, hello, out)
	h.must(err)
	return status, frames, bye
}

func (h *house) tryPoll(ctx context.Context, origin string, hello frame, out []frame) (status int, frames []frame, bye frame, err error) {
	body, err := json.Marshal(map[string]any{"hello": hello, "out": out})
	if err != nil {
		return 0, nil, frame{}, err
	}
	resp, answer, err := h.tryRequest(ctx, http.MethodPost, "/w/v1/poll", http.Header{"Origin": {origin}, "Content-Type": {"text/plain"}}, body)
	if err != nil {
		return 0, nil, frame{}, err
	}
	if resp.StatusCode == http.StatusOK {
		err = json.Unmarshal(answer, &frames)
	} else {
		err = json.Unmarshal(answer, &bye)
	}
	return resp.StatusCode, frames, bye, err
}

// request makes an HTTP request and reads its answer.
func (h *house) request(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, []byte) {
	h.t.Helper()
	resp, answer, err := h.tryRequest(ctx, method, path, header, body)
	h.must(err)
	return resp, answer
}

func (h *house) tryRequest(ctx context.Context, method, path string, header http.Header, body []byte) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://chat.example"+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header = header
	resp, err := h.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return resp, answer, err
}

// get requests a path without any header.
func (h *house) get(path string) (*http.Response, []byte) {
	h.t.Helper()
	return h.request(h.t.Context(), http.MethodGet, path, http.Header{}, nil)
}
