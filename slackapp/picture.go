package slackapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
)

const (
	pictureTimeout      = 10 * time.Second
	maxPictureRedirects = 3
)

// fetchPicture downloads an avatar, a PNG or JPEG of at most
// bridge.MaxAvatarBytes; an empty address gives none. Only Slack's own hosts are
// asked, and without a token: whoever sets a profile chooses the address, and must
// not make this machine call any other.
func (p *people) fetchPicture(ctx context.Context, address string) ([]byte, error) {
	if address == "" {
		return nil, nil
	}
	u, err := url.Parse(address)
	if err != nil || !p.trusted(u) {
		return nil, errors.New("the picture is not on a host of Slack's")
	}
	ctx, cancel := context.WithTimeout(ctx, pictureTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	res, err := p.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", res.StatusCode)
	}
	picture, err := io.ReadAll(io.LimitReader(res.Body, bridge.MaxAvatarBytes+1))
	if err != nil {
		return nil, err
	}
	if len(picture) > bridge.MaxAvatarBytes {
		return nil, errors.New("the picture is too large")
	}
	switch http.DetectContentType(picture) { // whatever the header says
	case "image/png", "image/jpeg":
		return picture, nil
	}
	return nil, errors.New("the picture is neither PNG nor JPEG")
}

// trusted reports whether pictures are fetched from there.
func (p *people) trusted(u *url.URL) bool {
	if u.User != nil {
		return false
	}
	if p.host != "" && u.Host == p.host { // also of a simulated Slack, in the clear
		return u.Scheme == "https" || u.Scheme == "http"
	}
	if u.Scheme != "https" || u.Port() != "" && u.Port() != "443" {
		return false
	}
	h := strings.ToLower(u.Hostname())
	return h == "secure.gravatar.com" || strings.HasSuffix(h, ".slack-edge.com") || strings.HasSuffix(h, ".slack.com")
}

func (p *people) checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxPictureRedirects {
		return errors.New("redirected too often")
	}
	if !p.trusted(req.URL) {
		return errors.New("redirected to a host that is not Slack's")
	}
	return nil
}
