package widget

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/widget/internal/jwt"
)

// MinIdentitySecret is the fewest bytes of a secret of Config.IdentitySecret.
const MinIdentitySecret = jwt.MinSecret

// enter opens the visit that a hello asks for. A poll that goes on has been identified
// by the one that had its welcome.
func (s *session) enter(ctx context.Context, site bridge.SiteID, h *helloFrame) (*bridge.Visit, error) {
	b := s.srv.bridge
	if h.Again || h.JWT == "" {
		return b.Enter(ctx, site, h.Token, s.to.wake)
	}
	id, err := s.srv.identify(site, h.JWT)
	if err != nil {
		return nil, err
	}
	visit, err := b.EnterAs(ctx, site, h.Token, id, s.to.wake)
	if bridge.CodeOf(err) == bridge.CodeInvalid {
		return nil, s.srv.unidentified(site, err)
	}
	return visit, err
}

// identify returns who a site's server says that a visitor is. The error is a bye.
func (s *Server) identify(site bridge.SiteID, token string) (bridge.Identity, error) {
	secret := s.identitySecret(site)
	if len(secret) < MinIdentitySecret {
		return bridge.Identity{}, s.unidentified(site, errNoSecret)
	}
	claims, err := jwt.Verify(token, secret, string(site), s.cfg.Now())
	if err != nil {
		return bridge.Identity{}, s.unidentified(site, err)
	}
	id := bridge.Identity{Subject: claims.Subject, Name: claims.Name, Email: claims.Email}
	for key, value := range claims.Attributes {
		id.Attributes = append(id.Attributes, bridge.Attribute{Key: key, Value: value})
	}
	return id, nil
}

// identitySecret returns a site's own secret, else the configuration's, nil for none.
func (s *Server) identitySecret(site bridge.SiteID) []byte {
	if secret := s.bridge.IdentitySecret(site); secret != nil || s.cfg.IdentitySecret == nil {
		return secret
	}
	return s.cfg.IdentitySecret(site)
}

var errNoSecret = errors.New("the site has no identity secret: an admin makes one in Slack, or CHATGROUPS_IDENTITY_SECRET is set")

// unidentified logs why an identity is refused, as the page cannot be told: whoever
// tries tokens would learn from it. An expired one is the exception, since that happens
// to every page that stays open.
func (s *Server) unidentified(site bridge.SiteID, why error) bye {
	if errors.Is(why, jwt.ErrExpired) {
		s.metrics.refused.inc("identity expired")
		return bye{code: closeExpired}
	}
	s.metrics.refused.inc("identity")
	s.log.Info().Err(why).Str("site", string(site)).Msg("a signed identity is refused")
	return bye{code: closeUnidentified}
}

// attributes are what a page says of a visitor: an object of texts, numbers and truth
// values. What is none is left out.
type attributes []bridge.Attribute

func (a *attributes) UnmarshalJSON(data []byte) error {
	var said map[string]json.RawMessage
	if err := json.Unmarshal(data, &said); err != nil {
		return err
	}
	for key, raw := range said {
		value := string(raw)
		switch raw[0] {
		case '{', '[', 'n':
			continue
		case '"':
			if err := json.Unmarshal(raw, &value); err != nil {
				return err
			}
		}
		*a = append(*a, bridge.Attribute{Key: key, Value: value})
	}
	*a = bridge.CleanAttributes(*a)
	return nil
}

// MarshalJSON writes what was read.
func (a attributes) MarshalJSON() ([]byte, error) {
	said := map[string]string{}
	for _, one := range a {
		said[one.Key] = one.Value
	}
	return json.Marshal(said)
}
