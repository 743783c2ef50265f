package widget

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/chatgroups/chatgroups/bridge"
)

// ReadOwnTexts reads what a site says in words of its own as a JSON object of objects,
// by language ("" for all) and key, and refuses what the widget could not say. The error
// says where.
func ReadOwnTexts(r io.Reader) (bridge.Texts, error) {
	data, err := io.ReadAll(io.LimitReader(r, bridge.MaxTextsBytes+1))
	if err != nil {
		return nil, err
	}
	if len(data) > bridge.MaxTextsBytes {
		return nil, fmt.Errorf("the texts have more than %d bytes, and every page view carries them: say less in own words", bridge.MaxTextsBytes)
	}
	var own bridge.Texts
	if err := json.Unmarshal(data, &own); err != nil {
		return nil, fmt.Errorf(`the texts are not JSON like {"de": {"start": "Los geht es"}}: %w`, err)
	}
	if err := own.Check(Words()); err != nil {
		return nil, err
	}
	return own, nil
}
