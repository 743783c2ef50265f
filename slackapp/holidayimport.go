package slackapp

import (
	"context"
	"io"
	"slices"
	"strings"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// importForm takes holidays out of a calendar file, chosen or pasted.
const importForm = "holidays.import"

func init() { forms[importForm] = form{least: groupManager, submit: (*App).importHolidays} }

func importView(req request, g bridge.Group) *slack.ModalViewRequest {
	in, state := req.in, stateOf(req)
	state.Group = g.ID
	v := newFormView(in, importForm, state, in.Say("Import a calendar"), in.Say("Import"))
	v.say(in.Say("Calendar programs export holidays as a file that ends in .ics; many countries and schools publish theirs as one. Its whole days are added to those that *%s* has.", mrkdwn.Escape(g.Name)))
	v.field("file", in.Say("Calendar file"), "", true, &slack.FileInputBlockElement{
		Type: slack.METFileInput, ActionID: "file", FileTypes: []string{"ics"}, MaxFiles: 1,
	})
	v.field("text", in.Say("Or its text"), in.Say("All of it, from BEGIN:VCALENDAR to END:VCALENDAR."), true, typed("", 3000, true))
	return v.done()
}

func (a *App) importHolidays(ctx context.Context, req request, f filled) (formResult, error) {
	g, err := a.bridge.Load().Group(a.self().Workspace, f.Group)
	if err == nil {
		err = req.mayManage(g) // before a file is fetched for anybody
	}
	if err != nil {
		return formResult{}, err
	}
	field, text := "text", f.text("text")
	if files := f.fields["file"].Files; len(files) > 0 {
		field = "file"
		if text, err = a.calendarText(ctx, files[0].ID); err != nil {
			return formResult{}, inField(field, err)
		}
	}
	if text == "" {
		return formResult{}, inField("text", bridge.Errorf(bridge.CodeInvalid, "choose a calendar file, or paste its text"))
	}
	calendar, err := bridge.ParseICS(text, a.today(g, req.who))
	if err != nil {
		return formResult{}, inField(field, err)
	}
	taken := 0
	g, err = a.amendGroup(ctx, req, g.ID, func(g *bridge.Group) error {
		taken = 0
		if len(calendar.Holidays) == 0 {
			return nil
		}
		h := hoursToChange(g, req.who)
		for _, day := range calendar.Holidays {
			if !slices.Contains(h.Holidays, day) {
				h.Holidays = append(h.Holidays, day)
				taken++
			}
		}
		return nil
	})
	if bridge.CodeOf(err) == bridge.CodeInvalid { // there are too many
		err = inField(field, err)
	}
	if err != nil {
		return formResult{}, err
	}
	return formResult{view: saidView(req.in, importReport(req, calendar, taken)), under: a.holidaysView(req, g, 0)}, nil
}

// importReport says how much of a calendar was taken in, and why the rest was not.
func importReport(req request, calendar bridge.ICS, taken int) reply {
	in := req.in
	lines := []string{in.Count(taken, "%d holiday was added.", "%d holidays were added.")}
	for _, left := range []struct {
		n    int
		said string
	}{
		{len(calendar.Holidays) - taken, in.Count(len(calendar.Holidays)-taken, "%d was there already.", "%d were there already.")},
		{calendar.Past, in.Count(calendar.Past, "%d is past and was left out.", "%d are past and were left out.")},
		{calendar.Timed, in.Count(calendar.Timed, "%d has a time of day and was left out: only whole days are holidays.", "%d have a time of day and were left out: only whole days are holidays.")},
		{calendar.Recurring, in.Count(calendar.Recurring, "%d comes again by a rule that is not kept here and was left out: add its days by hand.", "%d come again by rules that are not kept here and were left out: add their days by hand.")},
	} {
		if left.n > 0 {
			lines = append(lines, left.said)
		}
	}
	return reply{text: strings.Join(lines, "\n")}
}

// calendarText reads a file that somebody gave to a form, through Slack and from
// Slack's own hosts only. What is too large is not read.
func (a *App) calendarText(ctx context.Context, id string) (string, error) {
	bytes, err := a.files.Open(ctx, a.self().Workspace, bridge.File{Ref: fileRef{id: id}.ref()})
	if err != nil {
		return "", bridge.Errorf(bridge.CodeUnavailable, "that file cannot be read just now, or is too large: try again, or paste its text: %w", err)
	}
	defer bytes.Close()
	data, err := io.ReadAll(io.LimitReader(bytes, bridge.MaxICSBytes+1)) // ParseICS refuses the one more
	if err != nil {
		return "", bridge.Errorf(bridge.CodeUnavailable, "Slack does not give that file just now: try again, or paste its text: %w", err)
	}
	return string(data), nil
}
