package slackapp

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
)

// attachment is a file as a message event has it
// (docs.slack.dev/reference/objects/file-object).
type attachment struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Title      string `json:"title"`
	Mimetype   string `json:"mimetype"`
	Mode       string `json:"mode"`
	Size       int64  `json:"size"`
	IsExternal bool   `json:"is_external"`
	FileAccess string `json:"file_access"`
	Permalink  string `json:"permalink"`
}

func attachmentOf(f *slack.File) attachment {
	return attachment{f.ID, f.Name, f.Title, f.Mimetype, f.Mode, int64(f.Size), f.IsExternal, f.FileAccess, f.Permalink}
}

// attached returns the files of a message that go with it. Of those that stay, the
// author is told why. What a note carries goes to colleagues only, so whatever they
// can open in Slack does. An error means that Slack must be asked again.
func (a *App) attached(ctx context.Context, e event, note bool) ([]bridge.File, error) {
	var taken []bridge.File
	for _, raw := range e.Files {
		var f attachment
		if json.Unmarshal(raw, &f) != nil || f.ID == "" || slices.Contains([]string{"tombstone", "hidden_by_limit"}, f.Mode) {
			continue
		}
		if f.FileAccess == "check_file_info" { // of somebody of another workspace: a stub
			info, err := a.files.info(ctx, f.ID)
			if answer, ok := errors.AsType[slack.SlackErrorResponse](err); ok && answer.Err != "ratelimited" {
				a.tellOnce(e, a.people.locale(e.User).Say("A file stays here: Slack does not let the app see it."))
				continue
			}
			if err != nil {
				return nil, err
			}
			f = attachmentOf(info)
		}
		if f.Name == "" {
			f.Name = f.Title
		}
		if !hosted(f.Mode, f.IsExternal) {
			a.tellOnce(e, a.people.locale(e.User).Say("The file %s stays here: it lies outside Slack. Send the visitor its address as text.", bridge.CleanFileName(f.Name)))
			continue
		}
		file := bridge.File{Ref: fileRef{f.ID, f.Permalink}.ref(), Name: f.Name, Type: f.Mimetype, Size: f.Size}
		if err := a.bridge.Load().CheckFile(file); err != nil && !note {
			in := a.people.locale(e.User)
			a.tellOnce(e, in.Say("%s The visitor does not get it.", sentence(in, err)))
			continue
		}
		taken = append(taken, file)
	}
	return taken, nil
}
