package slackapp_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/chatgroups/chatgroups/bridge"
	"github.com/chatgroups/chatgroups/bridge/bridgetest"
	"github.com/chatgroups/chatgroups/slackapp/fakeslack"
)

// missOne has an agent say something of which Slack does not tell, and the
// connection be made anew.
func (w *world) missOne(root, text string) {
	w.t.Helper()
	end := w.blackout()
	w.reply(w.ann, w.tech, root, text)
	time.Sleep(time.Second)
	end()
}

func (w *world) reconnect() {
	w.t.Helper()
	w.slack.DropSockets(true)
	w.until("connected again", func() bool { return w.slack.Sockets() > 0 })
}

func TestAnAnswerWaitsForAnEarlierOneThatCannotBeReadJustNow(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.missOne(root, "missed")
		w.slack.Fail("conversations.replies", 8, fakeslack.ServerError(503))
		w.reconnect()
		w.reply(w.ann, w.tech, root, "live")
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got, want := v.bodies(), []string{"missed", "live"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

func TestAnAnswerWaitsNoLongerThanUntilSlackTellsItForTheThirdTime(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.missOne(root, "missed")
		w.slack.Fail("conversations.replies", -1, fakeslack.ServerError(503))
		w.reconnect()
		w.reply(w.ann, w.tech, root, "live")
		time.Sleep(70 * time.Second)
		synctest.Wait()
		if got, want := v.bodies(), []string{"live"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

func TestAnAnswerDoesNotWaitWhereReadingIsRefused(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, root := w.quietThread()
		w.slack.Fail("conversations.replies", -1, fakeslack.Refuse("missing_scope"))
		w.reconnect()
		w.reply(w.ann, w.tech, root, "live")
		time.Sleep(time.Second)
		synctest.Wait()
		if got, want := v.bodies(), []string{"live"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

// stumblingStore fails to append a body once.
type stumblingStore struct {
	bridge.Store
	body    string
	stumble atomic.Bool
}

func (s *stumblingStore) Append(ctx context.Context, id bridge.ConversationID, last bridge.Seq, e bridge.Entry) (bridge.Entry, error) {
	if e.Body == s.body && s.stumble.CompareAndSwap(true, false) {
		return bridge.Entry{}, errors.New("the disk did not answer")
	}
	return s.Store.Append(ctx, id, last, e)
}

func TestAnAnswerThatCouldNotBeKeptIsNotOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &stumblingStore{Store: bridgetest.NewMemory(), body: "first"}
		store.stumble.Store(true)
		w := newWorld(t, worldOptions{net: newMemNet(), store: store})
		v, root := w.quietThread()
		w.reply(w.ann, w.tech, root, "earlier")
		synctest.Wait()
		w.reply(w.ann, w.tech, root, "first")
		w.reply(w.ann, w.tech, root, "second")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got, want := v.bodies(), []string{"earlier", "first", "second"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

// The first is let go for its age, as nothing before it can be read, and then the
// store does not take it: the second, however old, must not go before it.
func TestWhatCouldNotBeKeptIsNotOvertakenByWhatHasWaitedLongEnough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &stumblingStore{Store: bridgetest.NewMemory(), body: "first"}
		store.stumble.Store(true)
		w := newWorld(t, worldOptions{net: newMemNet(), store: store})
		v, root := w.quietThread()
		w.slack.Fail("conversations.replies", -1, fakeslack.ServerError(503))
		w.reconnect()
		w.reply(w.ann, w.tech, root, "first")
		w.reply(w.ann, w.tech, root, "second")
		time.Sleep(70 * time.Second)
		synctest.Wait()
		if got := v.bodies(); store.stumble.Load() || len(got) > 0 {
			t.Errorf("while nothing can be read the visitor reads %q (the first was tried: %v)", got, !store.stumble.Load())
		}
		w.slack.ClearFaults()
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := v.bodies(), []string{"first", "second"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

// TestWhatWasWrittenJustBeforeTheEndIsReadOnceMore: nobody would be told otherwise
// that it did not reach the visitor.
func TestWhatWasWrittenJustBeforeTheEndIsReadOnceMore(t *testing.T) {
	for name, end := range map[string]func(*world, bridge.ConversationID) error{
		"is closed": func(w *world, id bridge.ConversationID) error {
			return w.b.Close(w.t.Context(), id, bridge.Author{Agent: bridge.AgentID(w.ann)})
		},
		"Your group left": func(w *world, id bridge.ConversationID) error {
			by := bridge.Author{Agent: bridge.AgentID(w.ann)}
			return errors.Join(w.b.Invite(w.t.Context(), id, "sales", by, ""), w.b.Leave(w.t.Context(), id, "tech", by))
		},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, w *world) {
				_, root := w.quietThread()
				w.missOne(root, "one more thing")
				open, err := w.b.OpenConversations(t.Context(), w.ws)
				if err != nil || len(open) != 1 {
					t.Fatal(open, err)
				}
				if err := end(w, open[0].ID); err != nil {
					t.Fatal(err)
				}
				time.Sleep(6 * time.Minute)
				synctest.Wait()
				told := w.slack.Ephemerals(w.ann)
				if len(told) != 1 || !strings.Contains(told[0].Text, name) {
					t.Errorf("the author was told %d things: %+v", len(told), told)
				}
			})
		})
	}
}

func TestALineThatIsDeletedWhileItWaitsForTheChannelIsNotPosted(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v := w.visitor()
		v.say("one") // with its root, all that may go at once
		w.until("the first line", func() bool { return len(w.postings(w.tech)) == 2 })
		v.say("two")
		synctest.Wait()
		if _, err := v.Delete(t.Context(), "e1", "m2"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		v.say("three")
		w.standsOnce(t, w.root(w.tech, 0).TS, "one", "three")
	})
}

// TestAThreadIsReadThoughTheOneBeforeItWas: a conversation that goes on after its
// end has a new thread, and that the old one was read says nothing of it.
func TestAThreadIsReadThoughTheOneBeforeItWas(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, w *world) {
		v, old := w.quietThread()
		open, err := w.b.OpenConversations(t.Context(), w.ws)
		if err != nil || len(open) != 1 {
			t.Fatal(open, err)
		}
		by := bridge.Author{Agent: bridge.AgentID(w.ann)}
		if err := errors.Join(
			w.b.Invite(t.Context(), open[0].ID, "sales", by, ""),
			w.b.Leave(t.Context(), open[0].ID, "tech", by),
			w.b.Invite(t.Context(), open[0].ID, "tech", by, ""),
		); err != nil {
			t.Fatal(err)
		}
		root := w.root(w.tech, 1).TS
		time.Sleep(6 * time.Minute) // each has been read on the timer
		w.missOne(root, "missed")
		w.slack.Fail("conversations.replies", 2, fakeslack.ServerError(503)) // of sales and tech
		w.reconnect()
		w.reply(w.ann, w.tech, old, "too late") // has the old thread read
		time.Sleep(10 * time.Millisecond)
		w.reply(w.ann, w.tech, root, "live")
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if got, want := v.bodies(), []string{"missed", "live"}; !slices.Equal(got, want) {
			t.Errorf("the visitor reads %q, want %q", got, want)
		}
	})
}

// lateStore takes its time to say that a thread is not recorded, once.
type lateStore struct {
	bridge.Store
	late atomic.Bool
}

func (s *lateStore) Record(ctx context.Context, kind bridge.RecordKind, key string) (bridge.Record, error) {
	r, err := s.Store.Record(ctx, kind, key)
	if kind == bridge.ThreadRecords && errors.Is(err, bridge.ErrNoRecord) && s.late.CompareAndSwap(true, false) {
		time.Sleep(2500 * time.Millisecond) // virtual; Slack waits three seconds for an acknowledgement
	}
	return r, err
}

// TestAReplyIsNotTakenForAStrangersWhileItsThreadIsBeingRecorded: when the reply is
// looked up its root is in doubt; when the answer is there, neither the doubt nor the
// missing record is true any more.
func TestAReplyIsNotTakenForAStrangersWhileItsThreadIsBeingRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &lateStore{Store: bridgetest.NewMemory()}
		o := worldOptions{net: newMemNet(), store: store}
		o.app.Settle = 10 * time.Second
		w := newWorld(t, o)
		w.slack.Fail("chat.postMessage", 1, fakeslack.LostAnswer())
		w.slack.FailEvents("message", 1, fakeslack.Never()) // the root's echo would end the doubt at once
		store.late.Store(true)
		var replied atomic.Bool
		w.slack.OnRequest(func(r fakeslack.Request) {
			if r.Method == "chat.postMessage" && replied.CompareAndSwap(false, true) {
				w.reply(w.ann, w.tech, w.slack.Messages(w.tech)[0].TS, "that was quick")
			}
		})
		v := w.visitor()
		v.say("one")
		time.Sleep(30 * time.Second)
		synctest.Wait()
		if store.late.Load() {
			t.Fatal("the reply came after its thread was recorded: nothing was tested")
		}
		if got := v.bodies(); !slices.Equal(got, []string{"that was quick"}) {
			t.Errorf("the visitor reads %q", got)
		}
	})
}
