package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Site is a website with the widget.
type Site struct {
	ID        SiteID      `json:"id"` // never changes
	Workspace WorkspaceID `json:"workspace"`
	// Name is what admins call the site, at most MaxSiteName characters.
	Name string `json:"name,omitempty"`
	// Origins are whose pages may use the widget, as ParseAllowedOrigin returns them.
	Origins []string `json:"origins,omitempty"`
	// OriginsEdited says that an admin changed the origins, so that the program's
	// configuration no longer does. So do TextsEdited and GreetingsEdited for theirs.
	// UpdateSite sees to all three.
	OriginsEdited bool `json:"origins_edited,omitempty"`
	// Groups are those that the site offers, in whatever order: visitors see them in
	// that of Bridge.Groups. Without any, all are offered. See Bridge.Offered.
	Groups []GroupID `json:"groups,omitempty"`
	// Texts are what the widget says in words of the site's own.
	Texts       Texts `json:"texts,omitempty"`
	TextsEdited bool  `json:"texts_edited,omitempty"`
	// Language is the widget's for visitors who wish for none that it speaks, a tag
	// like de or pt-BR; "" for English.
	Language string `json:"language,omitempty"`
	Accent   string `json:"accent,omitempty"` // a CSS hex colour, #rgb or #rrggbb
	// Consent is what visitors must agree to before anything is stored or sent, by
	// language as in Texts; without any they are not asked.
	Consent map[string]string `json:"consent,omitempty"`
	// Fields are what of a visitor is let through to the desk.
	Fields Fields `json:"fields,omitzero"`
	// MaxFileBytes is the largest file that a visitor may send: 0 for what
	// Bridge.MaxFileBytes says, and never more; NoFiles for none.
	MaxFileBytes int64 `json:"max_file_bytes,omitempty"`
	// FileTypes narrow what AllowedFile allows of a visitor's files: media types like
	// application/pdf or image/*. Without any, nothing is narrowed.
	FileTypes []string `json:"file_types,omitempty"`
	// Greetings are what visitors of some pages are asked, at most MaxGreetings.
	Greetings       []Greeting `json:"greetings,omitempty"`
	GreetingsEdited bool       `json:"greetings_edited,omitempty"`
	// Deleted marks a site that was deleted: nobody finds it any more. It is kept for
	// its key, which is never given again, and for Fields, which its conversations go
	// on to need.
	Deleted bool `json:"deleted,omitempty"`

	Revision uint64 `json:"-"`
}

const (
	// MaxSiteName is the most characters of a site's name.
	MaxSiteName = 60
	// NoFiles as Site.MaxFileBytes says that visitors can send no files.
	NoFiles int64 = -1
	// maxOrigins and maxFileTypes are far beyond what makes sense.
	maxOrigins   = 100
	maxFileTypes = 50
)

// Allows reports whether pages of origin may use the widget. Only a whole origin is
// ever allowed: no prefix, no missing scheme, no "null".
func (s Site) Allows(origin string) bool {
	return slices.ContainsFunc(s.Origins, func(allowed string) bool { return allowedBy(allowed, origin) })
}

// Offers reports whether a group is one of those that the site is for, hidden or not, and
// whether or not it can be reached.
func (s Site) Offers(g GroupID) bool { return len(s.Groups) == 0 || slices.Contains(s.Groups, g) }

func (s Site) clone() Site {
	s.Origins, s.Groups, s.FileTypes = slices.Clone(s.Origins), slices.Clone(s.Groups), slices.Clone(s.FileTypes)
	s.Texts, s.Consent, s.Fields = s.Texts.clone(), maps.Clone(s.Consent), slices.Clone(s.Fields)
	s.Greetings = slices.Clone(s.Greetings)
	for i, g := range s.Greetings {
		s.Greetings[i].Texts = maps.Clone(g.Texts)
	}
	return s
}

// equal compares what is written.
func (s Site) equal(other Site) bool {
	a, errA := json.Marshal(s)
	b, errB := json.Marshal(other)
	return errA == nil && errB == nil && bytes.Equal(a, b)
}

// Site returns the site with this public key, or a CodeNotFound error.
func (b *Bridge) Site(id SiteID) (Site, error) {
	s, ok := b.dir.sites.value(string(id))
	if !ok || s.Deleted {
		return Site{}, Errorf(CodeNotFound, "there is no site with this key")
	}
	return s.clone(), nil
}

// Sites returns the sites of a workspace, by key.
func (b *Bridge) Sites(w WorkspaceID) []Site {
	var ss []Site
	for _, r := range b.dir.sites.under("") {
		if r.value.Workspace == w && !r.value.Deleted {
			ss = append(ss, r.value.clone())
		}
	}
	return ss
}

// AllowsOrigin reports whether any site allows pages of origin: what can be asked
// before it is known which site a page belongs to.
func (b *Bridge) AllowsOrigin(origin string) bool {
	for _, r := range b.dir.sites.under("") {
		if !r.value.Deleted && r.value.Allows(origin) {
			return true
		}
	}
	return false
}

