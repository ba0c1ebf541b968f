package table

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"cggm/data"
)

// Bounds of what the pages of a Parquet file become.
const (
	maxParquetValues = 1 << 28
	maxPage          = 1 << 28 // bytes
	fewValues        = 1 << 22 // that any file may hold
	valuesPerByte    = 1024    // equal values take next to no room
)

// checkPages reads the headers of all pages and refuses a file whose pages
// claim more than its bytes can hold: they are decoded into memory of the
// claimed size.
func checkPages(r io.ReaderAt, size int64, name string, m *format.FileMetaData, leaves int) error {
	most := min(maxParquetValues, max(fewValues, valuesPerByte*size))
	total := int64(0)
	for g, group := range m.RowGroups {
		if len(group.Columns) != leaves {
			return &data.FileError{
				Path: name, Where: fmt.Sprintf("row group %d", g), Found: fmt.Sprintf("%d columns", len(group.Columns)), Want: fmt.Sprintf("%d", leaves),
			}
		}
		for i := range group.Columns {
			p := &pageScan{r: r, size: size, chunk: &group.Columns[i].MetaData, left: most - total}
			if err := p.scan(); err != nil {
				return &data.FileError{
					Path: name, Where: fmt.Sprintf("row group %d, column %d, offset %d", g, i, p.at), Found: "pages that cannot be read safely",
					Want: "a whole Parquet file of reasonable size", Err: err,
				}
			}
			total += p.values
		}
	}
	if m.NumRows < 0 || m.NumRows > most {
		return &data.FileError{Path: name, Where: "the footer", Found: fmt.Sprintf("%d rows", m.NumRows), Want: fmt.Sprintf("0 to %d in %d bytes", most, size)}
	}
	return nil
}

// pageScan reads the headers of the pages of a column chunk.
type pageScan struct {
	r      io.ReaderAt
	size   int64
	chunk  *format.ColumnMetaData
	at     int64
	left   int64 // values that the file may still hold
	values int64
}

func (p *pageScan) scan() error {
	c := p.chunk
	if c.NumValues == 0 {
		return nil
	}
	p.at = c.DataPageOffset
	if c.DictionaryPageOffset > 0 {
		p.at = min(p.at, c.DictionaryPageOffset)
	}
	if p.at < 4 || c.TotalCompressedSize < 0 || c.TotalCompressedSize > p.size-p.at {
		return fmt.Errorf("%d bytes at offset %d of a file of %d", c.TotalCompressedSize, p.at, p.size)
	}
	if !slices.Contains([]format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Zstd}, c.Codec) {
		return fmt.Errorf("compression %s: write the file plain or with Snappy, gzip or Zstandard", c.Codec)
	}
	if c.NumValues < 0 || c.NumValues > p.left {
		return fmt.Errorf("%d values, more than such a file holds", c.NumValues)
	}
	window := make([]byte, 1<<16)
	protocol := &thrift.CompactProtocol{}
	for end := p.at + c.TotalCompressedSize; p.at < end && p.values < c.NumValues; {
		head := window[:min(int64(len(window)), end-p.at)]
		if _, err := p.r.ReadAt(head, p.at); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err := (&compact{rest: head}).skip(compactStruct, 0); err != nil {
			return err
		}
		reader := protocol.NewReaderFromBytes(head)
		var h format.PageHeader
		if err := thrift.NewDecoder(reader).Decode(&h); err != nil {
			return err
		}
		if h.CompressedPageSize < 0 || h.UncompressedPageSize < 0 || h.UncompressedPageSize > maxPage {
			return fmt.Errorf("a page of %d bytes", h.UncompressedPageSize)
		}
		p.at += int64(reader.BytesRead())
		if int64(h.CompressedPageSize) > end-p.at {
			return fmt.Errorf("a page of %d bytes, %d of which are there", h.CompressedPageSize, end-p.at)
		}
		if err := p.page(&h); err != nil {
			return err
		}
		p.at += int64(h.CompressedPageSize)
	}
	if p.values != c.NumValues {
		return fmt.Errorf("pages of %d values instead of %d", p.values, c.NumValues)
	}
	return nil
}

// page checks how many values a page holds and what it decompresses to.
func (p *pageScan) page(h *format.PageHeader) error {
	plain, values := int64(0), int64(0)
	switch {
	case h.DataPageHeader.Valid:
		values = int64(h.DataPageHeader.V.NumValues)
	case h.DataPageHeaderV2.Valid:
		v := h.DataPageHeaderV2.V
		values = int64(v.NumValues)
		if v.DefinitionLevelsByteLength < 0 || v.RepetitionLevelsByteLength < 0 {
			return errors.New("levels of a negative length")
		}
		if plain = int64(v.DefinitionLevelsByteLength) + int64(v.RepetitionLevelsByteLength); plain > int64(h.CompressedPageSize) {
			return fmt.Errorf("levels of %d bytes in a page of %d", plain, h.CompressedPageSize)
		}
		if v.IsCompressed.Valid && !v.IsCompressed.V {
			plain = int64(h.CompressedPageSize)
		}
	case h.DictionaryPageHeader.Valid:
		if n := int64(h.DictionaryPageHeader.V.NumValues); n < 0 || n > p.left {
			return fmt.Errorf("a dictionary of %d values", n)
		}
	}
	if values < 0 || values > p.chunk.NumValues-p.values {
		return fmt.Errorf("a page of %d values in a column of %d", values, p.chunk.NumValues)
	}
	p.values += values
	body := io.NewSectionReader(p.r, p.at+plain, int64(h.CompressedPageSize)-plain)
	if body.Size() == 0 {
		return nil
	}
	return inflates(p.chunk.Codec, body, int64(h.UncompressedPageSize))
}

func open(codec format.CompressionCodec, body io.Reader) (io.Reader, error) {
	if codec == format.Gzip {
		return gzip.NewReader(bufio.NewReader(body))
	}
	z, err := zstd.NewReader(body, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage))
	if err != nil {
		return nil, err
	}
	return z.IOReadCloser(), nil
}

// inflates checks that a compressed body does not grow beyond a size.
func inflates(codec format.CompressionCodec, body *io.SectionReader, most int64) error {
	var claimed uint64
	switch codec {
	case format.Snappy:
		head := make([]byte, min(binary.MaxVarintLen64, body.Size()))
		if _, err := body.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		n, width := binary.Uvarint(head)
		if width <= 0 {
			return errors.New("a Snappy block without a length")
		}
		claimed = n
	case format.Gzip, format.Zstd:
		// Only the text itself shows how long it is.
		z, err := open(codec, body)
		if err != nil {
			return err
		}
		n, err := io.CopyN(io.Discard, z, most+1)
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		claimed = uint64(n)
	default:
		return nil
	}
	if claimed > uint64(most) {
		return fmt.Errorf("a page that grows to %d bytes instead of %d", claimed, most)
	}
	return nil
}
