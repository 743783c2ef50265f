package widget

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"github.com/chatgroups/chatgroups/bridge"
)

// Headers of an upload beside those of every request with a token. What stands in an
// address is logged on the way; names are not for that.
const (
	fileNameHeader = "X-File-Name"        // percent-encoded UTF-8
	idHeader       = "X-Chatgroups-Id"    // the message's id, as in a send
	groupHeader    = "X-Chatgroups-Group" // as in a send
	leaveHeader    = "X-Chatgroups-Leave" // "1" as leave in a send
)

const (
	// sniffed is how many of a file's bytes its type is known by.
	sniffed = 3072
	// fileTime bounds the transfer of one file.
	fileTime = 5 * time.Minute
)

// Codes of refusals beside those of messages.
const (
	nackFileLarge   nackCode = "file_large"
	nackFileType    nackCode = "file_type"
	nackFileEmpty   nackCode = "file_empty"
	nackFileLimit   nackCode = "file_limit"  // enough for today
	nackUnavailable nackCode = "unavailable" // the desk takes or gives no files now
	nackFileGone    nackCode = "file_gone"
	nackLinkExpired nackCode = "link_expired"
)

// filePath is where visitors find the n-th file of a message, from 0.
func filePath(of bridge.EntryID, n int) string {
	return "/w/v1/files/" + url.PathEscape(string(of)) + "/" + strconv.Itoa(n)
}

// serveUpload takes the body, of known length, as a file that is a message of its own,
// and answers its ack or nack. Nothing is kept of it here: it goes through to the desk
// as it comes.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	origin, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer s.tabs.done()
	p, ok := s.knownVisitor(w, r, origin)
	if !ok {
		return
	}
	defer p.leave()
	ctx, cancel := s.within(r.Context())
	defer cancel()
	// Whatever the program's own timeouts are, a file takes its time.
	control := http.NewResponseController(w)
	control.SetReadDeadline(time.Now().Add(fileTime))
	control.SetWriteDeadline(time.Now().Add(fileTime + writeTimeout))
	// A read that waits for more knows nothing of ctx.
	defer context.AfterFunc(ctx, func() { control.SetReadDeadline(time.Now()) })()

	id := bridge.EntryID(r.Header.Get(idHeader))
	receipt, err := s.upload(ctx, p, id, w, r)
	if err != nil {
		n := fileNack(id, err)
		if n.Code == nackInternal && ctx.Err() == nil {
			s.log.Warn().Err(err).Str("visitor", string(p.visitor())).Msg("a visitor's file was not kept")
		}
		s.refuseFile(w, n)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(appendAck(nil, id, receipt))
}

func (s *Server) upload(ctx context.Context, p *poll, id bridge.EntryID, w http.ResponseWriter, r *http.Request) (bridge.Receipt, error) {
	var none bridge.Receipt
	name, err := url.PathUnescape(r.Header.Get(fileNameHeader))
	if err != nil || r.ContentLength < 0 {
		return none, bridge.Errorf(bridge.CodeInvalid, "an upload needs a name and a length")
	}
	f := bridge.File{Name: name, Size: r.ContentLength}
	// Before anything is read: who is over a limit must not cost anybody's time.
	site, err := s.bridge.Site(p.visit.Site())
	if err != nil {
		site.MaxFileBytes = bridge.NoFiles
	}
	switch most := s.bridge.FileLimit(site); {
	case most == 0:
		return none, bridge.Errorf(bridge.CodeForbidden, "files are not taken here")
	case f.Size == 0:
		return none, errFileEmpty
	case f.Size > most:
		return none, bridge.Errorf(bridge.CodeTooLong, "the file is larger than %d bytes", most)
	}
	if err := s.limits.sendFile(p.usage, f.Size); err != nil {
		return none, err
	}
	body := http.MaxBytesReader(w, r.Body, f.Size)
	head := make([]byte, min(sniffed, f.Size))
	if _, err := io.ReadFull(body, head); err != nil {
		return none, bridge.Errorf(bridge.CodeInvalid, "read an upload: %w", err)
	}
	f.Type = mimetype.Detect(head).String()
	d := bridge.Draft{ID: id, Group: bridge.GroupID(r.Header.Get(groupHeader)), Leave: r.Header.Get(leaveHeader) == "1"}
	return p.visit.SendFile(ctx, d, f, io.MultiReader(bytes.NewReader(head), body))
}

var errFileEmpty = errors.New("the file is empty")

