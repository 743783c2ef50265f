package widget

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/chatgroups/chatgroups/bridge"
)

// What visitors send. The names in JSON are the protocol's.
type (
	helloFrame struct {
		Version      int                   `json:"v"`
		Site         bridge.SiteID         `json:"site"`
		Token        string                `json:"tok"`
		Conversation bridge.ConversationID `json:"cid"`
		Epoch        string                `json:"epoch"`
		Since        uint64                `json:"since"`
		Language     string                `json:"lang"`
		Zone         string                `json:"tz"`
		URL          string                `json:"url"`
		Title        string                `json:"title"`
		Referrer     string                `json:"ref"`
		Name         string                `json:"name"`
		Email        string                `json:"email"`
		// JWT is who the site's own server says that the visitor is.
		JWT string `json:"jwt"`
		// Attributes are what the page says of the visitor.
		Attributes attributes `json:"attrs,omitempty"`
		// Again says, in a poll, that the tab has had its welcome.
		Again bool `json:"again"`
		// Progress is what the tab knows of how far the visitor's lines have come.
		Progress *progress `json:"progress,omitempty"`
	}
	sendFrame struct {
		ID    bridge.EntryID `json:"id"`
		Body  string         `json:"body"`
		Group bridge.GroupID `json:"group"`
		Leave bool           `json:"leave"`
		Fresh bool           `json:"fresh"`
	}
	// editFrame and deleteFrame are about a message of the visitor's own, Of; ID is
	// their own, for their ack.
	editFrame struct {
		ID   bridge.EntryID `json:"id"`
		Of   bridge.EntryID `json:"of"`
		Body string         `json:"body"`
	}
	deleteFrame struct {
		ID bridge.EntryID `json:"id"`
		Of bridge.EntryID `json:"of"`
	}
	// rateFrame says what the visitor thinks of a conversation that is closed.
	rateFrame struct {
		ID      bridge.EntryID `json:"id"`
		Stars   int            `json:"stars"`
		Comment string         `json:"comment"`
	}
	readFrame struct {
		Seq uint64 `json:"seq"`
	}
	forgetFrame struct{}
	typingFrame struct{}
	pingFrame   struct{}
)

const protocolVersion = 1

var errBroken = bye{code: closeBroken}

// decodeFrame returns a frame as a pointer to one of the types above, or nil for
// one whose name is not known. What is no frame, or has a field of the wrong type,
// is errBroken.
func decodeFrame(data []byte) (any, error) {
	// encoding/json would put replacement characters for bytes that are not
	// UTF-8, and so store what nobody wrote.
	if !utf8.Valid(data) {
		return nil, errBroken
	}
	var head struct {
		T *string `json:"t"`
	}
	if json.Unmarshal(data, &head) != nil || head.T == nil {
		return nil, errBroken
	}
	var frame any
	switch *head.T {
	case "hello":
		h, err := decodeHello(data)
		if err != nil {
			return nil, err
		}
		return h, nil
	case "send":
		frame = new(sendFrame)
	case "edit":
		frame = new(editFrame)
	case "delete":
		frame = new(deleteFrame)
	case "rate":
		frame = new(rateFrame)
	case "forget":
		frame = new(forgetFrame)
	case "typing":
		frame = new(typingFrame)
	case "read":
		frame = new(readFrame)
	case "ping":
		frame = new(pingFrame)
	default:
		return nil, nil
	}
	// Only now are the fields known that this frame has: of all others the type
	// does not matter.
	if json.Unmarshal(data, frame) != nil {
		return nil, errBroken
	}
	if id, ok := answered(frame); ok && id == "" {
		return nil, errBroken // a refusal could not say what it refuses
	}
	return frame, nil
}

// answered returns the id of a frame that gets an ack or a nack.
func answered(frame any) (id bridge.EntryID, ok bool) {
	switch f := frame.(type) {
	case *sendFrame:
		return f.ID, true
	case *editFrame:
		return f.ID, true
	case *deleteFrame:
		return f.ID, true
	case *rateFrame:
		return f.ID, true
	}
	return "", false
}

func decodeHello(data []byte) (*helloFrame, error) {
	h := new(helloFrame)
	if !utf8.Valid(data) || json.Unmarshal(data, h) != nil || h.Version != protocolVersion || h.Site == "" {
		return nil, errBroken
	}
	return h, nil
}

