package bridge

import (
	"strings"
	"unicode/utf8"
)

// A Draft is what a visitor sends. What the visitor's browser says of itself
// (everything from Name on) is shortened to fit, never refused.
type Draft struct {
	// ID is chosen by the widget: 1 to 64 ASCII letters, digits, - and _. The same
	// id again is the same message, whatever else the draft says.
	ID EntryID
	// Body is 1 to MaxMessageRunes characters, after what has no place in typed
	// text is dropped: control characters, bidirectional overrides, white space
	// around it.
	Body  string
	Group GroupID // for the first message of a conversation: a slug or an id
	Leave bool    // left for a group that is closed
	// Fresh begins another conversation, whatever became of the current one, which
	// is closed. Group is then needed as for a first message.
	Fresh bool
	Name  string
	Email string
	// Attributes are what the page says of the visitor; see CleanAttributes.
	Attributes []Attribute
	Page       Page

	files    []File    // set by SendFile; then Body may be empty
	identity *Identity // the visitor's, set by send
}

// Limits of what a visitor may send, in Unicode code points.
const (
	MaxMessageRunes = 4000
	maxNameRunes    = 80
	maxEmailRunes   = 254 // the longest address that can be delivered to
	maxPageRunes    = 500
)

// clean makes a draft fit to keep, or says with CodeInvalid or CodeTooLong why
// it cannot be.
func (d *Draft) clean() error {
	if !validDraftID(d.ID) {
		return errNoID
	}
	body, err := cleanBody(d.Body)
	if err != nil && (len(d.files) == 0 || strings.TrimSpace(d.Body) != "") {
		return err
	}
	d.Body = body
	d.Name, d.Email = cut(d.Name, maxNameRunes), cut(d.Email, maxEmailRunes)
	d.Attributes = CleanAttributes(d.Attributes)
	p := &d.Page
	p.URL, p.Title, p.Referrer = cut(p.URL, maxPageRunes), cut(p.Title, maxPageRunes), cut(p.Referrer, maxPageRunes)
	p.Language, p.Zone = cut(p.Language, maxNameRunes), cut(p.Zone, maxNameRunes)
	return nil
}

var errNoID = Errorf(CodeInvalid, "a message needs an id of 1 to %d letters, digits, - and _", maxEntryID)

// cleanBody makes what a visitor typed fit to keep, or refuses it.
func cleanBody(body string) (string, error) {
	if !utf8.ValidString(body) {
		return "", Errorf(CodeInvalid, "the message is not valid UTF-8")
	}
	body = manyLines(body)
	switch n := utf8.RuneCountInString(body); {
	case n == 0:
		return "", Errorf(CodeInvalid, "the message is empty")
	case n > MaxMessageRunes:
		return "", Errorf(CodeTooLong, "the message has %d characters: at most %d are possible", n, MaxMessageRunes)
	}
	return body, nil
}

func validDraftID(id EntryID) bool {
	if len(id) == 0 || len(id) > maxEntryID {
		return false
	}
	for i := 0; i < len(id); i++ {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}