// serveFile gives a visitor a file of a message that they see: to whoever has their
// token, or a link that serveFileLink made. Only images of a few formats are shown by
// a browser, all else is saved; whatever it is, nothing in it can act on this origin.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request) {
	of, n, ok := fileOf(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	var who bridge.VisitorID
	if r.URL.RawQuery == "" {
		origin, ok := s.admit(w, r)
		if !ok {
			return
		}
		p, ok := s.knownVisitor(w, r, origin)
		if !ok {
			s.tabs.done()
			return
		}
		who = p.visitor()
		p.leave()
	} else {
		// An <img> on somebody's page sends no origin that could be asked for.
		h.Set("Access-Control-Allow-Origin", "*")
		if who, ok = s.links.open(r.URL.Query(), of, n); !ok {
			s.refuseFile(w, nackFrame{T: "nack", ID: of, Code: nackLinkExpired})
			return
		}
		if !s.tabs.begin() {
			s.refuse(w, bye{closeRestart, comeBack})
			return
		}
	}
	defer s.tabs.done()
	u := s.limits.visitor(who)
	if wait := s.limits.fetchFile(u); wait > 0 {
		s.refuseFile(w, fileNack(of, &bridge.Error{Code: bridge.CodeRateLimited, RetryAfter: wait}))
		return
	}
	ctx, cancel := s.within(r.Context())
	defer cancel()
	s.giveFile(ctx, w, who, of, n)
}

func (s *Server) giveFile(ctx context.Context, w http.ResponseWriter, who bridge.VisitorID, of bridge.EntryID, n int) {
	f, content, err := s.bridge.OpenFile(ctx, who, of, n)
	if err != nil {
		s.refuseFile(w, fileNack(of, err))
		return
	}
	defer content.Close()
	head := make([]byte, sniffed)
	got, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.refuseFile(w, fileNack(of, &bridge.Error{Code: bridge.CodeUnavailable, Cause: err}))
		return
	}
	head = head[:got]
	// What the desk says of it, and what the agent called it, is not believed.
	kind := mimetype.Detect(head).String()
	if !bridge.AllowedFile(f.Name, kind) {
		s.refuseFile(w, nackFrame{T: "nack", ID: of, Code: nackFileGone})
		return
	}
	shown := "attachment"
	if bridge.InlineImage(kind) {
		shown = "inline"
	}
	h := w.Header()
	h.Set("Cache-Control", "private, max-age=600")
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(shown, map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Referrer-Policy", "no-referrer")
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Now().Add(fileTime))
	defer context.AfterFunc(ctx, func() { control.SetWriteDeadline(time.Now()) })()
	io.Copy(w, io.MultiReader(bytes.NewReader(head), content))
}

// serveFileLink answers {"url", "expires"} with an address of a file that works for
// some minutes without a token, for what cannot send one: an image, a download.
func (s *Server) serveFileLink(w http.ResponseWriter, r *http.Request) {
	origin, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer s.tabs.done()
	of, n, ok := fileOf(r)
	if !ok {
		s.refuse(w, errBroken)
		return
	}
	p, ok := s.knownVisitor(w, r, origin)
	if !ok {
		return
	}
	defer p.leave()
	query, expires := s.links.make(p.visitor(), of, n)
	w.Header().Set("Content-Type", "application/json")
	w.Write(encode(struct {
		URL     string `json:"url"`
		Expires int64  `json:"expires"`
	}{filePath(of, n) + "?" + query, expires.UnixMilli()}))
}

// fileOf reads which file an address names.
func fileOf(r *http.Request) (of bridge.EntryID, n int, ok bool) {
	n, err := strconv.Atoi(r.PathValue("n"))
	return bridge.EntryID(r.PathValue("entry")), n, err == nil && n >= 0 && n < bridge.MaxFiles
}

// within is a request's context that ends, too, when visitors are cut off.
func (s *Server) within(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.base, cancel)
	return ctx, func() {
		stop()
		cancel()
	}
}

// fileNack is nackFor with the codes that files have.
func fileNack(id bridge.EntryID, err error) nackFrame {
	n := nackFor(id, err)
	switch code := bridge.CodeOf(err); {
	case errors.Is(err, errFileEmpty):
		n = nackFrame{T: "nack", ID: id, Code: nackFileEmpty}
	case errors.Is(err, errFileLimit):
		n.Code = nackFileLimit
	case code == bridge.CodeTooLong:
		n.Code = nackFileLarge
	case code == bridge.CodeFileType:
		n = nackFrame{T: "nack", ID: id, Code: nackFileType}
	case code == bridge.CodeNotFound:
		n.Code = nackFileGone
	case code == bridge.CodeUnavailable:
		n.Code = nackUnavailable
	}
	return n
}

// refuseFile answers a nack with a status of its kind.
func (s *Server) refuseFile(w http.ResponseWriter, n nackFrame) {
	s.metrics.nacks.inc(string(n.Code))
	status := http.StatusBadRequest
	switch n.Code {
	case nackFileLarge:
		status = http.StatusRequestEntityTooLarge
	case nackFileType:
		status = http.StatusUnsupportedMediaType
	case nackRate, nackFileLimit:
		status = http.StatusTooManyRequests
	case nackForbidden, nackLinkExpired:
		status = http.StatusForbidden
	case nackGroupOffline, nackClosed:
		status = http.StatusConflict
	case nackFileGone:
		status = http.StatusNotFound
	case nackUnavailable, nackInternal:
		status = http.StatusServiceUnavailable
	}
	h := w.Header()
	if n.RetryMS > 0 {
		askAgain(h, time.Duration(n.RetryMS)*time.Millisecond)
	}
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/json")
	w.WriteHeader(status)
	w.Write(encode(n))
}
