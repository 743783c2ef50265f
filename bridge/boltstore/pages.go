package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"math/bits"
	"os"
)

// This file reads bbolt's file format, version 2, without bbolt, because bbolt
// trusts its pages: one flipped bit in a page can make it return another key's
// value, lose a key, run in a circle, or hand a page that is in use to the next
// writer. walkPages believes nothing. It demands that the pages reachable from the
// root, those on the free list and the two heads are all the pages there are, each
// once; that keys ascend; and that every key and value lies exactly where bbolt
// would have put it. What a bit can still change after that is within keys and
// values, which carry checksums of their own.
//
// The format is described by internal/common of go.etcd.io/bbolt. Numbers are in
// the byte order of the machine.

const (
	pageHeaderSize    = 16 // id 8, flags 2, count 2, overflow 4
	pageElementSize   = 16 // leaf: flags, pos, ksize, vsize; branch: pos, ksize, page 8
	bucketHeaderSize  = 16 // root page 8, sequence 8
	headSize          = 64
	headSumAt         = 56
	maxPageSize       = 1 << 16
	minPageSize       = 1 << 10
	maxDepth          = 32
	noFreelist        = 1<<64 - 1
	manyFreePages     = 0xFFFF // then the first id is the count
	bucketElementFlag = 1

	branchPage   = 0x01
	leafPage     = 0x02
	freelistPage = 0x10

	headMagic   = 0xED0CDAED
	headVersion = 2
)

var order = binary.NativeEndian

// A pageFile is the contents of a bbolt file whose heads were found to be whole.
type pageFile struct {
	data     []byte
	pageSize uint64
	pages    uint64 // in use or free; what lies beyond was never written
	root     uint64
	freelist uint64
	buckets  []string // their names, when the walk is over
	seen     []uint64 // a bit for each page that was accounted for
}

// openPages reads the heads of a bbolt file. Both must be whole. bbolt itself goes on
// with one, which is how it survives a head that was half written in a power cut; but
// a head is one sector of a disk, which is written whole or not at all, and going on
// with the older one takes back the last transaction, which was acknowledged.
func openPages(data []byte) (*pageFile, error) {
	h, err := readHead(data)
	if err != nil {
		return nil, fmt.Errorf("first head: %w", err)
	}
	if uint64(len(data)) < h.pageSize {
		return nil, errors.New("the file was cut off within its first page")
	}
	second, err := readHead(data[h.pageSize:])
	if err != nil {
		return nil, fmt.Errorf("second head: %w", err)
	}
	if second.pageSize != h.pageSize {
		return nil, errors.New("the heads contradict each other")
	}
	if second.transaction > h.transaction {
		h = second
	}
	if have := uint64(len(data)) / h.pageSize; h.pages > have {
		return nil, fmt.Errorf("the file was cut off: %d of %d pages are there", have, h.pages)
	}
	if h.pages < 4 {
		return nil, fmt.Errorf("%d pages are too few", h.pages)
	}
	p := &pageFile{
		data:     data[:h.pages*h.pageSize],
		pageSize: h.pageSize,
		pages:    h.pages,
		root:     h.root,
		freelist: h.freelist,
		seen:     make([]uint64, (h.pages+63)/64),
	}
	p.seen[0] = 1<<0 | 1<<1 // the heads
	return p, nil
}

type head struct {
	pageSize, root, freelist, pages, transaction uint64
}

func readHead(page []byte) (head, error) {
	if len(page) < pageHeaderSize+headSize {
		return head{}, fmt.Errorf("%d bytes are too few", len(page))
	}
	data := page[pageHeaderSize:]
	sum := fnv.New64a()
	sum.Write(data[:headSumAt])
	switch {
	case order.Uint32(data) != headMagic:
		return head{}, errors.New("this is no bbolt file")
	case order.Uint32(data[4:]) != headVersion:
		return head{}, fmt.Errorf("bbolt's version %d is unknown", order.Uint32(data[4:]))
	case order.Uint64(data[headSumAt:]) != sum.Sum64():
		return head{}, errChecksum
	}
	h := head{
		pageSize:    uint64(order.Uint32(data[8:])),
		root:        order.Uint64(data[16:]),
		freelist:    order.Uint64(data[32:]),
		pages:       order.Uint64(data[40:]),
		transaction: order.Uint64(data[48:]),
	}
	if h.pageSize < minPageSize || h.pageSize > maxPageSize || bits.OnesCount64(h.pageSize) != 1 {
		return head{}, fmt.Errorf("a page size of %d is impossible", h.pageSize)
	}
	return h, nil
}

