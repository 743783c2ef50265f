package fakeslack

import (
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
)

// maxUpload is the most bytes of one file that the fake takes; Slack takes 1 GB.
const maxUpload = 64 << 20

// upload is a file between its announcement and its completion.
type upload struct {
	length   int
	received bool
}

// serveUpload takes the bytes of a file at the address that
// files.getUploadURLExternal gave, raw or as a form with one file.
//
// Documented: messaging/working-with-files, "Uploading files". Assumed: other
// than the announced length is refused with 400 (switch: Assumptions.LooseUploads).
func (w *Workspace) serveUpload(rw http.ResponseWriter, r *http.Request) {
	content, err := uploaded(http.MaxBytesReader(rw, r.Body, maxUpload), r.Header.Get("Content-Type"))
	if err != nil {
		http.Error(rw, "the body cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.files[w.uploadURLs[r.PathValue("ticket")]]
	switch {
	case f == nil || f.upload == nil:
		http.Error(rw, "no such upload", http.StatusNotFound)
		return
	case len(content) != f.upload.length && !w.cfg.Assume.LooseUploads:
		http.Error(rw, fmt.Sprintf("got %d bytes, want the announced %d", len(content), f.upload.length), http.StatusBadRequest)
		return
	}
	f.content, f.info.Size, f.upload.received = content, len(content), true
	fmt.Fprintf(rw, "OK - %d", len(content))
}

// uploaded reads the file in a body.
func uploaded(body io.Reader, declared string) ([]byte, error) {
	media, params, err := mime.ParseMediaType(declared)
	if err != nil || media != "multipart/form-data" {
		return io.ReadAll(body)
	}
	parts := multipart.NewReader(body, params["boundary"])
	part, err := parts.NextPart()
	if err != nil {
		return nil, err
	}
	return io.ReadAll(part)
}
