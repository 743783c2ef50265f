package fakeslack

import "slices"

// channelJSON is a conversation as Slack writes it (objects/conversation-object).
type channelJSON struct {
	ID                 string      `json:"id"`
	Name               string      `json:"name,omitempty"`
	NameNormalized     string      `json:"name_normalized,omitempty"`
	IsChannel          bool        `json:"is_channel"`
	IsGroup            bool        `json:"is_group"`
	IsIM               bool        `json:"is_im"`
	IsMPIM             bool        `json:"is_mpim"`
	IsPrivate          bool        `json:"is_private"`
	IsArchived         bool        `json:"is_archived"`
	IsGeneral          bool        `json:"is_general"`
	IsShared           bool        `json:"is_shared"`
	IsOrgShared        bool        `json:"is_org_shared"`
	IsExtShared        bool        `json:"is_ext_shared"`
	IsPendingExtShared bool        `json:"is_pending_ext_shared"`
	IsMember           *bool       `json:"is_member,omitempty"`
	IsOpen             bool        `json:"is_open,omitempty"`
	User               string      `json:"user,omitempty"`
	Created            int64       `json:"created"`
	Updated            int64       `json:"updated"`
	Creator            string      `json:"creator,omitempty"`
	ContextTeamID      string      `json:"context_team_id"`
	SharedTeamIDs      []string    `json:"shared_team_ids"`
	Topic              captionJSON `json:"topic"`
	Purpose            captionJSON `json:"purpose"`
	PreviousNames      []string    `json:"previous_names"`
	NumMembers         *int        `json:"num_members,omitempty"`
}

type captionJSON struct {
	Value   string `json:"value"`
	Creator string `json:"creator"`
	LastSet int64  `json:"last_set"`
}

// channelJSON writes c for a reader, who may be in it or not; "" for everybody.
func (w *Workspace) channelJSON(c *channel, reader string) channelJSON {
	j := channelJSON{
		ID: c.id, Name: c.name, NameNormalized: c.name,
		IsChannel: c.kind == public || c.kind == private, IsGroup: c.kind == private,
		IsIM: c.kind == direct, IsMPIM: c.kind == several, IsPrivate: c.kind != public,
		IsArchived: c.archived, IsGeneral: c.general,
		Created: c.created, Updated: c.updated * 1000, Creator: c.creator,
		ContextTeamID: w.cfg.TeamID, SharedTeamIDs: []string{w.cfg.TeamID},
		Topic: captionJSON{Value: c.topic}, Purpose: captionJSON{Value: c.purpose},
		PreviousNames: append([]string{}, c.previous...),
	}
	if reader != "" {
		inside := c.isMember[reader]
		j.IsMember = &inside
	}
	for _, m := range c.members {
		if p := w.people[m]; p != nil && p.external(w.cfg.TeamID) {
			// Documented: apis/slack-connect; a channel with people of another
			// workspace is an externally shared one.
			j.IsExtShared, j.IsShared = true, true
			if !slices.Contains(j.SharedTeamIDs, p.TeamID) {
				j.SharedTeamIDs = append(j.SharedTeamIDs, p.TeamID)
			}
		}
	}
	for _, home := range c.homes {
		j.IsExtShared, j.IsShared = true, true
		if !slices.Contains(j.SharedTeamIDs, home.cfg.TeamID) {
			j.SharedTeamIDs = append(j.SharedTeamIDs, home.cfg.TeamID)
		}
	}
	if c.kind == direct {
		j.IsOpen = true
		for _, m := range c.members {
			if m != reader {
				j.User = m
			}
		}
	}
	return j
}
