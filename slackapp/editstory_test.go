package slackapp_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// reading is what the visitor reads now of what others wrote: edited, and without
// what was deleted.
func (c *tab) reading() []string {
	c.w.t.Helper()
	c.bodies()
	var ids []bridge.EntryID
	now := map[bridge.EntryID]string{}
	for _, e := range c.seen {
		switch {
		case e.Kind == bridge.KindMessage && !e.Mine:
			ids = append(ids, e.ID)
			now[e.ID] = e.Body
		case e.Kind == bridge.KindEdited && !e.Mine:
			now[e.Of] = e.Body
		case e.Kind == bridge.KindDeleted:
			delete(now, e.Of)
		}
	}
	var lines []string
	for _, id := range ids {
		if body, there := now[id]; there {
			lines = append(lines, body)
		}
	}
	return lines
}

// settled lets all that is under way come to its end.
func (w *world) settled() {
	time.Sleep(30 * time.Second)
	synctest.Wait()
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) readsNow(v *tab, want ...string) {
	w.t.Helper()
	w.settled()
	if got := v.reading(); !slices.Equal(got, want) {
		w.t.Errorf("the visitor reads %q, want %q", got, want)
	}
}

// pair is a thread with one line in Tech, and the one of Sales, which was invited.
func (w *world) pair() (v *tab, tech, sales string) {
	w.t.Helper()
	v, tech = w.quietThread()
	c, err := w.b.ByNumber(context.Background(), w.ws, 1001)
	w.ok(err)
	w.ok(w.b.Invite(context.Background(), c.ID, "sales", bridge.Author{Agent: bridge.AgentID(w.ann), Name: "ann"}, ""))
	w.settled()
	return v, tech, w.root(w.sales, 0).TS
}

func TestAnAgentsEditsAndDeletionsFollow(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech, sales := w.pair()
		first := w.reply(w.ann, w.tech, tech, "Helo")
		second := w.reply(w.ann, w.tech, tech, "nonsense")
		w.settled() // channels do not wait for each other
		w.reply(w.bea, w.sales, sales, "Hi too")
		w.settled()
		w.ok(w.slack.Edit(w.ann, w.tech, first, "Hello *you*"))
		w.ok(w.slack.Delete(w.ann, w.tech, second))
		w.readsNow(v, "Hello you", "Hi too")
		posts := w.posts(w.sales, sales)
		if got, want := posts[len(posts)-2:], []string{"ann · Tech: Hello you", "ann · Tech: This message was deleted by its author."}; !slices.Equal(got, want) {
			t.Errorf("the other thread ends with %q, want %q", got, want)
		}
		last := v.seen[len(v.seen)-2:]
		if last[0].Kind != bridge.KindEdited || len(last[0].Rich) == 0 || last[1].Kind != bridge.KindDeleted || last[1].Of == "" {
			t.Errorf("the visitor got %+v", last)
		}
	})
}

func TestALinksPreviewIsNoEdit(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		ts := w.reply(w.ann, w.tech, tech, "See <https://shop.example/help>")
		w.settled()
		w.ok(w.slack.Unfurl(w.tech, ts, "https://shop.example/help"))
		w.readsNow(v, "See https://shop.example/help")
		if n := len(v.seen); v.seen[n-1].Kind != bridge.KindMessage {
			t.Errorf("the visitor got %+v", v.seen[n-1])
		}
		// Neither is an edit that changes no word.
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "See <https://shop.example/help>"))
		w.readsNow(v, "See https://shop.example/help")
		if n := len(v.seen); v.seen[n-1].Kind != bridge.KindMessage {
			t.Errorf("the visitor got %+v", v.seen[n-1])
		}
		// Nor a preview of what was edited before.
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "Look at <https://shop.example/help>"))
		w.settled()
		w.ok(w.slack.Unfurl(w.tech, ts, "https://shop.example/help"))
		w.settled()
		v.reading()
		if got := v.kinds(); got[len(got)-1] != bridge.KindEdited || got[len(got)-2] != bridge.KindMessage {
			t.Errorf("the visitor saw %v", got)
		}
	})
}