// A visitor is called for each key of a bucket in the order of keys. key and value
// point into the file.
type visitor func(key, value []byte) error

// mapPages maps a file and reads its heads. close ends what the pages and all that
// was visited point to.
func mapPages(file *os.File) (pages *pageFile, close func(), err error) {
	data, close, err := mapFile(file)
	if err != nil {
		return nil, nil, err
	}
	err = guard(func() error {
		pages, err = openPages(data)
		return err
	})
	if err != nil {
		close()
		return nil, nil, err
	}
	return pages, close, nil
}

// walk verifies every page. It goes through bucket by bucket, and asks visit for
// each one's visitor. It stops at the first thing that is wrong and at the first
// error of a visitor.
func (p *pageFile) walk(visit func(bucket string) visitor) error {
	return guard(func() error { return p.walkUnguarded(visit) })
}

func (p *pageFile) walkUnguarded(visit func(bucket string) visitor) error {
	var headers [][]byte
	err := p.tree(p.root, bucketElementFlag, func(name, header []byte) error {
		p.buckets = append(p.buckets, string(name))
		headers = append(headers, header)
		return nil
	})
	if err != nil {
		return err
	}
	for i, name := range p.buckets {
		if err := p.bucket(headers[i], visit(name)); err != nil {
			return fmt.Errorf("bucket %q: %w", name, err)
		}
	}
	if err := p.free(); err != nil {
		return err
	}
	return p.complete()
}

// bucket walks a bucket that has a header, which a small bucket's only page follows.
func (p *pageFile) bucket(header []byte, visit visitor) error {
	if len(header) < bucketHeaderSize {
		return fmt.Errorf("its header has %d bytes", len(header))
	}
	root, page := order.Uint64(header), header[bucketHeaderSize:]
	if root == 0 {
		return inlineLeaf(page, visit)
	}
	if len(page) > 0 {
		return fmt.Errorf("its header has %d bytes", len(header))
	}
	return p.tree(root, 0, visit)
}

// A tree is walked in the order of keys.
type treeWalk struct {
	pages *pageFile
	flags uint32 // that each element must have
	visit visitor
	last  []byte // key that was visited last, nil before the first
}

func (p *pageFile) tree(root uint64, flags uint32, visit visitor) error {
	t := &treeWalk{pages: p, flags: flags, visit: visit}
	return t.page(root, nil, 0)
}

// page walks what hangs from a page. first is the key under which the parent
// refers to the page, nil for a root.
func (t *treeWalk) page(id uint64, first []byte, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("page %d: the tree is too deep", id)
	}
	page, err := t.pages.take(id)
	if err != nil {
		return err
	}
	switch flags := order.Uint16(page[8:]); flags {
	case leafPage:
		if err := t.leaf(page, first); err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		return nil
	case branchPage:
		return t.branch(id, page, first, depth)
	default:
		return fmt.Errorf("page %d: flags %#x are not those of a tree", id, flags)
	}
}

func (t *treeWalk) leaf(page, first []byte) error {
	if order.Uint16(page[10:]) == 0 {
		if first != nil {
			return errors.New("a leaf is empty")
		}
		// An empty bucket. A count that lost its bits has its keys behind it.
		if len(bytes.TrimLeft(page[pageHeaderSize:], "\x00")) > 0 {
			return errors.New("a leaf that says it is empty is not")
		}
		return nil
	}
	_, err := t.elements(page, first)
	return err
}

