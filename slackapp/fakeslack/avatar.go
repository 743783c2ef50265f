package fakeslack

import (
	"crypto/sha256"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
)

// serveAvatar draws the avatar of an id. Any id has one: an app may use the
// address as the icon of a visitor.
func (w *Workspace) serveAvatar(rw http.ResponseWriter, r *http.Request) {
	id, ok := strings.CutSuffix(r.PathValue("file"), ".png")
	if !ok {
		http.NotFound(rw, r)
		return
	}
	rw.Header().Set("Content-Type", "image/png")
	rw.Header().Set("Cache-Control", "max-age=86400")
	_ = png.Encode(rw, identicon(id)) // the caller may have gone
}

// identicon draws five by five fields that mirror left and right, in a colour of
// their own: the same for an id every time.
func identicon(id string) image.Image {
	const cell, margin = 12, 6
	const side = 5*cell + 2*margin // 72, the size that Slack shows
	sum := sha256.Sum256([]byte(id))
	paper := color.RGBA{0xf4, 0xf4, 0xf4, 0xff}
	ink := color.RGBA{64 + sum[0]/2, 64 + sum[1]/2, 64 + sum[2]/2, 0xff}
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{paper, ink})
	for y := range 5 * cell {
		for x := range 5 * cell {
			column, row := x/cell, y/cell
			if column > 2 {
				column = 4 - column
			}
			if sum[3+row*3+column]%2 == 0 {
				img.SetColorIndex(margin+x, margin+y, 1)
			}
		}
	}
	return img
}