// What the server sends, apart from ev and ack.
type (
	welcomeFrame struct {
		T            string                `json:"t"`
		Token        string                `json:"tok,omitempty"`
		Visitor      bridge.VisitorID      `json:"vid"`
		Conversation bridge.ConversationID `json:"cid,omitempty"`
		Epoch        string                `json:"epoch"`
		Seq          uint64                `json:"seq"`
		Groups       json.RawMessage       `json:"groups"`
		With         []string              `json:"with"`
		Closed       bool                  `json:"closed"`
		Agents       []person              `json:"agents"`
		More         bool                  `json:"more,omitempty"`
		Now          int64                 `json:"now"`
		Ping         int                   `json:"ping"`
	}
	person struct {
		Name   string `json:"name"`
		Avatar string `json:"avatar"`
	}
	nackFrame struct {
		T       string         `json:"t"`
		ID      bridge.EntryID `json:"id"`
		Code    nackCode       `json:"code"`
		RetryMS int64          `json:"retry_ms,omitempty"`
	}
	groupsFrame struct {
		T      string          `json:"t"`
		Groups json.RawMessage `json:"groups"`
	}
	// progressFrame says how far the visitor's lines have come. It is no line
	// itself: a tab that misses one is told with the next welcome.
	progressFrame struct {
		T string `json:"t"`
		progress
	}
	progress struct {
		Delivered uint64 `json:"delivered"`
		Seen      uint64 `json:"seen"`
	}
	pongFrame struct {
		T string `json:"t"`
	}
	byeFrame struct {
		T       string    `json:"t"`
		Code    closeCode `json:"code"`
		RetryMS int64     `json:"retry_ms"`
	}
)

var encodedPong = encode(pongFrame{T: "pong"})

// encode returns a frame's JSON. The types above hold nothing that has none.
func encode(frame any) []byte {
	data, err := json.Marshal(frame)
	if err != nil {
		panic(fmt.Sprintf("widget: encode a %T: %v", frame, err))
	}
	return data
}

// appendEvent appends the ev frame of e, the one that is sent most, with group as
// the word by which visitors know e.Group.
func appendEvent(dst []byte, e bridge.Event, group string) []byte {
	dst = append(dst, `{"t":"ev","seq":`...)
	dst = strconv.AppendUint(dst, e.Seq, 10)
	dst = append(dst, `,"kind":`...)
	dst = appendString(dst, string(e.Kind))
	dst = append(dst, `,"id":`...)
	dst = appendString(dst, string(e.ID))
	dst = append(dst, `,"at":`...)
	dst = strconv.AppendInt(dst, e.At.UnixMilli(), 10)
	dst = append(dst, `,"by":{"role":`...)
	dst = appendString(dst, string(e.By.Role))
	dst = append(dst, `,"name":`...)
	dst = appendString(dst, e.By.Name)
	dst = append(dst, `,"avatar":`...)
	dst = appendString(dst, avatarPath(e.By.Avatar))
	dst = append(dst, `},"body":`...)
	dst = appendString(dst, e.Body)
	if len(e.Rich) > 0 {
		dst = append(dst, `,"rich":`...)
		dst = append(dst, encode(e.Rich)...)
	}
	if e.Stars > 0 {
		dst = append(dst, `,"stars":`...)
		dst = strconv.AppendInt(dst, int64(e.Stars), 10)
	}
	if e.Of != "" {
		dst = append(dst, `,"of":`...)
		dst = appendString(dst, string(e.Of))
	}
	if len(e.Files) > 0 {
		dst = appendFiles(dst, e)
	}
	if group != "" {
		dst = append(dst, `,"group":`...)
		dst = appendString(dst, group)
		dst = append(dst, `,"groupName":`...)
		dst = appendString(dst, e.GroupName)
	}
	if e.Mine {
		dst = append(dst, `,"me":true`...)
	}
	return append(dst, '}')
}

