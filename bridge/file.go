package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// A File is something attached to a message. The log has what it is called; its bytes
// lie at the desk, where Ref says.
type File struct {
	Ref  FileRef `json:"ref"`
	Name string  `json:"name"`
	Type string  `json:"type,omitempty"` // a media type without parameters, "image/png"
	Size int64   `json:"size"`           // in bytes
}

// Files is the part of a desk that keeps the bytes of files. Its methods wait for a
// network, so none of them is called while a conversation waits.
type Files interface {
	// Keep takes a visitor's file, of which bytes gives exactly f.Size, and returns
	// when the desk has it for good. Nobody sees it there before an entry names it.
	// Its errors are for the visitor: CodeUnavailable where the same may succeed
	// later, CodeTooLong and CodeFileType where the desk never takes such a file.
	Keep(ctx context.Context, w WorkspaceID, f File, bytes io.Reader) (FileRef, error)
	// Drop gives up a file that no entry came to name, as far as it can.
	Drop(ctx context.Context, w WorkspaceID, ref FileRef)
	// Open returns the bytes of a file, which the caller closes. CodeNotFound: the
	// file is there no more. CodeUnavailable: try again later.
	Open(ctx context.Context, w WorkspaceID, f File) (io.ReadCloser, error)
}

const (
	// MaxFiles is the most files that one message carries.
	MaxFiles = 10
	// DefaultMaxFileBytes is the largest file where Config says nothing.
	DefaultMaxFileBytes = 10 << 20

	maxFileNameRunes = 120
	maxFileTypeBytes = 100
)

// MaxFileBytes is how large a file of either side may be, 0 where none are taken.
func (b *Bridge) MaxFileBytes() int64 {
	if b.cfg.Files == nil {
		return 0
	}
	return b.cfg.MaxFileBytes
}

// FileLimit is how large a file that a visitor of a site sends may be, 0 where none are
// taken.
func (b *Bridge) FileLimit(s Site) int64 {
	switch most := b.MaxFileBytes(); {
	case s.MaxFileBytes == NoFiles:
		return 0
	case s.MaxFileBytes > 0:
		return min(s.MaxFileBytes, most)
	default:
		return most
	}
}

// CheckFile says whether a file may go from one side to the other, by its name, type
// and size: CodeTooLong, CodeFileType, or CodeInvalid for an empty one. The text is
// for whoever sent it.
func (b *Bridge) CheckFile(f File) error {
	name := CleanFileName(f.Name)
	switch {
	case f.Size <= 0:
		return Errorf(CodeInvalid, "the file %s is empty", name)
	case f.Size > b.cfg.MaxFileBytes:
		return Errorf(CodeTooLong, "the file %s has more than %s, the most that can be sent", name, amount(b.cfg.MaxFileBytes))
	case !AllowedFile(name, f.Type):
		return Errorf(CodeFileType, "the file %s is of a kind that is not sent on", name)
	}
	return nil
}

// amount is a number of bytes in words.
func amount(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", n>>10)
	}
	return fmt.Sprintf("%d MB", n>>20)
}

var errNoFiles = Errorf(CodeForbidden, "files are not taken here")

// SendFile is Send for a message with a file, whose Body may be empty. f has the
// name, the type as the bytes show it, and the size, of which bytes gives as many.
// They go to the desk first, while the visitor waits, and the message into the log
// then: one that is acknowledged has its file. With an id that was taken before,
// nothing is read.
//
// Beside the errors of Send: CodeTooLong, CodeFileType and CodeInvalid for the file,
// CodeUnavailable where the desk cannot take it now. Of two attempts under one id at
// the same time both files may come to lie at the desk; one stays unseen.
func (v *Visit) SendFile(ctx context.Context, d Draft, f File, bytes io.Reader) (Receipt, error) {
	if v.b.cfg.Files == nil {
		return Receipt{}, errNoFiles
	}
	f.Name, f.Ref = CleanFileName(f.Name), ""
	if err := v.checkFile(f); err != nil {
		return Receipt{}, err
	}
	d.files = []File{f}
	if err := d.clean(); err != nil {
		return Receipt{}, err
	}
	w := v.b.hold(v.who)
	defer v.b.release(w)
	current, previous := w.conversations()
	for _, id := range []ConversationID{current, previous} {
		if r, taken, err := v.b.receipt(ctx, id, d.ID); err != nil || taken {
			return r, err
		}
	}
	if current == "" {
		if _, err := v.chosen(d); err != nil { // before anybody waits for an upload
			return Receipt{}, err
		}
	}
	ref, err := v.b.cfg.Files.Keep(ctx, v.workspace, f, bytes)
	if err != nil {
		return Receipt{}, err
	}
	d.files[0].Ref = ref
	// What the desk has is not given up because a tab was closed a moment too early.
	ctx = context.WithoutCancel(ctx)
	r, err := v.send(ctx, w, d)
	if err != nil && certainlyRefused(err) {
		v.b.cfg.Files.Drop(ctx, v.workspace, ref)
	}
	return r, err
}

