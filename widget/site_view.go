package widget

import (
	"bytes"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

// siteView is a site as open tabs need it. It is never changed: a session that holds
// the current one knows what there is to know.
type siteView struct {
	// groups are those that visitors can choose, as a frame says them, since when.
	groups json.RawMessage
	since  time.Time
	site   bridge.Site // its origins alone
	gone   bool        // the site was deleted, or never was
}

// siteViews holds the current view of every site that was asked for. Run keeps them up
// to date.
type siteViews struct {
	bridge *bridge.Bridge
	now    func() time.Time

	mu    sync.Mutex // guards the following
	views map[bridge.SiteID]*siteView
}

func (v *siteViews) current(id bridge.SiteID) *siteView {
	v.mu.Lock()
	defer v.mu.Unlock()
	if view := v.views[id]; view != nil {
		return view
	}
	return v.read(id)
}

// refresh reads every site anew and reports whether open tabs must know of a difference.
func (v *siteViews) refresh() (changed bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for id, view := range v.views {
		changed = v.read(id) != view || changed
	}
	return changed
}

// read makes a site's view what it is now; it stays the same where nothing has changed
// for open tabs. v.mu is held.
func (v *siteViews) read(id bridge.SiteID) *siteView {
	site, err := v.bridge.Site(id)
	now := &siteView{groups: publicGroups(v.bridge.Offered(site)), since: v.now(), site: bridge.Site{Origins: site.Origins}, gone: err != nil}
	old := v.views[id]
	if old != nil && bytes.Equal(old.groups, now.groups) {
		now.since = old.since
		if old.gone == now.gone && slices.Equal(old.site.Origins, site.Origins) {
			return old
		}
	}
	v.views[id] = now
	return now
}
