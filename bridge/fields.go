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
