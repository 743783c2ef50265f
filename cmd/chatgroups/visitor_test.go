package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// frame is any frame of the visitor protocol, as a widget in Go sees it.
type frame struct {
	T      string `json:"t"`
	V      int    `json:"v,omitempty"`
	Site   string `json:"site,omitempty"`
	Tok    string `json:"tok,omitempty"`
	CID    string `json:"cid,omitempty"`
	Epoch  string `json:"epoch,omitempty"`
	Since  uint64 `json:"since,omitempty"`
	ID     string `json:"id,omitempty"`
	Body   string `json:"body,omitempty"`
	Group  string `json:"group,omitempty"`
	Name   string `json:"name,omitempty"`
	Email  string `json:"email,omitempty"`
	URL    string `json:"url,omitempty"`
	Title  string `json:"title,omitempty"`
	Seq    uint64 `json:"seq,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Me     bool   `json:"me,omitempty"`
	More   bool   `json:"more,omitempty"`
	Code   any    `json:"code,omitempty"`
	Retry  int64  `json:"retry_ms,omitempty"`
	Groups []struct {
		ID    string `json:"id"`
		Name  string `json:"name"`
		State string `json:"state"`
	} `json:"groups,omitempty"`
	By struct {
		Role string `json:"role"`
		Name string `json:"name"`
	} `json:"by,omitzero"`
}

// visitor is a widget in Go: it keeps what it sends until that is acknowledged,
// resumes by seq, and says the same thing again under the same id.
type visitor struct {
	base, site, name, group string

	mu      sync.Mutex // guards the following
	tok     string
	cid     string
	epoch   string
	since   uint64
	outbox  []frame
	acked   []string // bodies, in the order of their acknowledgement
	events  []frame  // in order, without holes, or else wrong says so
	wrong   []string
	retry   *time.Timer // runs after a nack for haste
	conn    *websocket.Conn
	changed chan struct{}
}

func newVisitor(base, group, name string) *visitor {
	return &visitor{base: base, site: "main", group: group, name: name, changed: make(chan struct{})}
}

// say puts a message into the outbox and sends it when there is a connection.
func (v *visitor) say(body string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	f := frame{T: "send", ID: uuid.NewString(), Body: body, Group: v.group}
	v.outbox = append(v.outbox, f)
	v.write(f)
}

// write is called with mu held; a failure shows in the read loop.
func (v *visitor) write(f frame) {
	if v.conn != nil {
		_ = v.conn.WriteJSON(f)
	}
}

// run connects, again and again, until ctx is done.
func (v *visitor) run(ctx context.Context) {
	for ctx.Err() == nil {
		v.connect(ctx)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond): // the program is being restarted
		}
	}
}

func (v *visitor) connect(ctx context.Context) {
	dialer := websocket.Dialer{Subprotocols: []string{"chat.v1"}, HandshakeTimeout: 5 * time.Second}
	conn, _, err := dialer.DialContext(ctx, "ws"+v.base[len("http"):]+"/w/v1/ws", http.Header{"Origin": {v.base}})
	if err != nil {
		return
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	v.mu.Lock()
	hello := frame{T: "hello", V: 1, Site: v.site, Tok: v.tok, CID: v.cid, Epoch: v.epoch, Since: v.since,
		Name: v.name, URL: v.base + "/tea", Title: "Tea"}
	err = conn.WriteJSON(hello)
	v.mu.Unlock()
	for err == nil {
		var data []byte
		if _, data, err = conn.ReadMessage(); err == nil {
			var f frame
			if bad := json.Unmarshal(data, &f); bad != nil {
				v.mistake("a frame that is no JSON: %v", bad)
				break
			}
			v.take(conn, f)
		}
	}
	if closed, ok := err.(*websocket.CloseError); ok && closed.Code == 4401 {
		v.mu.Lock()
		v.tok, v.cid, v.epoch, v.since = "", "", "", 0
		v.mu.Unlock()
	}
	v.mu.Lock()
	v.conn = nil
	v.mu.Unlock()
}

func (v *visitor) take(conn *websocket.Conn, f frame) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch f.T {
	case "welcome":
		if f.Tok != "" {
			v.tok = f.Tok
		}
		if f.Epoch != v.epoch || f.CID != v.cid {
			v.since, v.events = 0, nil
		}
		v.epoch, v.cid, v.conn = f.Epoch, f.CID, conn
		for _, waiting := range v.outbox {
			v.write(waiting)
		}
	case "ack":
		for i, waiting := range v.outbox {
			if waiting.ID == f.ID {
				v.acked = append(v.acked, waiting.Body)
				v.outbox = append(v.outbox[:i:i], v.outbox[i+1:]...)
				break
			}
		}
	case "nack":
		if f.Code == "rate" {
			if v.retry == nil { // one timer: all that waits is sent again, in order
				v.retry = time.AfterFunc(time.Duration(f.Retry)*time.Millisecond, v.again)
			}
			break
		}
		v.wrong = append(v.wrong, fmt.Sprintf("nack %v", f.Code))
	case "ev":
		switch {
		case f.Seq == v.since+1:
			v.since = f.Seq
			v.events = append(v.events, f)
		case f.Seq > v.since:
			v.wrong = append(v.wrong, fmt.Sprintf("seq %d after %d", f.Seq, v.since))
		}
	}
	close(v.changed)
	v.changed = make(chan struct{})
}

// again sends everything that waits, in order, after some of it was refused for
// haste.
func (v *visitor) again() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.retry = nil
	for _, f := range v.outbox {
		v.write(f)
	}
}

func (v *visitor) mistake(format string, args ...any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.wrong = append(v.wrong, fmt.Sprintf(format, args...))
}

// wait returns once ok holds, or ctx's error. ok is called with mu held.
func (v *visitor) wait(ctx context.Context, ok func() bool) error {
	for {
		v.mu.Lock()
		if ok() {
			v.mu.Unlock()
			return nil
		}
		changed := v.changed
		v.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
