package bridge_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

// cabinet is a desk's place for files, in memory.
type cabinet struct {
	mu      sync.Mutex
	bytes   map[bridge.FileRef]string
	fails   error
	dropped []bridge.FileRef
}

func (c *cabinet) Keep(_ context.Context, _ bridge.WorkspaceID, f bridge.File, bytes io.Reader) (bridge.FileRef, error) {
	data, err := io.ReadAll(bytes)
	if err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return "", c.fails
	}
	ref := bridge.FileRef("F" + f.Name)
	c.bytes[ref] = string(data)
	return ref, nil
}

func (c *cabinet) Drop(_ context.Context, _ bridge.WorkspaceID, ref bridge.FileRef) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.bytes, ref)
	c.dropped = append(c.dropped, ref)
}

func (c *cabinet) Open(_ context.Context, _ bridge.WorkspaceID, f bridge.File) (io.ReadCloser, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	data, ok := c.bytes[f.Ref]
	if !ok {
		return nil, bridge.Errorf(bridge.CodeNotFound, "the file is there no more")
	}
	return io.NopCloser(strings.NewReader(data)), nil
}

// filed is a world whose desk keeps files.
func filed(t *testing.T) (*world, *cabinet) {
	w := newWorld(t)
	c := &cabinet{bytes: map[bridge.FileRef]string{}}
	w.cfg.Files = c
	w.start()
	return w, c
}

func (t *tab) sendFile(id, name, kind, bytes string, opts ...draftOption) (bridge.Receipt, error) {
	d := bridge.Draft{ID: bridge.EntryID(id)}
	for _, o := range opts {
		o(&d)
	}
	f := bridge.File{Name: name, Type: kind, Size: int64(len(bytes))}
	return t.visit.SendFile(t.ctx, d, f, strings.NewReader(bytes))
}

func (w *world) opens(who bridge.VisitorID, of bridge.EntryID, n int) (string, error) {
	_, bytes, err := w.bridge.OpenFile(w.ctx, who, of, n)
	if err != nil {
		return "", err
	}
	defer bytes.Close()
	data, err := io.ReadAll(bytes)
	return string(data), err
}

func TestAVisitorsFileBeginsAConversationAndIsReadBack(t *testing.T) {
	w, desk := filed(t)
	tab := w.enter("")
	r, err := tab.sendFile("f-1", "cat.png", "image/png", "meow", to("sales"))
	w.must(err)
	w.desk.drain()
	tab.read()
	var files []bridge.EventFile
	for _, e := range tab.events {
		if e.ID == "f-1" {
			files = e.Files
		}
	}
	w.equal(files, []bridge.EventFile{{Name: "cat.png", Type: "image/png", Size: 4}})
	if got, err := w.opens(tab.visit.Visitor(), "f-1", 0); got != "meow" || err != nil {
		t.Errorf("read back %q, %v", got, err)
	}
	w.equal(w.log(r.Conversation)[1].Files, []bridge.File{{Ref: "Fcat.png", Name: "cat.png", Type: "image/png", Size: 4}})
	if len(desk.dropped) > 0 {
		t.Errorf("dropped %v", desk.dropped)
	}
}

func TestTheSameIDIsTheSameFileAndIsNotReadAgain(t *testing.T) {
	w, _ := filed(t)
	tab := w.enter("")
	first, err := tab.sendFile("f-1", "a.txt", "text/plain", "one", to("sales"))
	w.must(err)
	unread := io.MultiReader(readerOf(func([]byte) (int, error) { t.Error("the bytes are read"); return 0, io.EOF }))
	again, err := tab.visit.SendFile(w.ctx, bridge.Draft{ID: "f-1"}, bridge.File{Name: "b.txt", Type: "text/plain", Size: 5}, unread)
	w.must(err)
	w.equal(again, first)
}

type readerOf func([]byte) (int, error)

func (r readerOf) Read(p []byte) (int, error) { return r(p) }

func TestWhereTheDeskTakesNoFileNothingIsKept(t *testing.T) {
	w, desk := filed(t)
	c := w.chat("sales")
	before := len(c.log(c.id))
	desk.fails = bridge.Errorf(bridge.CodeUnavailable, "try again")
	_, err := c.tab.sendFile("f-1", "a.txt", "text/plain", "one")
	w.refused(err, bridge.CodeUnavailable)
	if got := len(c.log(c.id)); got != before {
		t.Errorf("the log grew from %d to %d entries", before, got)
	}
	desk.fails = nil
	_, err = c.tab.sendFile("f-1", "a.txt", "text/plain", "one")
	w.must(err)
}

