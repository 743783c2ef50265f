package widget

import (
	"bytes"
	"context"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// A session is what both transports share: one tab of a visitor, from its hello
// on. Its methods belong to one goroutine at a time, but see answer.
type session struct {
	srv    *Server
	origin string
	source *source // where it comes from; nil where that has no limits
	to     outlet

	// Set by hello.
	visit *bridge.Visit // nil before
	usage *usage
	known *known // nil where the page says nothing of the visitor
	page  bridge.Page

	conversation bridge.ConversationID // that the tab was last told of
	told         *siteView             // of which it was last told the groups
	progress     progress              // that it was last told of
	untellable   bool                  // … as it is a poll of a tab that does not know of it
	untold       bool                  // the visit's token is to be told with the next welcome
	away         bool                  // answer refused a message as its group is away

	held *held // nil where no message has to wait
}

// known is what the page says of the visitor. Few pages say anything, and a session
// that is idle should cost little.
type known struct {
	name, email string
	attributes  []bridge.Attribute
}

// held is the message that was refused for haste until a time. Those after it, which
// may be on their way already, wait until it has come again, so that the order of
// writing stays the order of the log.
type held struct {
	id    bridge.EntryID
	until int64 // nanoseconds since 1970
}

// An outlet is a session's way to its tab.
type outlet interface {
	tab
	// put sends one frame, which it does not keep.
	put(frame []byte) error
}

// batch is how many events a session takes out of the log at a time.
const batch = 64

// maxField is how many bytes of a field of hello are kept; the bridge, which
// counts in characters, keeps less.
const maxField = 2000

// hello makes the session that of the visitor and the page that h names. The error
// is a bye or the bridge's. What follows is a welcome.
func (s *session) hello(ctx context.Context, h *helloFrame) error {
	site, err := s.srv.bridge.Site(h.Site)
	origin := s.srv.allowed(site, s.origin)
	if err != nil || origin == "" {
		// One answer for both, so that nobody learns which sites there are.
		return bye{code: closeForbidden}
	}
	visit, err := s.enter(ctx, site.ID, h)
	if err != nil {
		return err
	}
	l := s.srv.limits
	u := l.visitor(visit.Visitor())
	b, r := &u.hello, l.limits.Hello
	if h.Again {
		b, r = &u.poll, l.limits.Poll
	}
	if wait := l.allow(u, b, r); wait > 0 {
		visit.Leave()
		return bye{closeTooFast, wait}
	}
	if !h.Again { // which has no welcome to carry a token
		visit.Renew(ctx)
	}
	s.leave()
	s.origin, s.visit, s.usage, s.untold = origin, visit, u, true
	s.known = nil
	if h.Name != "" || h.Email != "" || len(h.Attributes) > 0 {
		s.known = &known{clip(h.Name), clip(h.Email), h.Attributes}
	}
	s.page = bridge.Page{
		URL: clip(h.URL), Title: clip(h.Title), Referrer: clip(h.Referrer),
		Language: clip(h.Language), Zone: clip(h.Zone),
	}
	return nil
}

// visitor returns whose session it is, "" before hello.
func (s *session) visitor() bridge.VisitorID {
	if s.visit == nil {
		return ""
	}
	return s.visit.Visitor()
}

// leave ends the visit, if there is one.
func (s *session) leave() {
	if s.visit != nil {
		s.visit.Leave()
		s.visit = nil
	}
}

// welcome tells the tab how things stand and makes news go on after what the tab
// knows. A tab that has had its welcome gets another only where it must begin
// anew.
func (s *session) welcome(ctx context.Context, h *helloFrame) error {
	st, err := s.visit.Resume(ctx, h.Conversation, h.Epoch, h.Since)
	if err != nil {
		return err
	}
	s.conversation = st.Conversation
	s.told = s.srv.views.current(s.visit.Site())
	s.progress, s.untellable = progress{}, h.Again && h.Progress == nil
	if h.Progress != nil && st.Conversation == h.Conversation && st.Epoch == h.Epoch {
		s.progress = *h.Progress
	}
	if h.Again && st.Conversation == h.Conversation && st.Epoch == h.Epoch && !st.More {
		return nil
	}
	w := welcomeFrame{
		T: "welcome", Visitor: s.visit.Visitor(),
		Conversation: st.Conversation, Epoch: st.Epoch, Seq: st.Seq,
		Groups: s.told.groups, With: make([]string, 0, len(st.With)),
		Closed: st.Closed, Agents: make([]person, 0, len(st.Agents)), More: st.More,
		Now: s.srv.cfg.Now().UnixMilli(), Ping: int(pingEvery / time.Second),
	}
	if s.untold {
		w.Token, s.untold = s.visit.Token(), false
	}
	for _, g := range st.With {
		w.With = append(w.With, s.slug(g))
	}
	for _, a := range st.Agents {
		w.Agents = append(w.Agents, person{a.Name, avatarPath(a.Avatar)})
	}
	return s.put("welcome", encode(w))
}

// news sends what the tab has not seen, a batch at most, and reports whether there
// is more. Once it has reported that there is not, the tab will be woken.
func (s *session) news(ctx context.Context) (more bool, err error) {
	if err := s.tellGroups(); err != nil {
		return false, err
	}
	events, moved, err := s.visit.Next(ctx, batch)
	if err != nil {
		return false, err
	}
	if moved {
		return true, s.welcome(ctx, &helloFrame{})
	}
	var frame []byte
	for _, e := range events {
		frame = s.appendEvent(frame[:0], e)
		if err := s.put("ev", frame); err != nil {
			return false, err
		}
	}
	if len(events) == batch {
		return true, nil
	}
	return false, s.tellProgress(ctx)
}

// tellGroups says who can be chosen now, where the tab does not know. The error is a bye
// where the site has gone, or no longer lets the page in.
func (s *session) tellGroups() error {
	before, now := s.told, s.srv.views.current(s.visit.Site())
	if now == before {
		return nil
	}
	s.told = now
	if now.gone || s.srv.allowed(now.site, s.origin) == "" {
		return bye{code: closeForbidden}
	}
	if bytes.Equal(before.groups, now.groups) {
		return nil
	}
	return s.put("groups", encode(groupsFrame{"groups", now.groups}))
}

// tellProgress says how far the visitor's lines have come, where the tab does not
// know.
func (s *session) tellProgress(ctx context.Context) error {
	p, changed, err := s.visit.Progress(ctx)
	now := progress{p.Delivered, p.Seen}
	if err != nil || !changed || now == s.progress || s.untellable {
		return err
	}
	s.progress = now
	return s.put("progress", encode(progressFrame{"progress", now}))
}

func (s *session) appendEvent(dst []byte, e bridge.Event) []byte {
	group := ""
	if e.Group != "" {
		group = s.slug(e.Group)
	}
	return appendEvent(dst, e, group)
}

// slug returns the word by which visitors know a group.
func (s *session) slug(id bridge.GroupID) string {
	g, err := s.srv.bridge.Group(s.visit.Workspace(), id)
	if err != nil {
		return string(id) // deleted since
	}
	return g.Slug()
}

// answer carries out a frame and returns the reply, nil for none. begins says that
// the visitor has no conversation yet; where it does not, answer may run beside
// news. The error is a bye.
func (s *session) answer(ctx context.Context, frame any, begins bool) (name string, reply []byte, err error) {
	l := s.srv.limits
	s.srv.metrics.framesIn.inc(frameName(frame))
	if wait := l.allow(s.usage, &s.usage.frame, l.limits.Frame); wait > 0 {
		return "", nil, bye{closeTooFast, wait}
	}
	switch f := frame.(type) {
	case *sendFrame:
		name, reply = s.take(ctx, f.ID, begins, func() (bridge.Receipt, error) {
			d := bridge.Draft{ID: f.ID, Body: f.Body, Group: f.Group, Leave: f.Leave, Fresh: f.Fresh, Page: s.page}
			if k := s.known; k != nil {
				d.Name, d.Email, d.Attributes = k.name, k.email, k.attributes
			}
			return s.visit.Send(ctx, d)
		})
		return name, reply, nil
	case *editFrame:
		name, reply = s.take(ctx, f.ID, begins, func() (bridge.Receipt, error) { return s.visit.Edit(ctx, f.ID, f.Of, f.Body) })
		return name, reply, nil
	case *deleteFrame:
		name, reply = s.take(ctx, f.ID, begins, func() (bridge.Receipt, error) { return s.visit.Delete(ctx, f.ID, f.Of) })
		return name, reply, nil
	case *rateFrame:
		name, reply = s.take(ctx, f.ID, begins, func() (bridge.Receipt, error) { return s.visit.Rate(ctx, f.ID, f.Stars, f.Comment) })
		return name, reply, nil
	case *forgetFrame:
		if err := s.visit.Forget(ctx); err != nil {
			return "", nil, s.srv.asBye(err)
		}
		return "", nil, bye{code: closeToken} // as every other tab of theirs is told
	case *pingFrame:
		return "pong", encodedPong, nil
	case *readFrame:
		// Nothing depends on it, so nobody is told where it fails.
		if err := s.visit.Read(ctx, f.Seq); err != nil && ctx.Err() == nil {
			s.srv.log.Debug().Err(err).Msg("what a visitor has read is not known")
		}
	case *typingFrame:
		if wait := l.allow(s.usage, &s.usage.typing, l.limits.Typing); wait > 0 {
			s.srv.metrics.refused.inc("typing")
		}
		// It goes no further: Slack has nothing by which an app could show in a
		// channel's thread that somebody else is typing.
	}
	return "", nil, nil
}

// take lets a message, an edit, a deletion or a rating in and returns its ack once it is on
// stable storage, or its nack. All have the limits of messages: colleagues see each.
func (s *session) take(ctx context.Context, id bridge.EntryID, begins bool, keep func() (bridge.Receipt, error)) (name string, reply []byte) {
	var r bridge.Receipt
	var err error
	if wait := s.haste(id, begins); wait > 0 {
		err = &bridge.Error{Code: bridge.CodeRateLimited, Message: "too many messages", RetryAfter: wait}
	} else {
		r, err = keep()
	}
	if err == nil {
		if begins {
			s.conversation = r.Conversation
		}
		return "ack", appendAck(nil, id, r)
	}
	n := nackFor(id, err)
	s.away = n.Code == nackGroupOffline
	s.srv.metrics.nacks.inc(string(n.Code))
	if n.Code == nackInternal && ctx.Err() == nil {
		s.srv.log.Warn().Err(err).Str("visitor", string(s.visitor())).Msg("a visitor's message was not kept")
	}
	return "nack", encode(n)
}

// holdFor is how long a message that may come again is waited for by those after
// it; a tab whose visitor gave it up goes on then.
const holdFor = 5 * time.Second

// haste returns how long a message must wait: for its own limit, or for one before
// it that has to.
func (s *session) haste(id bridge.EntryID, begins bool) (wait time.Duration) {
	now := s.srv.limits.now().UnixNano()
	if h := s.held; h != nil && h.id != id && now < h.until+int64(holdFor) {
		return max(time.Duration(h.until-now), time.Second)
	}
	s.held = nil
	if wait = s.srv.limits.sendMessage(s.usage, s.source, begins); wait > 0 {
		s.held = &held{id, now + int64(wait)}
	}
	return wait
}

// reply sends what answer returned. A tab whose message was refused as its group is away
// is told first who is there, so that it can offer that.
func (s *session) reply(name string, frame []byte) error {
	if s.away {
		s.away = false
		s.srv.tellTabs()
		s.told = new(siteView) // the tab believed otherwise, so it may have missed that
		if err := s.tellGroups(); err != nil {
			return err
		}
	}
	return s.put(name, frame)
}

func (s *session) put(name string, frame []byte) error {
	s.srv.metrics.framesOut.inc(name)
	return s.to.put(frame)
}

// clip cuts a field that a hello has no use for in such a length.
func clip(field string) string {
	if len(field) <= maxField {
		return field
	}
	return strings.ToValidUTF8(strings.Clone(field[:maxField]), "")
}

// frameName is how metrics call a decoded frame.
func frameName(frame any) string {
	switch frame.(type) {
	case *helloFrame:
		return "hello"
	case *sendFrame:
		return "send"
	case *editFrame:
		return "edit"
	case *deleteFrame:
		return "delete"
	case *rateFrame:
		return "rate"
	case *forgetFrame:
		return "forget"
	case *typingFrame:
		return "typing"
	case *readFrame:
		return "read"
	case *pingFrame:
		return "ping"
	}
	return "unknown"
}