func appendFiles(dst []byte, e bridge.Event) []byte {
	dst = append(dst, `,"files":[`...)
	for n, f := range e.Files {
		if n > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, `{"name":`...)
		dst = appendString(dst, f.Name)
		dst = append(dst, `,"type":`...)
		dst = appendString(dst, f.Type)
		dst = append(dst, `,"size":`...)
		dst = strconv.AppendInt(dst, f.Size, 10)
		dst = append(dst, `,"url":`...)
		dst = appendString(dst, filePath(e.ID, n))
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

// appendAck appends the ack of a message, an edit, a deletion or a rating.
func appendAck(dst []byte, id bridge.EntryID, r bridge.Receipt) []byte {
	dst = append(dst, `{"t":"ack","id":`...)
	dst = appendString(dst, string(id))
	dst = append(dst, `,"seq":`...)
	dst = strconv.AppendUint(dst, r.Line, 10)
	dst = append(dst, `,"at":`...)
	dst = strconv.AppendInt(dst, r.At.UnixMilli(), 10)
	dst = append(dst, `,"cid":`...)
	dst = appendString(dst, string(r.Conversation))
	return append(dst, '}')
}

// appendString appends s as encoding/json does without its escaping for HTML,
// which frames do not need.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0 // s[:done] is in dst
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[done:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\b':
				dst = append(dst, '\\', 'b')
			case '\f':
				dst = append(dst, '\\', 'f')
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			}
			i++
			done = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[done:i]...)
			dst = append(dst, `\ufffd`...)
			done = i + size
		case r == '\u2028' || r == '\u2029': // line ends in JavaScript, not in JSON
			dst = append(dst, s[done:i]...)
			dst = append(dst, `\u202`...)
			dst = append(dst, hex[r&15])
			done = i + size
		}
		i += size
	}
	dst = append(dst, s[done:]...)
	return append(dst, '"')
}

// A closeCode says why the server ends a connection.
type closeCode int

const (
	closeRestart   closeCode = 1012
	closeBroken    closeCode = 4400
	closeToken     closeCode = 4401
	closeForbidden closeCode = 4403
	closeNoHello   closeCode = 4408
	closeTooMany   closeCode = 4409
	closeExpired   closeCode = 4410

	closeUnidentified closeCode = 4411
	closeTooLarge     closeCode = 4413
	closeTooFast      closeCode = 4429
)

func (c closeCode) String() string { return strconv.Itoa(int(c)) }

// status is how an HTTP answer says it.
func (c closeCode) status() int {
	switch c {
	case closeRestart:
		return http.StatusServiceUnavailable
	case closeToken:
		return http.StatusUnauthorized
	case closeForbidden:
		return http.StatusForbidden
	case closeTooLarge:
		return http.StatusRequestEntityTooLarge
	case closeTooFast:
		return http.StatusTooManyRequests
	case closeExpired, closeUnidentified:
		return http.StatusUnprocessableEntity
	}
	return http.StatusBadRequest
}

// A bye ends a connection; as an error it is why what a visitor sent cannot be
// answered in any other way.
type bye struct {
	code  closeCode
	retry time.Duration
}

func (b bye) Error() string { return fmt.Sprintf("the connection ends with %d", b.code) }

func (b bye) encode() []byte {
	return encode(byeFrame{T: "bye", Code: b.code, RetryMS: b.retry.Milliseconds()})
}

// comeBack is after how long a visitor may ask again where nobody knows better.
const comeBack = 3 * time.Second

// byeFor returns how a refusal of the bridge ends a connection.
func byeFor(err error) bye {
	switch bridge.CodeOf(err) {
	case bridge.CodeUnknownToken:
		return bye{code: closeToken}
	case bridge.CodeNotFound, bridge.CodeForbidden:
		return bye{code: closeForbidden}
	}
	return bye{closeRestart, retryAfter(err)}
}

// A nackCode says why a message, an edit or a deletion was not taken.
type nackCode string

const (
	nackTooLong      nackCode = "too_long"
	nackRate         nackCode = "rate"
	nackClosed       nackCode = "closed"
	nackGroupOffline nackCode = "group_offline"
	nackForbidden    nackCode = "forbidden"
	nackInvalid      nackCode = "invalid"
	nackInternal     nackCode = "internal"
)

// nackFor returns how a refusal of the bridge is told to the visitor whose message
// it concerns.
func nackFor(id bridge.EntryID, err error) nackFrame {
	n := nackFrame{T: "nack", ID: id}
	switch bridge.CodeOf(err) {
	case bridge.CodeTooLong:
		n.Code = nackTooLong
	case bridge.CodeInvalid:
		n.Code = nackInvalid
	case bridge.CodeForbidden, bridge.CodeNotFound:
		n.Code = nackForbidden
	case bridge.CodeGroupOffline:
		n.Code = nackGroupOffline
	case bridge.CodeClosed:
		n.Code = nackClosed
	case bridge.CodeRateLimited:
		n.Code, n.RetryMS = nackRate, retryAfter(err).Milliseconds()
	default:
		n.Code, n.RetryMS = nackInternal, retryAfter(err).Milliseconds()
	}
	return n
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*bridge.Error](err); ok && e.RetryAfter > 0 {
		return e.RetryAfter
	}
	return comeBack
}
