package bridge

import (
	"slices"
	"strings"
)

// An Attribute is one thing that is said of a visitor, such as the plan they pay for.
type Attribute struct {
	Key   string `json:"k"`
	Value string `json:"v"`
}

// Limits of what may be said of a visitor, the last two in Unicode code points.
const (
	MaxAttributes     = 20
	maxAttributeKey   = 80
	maxAttributeValue = 200
)

// CleanAttributes makes attributes fit to keep: in the order of their keys, each key
// once, cut to their limits, without what has no place in a line of text. Those that
// say nothing, and those beyond MaxAttributes, are left out. said stays as it is.
func CleanAttributes(said []Attribute) []Attribute {
	var kept []Attribute
	for _, a := range said {
		a.Key, a.Value = cut(a.Key, maxAttributeKey), cut(a.Value, maxAttributeValue)
		if a.Key != "" && a.Value != "" {
			kept = append(kept, a)
		}
	}
	slices.SortStableFunc(kept, func(a, b Attribute) int { return strings.Compare(a.Key, b.Key) })
	kept = slices.CompactFunc(kept, func(a, b Attribute) bool { return a.Key == b.Key })
	return kept[:min(len(kept), MaxAttributes)]
}
