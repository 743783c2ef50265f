package widget

import "github.com/chatgroups/chatgroups/bridge"

// What tests of the frames themselves need.
type (
	WelcomeFrame  = welcomeFrame
	NackFrame     = nackFrame
	GroupsFrame   = groupsFrame
	PongFrame     = pongFrame
	ProgressFrame = progressFrame
	ByeFrame      = byeFrame
)

var (
	AppendEvent  = appendEvent
	AppendAck    = appendAck
	AppendString = appendString
	Encode       = encode
)

// DecodeFrame returns a client's frame and what metrics call it.
func DecodeFrame(data []byte) (frame any, name string, err error) {
	frame, err = decodeFrame(data)
	return frame, frameName(frame), err
}

// Recent is the map behind the limits, with keys and values for a test.
type Recent struct{ recent[bridge.VisitorID, int] }

func NewRecent(size int) *Recent {
	return &Recent{recent[bridge.VisitorID, int]{size: size}}
}

func (r *Recent) Use(key bridge.VisitorID) *int { return r.get(key) }

func (r *Recent) Len() int { return len(r.young) + len(r.old) }

// AddressOf returns what an address is limited by, "" where it is not.
func AddressOf(remote string) string {
	if a := addressOf(remote); a.IsValid() {
		return a.String()
	}
	return ""
}