func TestAFileForAGroupThatIsAwayIsNotUploaded(t *testing.T) {
	w, desk := filed(t)
	w.change("sales", func(g *bridge.Group) { g.Switch = &bridge.Switch{} })
	tab := w.enter("")
	_, err := tab.sendFile("f-1", "a.txt", "text/plain", "one", to("sales"))
	w.refused(err, bridge.CodeGroupOffline)
	if len(desk.bytes) > 0 {
		t.Error("the desk has the file")
	}
	_, err = tab.sendFile("f-1", "a.txt", "text/plain", "one", to("sales"), leaving)
	w.must(err)
}

func TestFilesThatAreRefused(t *testing.T) {
	w, desk := filed(t)
	tab := w.chat("sales").tab
	for _, c := range []struct {
		name, kind string
		size       int64
		code       bridge.Code
	}{
		{"a.png", "image/png", 0, bridge.CodeInvalid},
		{"a.png", "image/png", bridge.DefaultMaxFileBytes + 1, bridge.CodeTooLong},
		{"a.svg", "image/svg+xml", 5, bridge.CodeFileType},
		{"a.png", "image/svg+xml; charset=utf-8", 5, bridge.CodeFileType},
		{"a.html", "text/plain", 5, bridge.CodeFileType},
		{"a.txt", "text/html", 5, bridge.CodeFileType},
		{"invoice.pdf.exe", "application/pdf", 5, bridge.CodeFileType},
		{"invoice.exe. ", "text/plain", 5, bridge.CodeFileType},
		{"run.BAT", "text/plain", 5, bridge.CodeFileType},
		{"a", "application/x-elf", 5, bridge.CodeFileType},
		{"a.bin2", "application/octet-stream", 5, bridge.CodeFileType},
		{"a.txt", "", 5, bridge.CodeFileType},
	} {
		_, err := tab.visit.SendFile(w.ctx, bridge.Draft{ID: "f-1"}, bridge.File{Name: c.name, Type: c.kind, Size: c.size}, strings.NewReader("12345"))
		if got := bridge.CodeOf(err); got != c.code {
			t.Errorf("%s (%s, %d bytes): %v, want %s", c.name, c.kind, c.size, err, c.code)
		}
	}
	if len(desk.bytes) > 0 {
		t.Errorf("the desk has %v", desk.bytes)
	}
}

func TestKindsOfFilesThatAreSentOn(t *testing.T) {
	for name, kind := range map[string]string{
		"a.jpg": "image/jpeg", "a.heic": "image/heic", "a.pdf": "application/pdf", "a.txt": "text/plain; charset=utf-8",
		"a.csv": "text/csv", "a.zip": "application/zip", "a.mp3": "audio/mpeg", "a.mov": "video/quicktime", "a.doc": "application/msword",
		"a.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"a.ods":  "application/vnd.oasis.opendocument.spreadsheet", "no ending": "text/plain",
	} {
		if !bridge.AllowedFile(name, kind) {
			t.Errorf("%s (%s) is refused", name, kind)
		}
	}
}

