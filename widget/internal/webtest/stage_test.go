package webtest_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

const dist = "../../web/dist/"

// object is a frame, or any other JSON object.
type object map[string]any

// A play is what the server does for one site: tests of what can be seen need
// moments that a real server would not stop at, such as a message under way.
type play struct {
	// config is what the site's configuration has besides the usual.
	config object
	// script is what the page's script tag has besides the usual.
	script string
	// welcome is what the welcome has besides the usual.
	welcome object
	// lines follow the welcome, numbered from 1.
	lines []object
	// answer is the frames that a visitor's frame is answered with; echo by default.
	answer func(s *session, frame object) []object
}

// stage serves pages with the built widget, and plays the server's part. Of the
// path of a page, /{site}/{play}, the first word is the widget's site, and so the
// name under which the browser keeps the conversation.
type stage struct {
	base  string
	plays map[string]*play
	// policy is a page's Content-Security-Policy, and tag how it has the script.
	policy func(play string) (policy, tag string)

	mu      sync.Mutex // guards the following
	open    map[string][]*websocket.Conn
	closed  map[string]bool
	fetched []string
}

// session is one connection of a widget.
type session struct {
	play *play
	site string
	seq  int
}

func newStage(t *testing.T, plays map[string]*play) *stage {
	s := &stage{plays: plays, open: map[string][]*websocket.Conn{}, closed: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{site}/{play}", s.servePage)
	mux.HandleFunc("GET /w/v1/{file...}", s.serveFile)
	mux.HandleFunc("GET /w/v1/ws", s.serveSocket)
	mux.HandleFunc("POST /w/v1/poll", func(w http.ResponseWriter, r *http.Request) { http.Error(w, "closed", http.StatusServiceUnavailable) })
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusNoContent) })
	server := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.mu.Lock()
		for _, conns := range s.open {
			for _, conn := range conns {
				conn.Close()
			}
		}
		s.mu.Unlock()
		server.Close()
	})
	s.base = server.URL
	return s
}

// page returns the address of a page; site must be one that no other page of the
// stage has, unless both are tabs of one visitor.
func (s *stage) page(site, play, query string) string {
	return s.base + "/" + site + "/" + play + "?" + query
}

