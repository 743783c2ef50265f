package widget

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// A Rate is a token bucket: Burst at once, and one more every Every.
type Rate struct {
	Burst int
	Every time.Duration
}

// Limits are what a visitor, and an address, may do. A zero field means the
// default, which is given beside it.
type Limits struct {
	// Of one visitor, over all tabs and both transports.

	Hello  Rate // new connections: 10 a minute
	Poll   Rate // polls after the first, and pages of history: 20, then 2 a second
	Frame  Rate // frames of any kind: 60, then 10 a second
	Send   Rate // messages: 5, then 1 a second
	Steady Rate // messages in the long run: 100 in 10 minutes
	Typing Rate // typing, dropped beyond it: 1 in 3 seconds
	Upload Rate // files sent: 5, then 1 in 12 seconds
	Bytes  Rate // bytes of files sent: 50 MB in a day
	Fetch  Rate // files read: 60, then 1 a second
	Tabs   int  // tabs connected at a time: 5, the oldest makes room

	// Of one address, which may be a whole office's. Addresses that are not
	// public have no such limit: there, a reverse proxy stands for everybody.

	Arrival Rate // connections of whomever: 600, then 20 a second
	Message Rate // messages: 300, then 20 a second
	Begin   Rate // conversations begun: 60, then 1 in 5 seconds
}

func (l *Limits) setDefaults() {
	for _, d := range []struct {
		rate  *Rate
		burst int
		every time.Duration
	}{
		{&l.Hello, 10, 6 * time.Second},
		{&l.Poll, 20, 500 * time.Millisecond},
		{&l.Frame, 60, 100 * time.Millisecond},
		{&l.Send, 5, time.Second},
		{&l.Steady, 100, 6 * time.Second},
		{&l.Typing, 1, 3 * time.Second},
		{&l.Upload, 5, 12 * time.Second},
		{&l.Bytes, dailyBytes, 24 * time.Hour / dailyBytes},
		{&l.Fetch, 60, time.Second},
		{&l.Arrival, 600, 50 * time.Millisecond},
		{&l.Message, 300, 50 * time.Millisecond},
		{&l.Begin, 60, 5 * time.Second},
	} {
		if *d.rate == (Rate{}) {
			*d.rate = Rate{d.burst, d.every}
		}
	}
	if l.Tabs == 0 {
		l.Tabs = 5
	}
}

// A bucket holds the tokens of one Rate as the moment at which it is full again, in
// nanoseconds since the epoch. It is that small because every visitor has several.
type bucket int64

// take takes one token, or returns for how long there will be none.
func (b *bucket) take(r Rate, now time.Time) (wait time.Duration) { return b.takeAll(r, 1, now) }

// takeAll takes n tokens, or none and returns for how long there will not be that many.
func (b *bucket) takeAll(r Rate, n int64, now time.Time) (wait time.Duration) {
	at := now.UnixNano()
	full := max(int64(*b), at) + n*int64(r.Every)
	if wait = time.Duration(full - at - int64(r.Burst)*int64(r.Every)); wait > 0 {
		return wait
	}
	*b = bucket(full)
	return 0
}

// usage is what the limits know of one visitor.
type usage struct {
	mu                                       sync.Mutex // guards the following
	hello, poll, frame, send, steady, typing bucket
	files                                    *fileUsage // nil before the first
}

// source is what the limits know of one address.
type source struct {
	mu                      sync.Mutex // guards the following
	arrival, message, begin bucket
}

// limiter keeps what every visitor and address has used of its limits. It is
// safe for concurrent use.
type limiter struct {
	limits Limits
	now    func() time.Time

	mu       sync.Mutex // guards the following
	visitors recent[bridge.VisitorID, usage]
	sources  recent[netip.Addr, source]
}

// How many visitors and addresses are remembered. To be forgotten is to start with
// full buckets, so these are far above what can be active within the minutes that
// a bucket takes to fill.
const (
	rememberedVisitors = 50_000
	rememberedSources  = 50_000
)

