package fakeslack_test

import (
	"strings"
	"testing"

	"github.com/slack-go/slack"
)

const bars = `{"type":"data_visualization","title":"First reply","chart":{"type":"bar","axis_config":{"categories":["Mon","Tue"],"y_label":"Seconds"},
	"series":[{"name":"Sales","data":[{"label":"Mon","value":40},{"label":"Tue","value":25}]}]}}`

const rows = `{"type":"table","column_settings":[{"align":"right"},null],"rows":[[{"type":"raw_text","text":"Group"},null],
	[{"type":"raw_text","text":"Sales"},{"type":"raw_number","value":3}]]}`

func TestChartsAndTablesStandInMessages(t *testing.T) {
	shows(t, 59)
	w := newWorld(t)
	for name, row := range map[string]struct{ blocks, says string }{
		"bars":              {`[` + bars + `]`, ""},
		"a table":           {`[` + rows + `]`, ""},
		"two charts":        {`[` + bars + `,` + bars + `]`, ""},
		"three charts":      {`[` + bars + `,` + bars + `,` + bars + `]`, "no more than 2 data_visualization blocks"},
		"two tables":        {`[` + rows + `,` + rows + `]`, "no more than 1 table blocks"},
		"a long title":      {`[` + strings.Replace(bars, "First reply", strings.Repeat("x", 51), 1) + `]`, "must be less than 51 characters"},
		"a long label":      {`[` + strings.ReplaceAll(bars, "Mon", strings.Repeat("x", 21)) + `]`, "must be less than 21 characters"},
		"a missing point":   {`[` + strings.Replace(bars, `,{"label":"Tue","value":25}`, "", 1) + `]`, "exactly one point for every category"},
		"a point twice":     {`[` + strings.Replace(bars, `"label":"Tue"`, `"label":"Mon"`, 1) + `]`, "exactly one point for every category"},
		"no axis":           {`[` + strings.Replace(bars, `"axis_config"`, `"axis"`, 1) + `]`, "missing required field: axis_config"},
		"an unknown chart":  {`[` + strings.Replace(bars, `"bar"`, `"radar"`, 1) + `]`, "unsupported type: radar"},
		"an empty slice":    {`[{"type":"data_visualization","title":"T","chart":{"type":"pie","segments":[{"label":"A","value":0}]}}]`, "must be more than 0"},
		"seven slices":      {`[{"type":"data_visualization","title":"T","chart":{"type":"pie","segments":` + blocks(7, `{"label":"A","value":1}`) + `}}]`, "no more than 6 items"},
		"21 columns":        {`[{"type":"table","rows":[` + blocks(21, `{"type":"raw_text","text":"x"}`) + `]}]`, "no more than 20 items"},
		"101 rows":          {`[{"type":"table","rows":` + blocks(101, `[null]`) + `}]`, "no more than 100 items"},
		"an empty raw text": {`[{"type":"table","rows":[[{"type":"raw_text","text":""}]]}]`, "must be more than 0 characters"},
	} {
		t.Run(name, func(t *testing.T) {
			a := w.call("chat.postMessage", "channel", w.chat, "text", "x", "blocks", row.blocks)
			if row.says == "" {
				a.ok(t)
				return
			}
			if a.refused(t, "invalid_blocks"); !strings.Contains(a.raw, row.says) {
				t.Errorf("got %s, want %q", a.raw, row.says)
			}
		})
	}
	w.call("views.publish", "user_id", w.ann.ID, "view", `{"type":"home","blocks":[`+bars+`]}`).refused(t, "invalid_arguments")
}

func TestTheChartsOfSlackGoAreTaken(t *testing.T) {
	shows(t, 59)
	w := newWorld(t)
	axis := slack.NewDataVisualizationAxisConfig("Mon", "Tue").WithYLabel("Chats")
	series := slack.NewDataVisualizationDataSeries("Sales", slack.NewDataVisualizationDataPoint("Mon", 4), slack.NewDataVisualizationDataPoint("Tue", 2.5))
	for name, chart := range map[string]slack.DataVisualizationChart{
		"bar": slack.NewDataVisualizationBarChart(axis, series), "line": slack.NewDataVisualizationLineChart(axis, series),
		"area": slack.NewDataVisualizationAreaChart(axis, series),
		"pie":  slack.NewDataVisualizationPieChart(slack.NewDataVisualizationSegment("Sales", 3), slack.NewDataVisualizationSegment("Tech", 1)),
	} {
		if _, _, err := w.api.PostMessage(w.chat, slack.MsgOptionText("x", false), slack.MsgOptionBlocks(slack.NewDataVisualizationBlock("Chats", chart))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
