package boltstore

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	bolt "go.etcd.io/bbolt"

	"github.com/chatgroups/chatgroups/bridge"
)

// createMain makes the file that holds the records and names the segments.
func createMain(path string, now time.Time) error {
	return createBolt(path, func(tx *bolt.Tx) error {
		store, err := tx.CreateBucket(storeBucket)
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket(segmentsBucket); err != nil {
			return err
		}
		return errors.Join(
			putSchema(tx),
			putOwn(store, storeBucket, epochKey, []byte(rand.Text())),
			putOwn(store, storeBucket, createdKey, []byte(now.UTC().Format(time.RFC3339))),
			putOwn(store, storeBucket, revisionKey, number64(0)),
			createRecordBuckets(tx),
		)
	})
}

// putSchema says that the files have the layout of this program.
func putSchema(tx *bolt.Tx) error {
	return putOwn(tx.Bucket(storeBucket), storeBucket, schemaKey, []byte(strconv.Itoa(schema)))
}

// createRecordBuckets gives each kind of records its bucket.
func createRecordBuckets(tx *bolt.Tx) error {
	for _, kind := range bridge.RecordKinds {
		if _, err := tx.CreateBucketIfNotExists([]byte(recordBucket(kind))); err != nil {
			return err
		}
	}
	return nil
}

// putSegment names a segment in the main file.
func putSegment(tx *bolt.Tx, number, first uint64) error {
	key := string(number64(number))
	return tx.Bucket(segmentsBucket).Put([]byte(key), marshalRecord(string(segmentsBucket), key, 0, number64(first)))
}

// checkSchema refuses a main file of a newer layout, whatever else is in it.
func checkSchema(db *bolt.DB) error {
	return guard(func() error {
		return db.View(func(tx *bolt.Tx) error {
			b := tx.Bucket(storeBucket)
			if b == nil {
				return nil // readMain says what is missing
			}
			_, value, err := unmarshalRecord(b.Get([]byte(schemaKey)), string(storeBucket), schemaKey)
			if err != nil {
				return nil
			}
			if n, err := strconv.Atoi(string(value)); err == nil && n > schema {
				return fmt.Errorf("%s has data version %d and this program knows %d: %w", db.Path(), n, schema, ErrNewer)
			}
			return nil
		})
	})
}

// mainContents is what the main file says beside the records.
type mainContents struct {
	schema   int
	epoch    string
	created  time.Time
	revision uint64            // the last one given
	segments []segmentContents // in order
	missing  bool              // a kind of records has no bucket: it is newer than the file
}

type segmentContents struct{ number, first uint64 }

func (c *mainContents) addSegment(key, value []byte) error {
	number, ok := parse64(key)
	first, ok2 := parse64(value)
	if !ok || !ok2 {
		return errForm
	}
	c.segments = append(c.segments, segmentContents{number, first})
	return nil
}

// readMain verifies all of a main file. report is called with what is wrong with a
// key, and the reading goes on when it returns nil.
func readMain(file *os.File, report func(error) error) (mainContents, error) {
	pages, unmap, err := mapPages(file)
	if err != nil {
		return mainContents{}, err
	}
	defer unmap()
	var c mainContents
	var newest uint64 // revision of a record
	own := map[string]string{}
	err = pages.walk(func(bucket string) visitor {
		return func(key, data []byte) error {
			revision, value, err := unmarshalRecord(data, bucket, string(key))
			switch {
			case err != nil:
			case bucket == string(storeBucket):
				own[string(key)] = string(value)
			case bucket == string(segmentsBucket):
				err = c.addSegment(key, value)
			case !bridge.ValidKey(string(key)):
				err = bridge.ErrBadKey
			}
			if err != nil {
				return report(fmt.Errorf("%s %q: %w", bucket, key, err))
			}
			newest = max(newest, revision)
			return nil
		}
	})
	if err != nil {
		return mainContents{}, err
	}

	want := []string{string(segmentsBucket), string(storeBucket)}
	for _, kind := range bridge.RecordKinds {
		if slices.Contains(pages.buckets, recordBucket(kind)) {
			want = append(want, recordBucket(kind))
		} else {
			c.missing = true
		}
	}
	slices.Sort(want)
	if !slices.Equal(pages.buckets, want) {
		return mainContents{}, fmt.Errorf("the buckets %q should be %q", pages.buckets, want)
	}

	c.epoch = own[epochKey]
	revision, ok := parse64([]byte(own[revisionKey]))
	c.revision = revision
	c.schema, _ = strconv.Atoi(own[schemaKey])
	c.created, err = time.Parse(time.RFC3339, own[createdKey])
	switch {
	case c.schema < oldestSchema || c.schema > schema:
		err = fmt.Errorf("data version %q", own[schemaKey])
	case c.epoch == "":
		err = errors.New("the epoch is missing")
	case err != nil:
		err = fmt.Errorf("the time of creation: %w", err)
	case !ok || revision < newest:
		err = fmt.Errorf("a record has revision %d and the last that was given is %d", newest, revision)
	}
	if err != nil {
		return c, report(err)
	}
	return c, nil
}
