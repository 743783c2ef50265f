package bridge

import "slices"

// A Field is something that is known of a visitor, beside what the visitor writes.
type Field string

// What may be let through to the desk. What the site's server vouches for goes with
// what the visitor's own word would go with.
const (
	FieldName       Field = "name"
	FieldEmail      Field = "email"
	FieldPage       Field = "page"       // the page's address and title
	FieldReferrer   Field = "referrer"   // where the visitor came from
	FieldLanguage   Field = "language"   // and the time zone
	FieldAttributes Field = "attributes" // and the site's own name for the person
)

// AllFields lists every field there is, in the order in which people read them.
var AllFields = []Field{FieldName, FieldEmail, FieldPage, FieldReferrer, FieldLanguage, FieldAttributes}

// Fields are those of a visitor's fields that are let through to the desk; nil lets
// all through, and an empty list none. The log has them all.
type Fields []Field

// Has reports whether f is let through.
func (fs Fields) Has(f Field) bool { return fs == nil || slices.Contains(fs, f) }

func (fs Fields) check() error {
	for _, f := range fs {
		if !slices.Contains(AllFields, f) {
			return Errorf(CodeInvalid, "there is no field %q of a visitor", string(f))
		}
	}
	return nil
}

// and returns the fields that both let through.
func (fs Fields) and(other Fields) Fields {
	switch {
	case fs == nil:
		return other
	case other == nil:
		return fs
	}
	both := Fields{}
	for _, f := range fs {
		if slices.Contains(other, f) {
			both = append(both, f)
		}
	}
	return both
}

// letThrough returns what the desk may know of a conversation's visitor in the threads
// of all these groups. A site and groups that were deleted meanwhile still count.
func (b *Bridge) letThrough(o Opening, groups ...GroupID) Fields {
	site, _ := b.dir.sites.value(string(o.Site))
	fields := site.Fields
	for _, id := range groups {
		g, _ := b.dir.groups.value(groupKey(o.Workspace, id))
		fields = fields.and(g.Fields)
	}
	return fields
}

// narrowed returns the opening without what is not let through.
func (o Opening) narrowed(fs Fields) Opening {
	if fs == nil {
		return o
	}
	var signed Identity
	if o.Identity != nil {
		signed = *o.Identity
	}
	if !fs.Has(FieldName) {
		o.Name, signed.Name = "", ""
	}
	if !fs.Has(FieldEmail) {
		o.Email, signed.Email = "", ""
	}
	if !fs.Has(FieldPage) {
		o.Page.URL, o.Page.Title = "", ""
	}
	if !fs.Has(FieldReferrer) {
		o.Page.Referrer = ""
	}
	if !fs.Has(FieldLanguage) {
		o.Page.Language, o.Page.Zone = "", ""
	}
	if !fs.Has(FieldAttributes) {
		o.Attributes, signed.Attributes, signed.Subject = nil, nil, ""
	}
	if o.Identity = &signed; signed.Subject == "" && signed.Name == "" && signed.Email == "" {
		o.Identity = nil
	}
	return o
}

// narrow takes out of the work what is not let through. It is the one place between
// the log, which has everything, and a thread.
func (w *Work) narrow(fs Fields) {
	if fs == nil {
		return
	}
	w.Conversation.Opening = w.Conversation.Opening.narrowed(fs)
	narrowLines(w.Lines, fs)
	for _, l := range w.Lines {
		if l.Revises != nil {
			narrowLines(l.Revises.Lines, fs)
		}
	}
}

func narrowLines(lines []Line, fs Fields) {
	for i := range lines {
		l := &lines[i]
		if l.Opening != nil {
			opening := l.Opening.narrowed(fs)
			l.Opening = &opening
		}
		if l.By.Role == RoleVisitor && !fs.Has(FieldName) {
			l.By.Name = ""
		}
	}
}
