package slackapp

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/locale"
	"github.com/chatgroups/chatgroups/slackapp/mrkdwn"
)

// csvWord asks for numbers as a file.
const csvWord = "csv"

// stats shows the numbers of a time, seven days where none is named, of all groups that
// the person may see or of one.
func (a *App) stats(ctx context.Context, req request, words []string) (reply, error) {
	days := 7
	asFile := false
	var group []string
	for _, word := range words {
		n, isDays, err := daysOf(word)
		switch {
		case err != nil:
			return reply{}, err
		case isDays:
			days = n
		case strings.EqualFold(word, csvWord):
			asFile = true
		default:
			group = append(group, word)
		}
	}
	only := bridge.GroupID("")
	if len(group) > 0 {
		g, err := a.bridge.Load().FindGroup(a.self().Workspace, strings.Join(group, " "))
		if err != nil {
			return reply{}, err
		}
		only = g.ID
	}
	zone := req.who.zone()
	to := a.cfg.Clock.Now()
	today := to.In(zone)
	from := time.Date(today.Year(), today.Month(), today.Day()-days+1, 0, 0, 0, 0, zone)
	n, err := a.bridge.Load().Numbers(ctx, a.self().Workspace, from, to, zone)
	if err != nil {
		return reply{}, err
	}
	n.Groups, err = a.groupsFor(ctx, req, n.Groups, only)
	if err != nil {
		return reply{}, err
	}
	if len(n.Groups) == 0 {
		return req.say("You are in no group, so there are no numbers for you."), nil
	}
	if asFile {
		return a.statsFile(ctx, req, n, days)
	}
	r := reply{text: statsText(req.in, n, days)}
	r.charts = statsCharts(req.in, n, only == "" && req.administers())
	typed := append(append([]string{"stats"}, quotedAll(group)...), strconv.Itoa(days)+"d", csvWord)
	r.buttons = []slack.BlockElement{button(actionTyped+":csv", strings.Join(typed, " "), req.in.Say("As a file"), "")}
	return r, nil
}

// daysOf reads "7d" or "today"; isDays is false for what is meant as something else.
func daysOf(word string) (days int, isDays bool, err error) {
	if strings.EqualFold(word, "today") || strings.EqualFold(word, "aujourd’hui") || strings.EqualFold(word, "aujourd'hui") {
		return 1, true, nil
	}
	digits, ok := strings.CutSuffix(strings.ToLower(word), "d")
	if !ok {
		digits, ok = strings.CutSuffix(strings.ToLower(word), "j")
	}
	n, numeric := strconv.Atoi(digits)
	if !ok || numeric != nil {
		return 0, false, nil
	}
	if n < 1 || n > bridge.MaxNumberDays {
		return 0, true, bridge.Errorf(bridge.CodeInvalid, "write a number of days from 1 to %d, like `/chatgroups stats 30d`", bridge.MaxNumberDays)
	}
	return n, true, nil
}

// groupsFor leaves the groups that the person may see the numbers of: all for those who
// administer, else those that they manage or belong to.
func (a *App) groupsFor(ctx context.Context, req request, groups []bridge.GroupNumbers, only bridge.GroupID) ([]bridge.GroupNumbers, error) {
	var seen []bridge.GroupNumbers
	for _, of := range groups {
		if only != "" && of.Group != only {
			continue
		}
		if !req.administers() {
			g, err := a.bridge.Load().Group(a.self().Workspace, of.Group)
			if err != nil {
				continue // deleted
			}
			if !g.ManagedBy(bridge.AgentID(req.user)) {
				people, err := a.peopleOf(ctx, g)
				if err != nil {
					return nil, bridge.Errorf(bridge.CodeUnavailable, "Slack does not say just now who is in which group: try again in a moment")
				}
				if !slices.Contains(people, req.user) {
					continue
				}
			}
		}
		seen = append(seen, of)
	}
	if len(seen) == 0 && only != "" {
		return nil, bridge.Errorf(bridge.CodeForbidden, "only admins, managers and people of the group can see its numbers")
	}
	return seen, nil
}

// statsText is the numbers in words: what a screen reader and a phone show.
func statsText(in locale.Locale, n bridge.Numbers, days int) string {
	name := map[bridge.GroupID]string{}
	for _, g := range n.Groups {
		name[g.Group] = g.Name
	}
	lines := []string{in.Say("*Numbers of today*")}
	if days > 1 {
		lines[0] = in.Say("*Numbers of the last %d days*", days)
	}
	for _, g := range n.Groups {
		if g.Deleted && g.Conversations == 0 {
			continue
		}
		lines = append(lines, in.Count(g.Conversations, "• *%[2]s* – %[1]d conversation", "• *%[2]s* – %[1]d conversations", mrkdwn.Escape(g.Name)))
		for _, detail := range groupDetails(in, g, name) {
			lines = append(lines, "    ◦ "+detail)
		}
	}
	return strings.Join(lines, "\n")
}

