package jwt_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chatgroups/chatgroups/widget/internal/jwt"
)

var (
	secret = []byte("0123456789abcdef0123456789abcdef")
	now    = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
)

func part(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }

// sign makes a token by the letter of RFC 7515.
func sign(header, claims string, key []byte) string {
	signed := part(header) + "." + part(claims)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

const hs256 = `{"alg":"HS256","typ":"JWT"}`

// in writes a time from now as a claim.
func in(d time.Duration) string { return strconv.FormatInt(now.Add(d).Unix(), 10) }

func TestATokenOfTheSitesIsTaken(t *testing.T) {
	got, err := jwt.Verify(sign(hs256, `{"sub":"42","name":"Jané","email":"jane@shop.example","aud":["other","main"],
		"attrs":{"plan":"pro","seats":12,"trial":false},"iat":`+in(0)+`,"nbf":`+in(0)+`,"exp":`+in(time.Hour)+`}`, secret), secret, "main", now)
	if err != nil {
		t.Fatal(err)
	}
	want := jwt.Claims{
		Subject: "42", Name: "Jané", Email: "jane@shop.example",
		Attributes: map[string]string{"plan": "pro", "seats": "12", "trial": "false"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// The example of jwt.io, signed by somebody else's code, shows that both mean the same
// by a signature: only its lack of an exp is wrong with it.
func TestForeignSignaturesAreReadAlike(t *testing.T) {
	const example = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
	if _, err := jwt.Verify(example, []byte("your-256-bit-secret"), "main", now); err != jwt.ErrForm {
		t.Errorf("error %v, want ErrForm", err)
	}
	if _, err := jwt.Verify(example, secret, "main", now); err != jwt.ErrSignature {
		t.Errorf("error %v, want ErrSignature", err)
	}
}

func TestWhatIsRefused(t *testing.T) {
	good := `{"sub":"42","exp":` + in(time.Hour) + `}`
	token := sign(hs256, good, secret)
	claims := func(json string) string { return sign(hs256, json, secret) }
	parts := strings.Split(token, ".")
	for _, tc := range []struct {
		name, token string
		want        error
	}{
		{"whole", token, nil},
		{"for this site", claims(`{"sub":"42","aud":"main","exp":` + in(time.Hour) + `}`), nil},
		{"just expired, by a clock a little off", claims(`{"sub":"42","exp":` + in(-59*time.Second) + `}`), nil},
		{"an hour ahead of a clock a little off", claims(`{"sub":"42","exp":` + in(time.Hour+59*time.Second) + `,"iat":` + in(59*time.Second) + `}`), nil},

		{"nothing", "", jwt.ErrForm},
		{"two parts", parts[0] + "." + parts[1], jwt.ErrForm},
		{"four parts", token + ".", jwt.ErrForm},
		{"padded", parts[0] + "=." + parts[1] + "." + parts[2], jwt.ErrForm},
		{"too long", sign(hs256, `{"sub":"`+strings.Repeat("4", 8<<10)+`","exp":`+in(time.Hour)+`}`, secret), jwt.ErrForm},
		{"header that is no object", sign(`"HS256"`, good, secret), jwt.ErrForm},
		{"claims that are no object", claims(`null`), jwt.ErrForm},
		{"nobody", claims(`{"exp":` + in(time.Hour) + `}`), jwt.ErrForm},
		{"a number for a name", claims(`{"sub":42,"exp":` + in(time.Hour) + `}`), jwt.ErrForm},
		{"no end", claims(`{"sub":"42"}`), jwt.ErrForm},
		{"an end that is a text", claims(`{"sub":"42","exp":"tomorrow"}`), jwt.ErrForm},
		{"an end beyond numbers", claims(`{"sub":"42","exp":1e999}`), jwt.ErrForm},
		{"attributes in attributes", claims(`{"sub":"42","attrs":{"a":{"b":"c"}},"exp":` + in(time.Hour) + `}`), jwt.ErrForm},

		{"no signature, and says so", sign(`{"alg":"none"}`, good, nil), jwt.ErrAlgorithm},
		{"none and no third part", part(`{"alg":"none"}`) + "." + part(good) + ".", jwt.ErrAlgorithm},
		{"another hash", sign(`{"alg":"HS512"}`, good, secret), jwt.ErrAlgorithm},
		{"a public key's algorithm", sign(`{"alg":"RS256"}`, good, secret), jwt.ErrAlgorithm},
		{"in small letters", sign(`{"alg":"hs256"}`, good, secret), jwt.ErrAlgorithm},
		{"no algorithm", sign(`{}`, good, secret), jwt.ErrAlgorithm},
		{"critical extensions", sign(`{"alg":"HS256","crit":["b64"],"b64":false}`, good, secret), jwt.ErrAlgorithm},

		{"another secret", sign(hs256, good, []byte("another secret of thirty-two byt")), jwt.ErrSignature},
		{"no signature", parts[0] + "." + parts[1] + ".", jwt.ErrSignature},
		{"half a signature", token[:len(token)-20], jwt.ErrSignature},
		{"other claims", parts[0] + "." + part(`{"sub":"1","exp":`+in(time.Hour)+`}`) + "." + parts[2], jwt.ErrSignature},
		{"other header", part(`{"alg":"HS256"}`) + "." + parts[1] + "." + parts[2], jwt.ErrSignature},

		{"expired", claims(`{"sub":"42","exp":` + in(-time.Minute) + `}`), jwt.ErrExpired},
		{"good for too long", claims(`{"sub":"42","exp":` + in(time.Hour+2*time.Minute) + `}`), jwt.ErrLife},
		{"good for ever, in milliseconds", claims(`{"sub":"42","exp":` + in(0) + `000}`), jwt.ErrLife},
		{"issued tomorrow", claims(`{"sub":"42","iat":` + in(2*time.Minute) + `,"exp":` + in(time.Hour) + `}`), jwt.ErrEarly},
		{"not yet good", claims(`{"sub":"42","nbf":` + in(2*time.Minute) + `,"exp":` + in(time.Hour) + `}`), jwt.ErrEarly},
		{"for another site", claims(`{"sub":"42","aud":"branch","exp":` + in(time.Hour) + `}`), jwt.ErrAudience},
		{"for no site", claims(`{"sub":"42","aud":[],"exp":` + in(time.Hour) + `}`), jwt.ErrAudience},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, err := jwt.Verify(tc.token, secret, "main", now)
			if !errors.Is(err, tc.want) {
				t.Fatalf("error %v, want %v", err, tc.want)
			}
			if err != nil && got.Subject != "" {
				t.Errorf("what is refused says %+v", got)
			}
		})
	}
}

func TestNoSecretSignsNothing(t *testing.T) {
	for _, none := range [][]byte{nil, {}} {
		token := sign(hs256, `{"sub":"42","exp":`+in(time.Hour)+`}`, none)
		if _, err := jwt.Verify(token, none, "main", now); err != jwt.ErrSignature {
			t.Errorf("error %v, want ErrSignature", err)
		}
	}
}

func FuzzNothingIsTakenWithoutTheSecret(f *testing.F) {
	f.Add(sign(hs256, `{"sub":"42","exp":`+in(time.Hour)+`}`, []byte("another")))
	f.Add(sign(`{"alg":"none"}`, `{"sub":"42"}`, nil))
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := jwt.Verify(token, secret, "main", now); err == nil {
			t.Errorf("%q was taken as %+v", token, got)
		}
	})
}
