// Package boltstore keeps the bridge's data in bbolt files: the Store of a single
// node, which needs nothing but a folder.
//
// # Files
//
// The file that Open names holds the records, a bucket for each kind, and what the
// store knows about itself; it also carries the lock that keeps a second program
// away. The log of entries lies beside it in segments, chatgroups.db.log-000001 and
// so on. Every entry of every conversation is appended to the last segment under
// the next position, and nothing in a segment is ever changed or deleted: bbolt is
// six to thirteen times faster so than with a key for each conversation, and old
// entries can leave by whole files. A segment that has grown past its size is left
// and the next one begun.
//
// # Writing
//
// The main file and the log have one committer each: a goroutine that puts
// everything that is waiting into one write, answers after it is synced to the disk,
// and looks again. There is no timer; the time that a sync takes is what fills the
// next write.
//
// Records are written by a transaction of bbolt, which syncs twice. Entries, for
// which somebody waits, are first put into chatgroups.db.journal, a file of fixed
// size that takes one sync, and kept in memory. When the journal is full, when the
// store is closed, and when it is opened after a crash, one transaction folds them
// into the last segment and the journal is emptied. A backup needs the journal as
// much as the other files.
//
// # Memory
//
// Where the entries of a conversation lie, and a hash of each entry's id, is held
// in memory at 16 bytes an entry. Open rebuilds it in one pass over the segments and
// the journal. What is in the journal, at most 1 MiB, is held whole.
//
// # Damage
//
// bbolt keeps no checksums of its pages and trusts what it reads. So every entry
// and every record carries a checksum that also covers where it belongs, and Open
// walks every page of every file itself before it lets bbolt write (pages.go), and
// tells a journal that a crash cut short from one that is damaged
// (journal_read.go). Data
// that fell to a bad disk gives bridge.ErrDamaged, and is never served as if it
// were whole.
package boltstore
