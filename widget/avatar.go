package widget

import (
	"net/http"

	"github.com/chatgroups/chatgroups/bridge"
)

// avatarPath returns where visitors find an avatar, "" for none.
func avatarPath(name string) string {
	if name == "" {
		return ""
	}
	return "/w/v1/avatars/" + name
}

// serveAvatar answers with an agent's picture. Its name is made of its content,
// so what it shows never changes.
func (s *Server) serveAvatar(w http.ResponseWriter, r *http.Request) {
	image, err := s.bridge.Avatar(r.Context(), r.PathValue("name"))
	if err != nil {
		status := http.StatusNotFound
		if bridge.CodeOf(err) != bridge.CodeNotFound {
			s.log.Warn().Err(err).Msg("read an avatar")
			status = http.StatusServiceUnavailable
		}
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		return
	}
	h := w.Header()
	anybody(h)
	h.Set("Cache-Control", forever)
	h.Set("Content-Type", http.DetectContentType(image))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.Write(image)
}
