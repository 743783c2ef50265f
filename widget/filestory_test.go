package widget_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget"
)

// cabinet is a desk's place for files, in memory.
type cabinet struct {
	mu    sync.Mutex
	files map[bridge.FileRef][]byte
	fails error
	opens int
}

func (c *cabinet) Keep(_ context.Context, _ bridge.WorkspaceID, f bridge.File, content io.Reader) (bridge.FileRef, error) {
	data, err := io.ReadAll(content)
	if err != nil {
		return "", bridge.Errorf(bridge.CodeUnavailable, "read: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return "", c.fails
	}
	ref := bridge.FileRef(fmt.Sprint("F", len(c.files)))
	c.files[ref] = data
	return ref, nil
}

func (c *cabinet) Drop(context.Context, bridge.WorkspaceID, bridge.FileRef) {}

func (c *cabinet) Open(_ context.Context, _ bridge.WorkspaceID, f bridge.File) (io.ReadCloser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.opens++
	data, ok := c.files[f.Ref]
	if !ok {
		return nil, bridge.Errorf(bridge.CodeNotFound, "gone")
	}
	return io.NopCloser(bytes.NewReader(data)), nil
}

// filing is a house whose desk keeps files.
func filing(t *testing.T, opts ...option) (*house, *cabinet) {
	c := &cabinet{files: map[bridge.FileRef][]byte{}}
	return newHouse(t, append(opts, func(o *options) { o.files = c })...), c
}

// The beginnings of files, by which their types are known.
var (
	pngBytes = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
	pdf      = "%PDF-1.7\n%âãÏÓ\n"
	exe      = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + strings.Repeat("\x00", 200)
	svg      = `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	html     = "<!DOCTYPE html><html><script>alert(1)</script></html>"
)

// headers are those of a request with the visitor's token.
func (v *visitor) headers() http.Header {
	return http.Header{"Origin": {v.origin}, "Authorization": {"Bearer " + v.tok}, "X-Chatgroups-Site": {v.site}}
}

// uploads sends a file, and returns the status and the ack or nack.
func (v *visitor) uploads(id, name, content string, change ...func(http.Header)) (int, frame) {
	v.house.t.Helper()
	h := v.headers()
	h.Set("X-Chatgroups-Id", id)
	h.Set("X-Chatgroups-Group", "tech")
	h.Set("X-File-Name", url.PathEscape(name))
	for _, c := range change {
		c(h)
	}
	resp, body := v.house.request(v.house.t.Context(), http.MethodPost, "/w/v1/files", h, []byte(content))
	var f frame
	if err := json.Unmarshal(body, &f); err != nil {
		v.house.t.Fatalf("upload: %d %q", resp.StatusCode, body)
	}
	return resp.StatusCode, f
}

type shownFile struct {
	Name, Type, URL string
	Size            int64
}

// files are those of all messages so far.
func (v *visitor) files() (all []shownFile) {
	v.house.t.Helper()
	_, body := v.house.request(v.house.t.Context(), http.MethodGet, "/w/v1/history?before=1000", v.headers(), nil)
	var page struct{ Events []struct{ Files []shownFile } }
	if err := json.Unmarshal(body, &page); err != nil {
		v.house.t.Fatalf("history: %s", body)
	}
	for _, e := range page.Events {
		all = append(all, e.Files...)
	}
	return all
}

func (v *visitor) link(path string) string {
	v.house.t.Helper()
	resp, body := v.house.request(v.house.t.Context(), http.MethodGet, path+"/link", v.headers(), nil)
	var l struct{ URL string }
	if json.Unmarshal(body, &l) != nil || l.URL == "" {
		v.house.t.Fatalf("link: %d %s", resp.StatusCode, body)
	}
	return l.URL
}

func TestAnUploadIsAMessage(t *testing.T) {
	h, desk := filing(t)
	v := h.visit()
	v.hello()
	status, f := v.uploads("f1", "../my cat.png", pngBytes)
	if status != http.StatusOK || f.T != "ack" || f.ID != "f1" || f.Cid == "" {
		t.Fatalf("answered %d %+v", status, f)
	}
	if got := string(desk.files["F0"]); got != pngBytes {
		t.Errorf("the desk has %q", got)
	}
	want := shownFile{"my cat.png", "image/png", "/w/v1/files/f1/0", int64(len(pngBytes))}
	if got := v.files(); len(got) != 1 || got[0] != want {
		t.Errorf("the visitor sees %+v, want %+v", got, want)
	}
	if _, again := v.uploads("f1", "my cat.png", pngBytes); again.T != "ack" || again.Cid != f.Cid || len(desk.files) != 1 {
		t.Errorf("the second time it is %+v, with %d files at the desk", again, len(desk.files))
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	many := limited(widget.Limits{Upload: widget.Rate{Burst: 1000, Every: time.Second}})
	h, desk := filing(t, many)
	v := h.visit()
	v.hello()
	for _, c := range []struct {
		what, name, content, code string
		status                    int
		change                    func(http.Header)
	}{
		{"empty", "a.png", "", "file_empty", 400, nil},
		{"too large", "a.png", pngBytes + strings.Repeat("x", bridge.DefaultMaxFileBytes), "file_large", 413, nil},
		{"a program", "a.png", exe, "file_type", 415, nil},
		{"a page under another name", "a.png", html, "file_type", 415, nil},
		{"a drawing that may act", "a.png", svg, "file_type", 415, nil},
		{"an ending that starts something", "cat.png.exe", pngBytes, "file_type", 415, nil},
		{"an ending behind an override", "cat\u202egnp.exe", pngBytes, "file_type", 415, nil},
		{"a name that is not encoded", "a.png", pngBytes, "invalid", 400, func(h http.Header) { h.Set("X-File-Name", "%zz") }},
		{"no id", "a.png", pngBytes, "invalid", 400, func(h http.Header) { h.Del("X-Chatgroups-Id") }},
		{"a group that is off", "a.png", pngBytes, "group_offline", 409, func(h http.Header) { h.Set("X-Chatgroups-Group", "product") }},
		{"no such group", "a.png", pngBytes, "forbidden", 403, func(h http.Header) { h.Set("X-Chatgroups-Group", "nobody") }},
	} {
		change := c.change
		if change == nil {
			change = func(http.Header) {}
		}
		status, f := v.uploads("f1", c.name, c.content, change)
		if status != c.status || f.T != "nack" || string(f.Code) != c.code {
			t.Errorf("%s: %d %+v, want %d %s", c.what, status, f, c.status, c.code)
		}
	}
	if len(desk.files) > 0 {
		t.Errorf("the desk has %d files", len(desk.files))
	}
	desk.fails = bridge.Errorf(bridge.CodeUnavailable, "Slack is down")
	if status, f := v.uploads("f1", "a.png", pngBytes); status != 503 || string(f.Code) != "unavailable" || f.RetryMS == 0 {
		t.Errorf("with the desk down: %d %+v", status, f)
	}
}

func TestUploadsOfStrangersAreRefused(t *testing.T) {
	h, desk := filing(t)
	v := h.visit()
	v.hello()
	for what, change := range map[string]func(http.Header){
		"no origin":         func(h http.Header) { h.Del("Origin") },
		"another origin":    func(h http.Header) { h.Set("Origin", "https://evil.example") },
		"an origin of null": func(h http.Header) { h.Set("Origin", "null") },
		"another site":      func(h http.Header) { h.Set("X-Chatgroups-Site", "branch") },
		"no token":          func(h http.Header) { h.Del("Authorization") },
		"a bad token":       func(h http.Header) { h.Set("Authorization", "Bearer nonsense") },
	} {
		if status, f := v.uploads("f1", "a.png", pngBytes, change); f.T != "bye" || status/100 != 4 {
			t.Errorf("%s: %d %+v", what, status, f)
		}
	}
	if len(desk.files) > 0 {
		t.Error("the desk has a file")
	}
	resp, _ := h.request(t.Context(), http.MethodOptions, "/w/v1/files", http.Header{"Origin": {shop}}, nil)
	if got := resp.Header.Get("Access-Control-Allow-Headers"); !strings.Contains(got, "X-File-Name") || !strings.Contains(got, "Content-Type") || resp.Header.Get("Access-Control-Allow-Origin") != shop {
		t.Errorf("the preflight says %v", resp.Header)
	}
}

func TestAVisitorSendsSoManyFilesAndNoMore(t *testing.T) {
	c := newClock()
	h, _ := filing(t, clocked(c), limited(widget.Limits{Bytes: widget.Rate{Burst: 8 * len(pngBytes), Every: time.Minute}}))
	v := h.visit()
	v.hello()
	for i := range 5 {
		if status, f := v.uploads(fmt.Sprint("f", i), "a.png", pngBytes); status != 200 {
			t.Fatalf("file %d: %d %+v", i, status, f)
		}
	}
	if status, f := v.uploads("f5", "a.png", pngBytes); status != 429 || string(f.Code) != "rate" || f.RetryMS == 0 {
		t.Errorf("the sixth in a minute: %d %+v", status, f)
	}
	c.pass(time.Minute)
	for i := 5; i < 8; i++ {
		v.uploads(fmt.Sprint("f", i), "a.png", pngBytes)
	}
	if status, f := v.uploads("f8", "a.png", pngBytes); status != 429 || string(f.Code) != "file_limit" {
		t.Errorf("over the day's bytes: %d %+v", status, f)
	}
}

// shares lets the agent send a file to the visitor, and returns its address.
func (a *agent) shares(desk *cabinet, name, kind, content string) string {
	a.house.t.Helper()
	a.wrote++
	ref, id := bridge.FileRef(fmt.Sprint("FA", a.wrote)), bridge.EntryID(fmt.Sprint("a", a.wrote))
	desk.files[ref] = []byte(content)
	a.house.taken(a.house.bridge.FromDesk(a.house.t.Context(), a.key, a.ref, bridge.DeskMessage{
		ID: id, By: bridge.Author{Agent: "U1", Name: "Ann"}, Post: string(id),
		Files: []bridge.File{{Ref: ref, Name: name, Type: kind, Size: int64(len(content))}},
	}))
	return "/w/v1/files/d." + string(id) + "/0"
}

func TestAgentsFilesComeWithoutTeeth(t *testing.T) {
	h, desk := filing(t)
	v := h.visit()
	v.hello()
	v.sendTo("tech", "m1", "hello")
	a := h.answered()
	for _, c := range []struct {
		name, content, kind, shown string
		status                     int
	}{
		{"cat.png", pngBytes, "image/png", `inline; filename=cat.png`, 200},
		{"Übersicht.pdf", pdf, "application/pdf", `attachment; filename*=utf-8''%C3%9Cbersicht.pdf`, 200},
		{"a\"\r\nX-Evil: 1.txt", "words", "text/plain; charset=utf-8", `attachment; filename="a_ X-Evil_ 1.txt"`, 200},
		{"page.png", html, "", "", 404},
		{"drawing.png", svg, "", "", 404},
		{"program.png", exe, "", "", 404},
	} {
		path := a.shares(desk, c.name, "image/png", c.content)
		for what, ask := range map[string]func() (*http.Response, []byte){
			"by token": func() (*http.Response, []byte) { return h.request(t.Context(), http.MethodGet, path, v.headers(), nil) },
			"by link":  func() (*http.Response, []byte) { return h.request(t.Context(), http.MethodGet, v.link(path), nil, nil) },
		} {
			resp, body := ask()
			if resp.StatusCode != c.status {
				t.Errorf("%q %s: %d %s", c.name, what, resp.StatusCode, body)
				continue
			}
			if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%q %s may be sniffed", c.name, what)
			}
			if c.status != 200 {
				continue
			}
			if string(body) != c.content || resp.Header.Get("Content-Type") != c.kind || resp.Header.Get("Content-Disposition") != c.shown {
				t.Errorf("%q %s: %q, %v", c.name, what, body, resp.Header)
			}
			if got := resp.Header.Get("Content-Security-Policy"); got != "default-src 'none'; sandbox" {
				t.Errorf("%q %s has the policy %q", c.name, what, got)
			}
			if got := resp.Header.Get("Cache-Control"); !strings.HasPrefix(got, "private") {
				t.Errorf("%q %s is cached as %q", c.name, what, got)
			}
		}
	}
}

func TestFilesAreForTheirVisitorAlone(t *testing.T) {
	c := newClock()
	h, desk := filing(t, clocked(c))
	v := h.visit()
	v.hello()
	v.sendTo("tech", "m1", "hello")
	a := h.answered()
	path, second := a.shares(desk, "a.png", "image/png", pngBytes), a.shares(desk, "b.png", "image/png", pngBytes)
	other := h.visit()
	other.hello()
	link := v.link(path)
	query := link[strings.IndexByte(link, '?'):]
	for what, try := range map[string]func() (*http.Response, []byte){
		"another visitor's token": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, path, other.headers(), nil)
		},
		"another visitor's link": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, other.link(path), nil, nil)
		},
		"a link for another file": func() (*http.Response, []byte) { return h.request(t.Context(), http.MethodGet, second+query, nil, nil) },
		"a link with another visitor in it": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, strings.Replace(link, "v="+v.vid, "v="+other.vid, 1), nil, nil)
		},
		"a link that lasts longer": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, strings.Replace(link, "e=", "e=9", 1), nil, nil)
		},
		"a link without its end": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, link[:len(link)-2], nil, nil)
		},
		"neither token nor link": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, path, http.Header{"Origin": {shop}}, nil)
		},
		"no number": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, "/w/v1/files/d.a1/x", v.headers(), nil)
		},
		"a number beyond": func() (*http.Response, []byte) {
			return h.request(t.Context(), http.MethodGet, "/w/v1/files/d.a1/5", v.headers(), nil)
		},
	} {
		if resp, body := try(); resp.StatusCode/100 != 4 || bytes.Contains(body, []byte("PNG")) {
			t.Errorf("%s: %d %q", what, resp.StatusCode, body)
		}
	}
	if resp, _ := h.request(t.Context(), http.MethodGet, link, nil, nil); resp.StatusCode != 200 {
		t.Errorf("the visitor's own link: %d", resp.StatusCode)
	}
	if again := v.link(path); again != link {
		t.Error("a second link is another one, so the browser would fetch the image again")
	}
	c.pass(21 * time.Minute)
	if resp, body := h.request(t.Context(), http.MethodGet, link, nil, nil); resp.StatusCode != 403 || !bytes.Contains(body, []byte("link_expired")) {
		t.Errorf("a link of 21 minutes ago: %d %s", resp.StatusCode, body)
	}
}

func TestTheSiteSaysHowLargeFilesMayBe(t *testing.T) {
	with, _ := filing(t)
	without := newHouse(t)
	for h, want := range map[*house]bool{with: true, without: false} {
		_, loader := h.request(t.Context(), http.MethodGet, "/w/v1/main.js", nil, nil)
		if got := bytes.Contains(loader, []byte(`"files":10485760`)); got != want {
			t.Errorf("files are offered: %v, want %v", got, want)
		}
	}
}

// Whoever sends slowly must not keep the server from stopping.
func TestAnUploadThatStallsDoesNotHoldUpTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := filing(t, piped)
		v := h.visit()
		v.hello()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://chat.example/w/v1/files", io.MultiReader(strings.NewReader(pngBytes), stalled{t.Context()}))
		h.must(err)
		r.Header, r.ContentLength = v.headers(), 1<<20
		r.Header.Set("X-Chatgroups-Id", "f1")
		r.Header.Set("X-Chatgroups-Group", "tech")
		r.Header.Set("X-File-Name", "a.png")
		over := make(chan struct{})
		go func() {
			defer close(over)
			if resp, err := h.client.Do(r); err == nil {
				resp.Body.Close()
			}
		}()
		synctest.Wait()
		began := time.Now()
		h.stop()
		if took := time.Since(began); took > time.Minute {
			t.Errorf("the end took %s", took)
		}
		<-over
		time.Sleep(time.Second) // for which net/http lets a connection linger
	})
}

// stalled gives nothing until its context ends.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}
