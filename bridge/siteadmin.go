package bridge

import (
	"context"
	"strings"
)

// CreateSite adds a site to s.Workspace. Its key, which the bridge gives, begins with
// the name where that has Latin letters or digits. It is there whole or not at all.
//
// CodeNotFound: there is no such workspace. CodeInvalid and CodeTooLong: as for
// UpdateSite.
//
// by is whose Change it is, without an Agent the program's.
func (b *Bridge) CreateSite(ctx context.Context, s Site, by Author) (Site, error) {
	s = s.clone()
	s.clean()
	s.Revision, s.Deleted = 0, false
	// Nothing in it is the configuration's.
	s.OriginsEdited, s.TextsEdited, s.GreetingsEdited = true, true, true
	err := b.dir.write(func() error {
		if _, err := b.Workspace(s.Workspace); err != nil {
			return err
		}
		if s.Name == "" {
			return about("Name", Errorf(CodeInvalid, "the site needs a name"))
		}
		if err := b.checkSite(s); err != nil {
			return err
		}
		s.ID = newSiteID(s.Name)
		var err error
		c := b.newChange(by, SiteSubject, string(s.ID), s.Name, DeedCreated, s.facts().since(nil))
		s, err = saveChanged(ctx, b, b.dir.sites, s.Workspace, string(s.ID), s, 0, c)
		return err
	})
	if err != nil {
		return Site{}, err
	}
	return s.clone(), nil
}

// newSiteID makes a key that people can tell from others and that stands in addresses
// as it is. It is never one that was given before: 50 bits of it are random.
func newSiteID(name string) SiteID {
	const longest = 24
	readable := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, Slug(name))
	readable = strings.Trim(readable[:min(len(readable), longest)], "-")
	if readable == "" {
		readable = "site"
	}
	return SiteID(readable + "-" + newID()[:10])
}

// DeleteSite deletes a site: its pages are refused as those of an unknown one, and its
// identity secret is gone. Its conversations stay, and agents can go on writing in them.
// Asked again, it finishes what was interrupted.
//
// CodeForbidden: it is the workspace's last one.
//
// by is whose Change it is, without an Agent the program's.
func (b *Bridge) DeleteSite(ctx context.Context, w WorkspaceID, id SiteID, by Author) error {
	return b.dir.write(func() error {
		s, known := b.dir.sites.value(string(id))
		if !known || s.Workspace != w {
			return Errorf(CodeNotFound, "there is no site with this key")
		}
		if !s.Deleted {
			if len(b.Sites(w)) == 1 {
				return Errorf(CodeForbidden, "this is the last site: change it instead, or create another one first")
			}
			kept := Site{ID: id, Workspace: w, Name: s.Name, Fields: s.Fields, Deleted: true}
			c := b.newChange(by, SiteSubject, string(id), s.Name, DeedDeleted, nil)
			if _, err := saveChanged(ctx, b, b.dir.sites, w, string(id), kept, s.Revision, c); err != nil {
				return err
			}
		}
		r, there := b.dir.secrets.row(string(id))
		if !there {
			return nil
		}
		if err := b.copyChange(ctx, w, r.changed); err != nil { // it goes with the record
			return err
		}
		return b.dir.secrets.remove(ctx, string(id), r.revision)
	})
}
