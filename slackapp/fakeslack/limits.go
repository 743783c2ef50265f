package fakeslack

import (
	"math"
	"sync"
	"time"
)

// Limits say how fast an app may call. Zero fields are Slack's own limits, as far
// as they are published; the bursts are not, and are assumed.
type Limits struct {
	Off bool // no limits at all, for load tests

	// PerMinute replaces the limit of single methods. A method may be called
	// so often at once, and then at this rate.
	PerMinute map[string]int

	// PostsPerSecond and PostBurst are for chat.postMessage in one channel:
	// 1 and 3. PostsPerMinute is for all channels together: 300.
	PostsPerSecond float64
	PostBurst      int
	PostsPerMinute int

	// EventsPerHour is how many events an app gets; 30,000.
	EventsPerHour int

	// NonMarketplace applies the rule of 2025 for distributed apps outside of
	// the Marketplace: one call a minute to conversations.history and
	// conversations.replies, of at most 15 items.
	NonMarketplace bool
}

// tierPerMinute is the least that Slack grants in each tier.
//
// Documented: apis/web-api/rate-limits. Special methods have prose instead of a
// number; "hundreds of requests per minute" is taken as 300.
var tierPerMinute = map[string]int{"tier1": 1, "tier2": 20, "tier3": 50, "tier4": 100, "special": 300}

const nonMarketplacePage = 15

// limiter counts the calls of each app.
type limiter struct {
	Limits
	clock   Clock
	mu      sync.Mutex // guards the following field
	buckets map[bucketKey]*bucket
}

// bucketKey is an app, a method, and a channel where the limit is per channel.
type bucketKey struct{ app, method, channel string }

// bucket fills at rate tokens a second up to size; a call takes one.
type bucket struct {
	tokens float64
	at     time.Time
}

func newLimiter(l Limits, clock Clock) limiter {
	if l.PostsPerSecond == 0 {
		l.PostsPerSecond = 1
	}
	if l.PostBurst == 0 {
		l.PostBurst = 3
	}
	if l.PostsPerMinute == 0 {
		l.PostsPerMinute = tierPerMinute["special"]
	}
	return limiter{Limits: l, clock: clock, buckets: make(map[bucketKey]*bucket)}
}

// allow takes one call of a method, or says how long to wait.
//
// Documented: apis/web-api/rate-limits; each method of each app in each workspace
// has a limit of its own, and posting has one per channel.
func (l *limiter) allow(app, method, tier, channel string) (wait time.Duration, ok bool) {
	if l.Off {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	perMinute, special := l.PerMinute[method]
	switch {
	case special:
	case method == "chat.postMessage":
		perMinute = l.PostsPerMinute
		if wait, ok := l.take(bucketKey{app, method, channel}, l.PostsPerSecond, float64(l.PostBurst)); !ok {
			return wait, false
		}
	case l.NonMarketplace && (method == "conversations.history" || method == "conversations.replies"):
		perMinute = 1
	default:
		perMinute = tierPerMinute[tier]
	}
	return l.take(bucketKey{app: app, method: method}, float64(perMinute)/60, float64(perMinute))
}

func (l *limiter) take(key bucketKey, rate, size float64) (wait time.Duration, ok bool) {
	now := l.clock.Now()
	b := l.buckets[key]
	if b == nil {
		b = &bucket{tokens: size, at: now}
		l.buckets[key] = b
	}
	b.tokens = math.Min(size, b.tokens+now.Sub(b.at).Seconds()*rate)
	b.at = now
	if b.tokens < 1 {
		return time.Duration((1 - b.tokens) / rate * float64(time.Second)), false
	}
	b.tokens--
	return 0, true
}

// retryAfter is a wait as the header gives it: whole seconds, at least one.
func retryAfter(wait time.Duration) int {
	return max(1, int(math.Ceil(wait.Seconds()-1e-9)))
}