func groupDetails(in locale.Locale, g bridge.GroupNumbers, name map[bridge.GroupID]string) []string {
	var all []string
	if g.Replied > 0 {
		all = append(all, in.Say("first reply after %s; nine of ten within %s", in.Duration(g.ReplyMedian), in.Duration(g.ReplyP90)))
	}
	if g.Missed > 0 {
		all = append(all, in.Count(g.Missed, "%d missed", "%d missed"))
	}
	if g.Left > 0 {
		all = append(all, in.Count(g.Left, "%d message left while it was closed", "%d messages left while it was closed"))
	}
	if g.HandedOver > 0 {
		all = append(all, in.Count(g.HandedOver, "%d handed over", "%d handed over"))
	}
	if g.Wrong > 0 {
		var went []string
		for id, times := range g.WentTo {
			to := name[id]
			if to == "" {
				to = string(id)
			}
			went = append(went, in.Say("%s %d", mrkdwn.Escape(to), times))
		}
		slices.Sort(went)
		all = append(all, in.Say("%d%% of its visitors chose wrongly and went to %s", 100*g.Wrong/max(g.Chosen, 1), in.List(went)))
	}
	if g.Rating.Count > 0 {
		all = append(all, in.Count(g.Rating.Count, "rated %[2]s of 5, by %[1]d visitor", "rated %[2]s of 5, by %[1]d visitors", strconv.FormatFloat(g.Rating.Average(), 'f', 1, 64)))
	}
	return all
}

// Limits of charts (docs.slack.dev/reference/block-kit/blocks/data-visualization-block,
// as slack-go has them).
const (
	maxChartPoints = 20
	maxChartLabel  = 20
	maxChartTitle  = 50
)

// statsCharts are the numbers as Slack draws them: conversations by day where all groups
// are shown, and by group.
func statsCharts(in locale.Locale, n bridge.Numbers, byDay bool) []slack.Block {
	var charts []slack.Block
	if days := n.Days; byDay && len(days) > 1 {
		charts = append(charts, dayChart(in, days))
	}
	var labels []string
	var had, missed []slack.DataVisualizationDataPoint
	for _, g := range n.Groups {
		label := cutText(g.Name, maxChartLabel)
		if g.Conversations == 0 || slices.Contains(labels, label) || len(labels) == maxChartPoints {
			continue
		}
		labels = append(labels, label)
		had = append(had, slack.NewDataVisualizationDataPoint(label, float64(g.Conversations)))
		missed = append(missed, slack.NewDataVisualizationDataPoint(label, float64(g.Missed)))
	}
	if len(labels) > 1 {
		charts = append(charts, slack.NewDataVisualizationBlock(cutText(in.Say("By group"), maxChartTitle), slack.NewDataVisualizationBarChart(
			slack.NewDataVisualizationAxisConfig(labels...),
			slack.NewDataVisualizationDataSeries(cutText(in.Say("Conversations"), maxChartLabel), had...),
			slack.NewDataVisualizationDataSeries(cutText(in.Say("Missed"), maxChartLabel), missed...))))
	}
	return charts
}

// dayChart draws the days; more than 20 are put together evenly.
func dayChart(in locale.Locale, days []bridge.DayNumbers) slack.Block {
	size := (len(days) + maxChartPoints - 1) / maxChartPoints
	var labels []string
	var had, missed []slack.DataVisualizationDataPoint
	for part := range slices.Chunk(days, size) {
		conversations, lost := 0, 0
		for _, d := range part {
			conversations += d.Conversations
			lost += d.Missed
		}
		label := part[0].Day.Format("2006-01-02")
		labels = append(labels, label)
		had = append(had, slack.NewDataVisualizationDataPoint(label, float64(conversations)))
		missed = append(missed, slack.NewDataVisualizationDataPoint(label, float64(lost)))
	}
	return slack.NewDataVisualizationBlock(cutText(in.Say("By day"), maxChartTitle), slack.NewDataVisualizationBarChart(
		slack.NewDataVisualizationAxisConfig(labels...),
		slack.NewDataVisualizationDataSeries(cutText(in.Say("Conversations"), maxChartLabel), had...),
		slack.NewDataVisualizationDataSeries(cutText(in.Say("Missed"), maxChartLabel), missed...)))
}

// statsFile sends the numbers as CSV, by direct message: an ephemeral message takes no
// file.
func (a *App) statsFile(ctx context.Context, req request, n bridge.Numbers, days int) (reply, error) {
	var csv bytes.Buffer
	if err := n.WriteCSV(&csv); err != nil {
		return reply{}, err
	}
	failed := bridge.Errorf(bridge.CodeUnavailable, "Slack did not take the file just now: try again in a moment")
	dm, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{req.user}})
	if err != nil || dm == nil {
		a.metrics.call("conversations.open", classify(err, true))
		return reply{}, failed
	}
	name := fmt.Sprintf("chatgroups-%s-%dd.csv", n.To.UTC().Format("2006-01-02"), days)
	at, err := a.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: csv.Len()})
	if err != nil {
		a.metrics.call("files.getUploadURLExternal", classify(err, true))
		return reply{}, failed
	}
	if err := a.files.send(ctx, at.UploadURL, int64(csv.Len()), bytes.NewReader(csv.Bytes())); err != nil {
		return reply{}, failed
	}
	_, err = a.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: []slack.FileSummary{{ID: at.FileID, Title: name}}, Channel: dm.ID,
	})
	if err != nil {
		a.metrics.call("files.completeUploadExternal", classify(err, true))
		return reply{}, failed
	}
	return req.say("The file is in your messages with this app."), nil
}
