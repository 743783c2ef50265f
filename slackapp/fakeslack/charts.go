package fakeslack

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Blocks that show numbers, in messages only.
//
// Documented: reference/block-kit/blocks/data-visualization-block and table-block;
// the doc comments of slack-go v0.35.0 and npm @slack/types 3.2.0. Assumed: that
// views take neither.

// maxCharts and maxTables are how many of them a message has.
const (
	maxCharts = 2
	maxTables = 1
)

var (
	point  = object(fields{"label!": text(1, 20), "value!": number})
	series = object(fields{"name!": text(1, 20), "data!": listOf(1, 20, point)})
	axes   = object(fields{"categories!": listOf(1, 20, text(1, 20)), "x_label": text(1, 50), "y_label": text(1, 50)})
	plot   = also(object(fields{"type!": anything, "series!": listOf(1, 6, series), "axis_config!": axes}), plotAgrees)
	pie    = also(object(fields{"type!": anything, "segments!": listOf(1, 6, point)}), slicesHaveSize)

	chart = block(fields{
		"title!": text(1, 50),
		"chart!": typed(map[string]check{"pie": pie, "bar": plot, "area": plot, "line": plot}),
	})

	cell = typed(map[string]check{
		"raw_text":   object(fields{"type!": anything, "text!": text(1, 10_000)}),
		"raw_number": object(fields{"type!": anything, "value!": number, "text": text(1, 10_000)}),
		"rich_text":  object(fields{"type!": anything, "elements!": listOf(1, 1000, typed(richParts))}),
	})
	table = block(fields{
		"rows!": listOf(1, 100, listOf(1, 20, orNothing(cell))),
		"column_settings": listOf(0, 20, orNothing(object(fields{
			"align": among("left", "center", "right"), "is_wrapped": yesNo,
		}))),
	})
)

// orNothing takes null, which stands for an empty cell, beside what the check takes.
func orNothing(c check) check {
	return func(v *verdict, at string, x any) {
		if x != nil {
			c(v, at, x)
		}
	}
}

// slicesHaveSize refuses the slices of a pie that nobody would see.
func slicesHaveSize(v *verdict, at string, x any) {
	o, _ := x.(map[string]any)
	segments, _ := o["segments"].([]any)
	for i, s := range segments {
		segment, _ := s.(map[string]any)
		n, _ := segment["value"].(json.Number)
		if size, err := n.Float64(); err == nil && size <= 0 {
			v.bad(fmt.Sprintf("%s/segments/%d/value", at, i), "must be more than 0")
		}
	}
}

// plotAgrees refuses series of one name, and series that have not exactly one point
// for each category of the axis.
func plotAgrees(v *verdict, at string, x any) {
	o, _ := x.(map[string]any)
	axis, _ := o["axis_config"].(map[string]any)
	categories, _ := axis["categories"].([]any)
	list, _ := o["series"].([]any)
	names := make(map[any]bool)
	for i, s := range list {
		one, _ := s.(map[string]any)
		if names[one["name"]] {
			v.bad(fmt.Sprintf("%s/series/%d/name", at, i), "must be unique among the series")
		}
		names[one["name"]] = true
		var labels []any
		data, _ := one["data"].([]any)
		for _, d := range data {
			p, _ := d.(map[string]any)
			labels = append(labels, p["label"])
		}
		if !sameSet(labels, categories) {
			v.bad(fmt.Sprintf("%s/series/%d/data", at, i), "must have exactly one point for every category")
		}
	}
}

func sameSet(a, b []any) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) || countOf(a, x) > 1 {
			return false
		}
	}
	return true
}

func countOf(list []any, x any) (n int) {
	for _, y := range list {
		if x == y {
			n++
		}
	}
	return n
}

// countLimited says which blocks a message has too many of.
func countLimited(blocks []any) (problems []string) {
	for _, limit := range []struct {
		kind string
		most int
	}{{"data_visualization", maxCharts}, {"table", maxTables}} {
		n := 0
		for _, x := range blocks {
			if b, _ := x.(map[string]any); b["type"] == limit.kind {
				n++
			}
		}
		if n > limit.most {
			problems = append(problems, fmt.Sprintf("no more than %d %s blocks allowed [json-pointer:/blocks]", limit.most, limit.kind))
		}
	}
	return problems
}
