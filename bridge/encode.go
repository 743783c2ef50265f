package bridge

import (
	"encoding/json"
	"strconv"
	"time"
)

// EncodeEntry returns what a Store keeps of an entry beside its Seq and ID, which
// a Store keeps in its own form: the JSON that encoding/json makes of it. It is
// written by hand because every message of every visitor passes here, and
// reflection was two thirds of what an append cost in CPU.
func EncodeEntry(e Entry) ([]byte, error) {
	if y := e.At.Year(); y < 0 || y > 9999 {
		return json.Marshal(e) // refuses it, in its own words
	}
	b := make([]byte, 0, 192+len(e.Body))
	b = append(b, `{"kind":`...)
	b = appendString(b, string(e.Kind))
	b = appendNumber(b, "line", e.Line)
	b = append(b, `,"at":"`...)
	b = e.At.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","by":{"role":`...)
	b = appendString(b, string(e.By.Role))
	b = appendField(b, "agent", string(e.By.Agent))
	b = appendField(b, "name", e.By.Name)
	b = append(b, '}')
	b = appendField(b, "of", string(e.Of))
	b = appendField(b, "body", e.Body)
	if len(e.Rich) > 0 { // only what agents formatted
		rich, err := json.Marshal(e.Rich)
		if err != nil {
			return nil, err
		}
		b = append(b, `,"rich":`...)
		b = append(b, rich...)
	}
	if len(e.Files) > 0 {
		files, err := json.Marshal(e.Files)
		if err != nil {
			return nil, err
		}
		b = append(b, `,"files":`...)
		b = append(b, files...)
	}
	b = appendNumber(b, "stars", uint64(e.Stars))
	b = appendNumber(b, "version", e.Version)
	b = appendField(b, "group", string(e.Group))
	b = appendField(b, "group_name", e.GroupName)
	b = appendField(b, "reason", e.Reason)
	b = appendField(b, "thread", string(e.Thread))
	b = appendField(b, "post", e.Post)
	b = appendNumber(b, "upto", uint64(e.Upto))
	b = appendNumber(b, "knew", uint64(e.Knew))
	if e.Opening != nil { // once in a conversation
		opening, err := json.Marshal(e.Opening)
		if err != nil {
			return nil, err
		}
		b = append(b, `,"opening":`...)
		b = append(b, opening...)
	}
	return append(b, '}'), nil
}

// DecodeEntry is the inverse of EncodeEntry. It leaves Seq and ID to the caller.
func DecodeEntry(data []byte) (Entry, error) {
	var e Entry
	err := json.Unmarshal(data, &e)
	return e, err
}

// appendField adds a field after others, unless it is empty.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return appendString(b, value)
}

// appendNumber is appendField for a number that 0 leaves out.
func appendNumber(b []byte, name string, n uint64) []byte {
	if n == 0 {
		return b
	}
	b = append(b, ',', '"')
	b = append(b, name...)
	b = append(b, '"', ':')
	return strconv.AppendUint(b, n, 10)
}

// appendString adds a JSON string. What needs care is left to encoding/json.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, err := json.Marshal(s)
			if err != nil { // strings always marshal
				panic("bridge: encode a string: " + err.Error())
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
