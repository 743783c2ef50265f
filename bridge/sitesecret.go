package bridge

import (
	"context"
	"crypto/rand"
	"encoding/base64"
)

// siteSecret is what nobody but a site's own server is to know. It is a record of its
// own, so that whoever reads, writes down or compares sites never has it.
type siteSecret struct {
	Identity string `json:"identity"`
}

// identitySecretBytes are random; written out they are more.
const identitySecretBytes = 32

// IdentitySecret returns the secret with which a site's own server signs who its
// visitors are, nil where RotateIdentitySecret has made none. It is answered from memory.
func (b *Bridge) IdentitySecret(id SiteID) []byte {
	if _, err := b.Site(id); err != nil {
		return nil
	}
	secret, ok := b.dir.secrets.value(string(id))
	if !ok {
		return nil
	}
	return []byte(secret.Identity)
}

// RotateIdentitySecret gives a site another identity secret, or its first one, and
// returns it as the site's server must have it: letters, digits, - and _, the bytes of
// which are the key. What was signed with the one before counts for nothing from now on.
// It is not told again and belongs into no log; the Change, which is by's, says only that
// there is another.
func (b *Bridge) RotateIdentitySecret(ctx context.Context, id SiteID, by Author) (string, error) {
	var random [identitySecretBytes]byte
	rand.Read(random[:])
	secret := siteSecret{base64.RawURLEncoding.EncodeToString(random[:])}
	err := b.dir.write(func() error {
		s, err := b.Site(id)
		if err != nil {
			return err
		}
		old, _ := b.dir.secrets.row(string(id))
		c := b.newChange(by, SiteSubject, string(id), s.Name, DeedChanged, []FieldChange{{Field: "IdentitySecret"}})
		_, err = saveChanged(ctx, b, b.dir.secrets, s.Workspace, string(id), secret, old.revision, c)
		return err
	})
	if err != nil {
		return "", err
	}
	return secret.Identity, nil
}
