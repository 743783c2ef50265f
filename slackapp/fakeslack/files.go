package fakeslack

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// A File is something that a person attaches.
type File struct {
	Name     string
	Mimetype string // guessed from the name where empty
	Content  []byte
}

// FileInfo is a file as Slack writes it (objects/file-object).
type FileInfo struct {
	ID                 string `json:"id"`
	Created            int64  `json:"created"`
	Timestamp          int64  `json:"timestamp"`
	Name               string `json:"name,omitempty"`
	Title              string `json:"title,omitempty"`
	Mimetype           string `json:"mimetype,omitempty"`
	Filetype           string `json:"filetype,omitempty"`
	PrettyType         string `json:"pretty_type,omitempty"`
	User               string `json:"user"`
	Mode               string `json:"mode"` // hosted, file_access (a stub) or tombstone
	Size               int    `json:"size"`
	IsExternal         bool   `json:"is_external"`
	IsPublic           bool   `json:"is_public"`
	FileAccess         string `json:"file_access,omitempty"` // visible, or check_file_info of a stub
	URLPrivate         string `json:"url_private,omitempty"`
	URLPrivateDownload string `json:"url_private_download,omitempty"`
	Permalink          string `json:"permalink,omitempty"` // for people; see linkedFiles
}

// storedFile is a file of the workspace. Its content is replaced, never changed.
type storedFile struct {
	info    FileInfo
	content []byte
	by      *install // the app that uploaded it, nil for a person
	upload  *upload  // until it is completed
	shares  []share
	given   []*install // apps that got it by a form
	deleted bool
}

// share is a message that shows a file.
type share struct {
	channel *channel
	entry   *entry
}

// storeFile keeps a file. The caller holds w.mu.
func (w *Workspace) storeFile(f File, user string) *storedFile {
	kind := strings.TrimPrefix(path.Ext(f.Name), ".")
	if f.Mimetype == "" {
		f.Mimetype = mime.TypeByExtension("." + kind)
	}
	if f.Mimetype == "" {
		f.Mimetype = "application/octet-stream"
	}
	now := w.clock.Now().Unix()
	id := w.newID("F")
	address := w.baseURL + "/files/" + id + "/" + url.PathEscape(f.Name)
	stored := &storedFile{content: f.Content, info: FileInfo{
		ID: id, Created: now, Timestamp: now, Name: f.Name, Title: f.Name,
		Mimetype: f.Mimetype, Filetype: kind, PrettyType: strings.ToUpper(kind),
		User: user, Mode: "hosted", Size: len(f.Content), FileAccess: "visible",
		URLPrivate: address, URLPrivateDownload: address, Permalink: w.permalinkOf(user, id, f.Name),
	}}
	w.files[id] = stored
	return stored
}

// stubFiles returns files as apps of this workspace see them in a message: those of
// somebody from another one are stubs that say to ask files.info.
//
// Documented: apis/slack-connect, "Files".
func (w *Workspace) stubFiles(files []FileInfo) []FileInfo {
	files = slices.Clone(files)
	for i, f := range files {
		if p := w.people[f.User]; p != nil && p.external(w.cfg.TeamID) && f.Mode == "hosted" {
			files[i] = FileInfo{ID: f.ID, User: f.User, Mode: "file_access", FileAccess: "check_file_info"}
		}
	}
	return files
}

// fileShared notes that a message shows files, and tells apps by file_shared
// beside the message itself.
//
// Documented: reference/events/file_shared; it has ids only.
func (w *Workspace) fileShared(c *channel, e *entry, files []*storedFile) {
	for _, f := range files {
		f.shares = append(f.shares, share{c, e})
		f.info.IsPublic = f.info.IsPublic || c.kind == public
		w.happen(occurrence{
			name: "file_shared", channel: c, insideOnly: true, scopes: []string{"files:read"},
			body: plain(map[string]any{
				"type": "file_shared", "file_id": f.info.ID, "user_id": f.info.User,
				"file": map[string]any{"id": f.info.ID}, "channel_id": c.id, "event_ts": w.eventTS(),
			}),
		})
	}
}

// DeleteFile lets a person delete a file of theirs, or an admin any.
func (w *Workspace) DeleteFile(user, file string) error {
	return w.act(func() error {
		f, p := w.files[file], w.people[user]
		switch {
		case p == nil:
			return noSuchPerson(user)
		case f == nil || f.deleted:
			return fmt.Errorf("fakeslack: there is no file %q; the messages with files have the ids", file)
		case f.info.User != user && !p.Admin && !p.Owner:
			return fmt.Errorf("fakeslack: the file %s is not by %s", file, p.Name)
		}
		w.deleteFile(f)
		return nil
	})
}

