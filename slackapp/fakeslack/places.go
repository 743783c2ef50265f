package fakeslack

import (
	"bytes"
	"net/http"
	"slices"
)

// Places beside the methods of the Web API that Fail can let go wrong.
const (
	AtUpload      = "upload"       // the bytes of a file, on their way to Slack
	AtFile        = "url_private"  // a file, on its way to the app
	AtResponseURL = "response_url" // an answer to a command or a click
)

var places = []string{AtUpload, AtFile, AtResponseURL}

// failing serves a place, as Fail will have it.
func (w *Workspace) failing(place string, serve http.HandlerFunc) http.HandlerFunc {
	return func(rw http.ResponseWriter, r *http.Request) {
		f := w.faults.pendingFor(place)
		if f.kind == noFault {
			serve(rw, r)
			return
		}
		kept := &keptAnswer{header: rw.Header(), status: http.StatusOK}
		if f.takesEffect() {
			serve(kept, r)
		}
		c := &call{w: w, method: place}
		log := Request{Method: place, At: w.clock.Now(), Status: kept.status, Fault: faultNames[f.kind]}
		body := kept.body.Bytes()
		hangUp := c.applyFault(r, rw.Header(), f, &log, &body)
		w.requests.add(log)
		w.news.tell()
		if hangUp {
			panic(http.ErrAbortHandler) // closes the connection without an answer
		}
		rw.WriteHeader(log.Status)
		_, _ = rw.Write(body) // the caller may have gone
	}
}

// A keptAnswer is one that is not sent yet. Its header is that of the real one.
type keptAnswer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (k *keptAnswer) Header() http.Header         { return k.header }
func (k *keptAnswer) WriteHeader(status int)      { k.status = status }
func (k *keptAnswer) Write(b []byte) (int, error) { return k.body.Write(b) }

func canFail(name string) bool {
	_, method := theDigest.Methods[name]
	return method || slices.Contains(places, name)
}
