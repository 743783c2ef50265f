package fakeslack_test

import (
	"image"
	"image/png"
	"net/http"
	"testing"
)

func TestEveryPersonHasAnAvatarOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	fetch := func(address string) image.Image {
		t.Helper()
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		img, err := png.Decode(resp.Body)
		if err != nil {
			t.Fatalf("%s: %v", address, err)
		}
		return img
	}
	same := func(a, b image.Image) bool {
		for y := range a.Bounds().Dy() {
			for x := range a.Bounds().Dx() {
				if a.At(x, y) != b.At(x, y) {
					return false
				}
			}
		}
		return true
	}
	u, err := w.api.GetUserInfo(w.ann.ID)
	if err != nil {
		t.Fatal(err)
	}
	ann, bob := fetch(u.Profile.Image72), fetch(w.url+"/avatars/"+w.bob.ID+".png")
	if !same(ann, fetch(u.Profile.Image72)) || same(ann, bob) {
		t.Error("an avatar changes, or two are the same")
	}
	for y := range 72 {
		for x := range 36 {
			if ann.At(x, y) != ann.At(71-x, y) {
				t.Fatalf("not symmetric at %d, %d", x, y)
			}
		}
	}
}