func newLimiter(l Limits, now func() time.Time) *limiter {
	l.setDefaults()
	return &limiter{
		limits: l, now: now,
		visitors: recent[bridge.VisitorID, usage]{size: rememberedVisitors},
		sources:  recent[netip.Addr, source]{size: rememberedSources},
	}
}

func (l *limiter) visitor(id bridge.VisitorID) *usage {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.visitors.get(id)
}

// source returns what is known of where a connection comes from, nil for where there
// are no limits.
func (l *limiter) source(remote string) *source {
	a := addressOf(remote)
	if !a.IsValid() {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sources.get(a)
}

// arrive counts a connection.
func (l *limiter) arrive(from *source) (wait time.Duration) {
	if from == nil {
		return 0
	}
	from.mu.Lock()
	defer from.mu.Unlock()
	return from.arrival.take(l.limits.Arrival, l.now())
}

// sendMessage counts a message of a visitor, which begins a conversation or not.
func (l *limiter) sendMessage(u *usage, from *source, begins bool) (wait time.Duration) {
	now := l.now()
	u.mu.Lock()
	wait = max(u.send.take(l.limits.Send, now), u.steady.take(l.limits.Steady, now))
	u.mu.Unlock()
	if wait > 0 || from == nil {
		return wait
	}
	from.mu.Lock()
	defer from.mu.Unlock()
	wait = from.message.take(l.limits.Message, now)
	if wait == 0 && begins {
		wait = from.begin.take(l.limits.Begin, now)
	}
	return wait
}

// fileUsage is what the limits know of one visitor's files.
type fileUsage struct{ upload, bytes, fetch bucket }

// ofFiles returns the usage of files. Call it with u.mu held.
func (u *usage) ofFiles() *fileUsage {
	if u.files == nil {
		u.files = new(fileUsage)
	}
	return u.files
}

// dailyBytes is how much a visitor may upload in a day.
const dailyBytes = 50 << 20

// errFileLimit says that a visitor has sent enough for a day.
var errFileLimit = errors.New("too many bytes for a day")

// sendFile counts a file of a visitor's.
func (l *limiter) sendFile(u *usage, size int64) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := l.now()
	if wait := u.ofFiles().upload.take(l.limits.Upload, now); wait > 0 {
		return &bridge.Error{Code: bridge.CodeRateLimited, Message: "too many files", RetryAfter: wait}
	}
	if wait := u.ofFiles().bytes.takeAll(l.limits.Bytes, size, now); wait > 0 {
		return &bridge.Error{Code: bridge.CodeRateLimited, Message: "enough files for today", RetryAfter: wait, Cause: errFileLimit}
	}
	return nil
}

// fetchFile counts a file that a visitor asks for.
func (l *limiter) fetchFile(u *usage) (wait time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ofFiles().fetch.take(l.limits.Fetch, l.now())
}

// allow counts what one visitor does under one limit alone.
func (l *limiter) allow(u *usage, b *bucket, r Rate) (wait time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return b.take(r, l.now())
}

// addressOf returns what an address is limited by: itself, of IPv6 the network
// that one customer has; the zero Addr where nothing is known of who is behind it.
// Forwarding headers are not looked at: anybody can write them.
func addressOf(remote string) netip.Addr {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		return netip.Addr{}
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	a = a.Unmap().WithZone("")
	if a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() {
		return netip.Addr{}
	}
	if a.Is6() {
		p, _ := a.Prefix(64) // fits every IPv6 address
		return p.Addr()
	}
	return a
}

// recent is a map that forgets: the last size keys asked for are in it, and at
// most twice as many. When the young half is full it becomes the old one, and what
// nobody asked for since is gone.
type recent[K comparable, V any] struct {
	size       int
	young, old map[K]*V
}

// get returns the value of a key, a zero one for a key that is not there.
func (r *recent[K, V]) get(key K) *V {
	if v, ok := r.young[key]; ok {
		return v
	}
	v, ok := r.old[key]
	if !ok {
		v = new(V)
	}
	if r.young == nil || len(r.young) >= r.size {
		r.young, r.old = map[K]*V{}, r.young
	}
	r.young[key] = v
	return v
}