// checkFile says whether the visitor may send a file: what may pass at all, and what the
// site takes.
func (v *Visit) checkFile(f File) error {
	if err := v.b.CheckFile(f); err != nil {
		return err
	}
	site, err := v.b.Site(v.site)
	if err != nil { // gone, with a conversation that goes on
		return nil
	}
	return site.takesFile(f)
}

// certainlyRefused reports whether an error of Send says that nothing was kept.
func certainlyRefused(err error) bool {
	switch CodeOf(err) {
	case CodeInvalid, CodeForbidden, CodeGroupOffline, CodeClosed, CodeTooLong:
		return true
	}
	return false
}

// OpenFile returns a file of a message that a visitor sees, the n-th from 0, and its
// bytes, which the caller closes. That it is this visitor who asks is the caller's to
// know. CodeNotFound: there is no such file of theirs, or not any more.
func (b *Bridge) OpenFile(ctx context.Context, who VisitorID, of EntryID, n int) (File, io.ReadCloser, error) {
	if b.cfg.Files == nil {
		return File{}, nil, errNoFile
	}
	w, err := b.holdVisitor(ctx, who)
	if err != nil {
		if CodeOf(err) == CodeUnknownToken {
			err = errNoFile
		}
		return File{}, nil, err
	}
	current, previous := w.conversations()
	b.release(w)
	for _, id := range []ConversationID{current, previous} {
		if id == "" {
			continue
		}
		f, workspace, err := b.file(ctx, id, of, n)
		if errors.Is(err, errNoFile) {
			continue
		}
		if err != nil {
			return File{}, nil, err
		}
		bytes, err := b.cfg.Files.Open(ctx, workspace, f)
		return f, bytes, err
	}
	return File{}, nil, errNoFile
}

// file finds the n-th file of a message that the visitor of a conversation sees.
func (b *Bridge) file(ctx context.Context, id ConversationID, of EntryID, n int) (f File, w WorkspaceID, err error) {
	err = b.do(ctx, id, func(ctx context.Context, o *owner) error {
		m := o.state.wrote[of]
		if m == nil || m.kind != KindMessage || m.noted || m.gone {
			return errNoFile
		}
		e, err := o.entry(ctx, m.seq)
		if err != nil {
			return err
		}
		if n < 0 || n >= len(e.Files) {
			return errNoFile
		}
		f, w = e.Files[n], o.state.opening.Workspace
		return nil
	})
	return f, w, err
}

var errNoFile = &Error{Code: CodeNotFound, Message: "there is no such file"}

// cleanFiles makes what a desk says of files fit to keep.
func cleanFiles(files []File) []File {
	files = slices.Clone(files[:min(len(files), MaxFiles)])
	for i := range files {
		files[i].Name = CleanFileName(files[i].Name)
		if files[i].Type = mediaType(files[i].Type); len(files[i].Type) > maxFileTypeBytes {
			files[i].Type = ""
		}
	}
	return files
}

// CleanFileName makes of what somebody called a file one line that can be shown and
// saved anywhere: no folders, no control or direction marks, none of the characters
// that file systems refuse, at most 120 of them, the ending kept. A name of which
// nothing is left is "file".
func CleanFileName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, oneLine(name))
	name = strings.Trim(name, " .") // hidden files, and endings that Windows drops
	if readable(name) == "" {
		return "file"
	}
	if n := utf8.RuneCountInString(name); n > maxFileNameRunes {
		ending := extension(name)
		keep := maxFileNameRunes - 1 - utf8.RuneCountInString(ending)
		name = string([]rune(name)[:keep]) + "…" + ending
	}
	return name
}

// maxExtensionBytes is the longest ending that is taken for one.
const maxExtensionBytes = 12

// extension is the ending of a name with its dot, "" for none.
func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= maxExtensionBytes {
		return name[i:]
	}
	return ""
}
