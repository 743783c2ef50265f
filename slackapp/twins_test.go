package slackapp_test

import (
	"fmt"
	"testing"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp"
)

func TestOfTwoPostsTheOneTooManyIsNamed(t *testing.T) {
	for name, row := range map[string]struct {
		first, second slackapp.Placed
		extra         string
	}{
		"the later":                              {slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, slackapp.Placed{From: 5, Upto: 6, TS: "1.2"}, "1.2"},
		"the later, seen first":                  {slackapp.Placed{From: 5, Upto: 6, TS: "1.2"}, slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, "1.2"},
		"the one that the log does not know":     {slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, slackapp.Placed{From: 5, Upto: 6, TS: "1.2", Recorded: true}, "1.1"},
		"the one that another holds":             {slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, slackapp.Placed{From: 5, Upto: 9, TS: "1.2"}, "1.1"},
		"a root, like any other":                 {slackapp.Placed{TS: "1.1"}, slackapp.Placed{TS: "1.2"}, "1.2"},
		"the same post, told again":              {slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, ""},
		"none of two that show different things": {slackapp.Placed{From: 5, Upto: 6, TS: "1.1"}, slackapp.Placed{From: 7, Upto: 8, TS: "1.2"}, ""},
	} {
		var s slackapp.Twins
		if _, twice := s.Saw(row.first); twice {
			t.Errorf("%s: a single post stands twice", name)
		}
		if extra, twice := s.Saw(row.second); extra != row.extra || twice != (row.extra != "") {
			t.Errorf("%s: %q is too many (%v)", name, extra, twice)
		}
	}
}

func TestOnlySoManyPostsAreRemembered(t *testing.T) {
	var s slackapp.Twins
	for i := range 2 * slackapp.MaxTwins {
		s.Saw(slackapp.Placed{From: bridge.Seq(i), Upto: bridge.Seq(i), TS: fmt.Sprintf("1.%06d", i)})
	}
	if s.Len() != slackapp.MaxTwins {
		t.Errorf("%d are remembered", s.Len())
	}
	last := bridge.Seq(2*slackapp.MaxTwins - 1)
	if _, twice := s.Saw(slackapp.Placed{From: last, Upto: last, TS: "2.000000"}); !twice {
		t.Error("the last post is forgotten")
	}
}
