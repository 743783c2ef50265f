package fakeslack

import (
	"encoding/json"
	"slices"
)

// filesInfo is documented in reference/methods/files.info: the file with the
// messages that show it.
func filesInfo(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		f, err := c.file()
		if err != nil {
			return nil, err
		}
		return reply{"file": c.fileJSON(f), "comments": []any{}, "response_metadata": nextCursor("")}, nil
	})
}

// file finds the file that the argument names, if the caller can see it.
func (c *call) file() (*storedFile, error) {
	f := c.w.files[c.args["file"]]
	switch {
	case f == nil || f.upload != nil || !f.seenBy(c.in, c.grant.user):
		return nil, refuse("file_not_found")
	case f.deleted:
		return nil, refuse("file_deleted")
	}
	return f, nil
}

// fileWithShares is a file as files.info writes it.
type fileWithShares struct {
	FileInfo
	Channels []string                          `json:"channels"`
	Groups   []string                          `json:"groups"`
	IMs      []string                          `json:"ims"`
	Shares   map[string]map[string][]shareJSON `json:"shares"`
}

type shareJSON struct {
	TS          string `json:"ts"`
	ThreadTS    string `json:"thread_ts,omitempty"`
	ChannelName string `json:"channel_name,omitempty"`
	TeamID      string `json:"team_id"`
}

func (c *call) fileJSON(f *storedFile) fileWithShares {
	j := fileWithShares{
		FileInfo: f.info, Channels: []string{}, Groups: []string{}, IMs: []string{},
		Shares: make(map[string]map[string][]shareJSON),
	}
	for _, s := range f.shares {
		if s.entry.gone || !s.channel.isMember[c.grant.user] {
			continue
		}
		ids, sort := &j.Groups, "private"
		switch s.channel.kind {
		case public:
			ids, sort = &j.Channels, "public"
		case direct:
			ids = &j.IMs
		}
		if !slices.Contains(*ids, s.channel.id) {
			*ids = append(*ids, s.channel.id)
		}
		if j.Shares[sort] == nil {
			j.Shares[sort] = make(map[string][]shareJSON)
		}
		j.Shares[sort][s.channel.id] = append(j.Shares[sort][s.channel.id], shareJSON{
			TS: s.entry.msg.TS, ThreadTS: s.entry.msg.ThreadTS, ChannelName: s.channel.name, TeamID: c.w.cfg.TeamID,
		})
	}
	return j
}

// filesGetUploadURL is the first of three steps.
//
// Documented: reference/methods/files.getUploadURLExternal.
func filesGetUploadURL(c *call) (reply, error) {
	length := c.number("length")
	if length < 1 {
		return nil, refuse("invalid_arguments", "[ERROR] must be greater than 0 [json-pointer:/length]")
	}
	if length > maxUpload {
		return nil, refuse("file_upload_size_restricted")
	}
	return c.locked(func() (reply, error) {
		if err := c.w.mayUpload(c.args["filename"]); err != nil {
			return nil, err
		}
		f := c.w.storeFile(File{Name: c.args["filename"]}, c.grant.user)
		f.by, f.upload = c.in, &upload{length: length}
		ticket := c.w.newSecret()
		c.w.uploadURLs[ticket] = f.info.ID
		return reply{"upload_url": c.base + "/upload/" + ticket, "file_id": f.info.ID}, nil
	})
}

// filesCompleteUpload is the third: the files exist, and are shared a little
// later, when Slack has looked at them.
//
// Documented: reference/methods/files.completeUploadExternal; a file that is not
// completed is forgotten. Observed: the message that shows it comes as an event
// only, the answer has no ts (slack-go, UploadFile).
func filesCompleteUpload(c *call) (reply, error) {
	var wanted []struct{ ID, Title string }
	if json.Unmarshal([]byte(c.args["files"]), &wanted) != nil || len(wanted) == 0 {
		return nil, refuse("invalid_arguments", "[ERROR] must be an array of files [json-pointer:/files]")
	}
	custom, err := c.customized()
	if err != nil {
		return nil, err
	}
	m := &Message{Type: "message", Text: escapeLoose(c.args["initial_comment"]), Upload: true}
	d := draft{threadTS: c.args["thread_ts"], by: c.in, custom: custom}
	if raw := c.args["blocks"]; raw != "" {
		decoded, out, problems, err := readBlocks(raw, onMessage, "/blocks", c.w.lockedID)
		if err != nil || problems != nil {
			return nil, refuse("invalid_blocks", problems...)
		}
		d.blocks, m.Blocks = decoded, out
	}
	d.mentions.scan(m.Text)
	d.mentions.scanBlocks(d.blocks, c.w.cfg.Assume.QuietNonVerbatim)
	c.author(m, custom)
	m.Subtype = "file_share"
	return c.locked(func() (reply, error) {
		var files []*storedFile
		completed := []map[string]any{}
		for _, x := range wanted {
			f := c.w.files[x.ID]
			if f == nil || f.by != c.in || f.upload == nil || !f.upload.received || slices.Contains(files, f) {
				return nil, refuse("file_not_found")
			}
			files = append(files, f)
		}
		to, err := c.shareTargets()
		if err != nil {
			return nil, err
		}
		for i, f := range files {
			if t := wanted[i].Title; t != "" {
				f.info.Title = t
			}
			f.upload = nil
			completed = append(completed, map[string]any{"id": f.info.ID, "title": f.info.Title})
		}
		if len(to) > 0 {
			c.w.agenda.after(c.w.cfg.FileScan, func() { c.w.shareFiles(to, m, d, files) })
		}
		return reply{"files": completed}, nil
	})
}

// shareTargets are the channels that files are to be shared in.
func (c *call) shareTargets() ([]*channel, error) {
	ids := c.list("channels")
	if id := c.args["channel_id"]; id != "" {
		ids = append(ids, id)
	}
	var to []*channel
	for _, id := range ids {
		switch ch := c.w.channels[id]; {
		case ch == nil, ch.kind != public && !ch.isMember[c.grant.user]:
			return nil, refuse("channel_not_found")
		case !ch.isMember[c.grant.user]:
			return nil, refuse("not_in_channel")
		case ch.archived:
			return nil, refuse("is_archived")
		case ch.forbids(c.args["thread_ts"]) != "":
			return nil, refuse("posting_to_channel_denied")
		case !slices.Contains(to, ch):
			to = append(to, ch)
		}
	}
	return to, nil
}

// shareFiles posts the message that shows files.
func (w *Workspace) shareFiles(to []*channel, m *Message, d draft, files []*storedFile) {
	_ = w.act(func() error {
		for _, ch := range to {
			shown := *m
			for _, f := range files {
				shown.Files = append(shown.Files, f.info)
			}
			e := w.post(ch, &shown, d)
			w.fileShared(ch, e, files)
		}
		return nil
	})
}

// filesDelete is documented in reference/methods/files.delete: an app deletes its
// own files only.
func filesDelete(c *call) (reply, error) {
	return c.locked(func() (reply, error) {
		f, err := c.file()
		switch {
		case err != nil:
			return nil, err
		case f.by != c.in && f.info.User != c.grant.user:
			return nil, refuse("cant_delete_file")
		}
		c.w.deleteFile(f)
		return reply{}, nil
	})
}
