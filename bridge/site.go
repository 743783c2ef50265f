package bridge

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// A Site is a website with the widget.
type Site struct {
	ID        SiteID      `json:"id"`
	Workspace WorkspaceID `json:"workspace"`
	// Origins are the exact origins ("https://shop.example", with a port where
	// it is not the scheme's own) whose pages may use the widget.
	Origins []string `json:"origins,omitempty"`
	// OriginsEdited says that an admin set the origins, so that the program's
	// configuration no longer does.
	OriginsEdited bool `json:"origins_edited,omitempty"`
	// What visitors read; empty means the widget's own words.
	Title    string `json:"title,omitempty"`
	Question string `json:"question,omitempty"`
	Accent   string `json:"accent,omitempty"` // a CSS hex colour

	Revision uint64 `json:"-"`
}

// Allows reports whether pages of origin may use the widget. Only a whole, exact
// origin is ever allowed: no prefix, no missing scheme, no "null".
func (s Site) Allows(origin string) bool { return origin != "" && slices.Contains(s.Origins, origin) }

// ParseOrigin returns the origin that a person typed in the form browsers send
// it, or an error that says how an origin looks.
func ParseOrigin(typed string) (string, error) {
	bad := func(why string) (string, error) {
		return "", Errorf(CodeInvalid, "%q is not an origin (%s): write it like https://shop.example or http://localhost:3000", typed, why)
	}
	u, err := url.Parse(strings.TrimSpace(typed))
	switch {
	case err != nil:
		return bad("it cannot be read as an address")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("it must start with https:// or http://")
	case u.Hostname() == "":
		return bad("it has no host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "", u.Path != "" && u.Path != "/":
		return bad("only scheme, host and port belong to it")
	case strings.Contains(u.Host, "*"):
		return bad("no wildcards: each host is named")
	}
	host := strings.ToLower(u.Host)
	for i := 0; i < len(host); i++ {
		if host[i] >= 0x80 {
			return bad("write the host in its ASCII form, xn--…")
		}
	}
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	return u.Scheme + "://" + host, nil
}

// Site returns the site with this public key, or a CodeNotFound error.
func (b *Bridge) Site(id SiteID) (Site, error) { return b.dir.site(id) }

// Sites returns the sites of a workspace.
func (b *Bridge) Sites(w WorkspaceID) []Site { return b.dir.sites(w) }

// UpdateSite saves a site as it was read and then changed, or refuses with
// CodeConflict where somebody else changed it meanwhile.
func (b *Bridge) UpdateSite(ctx context.Context, s Site) (Site, error) {
	return b.dir.putSite(ctx, s)
}
