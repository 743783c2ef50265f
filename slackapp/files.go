package slackapp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// files keeps the bytes of files in Slack. What visitors send is uploaded there in
// Slack's three steps (docs.slack.dev/messaging/working-with-files), the last of which
// names no channel: then the file exists, nobody but the app sees it, and each thread
// that shows its line shares it by its permalink, in order with the other lines.
type files struct {
	app  *App
	http *http.Client
	api  *url.URL // of the Web API, whose file addresses are trusted as Slack's are
}

var _ bridge.Files = (*files)(nil)

// Files is where the bridge finds the bytes of files.
func (a *App) Files() bridge.Files { return a.files }

const (
	// uploadPatience is how long an upload may be refused for the moment, or left
	// without an answer, before the visitor is told to try again.
	uploadPatience = 10 * time.Second
	// uploadPause is the wait before a step of an upload is tried again.
	uploadPause = time.Second
	// maxFileTime bounds the transfer of one file.
	maxFileTime = 5 * time.Minute
)

func newFiles(a *App) *files {
	f := &files{app: a, http: &http.Client{
		Transport: &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
			MaxIdleConnsPerHost:   8,
			IdleConnTimeout:       90 * time.Second,
			TLSHandshakeTimeout:   10 * time.Second,
			ResponseHeaderTimeout: 30 * time.Second,
			ForceAttemptHTTP2:     true,
		},
		// Where the token is not good enough, Slack redirects to a page to sign in
		// at. Nothing good is behind any redirect.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	var err error
	if f.api, err = url.Parse(a.cfg.APIURL); err != nil {
		f.api = &url.URL{} // nothing can be called there, or trusted
	}
	return f
}

// trusted reports whether an address is one of Slack's for files. The token goes
// nowhere else.
func (f *files) trusted(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return false
	}
	if f.api.Host != "" && u.Host == f.api.Host {
		return u.Scheme == f.api.Scheme // in the clear only where all is, as of a simulated Slack
	}
	return u.Scheme == "https" && u.Host == "files.slack.com"
}

// Keep uploads a file. What Slack did with a step whose answer was lost is looked up.
func (f *files) Keep(ctx context.Context, _ bridge.WorkspaceID, file bridge.File, bytes io.Reader) (bridge.FileRef, error) {
	ctx, cancel := context.WithTimeout(ctx, maxFileTime)
	defer cancel()
	var ticket *slack.GetUploadURLExternalResponse
	v := f.insist(ctx, "files.getUploadURLExternal", func(ctx context.Context) (err error) {
		ticket, err = f.app.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: file.Name, FileSize: int(file.Size),
		})
		return err
	})
	if v.outcome != done {
		return "", f.refusal(file, "announce a file", v)
	}
	if err := f.send(ctx, ticket.UploadURL, file.Size, bytes); err != nil {
		return "", f.refusal(file, "upload a file", verdict{outcome: unsure, err: err})
	}
	info, v := f.complete(ctx, ticket.FileID, file.Name)
	if v.outcome != done {
		f.Drop(context.WithoutCancel(ctx), "", fileRef{id: ticket.FileID}.ref())
		return "", f.refusal(file, "complete an upload", v)
	}
	return fileRef{info.ID, info.Permalink}.ref(), nil
}

// send brings the bytes to where Slack wants them, which needs no token.
func (f *files) send(ctx context.Context, address string, size int64, bytes io.Reader) error {
	if !f.trusted(address) {
		return errors.New("slack wants the bytes on a host that is not its own")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, io.NopCloser(bytes))
	if err != nil {
		return err
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/octet-stream")
	res, err := f.http.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("status %d", res.StatusCode)
	}
	return nil
}

// withoutAddress takes the address out of an error of the HTTP client: that of an
// upload is as good as a key.
func withoutAddress(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// complete makes a file of what was uploaded, once. Slack takes the step only once, so
// whenever it does not clearly say that it has, the file itself tells.
func (f *files) complete(ctx context.Context, id, name string) (info *slack.File, v verdict) {
	v = f.insist(ctx, "files.completeUploadExternal", func(ctx context.Context) error {
		_, err := f.app.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
			Files: []slack.FileSummary{{ID: id, Title: name}},
		})
		var there error
		if info, there = f.info(ctx, id); there == nil {
			return nil
		}
		if err == nil {
			return there
		}
		return err
	})
	if v.outcome == done && info.Permalink == "" {
		v = verdict{outcome: unsure, err: errors.New("slack gave a file no permalink")}
	}
	return info, v
}

func (f *files) info(ctx context.Context, id string) (*slack.File, error) {
	info, _, _, err := f.app.api.GetFileInfoContext(ctx, id, 0, 0)
	return info, err
}

