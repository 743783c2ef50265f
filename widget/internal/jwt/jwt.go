// Package jwt reads the tokens by which a site's own server says who a visitor is:
// JSON Web Tokens (RFC 7519) under HMAC with SHA-256 and the site's secret, and no
// others. A library for all of JOSE would bring every algorithm that must be refused
// here; what is needed of it is this file.
package jwt

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// Claims are what a token says.
type Claims struct {
	Subject string
	Name    string
	Email   string
	// Attributes are the members of attrs; numbers and truth values as they are
	// written.
	Attributes map[string]string
}

const (
	// MaxLife is how far ahead a token may expire at most: it may be found in a page's
	// source or a log later.
	MaxLife = time.Hour
	// skew is how far the site's clock may be from ours.
	skew = time.Minute
	// maxBytes is the longest token that is looked at.
	maxBytes = 8 << 10
	// MinSecret is the fewest bytes of a secret: as many as the signature has
	// (RFC 7518, 3.2).
	MinSecret = sha256.Size
)

// Why a token is refused.
var (
	ErrExpired   = errors.New("the token has expired: the site's server must make another one")
	ErrForm      = errors.New("this is no signed token of three parts with the claims sub and exp and, if at all, name, email, attrs, aud, iat and nbf")
	ErrAlgorithm = errors.New("the token must be signed with HS256 and nothing else")
	ErrSignature = errors.New("the token is not signed with this site's secret")
	ErrLife      = errors.New("the token is good for more than an hour: its exp must be at most an hour ahead")
	ErrEarly     = errors.New("the token is from the future: compare the clocks of the two servers")
	ErrAudience  = errors.New("the token is for another site: its aud must be the site's key, or absent")
)

// Verify returns what a token says that was signed with secret, is for audience where
// it says for whom, and is good at now. An empty secret signs nothing.
func Verify(token string, secret []byte, audience string, now time.Time) (Claims, error) {
	parts := strings.SplitN(token, ".", 4)
	if len(parts) != 3 || len(token) > maxBytes {
		return Claims{}, ErrForm
	}
	head, body, signature := parts[0], parts[1], parts[2]
	var header struct {
		Algorithm string          `json:"alg"`
		Critical  json.RawMessage `json:"crit"`
	}
	if !decode(head, &header) {
		return Claims{}, ErrForm
	}
	// Before anything is computed: a token does not choose how it is checked.
	if header.Algorithm != "HS256" || header.Critical != nil {
		return Claims{}, ErrAlgorithm
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(head + "." + body))
	sum, err := base64.RawURLEncoding.Strict().DecodeString(signature)
	if err != nil || len(secret) == 0 || !hmac.Equal(sum, mac.Sum(nil)) {
		return Claims{}, ErrSignature
	}
	var said claims
	if !decode(body, &said) || said.Subject == "" || said.Expires == nil {
		return Claims{}, ErrForm
	}
	if err := said.check(audience, now); err != nil {
		return Claims{}, err
	}
	return said.read(), nil
}

// claims are a token's, as they are written.
type claims struct {
	Subject    string            `json:"sub"`
	Name       string            `json:"name"`
	Email      string            `json:"email"`
	Attributes map[string]scalar `json:"attrs"`
	Audience   audience          `json:"aud"`
	Expires    *float64          `json:"exp"` // seconds since the epoch, as the others
	Issued     *float64          `json:"iat"`
	NotBefore  *float64          `json:"nbf"`
}

func (c claims) read() Claims {
	out := Claims{Subject: c.Subject, Name: c.Name, Email: c.Email}
	for key, value := range c.Attributes {
		if out.Attributes == nil {
			out.Attributes = map[string]string{}
		}
		out.Attributes[key] = string(value)
	}
	return out
}

func (c claims) check(site string, now time.Time) error {
	early, late := seconds(now.Add(-skew)), seconds(now.Add(skew))
	switch {
	case c.Audience != nil && !slices.Contains(c.Audience, site):
		return ErrAudience
	case *c.Expires <= early:
		return ErrExpired
	case *c.Expires > late+MaxLife.Seconds():
		return ErrLife
	case after(c.Issued, late), after(c.NotBefore, late):
		return ErrEarly
	}
	return nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

func after(claim *float64, at float64) bool { return claim != nil && *claim > at }

// audience is one name or several.
type audience []string

func (a *audience) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*a = audience{one}
		return nil
	}
	*a = audience{}
	return json.Unmarshal(data, (*[]string)(a))
}

// scalar is a text, a number or a truth value, as text.
type scalar string

func (s *scalar) UnmarshalJSON(data []byte) error {
	switch data[0] {
	case '"':
		return json.Unmarshal(data, (*string)(s))
	case '{', '[', 'n':
		return ErrForm
	}
	*s = scalar(data)
	return nil
}

// decode reads a part of a token, which is one JSON object and nothing else.
func decode(part string, into any) bool {
	data, err := base64.RawURLEncoding.Strict().DecodeString(part)
	return err == nil && bytes.HasPrefix(bytes.TrimSpace(data), []byte("{")) && json.Unmarshal(data, into) == nil
}
