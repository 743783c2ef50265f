package bridge

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// WriteCSV writes a line per group, for spreadsheets: seconds for durations, a share of
// Chosen for wrong choices. Cells that a spreadsheet would take for a formula begin with
// an apostrophe (OWASP, "CSV Injection").
func (n Numbers) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{
		"group", "conversations", "chosen", "left while closed", "first replies", "first reply median s", "first reply p90 s",
		"missed", "handed over", "wrong choices", "wrong choices share", "went to", "ratings", "rating average",
	}}
	name := map[GroupID]string{}
	for _, g := range n.Groups {
		name[g.Group] = g.Name
	}
	for _, g := range n.Groups {
		share := ""
		if g.Chosen > 0 {
			share = fmt.Sprintf("%.3f", float64(g.Wrong)/float64(g.Chosen))
		}
		average := ""
		if g.Rating.Count > 0 {
			average = fmt.Sprintf("%.2f", g.Rating.Average())
		}
		rows = append(rows, []string{
			cell(g.Name), strconv.Itoa(g.Conversations), strconv.Itoa(g.Chosen), strconv.Itoa(g.Left),
			strconv.Itoa(g.Replied), seconds(g.ReplyMedian, g.Replied), seconds(g.ReplyP90, g.Replied),
			strconv.Itoa(g.Missed), strconv.Itoa(g.HandedOver), strconv.Itoa(g.Wrong), share, cell(wentTo(g, name)),
			strconv.Itoa(g.Rating.Count), average,
		})
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write numbers: %w", err)
	}
	return nil
}

func seconds(d time.Duration, n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(int(d.Round(time.Second) / time.Second))
}

// wentTo says where visitors went who had chosen the group, most of them first.
func wentTo(g GroupNumbers, name map[GroupID]string) string {
	var ids []GroupID
	for id := range g.WentTo {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y GroupID) int {
		if d := g.WentTo[y] - g.WentTo[x]; d != 0 {
			return d
		}
		return strings.Compare(string(x), string(y))
	})
	var parts []string
	for _, id := range ids {
		n := name[id]
		if n == "" {
			n = string(id)
		}
		parts = append(parts, fmt.Sprintf("%s: %d", n, g.WentTo[id]))
	}
	return strings.Join(parts, "; ")
}

// cell keeps a spreadsheet from taking a text for a formula.
func cell(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