func TestAReplyThatBecomesANoteIsTakenFromTheVisitor(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech, sales := w.pair()
		ts := w.reply(w.ann, w.tech, tech, "he is angry")
		w.settled()
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "// he is angry, careful"))
		w.readsNow(v)
		m, _ := w.slack.Message(w.tech, ts)
		if !slices.ContainsFunc(m.Reactions, func(r fakeslack.Reaction) bool { return r.Name == "lock" }) {
			t.Error("its author does not see that it is a note now")
		}
		posts := w.posts(w.sales, sales)
		if got := posts[len(posts)-1]; !strings.Contains(got, "A note now") || !strings.Contains(got, "careful") {
			t.Errorf("the other thread shows %q", got)
		}
		// It stays one whatever it says.
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "he is happy"))
		w.readsNow(v)
		w.ok(w.slack.Delete(w.ann, w.tech, ts))
		w.readsNow(v)
		for _, e := range v.seen {
			if strings.Contains(e.Body, "careful") || strings.Contains(e.Body, "happy") {
				t.Errorf("the visitor got %+v", e)
			}
		}
	})
}

func TestANoteThatLosesItsMarkStaysOneWhateverOrderSlackTellsIn(t *testing.T) {
	for name, fault := range map[string]fakeslack.EventFault{"in order": fakeslack.Twice(), "the edit first": fakeslack.Late(20 * time.Second), "the edit alone": fakeslack.Never()} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, tech := w.quietThread()
				w.slack.FailEvents("message", 1, fault)
				ts := w.reply(w.ann, w.tech, tech, "// he is angry")
				w.ok(w.slack.Edit(w.ann, w.tech, ts, "he is angry"))
				w.reply(w.ann, w.tech, tech, "Good morning")
				w.readsNow(v, "Good morning")
			})
		})
	}
}

func TestADeletionThatComesBeforeItsMessage(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Late(20*time.Second))
		ts := w.reply(w.ann, w.tech, tech, "oops")
		w.ok(w.slack.Delete(w.ann, w.tech, ts))
		w.readsNow(v)
		if len(v.bodies()) != 0 {
			t.Errorf("the visitor read %q in between", v.bodies())
		}
	})
}

func TestEditsAndDeletionsThatWereMissedAreFound(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech, sales := w.pair()
		first := w.reply(w.ann, w.tech, tech, "one")
		second := w.reply(w.ann, w.tech, tech, "two")
		third := w.reply(w.ann, w.tech, tech, "three")
		time.Sleep(20 * time.Minute) // long before the gap
		end := w.blackout()
		w.ok(w.slack.Edit(w.ann, w.tech, first, "one!"))
		w.ok(w.slack.Delete(w.ann, w.tech, second))
		w.ok(w.slack.Edit(w.ann, w.tech, third, "// three"))
		w.reply(w.tom, w.tech, tech, "four")
		time.Sleep(time.Second)
		end()
		w.slack.DropSockets(true)
		w.readsNow(v, "one!", "four")
		posts := w.posts(w.sales, sales)
		if got := strings.Join(posts[len(posts)-4:], "|"); !strings.Contains(got, "one!") || !strings.Contains(got, "deleted by its author") || !strings.Contains(got, "A note now") {
			t.Errorf("the other thread ends with %q", got)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if got := w.metric(t, "chatgroups_replies_recovered_total", ""); got != 1 {
			t.Errorf("%v replies were recovered, after many readings", got)
		}
		for what, want := range map[string]float64{"edit": 2, "deletion": 1} {
			for _, name := range []string{"chatgroups_revisions_recovered_total", "chatgroups_agent_revisions_total"} {
				if got := w.metric(t, name, what); got != want {
					t.Errorf("%s of %s is %v, want %v", name, what, got, want)
				}
			}
		}
	})
}

func TestAnEditAfterTheGroupLeftIsRefusedOnce(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech, _ := w.pair()
		ts := w.reply(w.ann, w.tech, tech, "one")
		w.settled()
		c, err := w.b.ByNumber(t.Context(), w.ws, 1001)
		w.ok(err)
		w.ok(w.b.Leave(t.Context(), c.ID, "tech", bridge.Author{Agent: bridge.AgentID(w.ann)}))
		w.settled()
		w.slack.FailEvents("message", 1, fakeslack.Twice())
		w.ok(w.slack.Edit(w.ann, w.tech, ts, "two"))
		w.readsNow(v, "one")
		time.Sleep(time.Hour)
		n := 0
		for _, e := range w.slack.Ephemerals(w.ann) {
			if strings.Contains(e.Text, "still sees your message as it was") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the author was told %d times", n)
		}
		w.ok(w.slack.Delete(w.ann, w.tech, ts))
		w.readsNow(v)
	})
}