// insist makes a call until Slack has clearly answered it, for a while.
func (f *files) insist(ctx context.Context, method string, call func(context.Context) error) verdict {
	clock := f.app.cfg.Clock
	until := clock.Now().Add(uploadPatience)
	for {
		v := mutate(ctx, call)
		f.app.metrics.call(method, v)
		pause := max(v.retryAfter, uploadPause)
		passing := v.outcome == notDone || v.outcome == unsure && !refusedFile(v.code)
		if !passing || ctx.Err() != nil || clock.Now().Add(pause).After(until) {
			return v
		}
		due, stop := clock.NewTimer(pause)
		select {
		case <-due:
		case <-ctx.Done():
		}
		stop()
	}
}

// refusedFile reports whether an error code is about the file or what the workspace
// takes, so that asking again changes nothing (docs.slack.dev, the errors of
// files.getUploadURLExternal, files.completeUploadExternal and files.info).
func refusedFile(code string) bool {
	switch code {
	case "file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed",
		"file_upload_size_restricted", "storage_limit_reached", "file_deleted", "malware_detected", "blocked_file_type":
		return true
	}
	return false
}

// refusal says to the visitor why Slack does not take a file.
func (f *files) refusal(file bridge.File, step string, v verdict) error {
	switch v.code {
	case "file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed", "malware_detected", "blocked_file_type":
		return bridge.Errorf(bridge.CodeFileType, "the file %s is of a kind that the workspace does not take", file.Name)
	case "file_upload_size_restricted":
		return bridge.Errorf(bridge.CodeTooLong, "the file %s is larger than the workspace takes", file.Name)
	}
	f.app.log.Warn().Str("code", v.code).Err(v.err).Msg(step)
	return &bridge.Error{
		Code: bridge.CodeUnavailable, Message: "Slack cannot take the file now", RetryAfter: max(v.retryAfter, 5*time.Second), Cause: v.err,
	}
}

// Drop deletes a file that nobody has seen.
func (f *files) Drop(ctx context.Context, _ bridge.WorkspaceID, ref bridge.FileRef) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	v := mutate(ctx, func(ctx context.Context) error { return f.app.api.DeleteFileContext(ctx, parseFileRef(ref).id) })
	f.app.metrics.call("files.delete", v)
}

// Open reads a file as Slack has it now. Its bytes are asked for with the app's token,
// from Slack's own hosts only, whatever Slack says where they are.
func (f *files) Open(ctx context.Context, _ bridge.WorkspaceID, file bridge.File) (io.ReadCloser, error) {
	info, err := f.info(ctx, parseFileRef(file.Ref).id)
	if err != nil {
		v := classify(err, true)
		f.app.metrics.call("files.info", v)
		if v.code == "file_deleted" || v.code == "file_not_found" {
			return nil, errFileGone
		}
		return nil, f.closed("look up a file", v)
	}
	address := info.URLPrivateDownload
	if address == "" {
		address = info.URLPrivate
	}
	if !hosted(info.Mode, info.IsExternal) || !f.trusted(address) || int64(info.Size) > f.app.bridge.Load().MaxFileBytes() {
		return nil, errFileGone
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errFileGone
	}
	req.Header.Set("Authorization", "Bearer "+f.app.cfg.BotToken)
	res, err := f.http.Do(req)
	if err != nil {
		return nil, f.closed("open a file", verdict{err: withoutAddress(err)})
	}
	if res.StatusCode != http.StatusOK {
		res.Body.Close()
		if res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone {
			return nil, errFileGone
		}
		return nil, f.closed("open a file", verdict{err: fmt.Errorf("status %d", res.StatusCode)})
	}
	return fileBytes{io.LimitReader(res.Body, int64(info.Size)), res.Body}, nil
}

// fileBytes are as many bytes as Slack says that a file has.
type fileBytes struct {
	io.Reader
	io.Closer
}

var errFileGone = bridge.Errorf(bridge.CodeNotFound, "the file is there no more")

func (f *files) closed(step string, v verdict) error {
	f.app.log.Warn().Str("code", v.code).Err(v.err).Msg(step)
	return &bridge.Error{Code: bridge.CodeUnavailable, Message: "Slack does not give the file now", RetryAfter: max(v.retryAfter, 5*time.Second), Cause: v.err}
}

// hosted reports whether the bytes of a file are Slack's to give: those of another
// service, deleted ones and those behind the limit of a free plan are not
// (docs.slack.dev/reference/objects/file-object).
func hosted(mode string, external bool) bool {
	return !external && (mode == "hosted" || mode == "snippet" || mode == "post" || strings.HasPrefix(mode, "audio") || strings.HasPrefix(mode, "video"))
}
