package fakeslack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Documented: reference/block-kit/blocks.
const (
	maxMessageBlocks = 50
	maxViewBlocks    = 100
)

// A surface is where blocks are shown; not all blocks may stand everywhere.
type surface struct {
	max    int
	blocks map[string]check
}

var (
	onMessage = surface{maxMessageBlocks, messageBlocks}
	onView    = surface{maxViewBlocks, viewBlocks}
)

// readBlocks decodes, checks and completes blocks: what has no block_id or
// action_id is given one, as Slack does. It returns them decoded and as JSON, and
// on trouble a sentence for each mistake with a pointer to it.
func readBlocks(raw string, on surface, pointer string, newID func() string) (blocks []any, out json.RawMessage, problems []string, err error) {
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber() // numbers go out as they came in
	if err := decoder.Decode(&blocks); err != nil {
		return nil, nil, nil, refuse("invalid_blocks_format")
	}
	v := &verdict{blockIDs: make(map[string]bool)}
	listOf(0, on.max, typed(on.blocks))(v, pointer, any(blocks))
	v.unique(pointer, blocks)
	if v.problems != nil {
		return nil, nil, v.problems, nil
	}
	complete(blocks, newID)
	return blocks, encode(blocks), nil, nil
}

// encode writes JSON without making < > & unreadable.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic("fakeslack: " + err.Error())
	}
	return bytes.TrimSpace(b.Bytes())
}

// complete gives ids to the blocks and elements without one.
func complete(blocks []any, newID func() string) {
	for _, x := range blocks {
		b, _ := x.(map[string]any)
		if b["block_id"] == nil {
			b["block_id"] = newID()
		}
		for _, element := range interactiveElements(b) {
			if element["action_id"] == nil {
				element["action_id"] = newID()
			}
		}
	}
}

// interactiveElements returns the elements of a block that people can act on.
func interactiveElements(block map[string]any) []map[string]any {
	var all []map[string]any
	add := func(x any) {
		if e, ok := x.(map[string]any); ok && actionable[fmt.Sprint(e["type"])] {
			all = append(all, e)
		}
	}
	add(block["accessory"])
	add(block["element"])
	if block["type"] == "actions" {
		elements, _ := block["elements"].([]any)
		for _, e := range elements {
			add(e)
		}
	}
	return all
}

// verdict collects what is wrong, in Slack's words.
//
// Observed: errors quoted in the issue threads of client libraries.
type verdict struct {
	problems []string
	blockIDs map[string]bool
}

func (v *verdict) bad(at, format string, args ...any) {
	v.problems = append(v.problems, fmt.Sprintf(format, args...)+" [json-pointer:"+at+"]")
}

// unique refuses a block_id that comes twice, and an action_id that comes twice in
// one block.
func (v *verdict) unique(pointer string, blocks []any) {
	for i, x := range blocks {
		b, _ := x.(map[string]any)
		at := fmt.Sprintf("%s/%d", pointer, i)
		if id, _ := b["block_id"].(string); id != "" {
			if v.blockIDs[id] {
				v.bad(at+"/block_id", "block_id already exists: %s", id)
			}
			v.blockIDs[id] = true
		}
		seen := make(map[string]bool)
		for _, e := range interactiveElements(b) {
			if id, _ := e["action_id"].(string); id != "" {
				if seen[id] {
					v.bad(at, "`action_id` %q already exists for this block", id)
				}
				seen[id] = true
			}
		}
	}
}

// A check looks at one value.
type check func(v *verdict, at string, x any)

// text takes a string of min to max characters.
func text(min, max int) check {
	return func(v *verdict, at string, x any) {
		s, ok := x.(string)
		switch n := utf8.RuneCountInString(s); {
		case !ok:
			v.bad(at, "must be a string")
		case n < min:
			v.bad(at, "must be more than %d characters", min-1)
		case n > max:
			v.bad(at, "must be less than %d characters", max+1)
		}
	}
}

// among takes one of these strings.
func among(values ...string) check {
	return func(v *verdict, at string, x any) {
		if s, _ := x.(string); !slices.Contains(values, s) {
			v.bad(at, "must be one of: %s", strings.Join(values, ", "))
		}
	}
}

func yesNo(v *verdict, at string, x any) {
	if _, ok := x.(bool); !ok {
		v.bad(at, "must be a boolean")
	}
}

func number(v *verdict, at string, x any) {
	if _, ok := x.(json.Number); !ok {
		v.bad(at, "must be a number")
	}
}