// deleteFile takes a file away, and tells apps that could see it.
//
// Documented: reference/events/file_deleted. Assumed: messages change to show a
// tombstone, and those that showed nothing else are deleted.
func (w *Workspace) deleteFile(f *storedFile) {
	f.deleted, f.content = true, nil
	var channels []string
	inside := func(in *install) bool {
		return slices.ContainsFunc(f.shares, func(s share) bool { return s.channel.isMember[in.BotUserID] })
	}
	for _, s := range f.shares {
		channels = append(channels, s.channel.id)
	}
	var installs []*install
	for _, home := range w.workspaces {
		installs = append(installs, home.installs...)
	}
	for _, in := range installs {
		if inside(in) {
			in.w.happen(occurrence{
				name: "file_deleted", only: in, scopes: []string{"files:read"},
				body: plain(map[string]any{
					"type": "file_deleted", "file_id": f.info.ID,
					"channel_ids": emptyNotNull(channels), "event_ts": w.eventTS(),
				}),
			})
		}
	}
	for _, s := range f.shares {
		if s.entry.gone {
			continue
		}
		if s.entry.msg.Text == "" && len(s.entry.msg.Files) == 1 {
			w.erase(s.channel, s.entry)
			continue
		}
		next := *s.entry.msg
		next.Files = slices.Clone(next.Files)
		for i := range next.Files {
			if next.Files[i].ID == f.info.ID {
				next.Files[i] = FileInfo{ID: f.info.ID, Mode: "tombstone"}
			}
		}
		w.edit(s.channel, s.entry, &next)
	}
}

// seenBy reports whether an app may ask for the file: its own, or one in a
// conversation that it is in.
func (f *storedFile) seenBy(in *install, user string) bool {
	return f.by == in || f.info.User == user || slices.Contains(f.given, in) ||
		slices.ContainsFunc(f.shares, func(s share) bool { return s.channel.isMember[user] })
}

// UploadPolicy is what the workspace lets people and apps upload.
type UploadPolicy int

const (
	UploadsAllowed UploadPolicy = iota
	ImagesOnly                  // other files answer file_uploads_except_images_disabled
	UploadsOff                  // file_uploads_disabled
)

// SetUploads changes what may be uploaded, as an admin does in Slack's settings.
func (w *Workspace) SetUploads(p UploadPolicy) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.uploads = p
}

// mayUpload is documented in the errors of reference/methods/files.getUploadURLExternal.
func (w *Workspace) mayUpload(name string) error {
	switch {
	case w.uploads == UploadsOff:
		return refuse("file_uploads_disabled")
	case w.uploads == ImagesOnly && !strings.HasPrefix(mime.TypeByExtension(path.Ext(name)), "image/"):
		return refuse("file_uploads_except_images_disabled")
	}
	return nil
}

// attach stores what a person adds to a message.
func (w *Workspace) attach(files []File, user string) (stored []*storedFile, shown []FileInfo, err error) {
	for _, f := range files {
		if err := w.mayUpload(f.Name); err != nil {
			return nil, nil, errors.New("fakeslack: the workspace takes no such files; see SetUploads")
		}
	}
	for _, f := range files {
		s := w.storeFile(f, user)
		stored, shown = append(stored, s), append(shown, s.info)
	}
	return stored, shown, nil
}

// serveFile gives a file to whoever holds a token with files:read.
//
// Documented: objects/file-object, url_private. Observed: without it the answer
// is the sign-in page (slack-go, GetFile).
func (w *Workspace) serveFile(rw http.ResponseWriter, r *http.Request) {
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	w.mu.Lock()
	f := w.files[r.PathValue("id")]
	g := w.tokens[bearer]
	allowed := g != nil && g.refusal(w.clock.Now()) == "" && g.scopes["files:read"] && (f == nil || f.seenBy(g.install, g.user))
	var content []byte
	kind := ""
	found := f != nil && !f.deleted && f.upload == nil
	if found {
		content, kind = f.content, f.info.Mimetype
	}
	w.mu.Unlock()
	if !allowed {
		http.Redirect(rw, r, "/signin?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	}
	if !found {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", kind)
	_, _ = rw.Write(content)
}

func (w *Workspace) serveSignIn(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, "<!DOCTYPE html><title>Sign in</title><h1>Sign in to %s</h1>", w.cfg.Domain)
}
