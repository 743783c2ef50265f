package widget_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

// origins that must not use the site main. atOnce says that no site at all allows
// them, so that the upgrade itself is refused.
var badOrigins = []struct {
	name   string
	origin []string
	atOnce bool
}{
	{"missing", nil, true},
	{"empty", []string{""}, true},
	{"null", []string{"null"}, true},
	{"file", []string{"file://"}, true},
	{"extension", []string{"chrome-extension://abcdefghijklmnop"}, true},
	{"two", []string{shop, shop}, true},
	{"list", []string{shop + " https://evil.example"}, true},
	{"no scheme", []string{"shop.example"}, true},
	{"path", []string{shop + "/"}, true},
	{"upper case", []string{"https://SHOP.example"}, true},
	{"upper scheme", []string{"HTTPS://shop.example"}, true},
	{"default port", []string{shop + ":443"}, true},
	{"user", []string{"https://shop.example@evil.example"}, true},
	{"wildcard", []string{"https://*.example"}, true},
	{"homograph", []string{"https://shоp.example"}, true}, // a Cyrillic о
	{"other scheme", []string{"http://shop.example"}, true},
	{"other port", []string{shop + ":8443"}, true},
	{"look-alike before", []string{"https://evilshop.example"}, true},
	{"look-alike after", []string{shop + ".evil.example"}, true},
	{"subdomain", []string{"https://www.shop.example"}, true},
	{"trailing dot", []string{shop + "."}, true},
	{"punycode", []string{"https://xn--shp-7kc.example"}, true},
	{"another site's", []string{branch}, false},
}

func TestOriginsThatAreRefused(t *testing.T) {
	h := newHouse(t)
	owner := h.visit()
	owner.hello()
	owner.send("m1", "Hello")
	for _, tt := range badOrigins {
		t.Run(tt.name, func(t *testing.T) {
			header := func() http.Header {
				if tt.origin == nil {
					return http.Header{}
				}
				return http.Header{"Origin": tt.origin}
			}
			h.nothingWritten(func() {
				ws, resp, err := h.dial("/w/v1/ws", header())
				switch {
				case err == nil && tt.atOnce:
					t.Error("the upgrade is allowed")
				case err == nil:
					v := &visitor{house: h, origin: shop, site: "main", transport: &socket{t: t, ws: ws}, tok: owner.tok}
					v.say(v.greeting())
					if e := v.untilEnd(); e.bye.Code != "4403" || e.close != 4403 {
						t.Errorf("the hello ended with %v", e)
					}
					ws.Close()
				case resp == nil || resp.StatusCode != http.StatusForbidden:
					t.Errorf("the upgrade got %v, %v", resp, err)
				}

				hello := owner.greeting()
				body := fmt.Sprintf(`{"hello":%s,"out":[{"t":"send","id":"m9","body":"x"}]}`, marshal(t, hello))
				resp, answer := h.request(t.Context(), http.MethodPost, "/w/v1/poll", header(), []byte(body))
				if resp.StatusCode != http.StatusForbidden || !bytes.Contains(answer, []byte(`"code":4403`)) {
					t.Errorf("a poll got %d %s", resp.StatusCode, answer)
				}
				if resp.Header.Get("Access-Control-Allow-Origin") == "" {
					t.Error("the page cannot read that it is refused")
				}

				asked := header()
				asked.Set("Authorization", "Bearer "+owner.tok)
				asked.Set("X-Chatgroups-Site", "main")
				resp, answer = h.request(t.Context(), http.MethodGet, "/w/v1/history?before=9", asked, nil)
				if resp.StatusCode != http.StatusForbidden || bytes.Contains(answer, []byte("Hello")) {
					t.Errorf("history got %d %s", resp.StatusCode, answer)
				}
			})
		})
	}
}

func TestOriginsThatAreAllowed(t *testing.T) {
	h := newHouse(t)
	for _, origin := range []string{shop, public} {
		v := h.visit()
		v.leave()
		v.origin = origin
		v.again()
		if status, frames, _ := h.poll(t.Context(), origin, v.greeting(), nil); status != http.StatusOK || frames[0].T != "welcome" {
			t.Errorf("from %s a poll got %d, %v", origin, status, frames)
		}
	}
	v := h.visit()
	v.hello()
	// What a browser sends with a page's GET to its own server.
	own := http.Header{"Sec-Fetch-Site": {"same-origin"}, "Authorization": {"Bearer " + v.tok}, "X-Chatgroups-Site": {"main"}}
	if resp, body := h.request(t.Context(), http.MethodGet, "/w/v1/history?before=9", own, nil); resp.StatusCode != http.StatusOK {
		t.Errorf("history from the bridge's own page got %d %s", resp.StatusCode, body)
	}
}