// integer takes a whole number in these bounds.
func integer(min, max int64) check {
	return func(v *verdict, at string, x any) {
		n, ok := x.(json.Number)
		i, err := n.Int64()
		switch {
		case !ok || err != nil:
			v.bad(at, "must be an integer")
		case i < min:
			v.bad(at, "must be greater than or equal to %d", min)
		case i > max:
			v.bad(at, "must be less than or equal to %d", max)
		}
	}
}

// numeral takes a number that is written as a string.
func numeral(v *verdict, at string, x any) {
	s, ok := x.(string)
	if _, err := strconv.ParseFloat(s, 64); !ok || err != nil {
		v.bad(at, "must be a number as a string")
	}
}

// written takes a date or time in this layout.
func written(layout string) check {
	return func(v *verdict, at string, x any) {
		s, _ := x.(string)
		if _, err := time.Parse(layout, s); err != nil {
			v.bad(at, "must be written as %s", layout)
		}
	}
}

// ascending refuses an object in which the number of one property is above that of
// another.
func ascending(low, high string) check {
	return func(v *verdict, at string, x any) {
		o, _ := x.(map[string]any)
		l, err := strconv.ParseFloat(fmt.Sprint(o[low]), 64)
		h, err2 := strconv.ParseFloat(fmt.Sprint(o[high]), 64)
		if err == nil && err2 == nil && l > h {
			v.bad(at+"/"+low, "must not be greater than %s", high)
		}
	}
}

// initialIsOffered refuses an element that begins with an option it does not have,
// or that has options and groups of them.
//
// Documented: reference/block-kit/block-elements; the initial option is exactly one
// of the options.
func initialIsOffered(v *verdict, at string, x any) {
	element, _ := x.(map[string]any)
	if element["options"] != nil && element["option_groups"] != nil {
		v.bad(at, "only one of options and option_groups is allowed")
	}
	offered := optionsIn(element)
	for _, initial := range asList(element["initial_option"], element["initial_options"]) {
		if !slices.ContainsFunc(offered, func(o any) bool { return reflect.DeepEqual(o, initial) }) {
			v.bad(at, "the initial option must be one of the options")
		}
	}
}

func anything(*verdict, string, any) {}

// listOf takes an array of min to max items that pass the check.
func listOf(min, max int, item check) check {
	return func(v *verdict, at string, x any) {
		items, ok := x.([]any)
		switch {
		case !ok:
			v.bad(at, "must be an array")
			return
		case len(items) < min:
			v.bad(at, "no fewer than %d items allowed", min)
		case len(items) > max:
			v.bad(at, "no more than %d items allowed", max)
			return
		}
		for i, y := range items {
			item(v, fmt.Sprintf("%s/%d", at, i), y)
		}
	}
}

// fields are the properties of an object; the name of a required one ends in "!".
type fields map[string]check

// object takes an object with these properties and no others.
func object(f fields) check {
	known := make(fields, len(f))
	var required []string
	for name, c := range f {
		bare := strings.TrimSuffix(name, "!")
		known[bare] = c
		if bare != name {
			required = append(required, bare)
		}
	}
	slices.Sort(required)
	return func(v *verdict, at string, x any) {
		o, ok := x.(map[string]any)
		if !ok {
			v.bad(at, "must be an object")
			return
		}
		for _, name := range required {
			if o[name] == nil {
				v.bad(at, "missing required field: %s", name)
			}
		}
		for _, name := range slices.Sorted(maps.Keys(o)) {
			c := known[name]
			switch {
			case c == nil:
				v.bad(at, "invalid additional property: %s", name)
			case o[name] != nil: // null counts as left out
				c(v, at+"/"+name, o[name])
			}
		}
	}
}

// typed takes an object whose "type" says which check it must pass.
func typed(kinds map[string]check) check {
	return func(v *verdict, at string, x any) {
		o, ok := x.(map[string]any)
		if !ok {
			v.bad(at, "must be an object")
			return
		}
		kind, _ := o["type"].(string)
		c := kinds[kind]
		if c == nil {
			v.bad(at+"/type", "unsupported type: %s", kind)
			return
		}
		c(v, at, x)
	}
}

// also takes what passes both checks.
func also(checks ...check) check {
	return func(v *verdict, at string, x any) {
		for _, c := range checks {
			c(v, at, x)
		}
	}
}

// oneOfFields refuses an object that has none of these properties.
func oneOfFields(names ...string) check {
	return func(v *verdict, at string, x any) {
		o, _ := x.(map[string]any)
		for _, name := range names {
			if o[name] != nil {
				return
			}
		}
		v.bad(at, "missing required field: %s", strings.Join(names, " or "))
	}
}
