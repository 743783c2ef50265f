package bridge

import (
	"context"
	"errors"
	"strings"
)

// A Store keeps what must survive: a log of entries for each conversation, and
// small records with revisions. It asks for no more than an embedded bbolt file
// and a NATS JetStream cluster can both give: appends that are atomic for one
// entry of one conversation, compare-and-set for one record, no transaction over
// two of anything. All methods may be called from any goroutine.
//
// Once a method has reported a failure to write (a full disk, a lost quorum) the
// outcome of that write is unknown: asking again with the same id or revision is
// safe and tells. Errors that mean "not now" have CodeUnavailable.
type Store interface {
	// Append saves e as the next entry of the conversation and publishes it to
	// its followers, in one step, and returns it with Seq set. It returns after
	// the entry is on stable storage.
	//
	// last is the Seq that the caller believes to be the conversation's last (0
	// for none). Where the log has moved on, nothing is saved and the error is
	// ErrConflict. Where an entry with e.ID is there already, whatever last
	// says, that entry is returned unchanged with no error.
	Append(ctx context.Context, conversation ConversationID, last Seq, e Entry) (Entry, error)

	// Read returns up to limit entries with Seq > after, in order; all of them
	// for limit <= 0. A conversation that does not exist has none. An entry whose
	// stored form is damaged gives ErrDamaged, never a wrong entry.
	Read(ctx context.Context, conversation ConversationID, after Seq, limit int) ([]Entry, error)

	// Follow returns a Feed of the entries with Seq > after: those that are there
	// first, then each one that is appended. wake is called, from any goroutine
	// and possibly more often than needed, when the feed has become readable
	// after having been dry; it must return at once and must not call the Feed.
	// A follower costs no goroutine, and one that reads slowly holds up nobody:
	// nothing is queued for it.
	Follow(conversation ConversationID, after Seq, wake func()) Feed

	// Record returns the record under key, or ErrNoRecord.
	Record(ctx context.Context, kind RecordKind, key string) (Record, error)
	// Put writes a record and returns its new revision, which is greater than
	// any the key had before. revision must be the one that was read, or 0 to
	// create; otherwise nothing is written and the error is ErrConflict. It
	// returns after the record is on stable storage.
	Put(ctx context.Context, kind RecordKind, key string, value []byte, revision uint64) (uint64, error)
	// Delete removes a record whose revision is the given one, or returns
	// ErrConflict. A record that is not there is no error.
	Delete(ctx context.Context, kind RecordKind, key string, revision uint64) error
	// Records calls fn for each record of a kind whose key starts with prefix,
	// in the order of keys, until fn returns an error, which is returned. fn must
	// not call the Store, and must not keep value.
	Records(ctx context.Context, kind RecordKind, prefix string, fn func(Record) error) error
	// Watch calls changed, from any goroutine, after records of a kind have
	// changed, by this process or another. Several changes may be told as one.
	// changed must return at once. The returned function ends the watch.
	Watch(kind RecordKind, changed func()) (stop func())

	// Epoch is a random word that names this lineage of the data. It changes
	// when the data is restored from a backup, and tells a client that the
	// numbers it remembers may not be those of the log.
	Epoch() string
	// Close waits for what is being written and releases the storage.
	Close() error
}

// A Feed reads a conversation's log in order, entry by entry, without holes. It
// belongs to one goroutine at a time.
type Feed interface {
	// Next returns up to limit further entries, or none when there are none
	// yet; then wake will be called once there are. It does not wait for more.
	Next(ctx context.Context, limit int) ([]Entry, error)
	// Close ends the feed; wake may still be on its way once.
	Close()
}

// A RecordKind is a family of records, with keys of its own.
type RecordKind string

const (
	WorkspaceRecords    RecordKind = "workspaces"
	SiteRecords         RecordKind = "sites"
	SecretRecords       RecordKind = "secrets" // of sites, by key
	GroupRecords        RecordKind = "groups"
	AgentRecords        RecordKind = "agents"
	VisitorRecords      RecordKind = "visitors"
	PersonRecords       RecordKind = "people"        // which visitor a signed identity is, by site and subject
	ConversationRecords RecordKind = "conversations" // by number
	ActiveRecords       RecordKind = "active"        // conversations that may have work
	ThreadRecords       RecordKind = "threads"       // by the desk's address
	TroubleRecords      RecordKind = "troubles"
	ChangeRecords       RecordKind = "changes" // by workspace and Change.ID
	MetaRecords         RecordKind = "meta"
)

// RecordKinds lists every kind there is.
var RecordKinds = []RecordKind{
	WorkspaceRecords, SiteRecords, SecretRecords, GroupRecords, AgentRecords,
	VisitorRecords, PersonRecords, ConversationRecords, ActiveRecords, ThreadRecords, TroubleRecords,
	ChangeRecords, MetaRecords,
}

// A Record is a small value that changes. Keys are 1 to 200 bytes of A–Z a–z 0–9
// and - _ = . / with no dot at either end and no two in a row (what NATS allows in a
// key); values up to 512 KiB.
type Record struct {
	Key      string
	Value    []byte
	Revision uint64
}

// What a Store refuses. Test with errors.Is.
var (
	ErrConflict = errors.New("changed by somebody else meanwhile: read again and retry")
	ErrNoRecord = errors.New("no such record")
	ErrDamaged  = errors.New("stored data is damaged: restore the latest backup")
	ErrBadKey   = errors.New("a key must be 1 to 200 bytes of A-Z a-z 0-9 - _ = . / with single dots inside only")
	ErrTooLarge = errors.New("too large to store")
)

// Limits that every Store holds.
const (
	MaxEntryBytes  = 256 << 10
	MaxRecordBytes = 512 << 10
)

// ValidKey reports whether key may name a record.
func ValidKey(key string) bool {
	if len(key) == 0 || len(key) > 200 || key[0] == '.' || key[len(key)-1] == '.' || strings.Contains(key, "..") {
		return false
	}
	for i := 0; i < len(key); i++ {
		switch c := key[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9':
		case c == '-', c == '_', c == '=', c == '.', c == '/':
		default:
			return false
		}
	}
	return true
}
