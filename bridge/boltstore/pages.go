package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/bits"
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

// windowSize is how much of a file is read at once while leaves follow each other:
// it stays in the processor's cache.
const windowSize = 256 << 10

// nearLeaf is by how many pages a leaf may be ahead of another and still follow it.
const nearLeaf = 64

var order = binary.NativeEndian

// A pageFile is a bbolt file whose heads were found to be whole.
type pageFile struct {
	file     io.ReaderAt
	pageSize uint64
	pages    uint64 // in use or free; what lies beyond was never written
	root     uint64
	freelist uint64
	buckets  []string // their names, when the walk is over

	seen     []uint64 // a bit for each page that was accounted for
	window   []byte   // pages from windowAt on
	windowAt uint64
	single   []byte // a page from elsewhere
	lastLeaf uint64 // the last leaf that came from elsewhere
}

// openPages reads the heads of a bbolt file of a size. Both must be whole. bbolt
// itself goes on with one, which is how it survives a head that was half written
// in a power cut; but a head is one sector of a disk, which is written whole or not
// at all, and going on with the older one takes back the last transaction, which
// was acknowledged.
func openPages(file io.ReaderAt, size int64) (*pageFile, error) {
	if size < 2*minPageSize {
		return nil, fmt.Errorf("the file has %d bytes and was cut off", size)
	}
	first := make([]byte, pageHeaderSize+headSize)
	if _, err := file.ReadAt(first, 0); err != nil {
		return nil, err
	}
	a, err := readHead(first)
	if err != nil {
		return nil, fmt.Errorf("first head: %w", err)
	}
	second := make([]byte, pageHeaderSize+headSize)
	if _, err := file.ReadAt(second, int64(a.pageSize)); err != nil {
		return nil, fmt.Errorf("second head: %w", err)
	}
	b, err := readHead(second)
	if err != nil {
		return nil, fmt.Errorf("second head: %w", err)
	}
	if b.pageSize != a.pageSize {
		return nil, errors.New("the heads contradict each other")
	}
	if b.transaction > a.transaction {
		a = b
	}
	if have := uint64(size) / a.pageSize; a.pages > have {
		return nil, fmt.Errorf("the file was cut off: %d of %d pages are there", have, a.pages)
	}
	if a.pages < 4 {
		return nil, fmt.Errorf("%d pages are too few", a.pages)
	}
	p := &pageFile{
		file:     file,
		pageSize: a.pageSize,
		pages:    a.pages,
		root:     a.root,
		freelist: a.freelist,
		seen:     make([]uint64, (a.pages+63)/64),
		single:   make([]byte, a.pageSize),
	}
	p.seen[0] = 1<<0 | 1<<1 // the heads
	return p, nil
}

type head struct {
	pageSize, root, freelist, pages, transaction uint64
}

