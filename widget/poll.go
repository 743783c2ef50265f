package widget

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	// maxPollBytes is the largest body of a poll: a hello and some frames.
	maxPollBytes = 2 * maxFrameBytes
	// pollSlow is how long a body may take to arrive.
	pollSlow = 10 * time.Second
	// maxAnswer is from how many bytes on an answer is left as it is; the next
	// poll takes up what follows.
	maxAnswer = 256 << 10
	// groupsNew is how young a change of the groups must be for a poll to be held for
	// echoSoon only: a tab that was between two polls learns of it with the next, and
	// asks four times more at the most.
	groupsNew = 2 * time.Second
	echoSoon  = 500 * time.Millisecond
	// groupsEcho is for how long an answer tells of the groups once more after they
	// changed, as that may have been between two polls of a tab.
	groupsEcho = time.Minute
)

// poll is one poll of a tab: a session that lasts for a request.
type poll struct {
	session
	answer []byte // the array of frames, not yet closed
	woken  chan struct{}
	ended  chan bye
}

func newPoll(s *Server, origin string, r *http.Request) *poll {
	p := &poll{woken: make(chan struct{}, 1), ended: make(chan bye, 1)}
	p.session = session{srv: s, origin: origin, source: s.limits.source(r.RemoteAddr), to: p}
	return p
}

// admit lets a page's request in, a poll or a page of history, or answers it with
// why not. Of one that is let in, tabs.done must be called at its end.
func (s *Server) admit(w http.ResponseWriter, r *http.Request) (origin string, ok bool) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	if origin, ok = s.pageOrigin(r); !ok {
		s.metrics.refused.inc("origin")
		s.refuse(w, bye{code: closeForbidden})
		return "", false
	}
	letRead(h, origin)
	if !s.tabs.begin() {
		s.refuse(w, bye{closeRestart, comeBack})
		return "", false
	}
	return origin, true
}

func (s *Server) servePoll(w http.ResponseWriter, r *http.Request) {
	origin, ok := s.admit(w, r)
	if !ok {
		return
	}
	defer s.tabs.done()

	// Whatever the program's own timeouts are, a poll may be held.
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Now().Add(pollSlow + pollHeld + writeTimeout))
	control.SetReadDeadline(time.Now().Add(pollSlow))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPollBytes))
	control.SetReadDeadline(time.Time{}) // or net/http would take it for a visitor who left
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		s.refuse(w, bye{code: closeTooLarge})
		return
	}
	var request struct {
		Hello json.RawMessage   `json:"hello"`
		Out   []json.RawMessage `json:"out"`
	}
	if err != nil || json.Unmarshal(body, &request) != nil {
		s.refuse(w, errBroken)
		return
	}
	p := newPoll(s, origin, r)
	err = p.run(r.Context(), request.Hello, request.Out)
	p.leave()
	switch {
	case r.Context().Err() != nil: // nobody is there to be answered
		s.metrics.closed.inc("gone")
		return
	case err != nil:
		b := s.asBye(err)
		if b.code != closeTooMany {
			s.refuse(w, b)
			return
		}
		p.session.put("bye", b.encode())
		s.metrics.closed.inc(b.code.String())
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(p.answer, ']'))
}

// run carries out a poll and leaves its frames in p.answer.
func (p *poll) run(ctx context.Context, hello json.RawMessage, out []json.RawMessage) error {
	h, err := decodeHello(hello)
	if err != nil {
		return err
	}
	p.srv.metrics.framesIn.inc("hello")
	if !h.Again || h.Token == "" { // somebody who was not here before
		if wait := p.srv.limits.arrive(p.source); wait > 0 {
			return bye{closeTooFast, wait}
		}
	}
	if err := p.session.hello(ctx, h); err != nil {
		return err
	}
	p.answer = append(p.answer, '[')
	if err := p.welcome(ctx, h); err != nil {
		return err
	}
	known := p.told
	for _, data := range out {
		if err := p.receive(ctx, data); err != nil {
			return err
		}
	}
	if err := p.drain(ctx); err != nil {
		return err
	}
	if h.Again && len(out) == 0 && p.empty() {
		if err := p.hold(ctx); err != nil {
			return err
		}
	}
	if h.Again && p.told == known && p.srv.cfg.Now().Sub(known.since) < groupsEcho {
		return p.session.put("groups", encode(groupsFrame{"groups", known.groups}))
	}
	return nil
}

func (p *poll) receive(ctx context.Context, data json.RawMessage) error {
	if len(data) > maxFrameBytes {
		return bye{code: closeTooLarge}
	}
	frame, err := decodeFrame(data)
	if err != nil {
		return err
	}
	if _, ok := frame.(*helloFrame); ok {
		return errBroken // it has a place of its own
	}
	name, reply, err := p.session.answer(ctx, frame, p.conversation == "")
	if err != nil || reply == nil {
		return err
	}
	return p.session.reply(name, reply)
}

// drain takes what there is out of the log.
func (p *poll) drain(ctx context.Context) error {
	for more := true; more && len(p.answer) < maxAnswer; {
		var err error
		if more, err = p.news(ctx); err != nil {
			return err
		}
	}
	return nil
}

// hold waits until there is something to answer, at most as long as polls are
// held.
func (p *poll) hold(ctx context.Context) error {
	if !p.srv.tabs.add(p) {
		return bye{closeRestart, comeBack}
	}
	defer p.srv.tabs.remove(p, p.visitor())
	p.srv.enter(p, p.visitor())
	p.srv.metrics.connected("poll", 1)
	defer p.srv.metrics.connected("poll", -1)
	held := pollHeld
	if p.srv.cfg.Now().Sub(p.told.since) < groupsNew {
		// It may have changed between two polls of the tab, which has not been told then:
		// the echo is not to wait for as long as polls are held.
		held = echoSoon
	}
	enough := time.NewTimer(held)
	defer enough.Stop()
	p.wake() // for what changed before it was among those who are told of changes
	for p.empty() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-enough.C:
			return p.drain(ctx) // what came at this very moment
		case b := <-p.ended:
			return b
		case <-p.woken:
			if err := p.drain(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *poll) empty() bool { return len(p.answer) == 1 }

func (p *poll) put(frame []byte) error {
	if !p.empty() {
		p.answer = append(p.answer, ',')
	}
	p.answer = append(p.answer, frame...)
	return nil
}

func (p *poll) wake() {
	select {
	case p.woken <- struct{}{}:
	default:
	}
}

func (p *poll) dismiss(b bye) {
	select {
	case p.ended <- b:
	default:
	}
}

func (p *poll) cut() { p.dismiss(bye{closeRestart, comeBack}) }

// refuse answers with a bye and its status.
func (s *Server) refuse(w http.ResponseWriter, b bye) {
	s.metrics.closed.inc(b.code.String())
	h := w.Header()
	if h.Get("Access-Control-Allow-Origin") == "" {
		// Without it the page would take the refusal for a broken network, and
		// never stop asking.
		h.Set("Access-Control-Allow-Origin", "*")
	}
	if b.retry > 0 {
		askAgain(h, b.retry)
	}
	h.Set("Content-Type", "application/json")
	w.WriteHeader(b.code.status())
	w.Write(b.encode())
}
