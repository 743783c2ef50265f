package fakeslack

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"path"
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
	Name               string `json:"name"`
	Title              string `json:"title"`
	Mimetype           string `json:"mimetype"`
	Filetype           string `json:"filetype"`
	PrettyType         string `json:"pretty_type"`
	User               string `json:"user"`
	Mode               string `json:"mode"`
	Size               int    `json:"size"`
	IsExternal         bool   `json:"is_external"`
	IsPublic           bool   `json:"is_public"`
	FileAccess         string `json:"file_access"`
	URLPrivate         string `json:"url_private"`
	URLPrivateDownload string `json:"url_private_download"`
}

type storedFile struct {
	info    FileInfo
	content []byte
}

// storeFile keeps a file and returns how messages show it. The caller holds w.mu.
func (w *Workspace) storeFile(f File, user string) FileInfo {
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
	info := FileInfo{
		ID: id, Created: now, Timestamp: now, Name: f.Name, Title: f.Name,
		Mimetype: f.Mimetype, Filetype: kind, PrettyType: strings.ToUpper(kind),
		User: user, Mode: "hosted", Size: len(f.Content), FileAccess: "visible",
		URLPrivate: address, URLPrivateDownload: address,
	}
	w.files[id] = &storedFile{info: info, content: f.Content}
	return info
}

// serveFile gives a file to whoever holds a token with files:read.
//
// Documented: objects/file-object, url_private. Observed: without it the answer
// is the sign-in page (slack-go, GetFile).
func (w *Workspace) serveFile(rw http.ResponseWriter, r *http.Request) {
	bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	w.mu.Lock()
	g := w.tokens[bearer]
	allowed := g != nil && !g.revoked && !g.install.gone && g.scopes["files:read"]
	f := w.files[r.PathValue("id")]
	w.mu.Unlock()
	if !allowed {
		http.Redirect(rw, r, "/signin?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	}
	if f == nil {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", f.info.Mimetype)
	_, _ = rw.Write(f.content)
}

func (w *Workspace) serveSignIn(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprintf(rw, "<!DOCTYPE html><title>Sign in</title><h1>Sign in to %s</h1>", w.cfg.Domain)
}
