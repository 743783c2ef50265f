package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
)

// An Agent is a person of the desk as visitors see them.
type Agent struct {
	Workspace WorkspaceID `json:"workspace"`
	ID        AgentID     `json:"id"`
	Name      string      `json:"name"`
	// Avatar is a small PNG or JPEG, at most MaxAvatarBytes; AvatarName is the
	// file name under which visitors fetch it, made of its content, "" for none.
	Avatar     []byte `json:"avatar,omitempty"`
	AvatarName string `json:"avatar_name,omitempty"`
}

// MaxAvatarBytes is the largest avatar that is kept.
const MaxAvatarBytes = 128 << 10

// SetAgent keeps how an agent looks to visitors; AvatarName is made by the bridge.
// It blocks for the Store only when something changed. CodeInvalid: the avatar is
// no PNG or JPEG, or too large.
func (b *Bridge) SetAgent(ctx context.Context, a Agent) error {
	if a.AvatarName = ""; len(a.Avatar) > 0 {
		ext, ok := map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[http.DetectContentType(a.Avatar)]
		if !ok || len(a.Avatar) > MaxAvatarBytes {
			return Errorf(CodeInvalid, "an avatar must be a PNG or JPEG of at most %d bytes", MaxAvatarBytes)
		}
		sum := sha256.Sum256(a.Avatar)
		a.AvatarName = hex.EncodeToString(sum[:10]) + ext
	}
	same := func() bool {
		old, known := b.Agent(a.Workspace, a.ID)
		return known && old.Name == a.Name && old.AvatarName == a.AvatarName
	}
	if same() {
		return nil
	}
	return b.dir.write(func() error {
		if same() {
			return nil
		}
		key := agentKey(a.Workspace, a.ID)
		old, _ := b.dir.agents.row(key)
		_, err := b.dir.agents.put(ctx, key, a, old.revision)
		return err
	})
}

// Agent returns how an agent looks to visitors, without the avatar's bytes.
func (b *Bridge) Agent(w WorkspaceID, id AgentID) (Agent, bool) {
	return b.dir.agents.value(agentKey(w, id))
}

// Avatar returns the bytes of an avatar by its AvatarName, or CodeNotFound for one
// that nobody has, or has any more.
func (b *Bridge) Avatar(ctx context.Context, name string) ([]byte, error) {
	none := Errorf(CodeNotFound, "there is no such avatar")
	if name == "" {
		return nil, none
	}
	for _, r := range b.dir.agents.under("") {
		if r.value.AvatarName != name {
			continue
		}
		stored, err := b.store.Record(ctx, AgentRecords, r.key)
		if err != nil {
			return nil, err
		}
		var a Agent
		if err := json.Unmarshal(stored.Value, &a); err != nil {
			return nil, Errorf(CodeInternal, "read agent %s: %w", r.key, errors.Join(ErrDamaged, err))
		}
		if a.AvatarName == name {
			return a.Avatar, nil
		}
	}
	return nil, none
}