func TestAVisitorsEditsAndDeletionsFollow(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech, sales := w.pair()
		v.say("Where is my <!here> order?")
		v.say("my number is 12")
		v.say("thanks")
		w.settled()
		_, err := v.Edit(t.Context(), "e1", "m2", "Where is my <!channel> kettle?")
		w.ok(err)
		_, err = v.Delete(t.Context(), "d1", "m3")
		w.ok(err)
		v.say("bye")
		w.settled()
		want := []string{
			"Visitor 1001 · visitor: Where is my &lt;!channel&gt; kettle?",
			"Visitor 1001 · visitor: This message was deleted by the visitor.",
			"Visitor 1001 · visitor: thanks", "Visitor 1001 · visitor: bye",
		}
		for channel, root := range map[string]string{w.tech: tech, w.sales: sales} {
			posts := w.posts(channel, root)
			if got := posts[len(posts)-4:]; !slices.Equal(got, want) {
				t.Errorf("a thread ends with\n%q\nwant\n%q", got, want)
			}
			for _, m := range w.slack.Thread(channel, root) {
				if stands(m, "my number is 12") {
					t.Errorf("what was deleted still stands in blocks: %s", m.Blocks)
				}
			}
		}
		w.onlyTold(w.ann, w.tom, w.bea)

		// The story that an invited group finds has it all.
		_, err = v.Edit(t.Context(), "e2", "m1", "first")
		w.ok(err)
		w.settled()
		if story := w.posts(w.sales, sales)[0]; !strings.HasSuffix(story, "Visitor 1001 · visitor: first") {
			t.Errorf("the story in the other thread is %q", story)
		}
	})
}

func TestOneLineOfAMergedPostIsEditedAlone(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		for _, line := range []string{"a", "b", "c", "d", "e", "f"} {
			v.say(line)
		}
		w.settled()
		merged := ""
		for _, m := range w.slack.Thread(w.tech, tech) {
			if strings.Contains(m.Text, "\n") {
				merged = m.Text
			}
		}
		if !strings.Contains(merged, "e\nf") {
			t.Fatalf("nothing was merged: %q", w.posts(w.tech, tech))
		}
		_, err := v.Edit(t.Context(), "e1", "m6", "E")
		w.ok(err)
		_, err = v.Delete(t.Context(), "d1", "m7")
		w.ok(err)
		w.settled()
		if got, want := w.linesOf(w.tech, tech), []string{"one", "a", "b", "c", "d", "E", "This message was deleted by the visitor."}; !slices.Equal(got, want) {
			t.Errorf("the thread shows %q, want %q", got, want)
		}
	})
}

func TestWhatIsEditedBeforeItIsPostedIsPostedAsItIs(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(20*time.Second))
		v.say("two")
		v.say("three")
		v.say("four")
		synctest.Wait()
		_, err := v.Edit(t.Context(), "e1", "m2", "two!")
		w.ok(err)
		_, err = v.Delete(t.Context(), "d1", "m3")
		w.ok(err)
		w.settled()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := w.linesOf(w.tech, tech), []string{"one", "two!", "four"}; !slices.Equal(got, want) {
			t.Errorf("the thread shows %q, want %q", got, want)
		}
		for _, m := range w.slack.Thread(w.tech, tech)[1:] {
			if m.Edited != nil {
				t.Errorf("%q was edited after it was posted", m.Text)
			}
		}
	})
}

// The post was made, its answer lost, and the line deleted before anybody knew: its
// text must not stay there.
func TestALineThatIsDeletedWhileItsPostIsInDoubt(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		w.slack.FailEvents("message", 1, fakeslack.Never())
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		v.say("two")
		synctest.Wait()
		_, err := v.Delete(t.Context(), "d1", "m2")
		w.ok(err)
		v.say("three")
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got, want := w.linesOf(w.tech, tech), []string{"one", "This message was deleted by the visitor.", "three"}; !slices.Equal(got, want) {
			t.Errorf("the thread shows %q, want %q", got, want)
		}
	})
}