func TestAVisitorReadsOnlyFilesThatTheySee(t *testing.T) {
	w, desk := filed(t)
	c := w.chat("sales")
	k := key(c.id, "sales")
	ref := c.conversation(c.id).Threads["sales"]
	desk.bytes["FA"] = "hers"
	say := func(id bridge.EntryID, note bool) {
		t.Helper()
		_, err := w.bridge.FromDesk(w.ctx, k, ref, bridge.DeskMessage{
			ID: id, By: ann, Note: note, Post: string(id),
			Files: []bridge.File{{Ref: "FA", Name: "../../etc/a.pdf", Type: "application/pdf", Size: 4}},
		})
		w.must(err)
	}
	say("shown", false)
	say("inside", true)
	say("gone", false)
	_, err := w.bridge.DeletedAtDesk(w.ctx, k, ref, "gone")
	w.must(err)
	me := c.tab.visit.Visitor()
	if got, err := w.opens(me, "d.shown", 0); got != "hers" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	stranger := w.chat("sales").tab.visit.Visitor()
	for name, ask := range map[string]func() (string, error){
		"a note's":                        func() (string, error) { return w.opens(me, "d.inside", 0) },
		"a deleted message's":             func() (string, error) { return w.opens(me, "d.gone", 0) },
		"another number":                  func() (string, error) { return w.opens(me, "d.shown", 1) },
		"a negative number":               func() (string, error) { return w.opens(me, "d.shown", -1) },
		"a message without files":         func() (string, error) { return w.opens(me, "m-hello", 0) },
		"another visitor's":               func() (string, error) { return w.opens(stranger, "d.shown", 0) },
		"for a visitor that nobody knows": func() (string, error) { return w.opens("nobody", "d.shown", 0) },
	} {
		if got, err := ask(); bridge.CodeOf(err) != bridge.CodeNotFound {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	c.tab.read()
	for _, e := range c.tab.events {
		for _, f := range e.Files {
			if f.Name != "a.pdf" {
				t.Errorf("the visitor sees the name %q", f.Name)
			}
		}
	}
}

func TestAnEditLeavesTheFileAndADeletionTakesIt(t *testing.T) {
	w, desk := filed(t)
	c := w.chat("sales")
	desk.bytes["FA"] = "hers"
	w.must(w.bridge.Invite(w.ctx, c.id, "tech", ann, ""))
	w.desk.drain()
	k, ref := key(c.id, "sales"), c.conversation(c.id).Threads["sales"]
	m := bridge.DeskMessage{ID: "x", By: ann, Body: "look", Post: "x", Files: []bridge.File{{Ref: "FA", Name: "a.pdf", Type: "application/pdf", Size: 4}}}
	_, err := w.bridge.FromDesk(w.ctx, k, ref, m)
	w.must(err)
	m.Body, m.Version, m.Files = "", 1, nil
	if taken := w.taken(w.bridge.FromDesk(w.ctx, k, ref, m)); taken != bridge.TakenEdit {
		t.Errorf("an edit that leaves only the file is %v", taken)
	}
	work, ok, err := w.bridge.Work(w.ctx, key(c.id, "tech"), 0)
	w.must(err)
	if !ok || len(work.Lines) == 0 {
		t.Fatal("the other thread needs nothing")
	}
	l := work.Lines[len(work.Lines)-1]
	if l.Body != "" || len(l.Files) != 1 || l.Files[0].Ref != "FA" {
		t.Errorf("the other thread gets %q with %v", l.Body, l.Files)
	}
	_, err = w.bridge.DeletedAtDesk(w.ctx, k, ref, "x")
	w.must(err)
	work, _, err = w.bridge.Work(w.ctx, key(c.id, "tech"), 0)
	w.must(err)
	for _, l := range work.Lines {
		if len(l.Files) > 0 && !l.Deleted {
			t.Errorf("a line still has %v", l.Files)
		}
	}
}

func TestFileNames(t *testing.T) {
	for given, want := range map[string]string{
		"cat.png":                       "cat.png",
		`C:\Users\me\cat.png`:           "cat.png",
		"../../etc/passwd":              "passwd",
		"..":                            "file",
		"":                              "file",
		"\u202egnp.exe":                 "gnp.exe",
		"a\x00b\r\nSet-Cookie: x.txt":   "ab Set-Cookie_ x.txt",
		`a"b<c>.txt`:                    "a_b_c_.txt",
		"Übersicht März.pdf":            "Übersicht März.pdf",
		".htaccess":                     "htaccess",
		"\u200b\u200b":                  "file",
		"a\xff.txt":                     "a.txt",
		strings.Repeat("x", 200) + ".a": strings.Repeat("x", 117) + "….a",
	} {
		if got := bridge.CleanFileName(given); got != want {
			t.Errorf("%q is called %q, want %q", given, got, want)
		}
	}
}

func FuzzFileNames(f *testing.F) {
	for _, name := range []string{"a.png", `..\x`, "\u202e", "a.b.c", ".", "é" + strings.Repeat("z", 300) + ".tar.gz"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		got := bridge.CleanFileName(name)
		switch {
		case got == "", !utf8.ValidString(got), utf8.RuneCountInString(got) > 120:
			t.Errorf("%q is called %q", name, got)
		case strings.ContainsAny(got, `/\<>:"|?*`+"\n\r\t"), strings.HasPrefix(got, "."):
			t.Errorf("%q is called %q", name, got)
		case strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }):
			t.Errorf("%q is called %q", name, got)
		}
	})
}
