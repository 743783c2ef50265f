package widget_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

const siteSecret = "the secret of the site main, long"

// vouching gives the site main a secret, and a clock that does not move.
func vouching(c *clock) option {
	return func(o *options) {
		o.cfg.Now = c.now
		o.cfg.IdentitySecret = func(site bridge.SiteID) []byte {
			if site != "main" {
				return nil
			}
			return []byte(siteSecret)
		}
	}
}

// vouch is what a site's server does: it signs who its visitor is.
func vouch(secret, claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	signed := part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + part(mac.Sum(nil))
}

// jane is Jane for half an hour.
func jane(c *clock) string {
	return vouch(siteSecret, fmt.Sprintf(`{"sub":"42","name":"Jane","exp":%d}`, c.now().Add(30*time.Minute).Unix()))
}

// helloAs says hello with a signed identity and takes the welcome.
func (v *visitor) helloAs(jwt string) frame {
	v.house.t.Helper()
	f := v.greeting()
	f.JWT = jwt
	v.say(f)
	return v.until("welcome")
}

// opening is what is known of the visitor whose conversation it is.
func (h *house) opening(cid string) bridge.Opening {
	h.t.Helper()
	c, err := h.bridge.Conversation(h.t.Context(), bridge.ConversationID(cid))
	h.must(err)
	return c.Opening
}

func TestIdentifyingOnALiveSocketKeepsTheConversation(t *testing.T) {
	c := newClock()
	h := newHouse(t, vouching(c))
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	token, cid, visitor := v.tok, v.cid, v.vid
	w := v.helloAs(jane(c))
	if w.Tok == "" || w.Tok == token || w.Cid != cid || w.Vid != visitor {
		t.Errorf("the welcome is %+v", w)
	}
	v.send("m2", "More")
	v.untilLine(2)
	if o := h.opening(cid); o.Identity == nil || o.Identity.Subject != "42" || o.Name != "Jane" {
		t.Errorf("the visitor is known as %+v", o)
	}
	v.again() // with the new token and without the identity
	if v.vid != visitor || v.cid != cid {
		t.Errorf("the new token is %s's", v.vid)
	}
}

func TestAPersonGoesOnOnAnotherDevice(t *testing.T) {
	c := newClock()
	h := newHouse(t, vouching(c))
	v := h.visit()
	v.helloAs(jane(c))
	v.send("m1", "Hello")
	other := h.visit()
	other.helloAs(jane(c))
	other.untilLine(1)
	if other.cid != v.cid || other.tok == v.tok {
		t.Errorf("the other device has conversation %s and token %s", other.cid, other.tok)
	}
	other.send("m2", "From the phone")
	v.untilLine(2)
}

func TestIdentitiesThatAreRefused(t *testing.T) {
	c := newClock()
	h := newHouse(t, vouching(c))
	claims := func(more string, d time.Duration) string {
		return fmt.Sprintf(`{"sub":"42"%s,"exp":%d}`, more, c.now().Add(d).Unix())
	}
	for _, tc := range []struct{ name, site, origin, jwt, code string }{
		{"expired", "main", shop, vouch(siteSecret, claims("", -2*time.Minute)), "4410"},
		{"signed by somebody else", "main", shop, vouch("another secret, and long enough too", claims("", time.Minute)), "4411"},
		{"for another site", "main", shop, vouch(siteSecret, claims(`,"aud":"branch"`, time.Minute)), "4411"},
		{"good for a day", "main", shop, vouch(siteSecret, claims("", 24*time.Hour)), "4411"},
		{"a subject of two lines", "main", shop, vouch(siteSecret, claims(`,"sub":"4\n2"`, time.Minute)), "4411"},
		{"no token at all", "main", shop, "nonsense", "4411"},
		{"at a site without a secret", "branch", branch, vouch(siteSecret, claims("", time.Minute)), "4411"},
	} {
		for name, open := range map[string]func() *visitor{"ws": h.visit, "poll": h.visitByPoll} {
			t.Run(tc.name+" "+name, func(t *testing.T) {
				h.nothingWritten(func() {
					v := open()
					v.site, v.origin = tc.site, tc.origin
					switch to := v.transport.(type) {
					case *socket:
						v.transport = h.socket(tc.origin)
					case *poller:
						to.origin = tc.origin
					}
					f := v.greeting()
					f.JWT = tc.jwt
					if p, ok := v.transport.(*poller); ok {
						p.greeting = func() frame { return f }
					}
					v.say(f)
					if e := v.untilEnd(); string(e.bye.Code) != tc.code {
						t.Errorf("it ended with %v, want %s", e, tc.code)
					}
				})
			})
		}
	}
}

func TestARefusedIdentityCostsNothing(t *testing.T) {
	c := newClock()
	h := newHouse(t, vouching(c))
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	f := v.greeting()
	f.JWT = "nonsense"
	v.say(f)
	v.untilEnd()
	v.again()
	if ack := v.send("m2", "Still here"); ack.T != "ack" {
		t.Errorf("the next message got %+v", ack)
	}
}

func TestWhatThePageSaysIsNotVerified(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	f := v.greeting()
	f.Attrs = map[string]any{"plan": "p\u202ero", "seats": 12, "trial": true, "none": nil, "list": []int{1}}
	v.say(f)
	v.until("welcome")
	v.send("m1", "Hello")
	o := h.opening(v.cid)
	want := []bridge.Attribute{{Key: "plan", Value: "pro"}, {Key: "seats", Value: "12"}, {Key: "trial", Value: "true"}}
	if fmt.Sprint(o.Attributes) != fmt.Sprint(want) || o.Identity != nil {
		t.Errorf("the visitor is known as %+v", o)
	}
}

func TestForgettingEndsEveryTab(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "Hello")
	v.untilLine(1)
	other := v.tab()
	other.untilLine(1)
	v.say(frame{T: "forget"})
	for _, tab := range []*visitor{v, other} {
		if e := tab.untilEnd(); e.bye.Code != "4401" {
			t.Errorf("a tab ended with %v", e)
		}
	}
	again := h.visit()
	again.tok = v.tok
	again.say(again.greeting())
	if e := again.untilEnd(); e.bye.Code != "4401" {
		t.Errorf("the token still opens: %v", e)
	}
	for key := range h.stored() {
		if key == "visitors "+v.vid {
			t.Error("the visitor is still stored")
		}
	}
}

func TestForgettingByPoll(t *testing.T) {
	h := newHouse(t)
	v := h.visitByPoll()
	v.hello()
	v.send("m1", "Hello")
	v.say(frame{T: "forget"})
	_, err := v.hear()
	for err == nil {
		_, err = v.hear()
	}
	if e, ok := errors.AsType[ended](err); !ok || e.bye.Code != "4401" {
		t.Errorf("it ended with %v", err)
	}
}