func TestAPostThatCannotBeChangedHoldsNothingBack(t *testing.T) {
	for name, spoil := range map[string]func(*world, string){
		"it is gone":        func(w *world, ts string) { w.ok(w.slack.Delete(w.cleo, w.tech, ts)) },
		"it is too old":     func(w *world, _ string) { w.slack.Fail("chat.update", 1, fakeslack.Refuse("edit_window_closed")) },
		"Slack says it not": func(w *world, _ string) { w.slack.Fail("chat.update", 1, fakeslack.Refuse("cant_update_message")) },
		"Slack fails at it": func(w *world, _ string) { w.slack.Fail("chat.update", -1, fakeslack.Refuse("fatal_error")) },
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, tech := w.quietThread()
				v.say("two")
				w.settled()
				thread := w.slack.Thread(w.tech, tech)
				spoil(w, thread[len(thread)-1].TS)
				_, err := v.Edit(t.Context(), "e1", "m2", "two!")
				w.ok(err)
				v.say("three")
				time.Sleep(20 * time.Minute)
				w.settled()
				posts := w.posts(w.tech, tech)
				if got := posts[len(posts)-2]; !strings.Contains(got, "cannot be changed here. It says now:\ntwo!") {
					t.Errorf("colleagues are told %q", got)
				}
				if got := posts[len(posts)-1]; got != "Visitor 1001 · visitor: three" {
					t.Errorf("the thread ends with %q", got)
				}
			})
		})
	}
}

func TestAnUpdateOfUnknownOutcomeIsMadeAgain(t *testing.T) {
	for name, fault := range map[string]fakeslack.Fault{
		"answer lost": fakeslack.LostAnswer(), "request lost": fakeslack.LostRequest(), "broken": fakeslack.ServerError(503),
		"throttled": fakeslack.RateLimited(7 * time.Second), "blocks refused": fakeslack.Refuse("invalid_blocks"),
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, tech := w.quietThread()
				w.slack.Fail("chat.update", 1, fault)
				_, err := v.Edit(t.Context(), "e1", "m1", "one!")
				w.ok(err)
				v.say("two")
				w.settled()
				if got, want := w.linesOf(w.tech, tech), []string{"one!", "two"}; !slices.Equal(got, want) {
					t.Errorf("the thread shows %q, want %q", got, want)
				}
			})
		})
	}
}

func TestALongTextIsEdited(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		_, err := v.Edit(t.Context(), "e1", "m1", strings.Repeat("&", bridge.MaxMessageRunes))
		w.ok(err)
		v.say("two")
		w.settled()
		m := w.slack.Thread(w.tech, tech)[1]
		if m.Edited == nil || strings.Count(string(m.Blocks), `\u0026`)+strings.Count(string(m.Blocks), "&") < bridge.MaxMessageRunes {
			t.Errorf("the post shows %d bytes of blocks", len(m.Blocks))
		}
		if got := w.linesOf(w.tech, tech); got[len(got)-1] != "two" {
			t.Error("what follows is held back")
		}
	})
}

// A reply that is shown in the channel too, a /me and a file's text are replies like
// others.
func TestEditsOfRepliesOfEveryForm(t *testing.T) {
	for name, form := range map[string]fakeslack.SayOption{
		"in the channel too": fakeslack.Broadcast(), "me_message": fakeslack.Subtype("me_message"),
		"with a file": fakeslack.Attach(fakeslack.File{Name: "a.txt"}),
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				v, tech := w.quietThread()
				ts, err := w.slack.Say(w.ann, w.tech, "one", fakeslack.InThread(tech), form)
				w.ok(err)
				w.readsNow(v, "one")
				w.ok(w.slack.Edit(w.ann, w.tech, ts, "two"))
				w.readsNow(v, "two")
				w.ok(w.slack.Delete(w.ann, w.tech, ts))
				w.readsNow(v)
			})
		})
	}
}

// What was deleted before its post was made never stood there, and leaves nothing
// when the post is changed later.
func TestALineThatWasNeverShownLeavesNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, tech := w.quietThread()
		w.slack.Fail("chat.postMessage", 1, fakeslack.RateLimited(20*time.Second))
		for _, line := range []string{"a", "b", "c", "d", "e", "f", "g"} {
			v.say(line)
		}
		synctest.Wait()
		_, err := v.Delete(t.Context(), "d1", "m7") // f
		w.ok(err)
		w.settled()
		want := []string{"one", "a", "b", "c", "d", "e", "g"}
		if got := w.linesOf(w.tech, tech); !slices.Equal(got, want) {
			t.Fatalf("the thread shows %q, want %q", got, want)
		}
		posts := w.posts(w.tech, tech)
		if last := posts[len(posts)-1]; !strings.HasSuffix(last, "e\ng") {
			t.Fatalf("e and g are not in one post: %q", last)
		}
		_, err = v.Edit(t.Context(), "e1", "m8", "G")
		w.ok(err)
		w.settled()
		want[len(want)-1] = "G"
		if got := w.linesOf(w.tech, tech); !slices.Equal(got, want) {
			t.Errorf("the thread shows %q, want %q", got, want)
		}
	})
}