func TestTokensThatOpenNothing(t *testing.T) {
	h := newHouse(t)
	victim := h.visit()
	victim.hello()
	victim.send("m1", "secret")
	victim.untilLine(1)
	thief := h.visit()
	thief.hello()
	thief.send("m1", "mine")

	id, secret, _ := strings.Cut(victim.tok, ".")
	thiefID, thiefSecret, _ := strings.Cut(thief.tok, ".")
	flipped := []byte(victim.tok)
	flipped[len(flipped)-20] ^= 1
	for _, tt := range []struct{ name, token, site, origin string }{
		{"garbage", "garbage", "main", shop},
		{"an id alone", id, "main", shop},
		{"an id and a dot", id + ".", "main", shop},
		{"a secret alone", secret, "main", shop},
		{"a changed secret", string(flipped), "main", shop},
		{"another's id with one's own secret", id + "." + thiefSecret, "main", shop},
		{"one's own id with another's secret", thiefID + "." + secret, "main", shop},
		{"a token with something behind it", victim.tok + "=", "main", shop},
		{"a visitor who never was", strings.Repeat("a", 26) + "." + secret, "main", shop},
		{"a key of the store's", "../" + id[3:] + "." + secret, "main", shop},
		{"a token of another site", victim.tok, "branch", branch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.nothingWritten(func() {
				v := &visitor{house: h, origin: tt.origin, site: tt.site, tok: tt.token, cid: victim.cid, transport: h.socket(tt.origin)}
				v.say(v.greeting())
				v.say(frame{T: "send", ID: "m9", Body: "x", Group: "tech"})
				if e := v.untilEnd(); e.bye.Code != "4401" || e.close != 4401 {
					t.Errorf("the hello ended with %v", e)
				}
				status, _, bye := h.poll(t.Context(), tt.origin, v.greeting(), []frame{{T: "send", ID: "m9", Body: "x", Group: "tech"}})
				if status != http.StatusUnauthorized || bye.Code != "4401" {
					t.Errorf("a poll got %d, %+v", status, bye)
				}
				resp, answer := h.request(t.Context(), http.MethodGet, "/w/v1/history?before=9",
					http.Header{"Origin": {tt.origin}, "Authorization": {"Bearer " + tt.token}, "X-Chatgroups-Site": {tt.site}}, nil)
				if resp.StatusCode != http.StatusUnauthorized || bytes.Contains(answer, []byte("secret")) {
					t.Errorf("history got %d %s", resp.StatusCode, answer)
				}
			})
		})
	}
}

// There is no frame that names whose conversation it is about, except a hello,
// where the name only says what the tab remembers.
func TestAnotherVisitorsConversationCannotBeNamed(t *testing.T) {
	h := newHouse(t)
	victim := h.visit()
	victim.hello()
	victim.send("m1", "secret")
	thief := h.visit()
	hello := thief.greeting()
	hello.Cid, hello.Epoch = victim.cid, victim.epoch
	thief.say(hello)
	if w := thief.until("welcome"); w.Cid != "" || w.Seq != 0 || len(w.With) != 0 {
		t.Errorf("the thief is told %+v", w)
	}
	thief.transport.(*socket).sayRaw(websocket.TextMessage, []byte(fmt.Sprintf(
		`{"t":"send","id":"m2","body":"x","group":"sales","cid":%q,"vid":%q}`, victim.cid, victim.vid)))
	if a := thief.until("ack"); a.Cid == victim.cid {
		t.Error("the thief writes into the victim's conversation")
	}
}

func TestATokenInAURLIsIgnored(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	v.send("m1", "secret")
	ws, _, err := h.dial("/w/v1/ws?tok="+v.tok+"&token="+v.tok, http.Header{"Origin": {shop}})
	h.must(err)
	other := &visitor{house: h, origin: shop, site: "main", transport: &socket{t: t, ws: ws}}
	other.hello()
	if other.vid == v.vid || other.cid != "" {
		t.Errorf("the address made it visitor %s", other.vid)
	}
	ws.Close()
	resp, _ := h.request(t.Context(), http.MethodGet, "/w/v1/history?before=9&tok="+v.tok, http.Header{"Origin": {shop}, "X-Chatgroups-Site": {"main"}}, nil)
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("history got %d", resp.StatusCode)
	}
}

func TestFramesThatEndTheConnection(t *testing.T) {
	h := newHouse(t)
	large := func(n int) []byte {
		const head, tail = `{"t":"wave","x":"`, `"}`
		return []byte(head + strings.Repeat("x", n-len(head)-len(tail)) + tail)
	}
	for _, tt := range []struct {
		name  string
		hello bool // said before
		kind  int
		data  []byte
		want  string // "" for none
	}{
		{"as large as may be", true, websocket.TextMessage, large(32 << 10), ""},
		{"one byte too large", true, websocket.TextMessage, large(32<<10 + 1), "4413"},
		{"far too large", true, websocket.TextMessage, large(4 << 20), "4413"},
		{"too large before hello", false, websocket.TextMessage, large(32<<10 + 1), "4413"},
		{"binary", true, websocket.BinaryMessage, []byte(`{"t":"ping"}`), "4400"},
		{"not UTF-8", true, websocket.TextMessage, []byte("{\"t\":\"send\",\"id\":\"m1\",\"body\":\"\xff\",\"group\":\"tech\"}"), "4400"},
		{"empty", true, websocket.TextMessage, nil, "4400"},
		{"deep", true, websocket.TextMessage, []byte(`{"t":"wave","x":` + strings.Repeat("[", 20_000) + `}`), "4400"},
		{"a send before hello", false, websocket.TextMessage, []byte(`{"t":"send","id":"m1","body":"x","group":"tech"}`), "4400"},
		{"a site that is not there", false, websocket.TextMessage, []byte(`{"t":"hello","v":1,"site":"nowhere"}`), "4403"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.nothingWritten(func() {
				v := h.visit()
				if tt.hello {
					v.hello()
				}
				v.transport.(*socket).sayRaw(tt.kind, tt.data)
				if tt.want == "" {
					v.say(frame{T: "ping"})
					v.until("pong")
					return
				}
				if e := v.untilEnd(); string(e.bye.Code) != tt.want || fmt.Sprint(e.close) != tt.want {
					t.Errorf("it ended with %v, want %s", e, tt.want)
				}
			})
		})
	}
}

