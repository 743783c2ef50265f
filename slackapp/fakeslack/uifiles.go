package fakeslack

import (
	"mime"
	"net/http"
	"slices"
)

// maxAttached is the most bytes that the page sends with one message, files as
// base64 included.
const maxAttached = 12 << 20

// attached is a file that somebody on the page adds to a message.
type attached struct {
	Name    string `json:"name"`
	Type    string `json:"type,omitempty"`
	Content []byte `json:"content"`
}

// shownInline are the types that the page shows; others are only downloaded, so
// that nothing in a file can act as the page.
var shownInline = []string{"image/png", "image/jpeg", "image/gif", "image/webp"}

// uiFile gives the page the content of a file by its id.
func (w *Workspace) uiFile(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	f := w.files[r.PathValue("id")]
	if f == nil || f.deleted {
		w.mu.Unlock()
		http.NotFound(rw, r)
		return
	}
	info, content := f.info, f.content
	w.mu.Unlock()
	kind := "application/octet-stream"
	if slices.Contains(shownInline, info.Mimetype) {
		kind = info.Mimetype
	}
	h := rw.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": info.Name}))
	_, _ = rw.Write(content) // the caller may have gone
}

// screenFiles are the files of a message as people see them: in full also where
// apps see a stub. The caller holds w.mu.
func (w *Workspace) screenFiles(shown []FileInfo) []FileInfo {
	shown = slices.Clone(shown)
	for i, f := range shown {
		if stored := w.files[f.ID]; stored != nil && !stored.deleted {
			shown[i] = stored.info
		}
	}
	return shown
}
