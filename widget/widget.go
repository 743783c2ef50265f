// Package widget is the visitor's side of chatgroups: the server of the protocol
// chat.v1, and of the files that put the widget on a website. It translates
// between frames and a *bridge.Bridge, and keeps nothing that would have to
// survive: a visitor's tab resumes from the last line that it saw.
//
// # The server
//
//	GET  /w/v1/{site}.js         the loader, with the site's public configuration
//	GET  /w/v1/panel.js?v=HASH   the panel, an ES module that the loader imports
//	GET  /w/v1/l/HASH/{tag}.json the texts of a language, which the panel fetches
//	GET  /w/v1/ws                the protocol over a WebSocket, subprotocol chat.v1
//	POST /w/v1/poll              the same frames over held requests
//	GET  /w/v1/history           lines before those that a welcome replayed
//	POST /w/v1/files             a file, which is a message of its own
//	GET  /w/v1/files/{id}/{n}    the n-th file of a message, by token or link
//	GET  /w/v1/files/{id}/{n}/link  such a link, for some minutes
//	GET  /w/v1/avatars/{name}    pictures of agents
//	GET  /c/{site}               a page of the bridge's own with the widget on it, and
//	POST /c/{site}               a form where no script runs, or the widget does not load
//	POST /c/{site}/visit         for that page's script: the token that the form began with
//
// New starts nothing. Handler may be mounted at once; Run pushes changes of the
// groups to open tabs, and on its context's end tells every visitor when to come
// back, and returns once every goroutine is gone.
//
// # Frames
//
// A frame is one JSON object whose field t names it. Times are milliseconds since
// the epoch. Unknown frames and unknown fields are ignored, so that either side
// may be newer than the other; v in hello changes only when that is not enough.
//
//	visitor ─► server                     server ─► visitor
//	hello   who, where, since which line  welcome  how things stand; lines follow
//	send    a message, under its own id   ack      it is on stable storage
//	                                      nack     it is not, and why
//	edit, delete                          ev       one line of the conversation
//	rate    stars, once it is closed      progress how far the visitor's lines came
//	typing, read                          typing   an agent writes
//	forget  erase the visitor
//	ping                                  pong
//	                                      groups   who can be chosen has changed
//	                                      bye      the end, and when to come back
//
// A tab says hello first, within 5 seconds, with the token of an earlier welcome
// or without one. The welcome carries a token when it is a new one; a token is
// only ever read from a hello or an Authorization header, never from a URL. After
// the welcome come the lines that the tab has not seen, as ev: all after since
// where those are at most 100, else the last 50 and more in the welcome, and the
// older ones by /history. Lines are numbered by seq, without holes, within one
// conversation (cid) of one lineage of the data (epoch); a tab whose cid or epoch
// is another is given everything anew.
//
// The id of a send is the visitor's. The same id again is the same message: it is
// stored once and gets the same ack. So a tab sends again whatever was not
// answered, and nothing is lost or doubled. A message that begins a conversation
// names a group; where that group is away it is refused (group_offline) unless
// marked leave. In the tab that began the conversation the ack comes before the
// welcome that announces it.
//
// A conversation that is closed goes on with the next message. One that is marked
// fresh begins another, and closes the one before where that is open.
//
// A progress says up to which line the visitor's own stand in a thread of the agents
// (delivered), and up to which an agent has certainly had them in sight, having
// written or claimed there since (seen): Slack tells no app what was read. It is no
// line; a tab says in its hello what it knows, and is told when that is not all. What
// a visitor has read (read) is kept in memory. Typing ends here: Slack shows no
// app's visitor typing in a channel's thread, and tells no app that a person types;
// so no typing is sent at present, but a widget shows one that comes.
//
// # Who the visitor is
//
// A hello may carry in jwt who the visitor is by the word of the site's own server, and
// in name, email and attrs what the page says, which nobody has verified. A welcome to a
// hello with a jwt means that it holds, until the token is another's: the tab need not
// send it again. A hello on a socket that had one takes its place. A token that is older
// than a day is replaced by the welcome; the old one is good for another hour.
//
// forget is answered by the end with 4401, in every tab of the visitor's: the token opens
// nothing any more.
//
// # The end
//
// A socket ends with a bye, then a close frame of the same code:
//
//	1012  the server restarts: come back after retry_ms and some
//	4400  a broken frame or hello
//	4401  the token opens nothing here: hello again without it
//	4403  the origin or the site is refused: stop
//	4408  no hello in time
//	4409  too many tabs: sleep until this one is used
//	4410  the signed identity has expired: hello again without it
//	4411  the signed identity is not the site's: hello again without it
//	4413  a frame over 32 KiB
//	4429  too fast: wait retry_ms
//
// # Polls
//
// Where a network lets no WebSocket through, the body of POST /w/v1/poll is
// {"hello": hello, "out": [frames]}, and the answer an array of frames. It comes
// at once where out holds something or hello does not say again, and else as soon
// as there is news, after 25 seconds at most. A bye comes with a status of its
// own, alone: 400, 401, 403, 413, 429, and 503 for a restart; only 4409, which ends
// a poll that was held, comes as a frame with 200.
//
// # Files
//
// The body of an upload is the file; its headers name it and the message. The answer
// is an ack or a nack, with codes of its own beside those of a send: file_large,
// file_type, file_empty, file_limit (enough for a day), unavailable. The bytes pass
// through to the desk as they come, so an ack says that they are there. Files of an ev
// stand in its files as {name, type, size, url}; url takes the token in a header, and
// for what cannot send one, url/link gives {url, expires}. A type is what the bytes
// say. Some image formats are shown, all else is saved, pages and drawings with
// scripts are given to nobody.
//
// # Origins
//
// WebSockets know no same-origin policy, so the Origin header decides, before
// anything else is looked at: it must be, exactly, one that the site allows or
// the bridge's own. No cookie is read or set, but by the form of the hosted page, whose
// posts are taken from the bridge's own origin alone.
//
// # Goroutines
//
// A WebSocket has one goroutine, which reads; a second exists while there is
// something to write. Nothing is queued for a tab: it is woken and takes lines out
// of the log at its own speed, so one that does not read holds up nobody, and is
// closed when a write has taken 10 seconds.
package widget

//go:generate go run ./internal/webbuild

import (
	"net/url"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/chatgroups/chatgroups/bridge"
)

// Config holds what a Server may be told; the zero value works, for sites on
// other origins only.
type Config struct {
	// PublicURL is how browsers reach the server. Its origin may use every site.
	PublicURL *url.URL
	// Now is the clock of rates and of what frames say; time.Now by default.
	// Deadlines of connections go by the system's clock.
	Now func() time.Time
	Log zerolog.Logger
	// Metrics is where the server's metrics are registered; nowhere when nil.
	Metrics prometheus.Registerer
	// IdentitySecret returns the secret with which a site's own server signs who its
	// visitors are, at least MinIdentitySecret bytes, where Bridge.IdentitySecret has
	// none; nil, or nil from it, where no site does. It must not wait.
	IdentitySecret func(bridge.SiteID) []byte
	// Limits that are zero have their default.
	Limits Limits
	// Demo tells the widget that it is looked at rather than used.
	Demo bool
}

// Limits of time and size that the protocol fixes.
const (
	subprotocol   = "chat.v1"
	maxFrameBytes = 32 << 10
	helloTimeout  = 5 * time.Second
	silence       = 60 * time.Second
	pollHeld      = 25 * time.Second
	pingEvery     = 25 * time.Second
)