func (t *treeWalk) branch(id uint64, page, first []byte, depth int) error {
	count := int(order.Uint16(page[10:]))
	end := pageHeaderSize + count*pageElementSize
	if count == 0 || end > len(page) {
		return fmt.Errorf("page %d: a branch with %d pages", id, count)
	}
	for at := pageHeaderSize; at < pageHeaderSize+count*pageElementSize; at += pageElementSize {
		pos, ksize := uint64(order.Uint32(page[at:])), uint64(order.Uint32(page[at+4:]))
		if uint64(at)+pos != uint64(end) || ksize == 0 || ksize > uint64(len(page)-end) {
			return fmt.Errorf("page %d: a key is out of its place", id)
		}
		key := page[end : end+int(ksize)]
		end += int(ksize)
		if first != nil && !bytes.Equal(first, key) {
			return fmt.Errorf("page %d: it does not begin with the key its parent names", id)
		}
		first = nil
		if err := t.page(order.Uint64(page[at+8:]), key, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// inlineLeaf walks the one page of a small bucket, which lies within its parent's.
func inlineLeaf(page []byte, visit visitor) error {
	if len(page) < pageHeaderSize || order.Uint64(page) != 0 || order.Uint16(page[8:]) != leafPage || order.Uint32(page[12:]) != 0 {
		return errors.New("the page within is not a leaf")
	}
	t := &treeWalk{visit: visit}
	end, err := t.elements(page, nil)
	if err == nil && end != len(page) {
		err = errors.New("the page within has bytes to spare")
	}
	return err
}

// elements visits each element of a leaf, and returns where the last one ends. bbolt
// writes keys and values without a gap, in order, right behind the elements: so a
// wrong count or length shows. first is the key that must come first, if any.
func (t *treeWalk) elements(page, first []byte) (end int, err error) {
	count := int(order.Uint16(page[10:]))
	end = pageHeaderSize + count*pageElementSize
	if end > len(page) {
		return 0, fmt.Errorf("a leaf with %d keys", count)
	}
	for at := pageHeaderSize; at < pageHeaderSize+count*pageElementSize; at += pageElementSize {
		element := page[at : at+pageElementSize]
		pos := uint64(order.Uint32(element[4:]))
		ksize, vsize := uint64(order.Uint32(element[8:])), uint64(order.Uint32(element[12:]))
		if uint64(at)+pos != uint64(end) || ksize == 0 || ksize+vsize > uint64(len(page)-end) {
			return 0, errors.New("a key is out of its place")
		}
		value := end + int(ksize)
		key := page[end:value:value]
		end = value + int(vsize)
		switch {
		case order.Uint32(element) != t.flags:
			return 0, fmt.Errorf("%q is not what the bucket may hold", key)
		case first != nil && !bytes.Equal(first, key):
			return 0, errors.New("it does not begin with the key its parent names")
		case t.last != nil && bytes.Compare(t.last, key) >= 0:
			return 0, errors.New("keys do not ascend")
		}
		first, t.last = nil, key
		if err := t.visit(key, page[value:end:end]); err != nil {
			return 0, err
		}
	}
	return end, nil
}

// free verifies the list of free pages.
func (p *pageFile) free() error {
	if p.freelist == noFreelist {
		return errors.New("the list of free pages is missing")
	}
	page, err := p.take(p.freelist)
	if err != nil {
		return err
	}
	if order.Uint16(page[8:]) != freelistPage {
		return fmt.Errorf("page %d is not the list of free pages", p.freelist)
	}
	count, ids := uint64(order.Uint16(page[10:])), page[pageHeaderSize:]
	if count == manyFreePages {
		count, ids = order.Uint64(ids), ids[8:]
	}
	if count > uint64(len(ids)/8) {
		return fmt.Errorf("page %d: a list of %d free pages", p.freelist, count)
	}
	for i := range count {
		if err := p.mark(order.Uint64(ids[i*8:])); err != nil {
			return fmt.Errorf("list of free pages: %w", err)
		}
	}
	return nil
}

// complete demands that every page was accounted for.
func (p *pageFile) complete() error {
	seen := 0
	for _, word := range p.seen {
		seen += bits.OnesCount64(word)
	}
	if lost := int(p.pages) - seen; lost > 0 {
		return fmt.Errorf("%d pages belong to nothing", lost)
	}
	return nil
}

// mark accounts for a page. No page may be used twice, which also keeps a walk
// from running in a circle.
func (p *pageFile) mark(id uint64) error {
	if id >= p.pages {
		return fmt.Errorf("page %d is beyond the last, %d", id, p.pages-1)
	}
	if bit := uint64(1) << (id % 64); p.seen[id/64]&bit == 0 {
		p.seen[id/64] |= bit
		return nil
	}
	return fmt.Errorf("page %d is used twice", id)
}

// take accounts for a page and the pages that continue it, and returns its bytes.
func (p *pageFile) take(id uint64) ([]byte, error) {
	if err := p.mark(id); err != nil {
		return nil, err
	}
	page := p.data[id*p.pageSize:]
	if got := order.Uint64(page); got != id {
		return nil, fmt.Errorf("page %d says it is page %d", id, got)
	}
	overflow := uint64(order.Uint32(page[12:]))
	if overflow >= p.pages-id {
		return nil, fmt.Errorf("page %d goes on for %d pages", id, overflow)
	}
	for i := id + 1; i <= id+overflow; i++ {
		if err := p.mark(i); err != nil {
			return nil, err
		}
	}
	return page[:(1+overflow)*p.pageSize], nil
}