func readHead(page []byte) (head, error) {
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

// size returns how many bytes of the file hold pages.
func (p *pageFile) size() int64 { return int64(p.pages * p.pageSize) }

// walk verifies every page, and calls visit for each key of each bucket, bucket by
// bucket and in the order of keys. key and value are valid during the call. It
// stops at the first thing that is wrong and at the first error of visit.
func (p *pageFile) walk(visit func(bucket string, key, value []byte) error) error {
	type found struct {
		name  string
		value []byte
	}
	var buckets []found
	err := p.tree(p.root, func(flags uint32, key, value []byte) error {
		if flags != bucketElementFlag || len(value) < bucketHeaderSize {
			return fmt.Errorf("%q is not a bucket", key)
		}
		buckets = append(buckets, found{string(key), bytes.Clone(value)})
		p.buckets = append(p.buckets, string(key))
		return nil
	})
	if err != nil {
		return err
	}
	for _, b := range buckets {
		each := func(flags uint32, key, value []byte) error {
			if flags != 0 {
				return fmt.Errorf("%q is not a value", key)
			}
			return visit(b.name, key, value)
		}
		if root := order.Uint64(b.value); root != 0 {
			if len(b.value) != bucketHeaderSize {
				return fmt.Errorf("bucket %q: its header has %d bytes", b.name, len(b.value))
			}
			err = p.tree(root, each)
		} else {
			err = inlineLeaf(b.value[bucketHeaderSize:], each)
		}
		if err != nil {
			return fmt.Errorf("bucket %q: %w", b.name, err)
		}
	}
	if err := p.free(); err != nil {
		return err
	}
	return p.complete()
}

// A tree is walked in the order of keys.
type treeWalk struct {
	pages *pageFile
	visit func(flags uint32, key, value []byte) error
	last  []byte // key that was visited last
	any   bool
}

func (p *pageFile) tree(root uint64, visit func(flags uint32, key, value []byte) error) error {
	t := &treeWalk{pages: p, visit: visit}
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
		return t.branch(id, bytes.Clone(page), first, depth)
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
	_, err := leafElements(page, func(flags uint32, key, value []byte) error {
		if err := t.ascend(key, first); err != nil {
			return err
		}
		first = nil
		return t.visit(flags, key, value)
	})
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

// ascend demands that key is greater than the one before and, where first is
// given, that it is first.
func (t *treeWalk) ascend(key, first []byte) error {
	if first != nil && !bytes.Equal(first, key) {
		return errors.New("it does not begin with the key its parent names")
	}
	if t.any && bytes.Compare(t.last, key) >= 0 {
		return errors.New("keys do not ascend")
	}
	t.last, t.any = append(t.last[:0], key...), true
	return nil
}

// inlineLeaf walks a small bucket that lies within its parent's page.
func inlineLeaf(page []byte, visit func(flags uint32, key, value []byte) error) error {
	if len(page) < pageHeaderSize || order.Uint64(page) != 0 || order.Uint16(page[8:]) != leafPage || order.Uint32(page[12:]) != 0 {
		return errors.New("the page within is not a leaf")
	}
	t := &treeWalk{visit: visit}
	end, err := leafElements(page, func(flags uint32, key, value []byte) error {
		if err := t.ascend(key, nil); err != nil {
			return err
		}
		return visit(flags, key, value)
	})
	if err == nil && end != len(page) {
		err = errors.New("the page within has bytes to spare")
	}
	return err
}

// leafElements calls fn for each element of a leaf page, and returns where the last
// one ends. bbolt writes keys and values without a gap, in order, right behind the
// elements: so a wrong count or length shows.
func leafElements(page []byte, fn func(flags uint32, key, value []byte) error) (end int, err error) {
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
		if err := fn(order.Uint32(element), page[end:value:value], page[value:value+int(vsize):value+int(vsize)]); err != nil {
			return 0, err
		}
		end = value + int(vsize)
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

// take accounts for a page and the pages that continue it, and returns its bytes,
// which are valid until the next call.
func (p *pageFile) take(id uint64) ([]byte, error) {
	if err := p.mark(id); err != nil {
		return nil, err
	}
	page, err := p.read(id)
	if err != nil {
		return nil, err
	}
	if got := order.Uint64(page); got != id {
		return nil, fmt.Errorf("page %d says it is page %d", id, got)
	}
	overflow := uint64(order.Uint32(page[12:]))
	if overflow == 0 {
		return page, nil
	}
	if overflow >= p.pages-id {
		return nil, fmt.Errorf("page %d goes on for %d pages", id, overflow)
	}
	for i := id + 1; i <= id+overflow; i++ {
		if err := p.mark(i); err != nil {
			return nil, err
		}
	}
	whole := make([]byte, (1+overflow)*p.pageSize)
	_, err = p.file.ReadAt(whole, int64(id*p.pageSize))
	return whole, err
}

// read returns one page. Leaves lie mostly in the order in which they are walked,
// so that two that follow each other are a reason to read on, while branches come
// from all over the file.
func (p *pageFile) read(id uint64) ([]byte, error) {
	if at := (id - p.windowAt) * p.pageSize; id >= p.windowAt && at < uint64(len(p.window)) {
		return p.window[at : at+p.pageSize], nil
	}
	if _, err := p.file.ReadAt(p.single, int64(id*p.pageSize)); err != nil {
		return nil, err
	}
	if order.Uint16(p.single[8:]) != leafPage {
		return p.single, nil
	}
	step := id - p.lastLeaf
	if p.lastLeaf = id; step == 0 || step > nearLeaf {
		return p.single, nil
	}
	if p.window == nil {
		p.window = make([]byte, windowSize)
	}
	pages := min(windowSize/p.pageSize, p.pages-id)
	p.window, p.windowAt = p.window[:pages*p.pageSize], id
	p.lastLeaf = id + pages - 1
	if _, err := p.file.ReadAt(p.window, int64(id*p.pageSize)); err != nil {
		return nil, err
	}
	return p.window[:p.pageSize], nil
}
