package fakeslack

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// triggerLife is how long a trigger_id opens a view, once.
//
// Documented: interactivity/handling-user-interaction.
const triggerLife = 3 * time.Second

// trigger is a trigger_id that was handed out.
type trigger struct {
	in      *install
	user    string
	view    *view    // in which it was made, or nil
	channel *channel // where the person was, or nil
	expires time.Time
	used    bool
}

// newTrigger makes a trigger_id. The caller holds w.mu.
func (w *Workspace) newTrigger(in *install, user string, from *view, at *channel) string {
	id := fmt.Sprintf("%d.%d.%s", w.rng.Uint32(), w.rng.Uint32(), w.newSecret())
	w.triggers[id] = &trigger{in: in, user: user, view: from, channel: at, expires: w.clock.Now().Add(triggerLife)}
	return id
}

// redeem uses up a trigger_id.
//
// Documented: reference/methods/views.open, "Errors".
func (w *Workspace) redeem(in *install, id string) (*trigger, error) {
	t := w.triggers[id]
	switch {
	case t == nil || t.in != in:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case w.clock.Now().After(t.expires):
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}

// visit is one thing that a person does with an app, and waits for.
type visit struct {
	in      *install
	kind    string // slash_commands or interactive
	label   string
	payload any    // for Socket Mode
	url     string // for signed HTTP
	form    url.Values
	accepts bool                             // the app may answer with a payload
	take    func(said json.RawMessage) error // as of a delivery
}

// ask brings a visit to the app and returns what it answers at once.
//
// Documented: interactivity/handling-user-interaction; three seconds, and the
// person sees an error where the answer is not 200.
func (w *Workspace) ask(ctx context.Context, v visit) (json.RawMessage, error) {
	ctx, leave, err := w.bind(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	d := &delivery{
		to: v.in, kind: v.kind, label: v.label, payload: &payload{value: v.payload},
		accepts: v.accepts, answered: make(chan answer, 1), take: v.take,
	}
	if v.in.courier != nil {
		said, err := w.askHTTP(ctx, d, v)
		if err != nil {
			return nil, err
		}
		w.acked(d, said)
	} else {
		w.mu.Lock()
		w.deliver(d)
		w.mu.Unlock()
	}
	select {
	case a := <-d.answered:
		return a.payload, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (w *Workspace) askHTTP(ctx context.Context, d *delivery, v visit) (json.RawMessage, error) {
	header := make(http.Header)
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	said, err := w.postSigned(ctx, v.in, v.url, header, []byte(v.form.Encode()))
	switch {
	case errors.Is(err, errHTTPTimeout):
		w.concluded(d, err.Error())
		return nil, errNoAnswer
	case err != nil:
		w.concluded(d, err.Error())
		return nil, err
	case said.status != http.StatusOK:
		err := fmt.Errorf("fakeslack: the app answered with status %d (Slack shows an error)", said.status)
		w.concluded(d, err.Error())
		return nil, err
	}
	if !v.accepts || len(said.body) == 0 {
		return nil, nil
	}
	if json.Valid(said.body) {
		return said.body, nil
	}
	// Documented: interactivity/implementing-slash-commands; a plain body is the text.
	return marshal(map[string]string{"text": string(said.body)}), nil
}

// interactiveVisit is a visit with a payload of one of the interaction types. The
// caller holds w.mu.
func interactiveVisit(in *install, payload map[string]any, accepts bool) visit {
	v := visit{
		in: in, kind: interactive, label: fmt.Sprint(payload["type"]), payload: payload,
		url: in.app.InteractivityURL, accepts: accepts,
	}
	if in.courier != nil {
		v.form = url.Values{"payload": {string(marshal(payload))}}
	}
	return v
}

// whoAndWhere are the parts that every interaction has. The caller holds w.mu.
func (w *Workspace) whoAndWhere(in *install, user string) map[string]any {
	p := w.people[user]
	return map[string]any{
		"team":       map[string]any{"id": w.cfg.TeamID, "domain": w.cfg.Domain},
		"user":       map[string]any{"id": p.ID, "username": p.Name, "name": p.Name, "team_id": p.TeamID},
		"api_app_id": in.AppID, "token": verificationToken,
		"enterprise": nil, "is_enterprise_install": false,
	}
}