func TestPollsThatAreRefused(t *testing.T) {
	h := newHouse(t)
	hello := `{"t":"hello","v":1,"site":"main","since":0}`
	for _, tt := range []struct {
		name, body string
		status     int
		code       string
	}{
		{"empty", "", 400, "4400"},
		{"not JSON", "hello", 400, "4400"},
		{"no hello", `{"out":[]}`, 400, "4400"},
		{"another version", `{"hello":{"v":2,"site":"main"}}`, 400, "4400"},
		{"a broken frame", `{"hello":` + hello + `,"out":[{"t":7}]}`, 400, "4400"},
		{"a hello among the frames", `{"hello":` + hello + `,"out":[` + hello + `]}`, 400, "4400"},
		{"not UTF-8", `{"hello":` + hello + ",\"out\":[{\"t\":\"send\",\"id\":\"m1\",\"group\":\"tech\",\"body\":\"\xff\"}]}", 400, "4400"},
		{"a large frame", `{"hello":` + hello + `,"out":[{"t":"wave","x":"` + strings.Repeat("x", 33<<10) + `"}]}`, 413, "4413"},
		{"a large body", `{"hello":` + hello + `,"x":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "4413"},
		{"a site that is not there", `{"hello":{"v":1,"site":"nowhere"}}`, 403, "4403"},
		{"a site of somebody else", `{"hello":{"v":1,"site":"branch"}}`, 403, "4403"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h.nothingWritten(func() {
				resp, answer := h.request(t.Context(), http.MethodPost, "/w/v1/poll", http.Header{"Origin": {shop}}, []byte(tt.body))
				var bye frame
				mustUnmarshal(t, answer, &bye)
				if resp.StatusCode != tt.status || bye.T != "bye" || string(bye.Code) != tt.code {
					t.Errorf("it got %d %s", resp.StatusCode, answer)
				}
				if resp.Header.Get("Cache-Control") != "no-store" {
					t.Errorf("it may be kept: %q", resp.Header.Get("Cache-Control"))
				}
			})
		})
	}
}

func TestHistoryThatIsRefused(t *testing.T) {
	h := newHouse(t)
	v := h.visit()
	v.hello()
	for _, tt := range []struct {
		name, query, site, auth string
		status                  int
	}{
		{"no line", "", "main", "Bearer " + v.tok, 400},
		{"a negative line", "?before=-1", "main", "Bearer " + v.tok, 400},
		{"no token", "?before=1", "main", "", 401},
		{"an empty token", "?before=1", "main", "Bearer ", 401},
		{"another scheme", "?before=1", "main", "Basic " + v.tok, 401},
		{"no site", "?before=1", "", "Bearer " + v.tok, 403},
		{"a site of somebody else", "?before=1", "branch", "Bearer " + v.tok, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Origin": {shop}, "X-Chatgroups-Site": {tt.site}, "Authorization": {tt.auth}}
			resp, body := h.request(t.Context(), http.MethodGet, "/w/v1/history"+tt.query, header, nil)
			if resp.StatusCode != tt.status {
				t.Errorf("it got %d %s, want %d", resp.StatusCode, body, tt.status)
			}
		})
	}
	header := http.Header{"Origin": {shop}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {"authorization,x-chatgroups-site"}}
	resp, _ := h.request(t.Context(), http.MethodOptions, "/w/v1/history", header, nil)
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Access-Control-Allow-Origin") != shop ||
		!strings.Contains(resp.Header.Get("Access-Control-Allow-Headers"), "X-Chatgroups-Site") {
		t.Errorf("the preflight got %d, %v", resp.StatusCode, resp.Header)
	}
	if resp, _ := h.request(t.Context(), http.MethodOptions, "/w/v1/history", http.Header{"Origin": {"null"}}, nil); resp.StatusCode != http.StatusForbidden {
		t.Errorf("the preflight of no origin got %d", resp.StatusCode)
	}
}

func TestAnUpgradeWithoutTheSubprotocolIsRefused(t *testing.T) {
	h := newHouse(t)
	d := websocket.Dialer{NetDialContext: h.dialer}
	if _, resp, err := d.DialContext(t.Context(), "ws://chat.example/w/v1/ws", http.Header{"Origin": {shop}}); err == nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("it got %v, %v", resp, err)
	}
}