func (s *stage) servePage(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	name := r.PathValue("play")
	tag := fmt.Sprintf(`<script async src="/w/v1/%s.js?play=%s&accent=%s"></script>`, r.PathValue("site"), name, strings.TrimPrefix(q.Get("accent"), "#"))
	if s.policy != nil {
		policy, attributes := s.policy(name)
		w.Header().Set("Content-Security-Policy", policy)
		tag = strings.Replace(tag, "async", "async "+attributes, 1)
	}
	if p := s.plays[name]; p != nil && p.script != "" {
		tag = strings.Replace(tag, "async", "async "+p.script, 1)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	lang := html.EscapeString(cmp.Or(q.Get("lang"), "en"))
	dir := "ltr"
	if lang == "ar" {
		dir = "rtl"
	}
	if q.Has("empty") {
		tag = ""
	}
	fmt.Fprintf(w, `<!doctype html><html lang="%s" dir="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Kettles</title>%s</head>
<body><main><h1>Kettles</h1><p>They boil water. <a href="#more">More about kettles</a></p></main></body></html>`, lang, dir, tag)
}

// serveFile answers with a file of dist, the loader with the site's configuration
// in it.
func (s *stage) serveFile(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	s.mu.Lock()
	s.fetched = append(s.fetched, file)
	s.mu.Unlock()
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	if strings.HasPrefix(file, "l/") {
		w.Header().Set("Content-Type", "application/json")
		file = "l/" + path.Base(file)
	}
	if r.URL.Query().Has("never") {
		<-r.Context().Done()
		return
	}
	if data, err := os.ReadFile(dist + file); err == nil {
		w.Write(data)
		return
	}
	site, isLoader := strings.CutSuffix(file, ".js")
	play := s.plays[r.URL.Query().Get("play")]
	if !isLoader || play == nil {
		http.NotFound(w, r)
		return
	}
	loader, err := os.ReadFile(dist + "loader.js")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	accent := r.URL.Query().Get("accent")
	if accent != "" {
		accent = "#" + accent
	}
	config := object{"site": site + "." + r.URL.Query().Get("play"), "groups": groups(), "accent": accent, "panel": "panel.js?v=1", "more": "more.js?v=1", "texts": object{}}
	maps.Copy(config, play.config)
	data, err := json.Marshal(config)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Write(bytes.Replace(loader, []byte(`"__CHATGROUPS_CONFIG__"`), data, 1))
}

// groups are two that are there, and one that is back tomorrow.
func groups() []object {
	back := time.Now().Add(24 * time.Hour).Truncate(time.Hour)
	return []object{
		{"id": "tech", "name": "Tech", "about": "Help with the product", "state": "on"},
		{"id": "sales", "name": "Sales", "about": "Prices and orders", "state": "on"},
		{"id": "product", "name": "Product", "about": "", "state": "off", "back": back.UnixMilli()},
	}
}

// away are groups that are all off.
func away() []object {
	all := groups()
	for _, g := range all {
		g["state"] = "off"
	}
	return all
}

func (s *stage) serveSocket(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: []string{"chat.v1"}, CheckOrigin: func(*http.Request) bool { return true }}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()
	var hello object
	if conn.ReadJSON(&hello) != nil {
		return
	}
	name := fmt.Sprint(hello["site"])
	_, known, _ := strings.Cut(name, ".")
	p := s.plays[known]
	s.mu.Lock()
	if p == nil || s.closed[name] {
		s.mu.Unlock()
		return
	}
	s.open[name] = append(s.open[name], conn)
	s.mu.Unlock()

	// A widget that comes back has what it was told before.
	since, _ := hello["since"].(float64)
	visit := &session{play: p, site: name, seq: max(len(p.lines), int(since))}
	welcome := object{"t": "welcome", "vid": "v1", "tok": "token", "epoch": "e1", "seq": visit.seq, "groups": groups(),
		"with": []string{}, "closed": false, "agents": []object{}, "now": time.Now().UnixMilli(), "ping": 25}
	if own, ok := p.config["groups"]; ok {
		welcome["groups"] = own
	}
	if len(p.lines) > 0 {
		welcome["cid"], welcome["with"], welcome["agents"] = "c1", []string{"tech"}, []object{{"name": "Ann", "avatar": ""}}
	}
	maps.Copy(welcome, p.welcome)
	if conn.WriteJSON(welcome) != nil {
		return
	}
	for i, line := range p.lines {
		if i < int(since) {
			continue
		}
		if conn.WriteJSON(number(line, i+1)) != nil {
			return
		}
	}
	answer := p.answer
	if answer == nil {
		answer = echo
	}
	for {
		var frame object
		if conn.ReadJSON(&frame) != nil {
			return
		}
		if frame["t"] == "ping" {
			conn.WriteJSON(object{"t": "pong"})
			continue
		}
		for _, reply := range answer(visit, frame) {
			if conn.WriteJSON(reply) != nil {
				return
			}
		}
	}
}

// cut breaks every connection of the widget that a page has, and lets none in again.
func (s *stage) cut(site, play string) {
	name := site + "." + play
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed[name] = true
	for _, conn := range s.open[name] {
		conn.Close()
	}
}

// ---- lines and answers ----

func number(line object, seq int) object {
	numbered := object{"t": "ev", "seq": seq, "id": fmt.Sprint("n", seq), "at": time.Now().Add(time.Duration(seq-40) * time.Second).UnixMilli()}
	maps.Copy(numbered, line)
	return numbered
}

// own is a line of the visitor's, and by one of the agent Ann's.
func own(body string) object {
	return object{"kind": "message", "by": object{"role": "visitor"}, "body": body, "me": true}
}

func by(body string) object {
	return object{"kind": "message", "by": object{"role": "agent", "name": "Ann", "avatar": ""}, "body": body}
}

// event is a line that is no message, with more fields.
func event(kind string, more object) object {
	line := object{"kind": kind, "by": object{"role": "agent", "name": "Ann", "avatar": ""}}
	maps.Copy(line, more)
	return line
}

// echo takes a message and gives it back as a line.
func echo(s *session, frame object) []object {
	if frame["t"] != "send" {
		return nil
	}
	s.seq++
	line := number(own(fmt.Sprint(frame["body"])), s.seq)
	line["id"], line["at"] = frame["id"], time.Now().UnixMilli()
	return []object{{"t": "ack", "id": frame["id"], "seq": s.seq, "at": line["at"], "cid": "c1"}, line}
}

// silent leaves messages under way.
func silent(*session, object) []object { return nil }

// end answers a message with the end of the connection.
func end(code int) func(*session, object) []object {
	return func(_ *session, frame object) []object {
		if frame["t"] != "send" {
			return nil
		}
		return []object{{"t": "bye", "code": code, "retry_ms": 0}}
	}
}

// refuse answers messages with a code.
func refuse(code string) func(*session, object) []object {
	return func(_ *session, frame object) []object {
		if frame["t"] != "send" {
			return nil
		}
		return []object{{"t": "nack", "id": frame["id"], "code": code}}
	}
}