// UpdateSite saves a site as it was read and then changed. Names and texts are made
// one line each. The workspace stays as it is.
//
// CodeConflict: somebody else changed it meanwhile. CodeInvalid and CodeTooLong: a
// field cannot be so; Error.Field says which, by its name in Site.
//
// by is whose Change it is, without an Agent the program's.
func (b *Bridge) UpdateSite(ctx context.Context, s Site, by Author) (Site, error) {
	s = s.clone()
	s.clean()
	err := b.dir.write(func() error {
		old, err := b.Site(s.ID)
		if err != nil {
			return err
		}
		s.Workspace, s.Deleted = old.Workspace, false
		if err := b.checkSite(s); err != nil {
			return err
		}
		s.OriginsEdited = s.OriginsEdited || !slices.Equal(s.Origins, old.Origins)
		s.TextsEdited = s.TextsEdited || !s.Texts.equal(old.Texts)
		s.GreetingsEdited = s.GreetingsEdited || !slices.EqualFunc(s.Greetings, old.Greetings, Greeting.equal)
		c := b.newChange(by, SiteSubject, string(s.ID), s.Name, DeedChanged, s.facts().since(old.facts()))
		s, err = saveChanged(ctx, b, b.dir.sites, s.Workspace, string(s.ID), s, s.Revision, c)
		return err
	})
	return s.clone(), err
}

// clean makes what people typed fit to keep, and leaves out what says nothing.
func (s *Site) clean() {
	s.Name, s.Language, s.Accent = oneLine(s.Name), oneLine(s.Language), oneLine(s.Accent)
	s.Texts.clean()
	for language, text := range s.Consent {
		if s.Consent[language] = oneLine(text); s.Consent[language] == "" {
			delete(s.Consent, language)
		}
	}
	for i, kind := range s.FileTypes {
		s.FileTypes[i] = mediaType(kind)
	}
}

var (
	accent    = regexp.MustCompile(`^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$`)
	fileTypes = regexp.MustCompile(`^[a-z]+/(\*|[a-z0-9][a-z0-9.+-]*)$`)
)

func (b *Bridge) checkSite(s Site) error {
	if n := utf8.RuneCountInString(s.Name); n > MaxSiteName {
		return about("Name", Errorf(CodeTooLong, "the site's name has %d characters: at most %d are possible", n, MaxSiteName))
	}
	if err := checkOrigins(s.Origins); err != nil {
		return about("Origins", err)
	}
	for _, id := range s.Groups {
		// One that was deleted since is no mistake of whoever changes something else.
		if _, known := b.dir.group(s.Workspace, id); !known {
			return about("Groups", Errorf(CodeInvalid, "there is no group %q", string(id)))
		}
	}
	if err := s.Texts.Check(b.cfg.Words); err != nil {
		return about("Texts", err)
	}
	if s.Language != "" && !languageTag.MatchString(s.Language) {
		return about("Language", noLanguage(s.Language))
	}
	if s.Accent != "" && !accent.MatchString(s.Accent) {
		return about("Accent", Errorf(CodeInvalid, "the accent must be a colour like #3355d1"))
	}
	if err := checkByLanguage(s.Consent, MaxConsent); err != nil {
		return about("Consent", err)
	}
	if err := s.Fields.check(); err != nil {
		return about("Fields", err)
	}
	switch {
	case s.MaxFileBytes < NoFiles:
		return about("MaxFileBytes", Errorf(CodeInvalid, "the largest file must have a positive number of bytes"))
	case len(s.FileTypes) > maxFileTypes:
		return about("FileTypes", Errorf(CodeTooLong, "there are %d types of files: at most %d are possible", len(s.FileTypes), maxFileTypes))
	}
	for _, kind := range s.FileTypes {
		if !fileTypes.MatchString(kind) {
			return about("FileTypes", Errorf(CodeInvalid, "%q is no type of files: write it like application/pdf or image/*", kind))
		}
	}
	if err := CheckGreetings(s.Greetings); err != nil {
		return about("Greetings", err)
	}
	return nil
}

func checkOrigins(origins []string) error {
	if len(origins) > maxOrigins {
		return Errorf(CodeTooLong, "there are %d origins: at most %d are possible", len(origins), maxOrigins)
	}
	for _, o := range origins {
		if parsed, err := ParseAllowedOrigin(o); err != nil {
			return err
		} else if parsed != o {
			return Errorf(CodeInvalid, "the origin %q must be written %q", o, parsed)
		}
	}
	return nil
}

// takesFile reports whether the site lets visitors send a file of this media type and
// size, beside what Bridge.CheckFile says.
func (s Site) takesFile(f File) error {
	switch {
	case s.MaxFileBytes == NoFiles:
		return errNoFiles
	case s.MaxFileBytes > 0 && f.Size > s.MaxFileBytes:
		return Errorf(CodeTooLong, "the file %s has more than %s, the most that can be sent", f.Name, amount(s.MaxFileBytes))
	case len(s.FileTypes) == 0:
		return nil
	}
	kind := mediaType(f.Type)
	family, _, _ := strings.Cut(kind, "/")
	if !slices.Contains(s.FileTypes, kind) && !slices.Contains(s.FileTypes, family+"/*") {
		return Errorf(CodeFileType, "the file %s is of a kind that is not sent on", f.Name)
	}
	return nil
}
