package boltstore

import (
	"encoding/binary"
	"hash/crc32"
)

// The stored form of a record, which is also that of what the store knows about
// itself. Numbers are big-endian.
//
//	0   4  CRC-32C of all that follows, then of the bucket's name, a zero byte and the key
//	4   1  recordForm
//	5   3  0
//	8   8  revision
//	16     value
const (
	recordForm       = 1
	recordHeaderSize = 16
)

// marshalRecord returns the stored form of a value under a key of a bucket.
func marshalRecord(bucket, key string, revision uint64, value []byte) []byte {
	data := make([]byte, recordHeaderSize, recordHeaderSize+len(value))
	data[4] = recordForm
	binary.BigEndian.PutUint64(data[8:], revision)
	data = append(data, value...)
	binary.BigEndian.PutUint32(data, recordSum(data, bucket, key))
	return data
}

// unmarshalRecord verifies and takes apart what is stored under a key of a bucket.
// value points into data.
func unmarshalRecord(data []byte, bucket, key string) (revision uint64, value []byte, err error) {
	if len(data) < recordHeaderSize || binary.BigEndian.Uint32(data) != recordSum(data, bucket, key) {
		return 0, nil, errChecksum
	}
	if [4]byte(data[4:8]) != [4]byte{recordForm} {
		return 0, nil, errForm
	}
	return binary.BigEndian.Uint64(data[8:]), data[recordHeaderSize:], nil
}

func recordSum(data []byte, bucket, key string) uint32 {
	place := make([]byte, 0, 256)
	place = append(place, bucket...)
	place = append(place, 0)
	place = append(place, key...)
	return crc32.Update(crc32.Checksum(data[4:], castagnoli), castagnoli, place)
}
