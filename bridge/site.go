package bridge

import (
	"context"
	"regexp"
	"slices"
	"unicode/utf8"
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
	Accent   string `json:"accent,omitempty"` // a CSS hex colour, #rgb or #rrggbb

	Revision uint64 `json:"-"`
}

// Allows reports whether pages of origin may use the widget. Only a whole, exact
// origin is ever allowed: no prefix, no missing scheme, no "null".
func (s Site) Allows(origin string) bool { return origin != "" && slices.Contains(s.Origins, origin) }

func (s Site) clone() Site {
	s.Origins = slices.Clone(s.Origins)
	return s
}

// MaxSiteText is the most characters of a site's title and of its question.
const MaxSiteText = 200

// Site returns the site with this public key, or a CodeNotFound error.
func (b *Bridge) Site(id SiteID) (Site, error) {
	s, ok := b.dir.sites.value(string(id))
	if !ok {
		return Site{}, Errorf(CodeNotFound, "there is no site with this key")
	}
	return s.clone(), nil
}

// Sites returns the sites of a workspace, by key.
func (b *Bridge) Sites(w WorkspaceID) []Site {
	var ss []Site
	for _, r := range b.dir.sites.under("") {
		if r.value.Workspace == w {
			ss = append(ss, r.value.clone())
		}
	}
	return ss
}

// AllowsOrigin reports whether any site allows pages of origin: what can be asked
// before it is known which site a page belongs to.
func (b *Bridge) AllowsOrigin(origin string) bool {
	for _, r := range b.dir.sites.under("") {
		if r.value.Allows(origin) {
			return true
		}
	}
	return false
}

// UpdateSite saves a site as it was read and then changed, or refuses with
// CodeConflict where somebody else changed it meanwhile. Origins must be as
// ParseOrigin returns them. The workspace stays as it is.
func (b *Bridge) UpdateSite(ctx context.Context, s Site) (Site, error) {
	s = s.clone()
	s.Title, s.Question = oneLine(s.Title), oneLine(s.Question)
	if err := checkSite(s); err != nil {
		return Site{}, err
	}
	err := b.dir.write(func() error {
		old, err := b.Site(s.ID)
		if err != nil {
			return err
		}
		s.Workspace = old.Workspace
		s, err = b.dir.sites.put(ctx, string(s.ID), s, s.Revision)
		return err
	})
	return s.clone(), err
}

var accent = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)

func checkSite(s Site) error {
	for _, o := range s.Origins {
		if parsed, err := ParseOrigin(o); err != nil {
			return err
		} else if parsed != o {
			return Errorf(CodeInvalid, "the origin %q must be written %q", o, parsed)
		}
	}
	if max(utf8.RuneCountInString(s.Title), utf8.RuneCountInString(s.Question)) > MaxSiteText {
		return Errorf(CodeTooLong, "a title or a question has at most %d characters", MaxSiteText)
	}
	if s.Accent != "" && !accent.MatchString(s.Accent) {
		return Errorf(CodeInvalid, "the accent must be a colour like #3355d1")
	}
	return nil
}
