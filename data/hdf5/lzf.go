package hdf5

import "errors"

var errLZF = errors.New("damaged lzf data")

// unlzf decompresses the format of LibLZF to at most n bytes. A control byte
// below 32 is followed by that many literals and one; another holds a length
// and, with the bytes behind it, a distance back.
func unlzf(in []byte, n int) ([]byte, error) {
	var out []byte
	for i := 0; i < len(in); {
		control := int(in[i])
		i++
		if control < 32 {
			end := i + control + 1
			if end > len(in) || len(out)+control+1 > n {
				return nil, errLZF
			}
			out = append(out, in[i:end]...)
			i = end
			continue
		}
		length := control >> 5
		if length == 7 {
			if i >= len(in) {
				return nil, errLZF
			}
			length += int(in[i])
			i++
		}
		if i >= len(in) {
			return nil, errLZF
		}
		from := len(out) - (control&31)<<8 - int(in[i]) - 1
		i++
		if from < 0 || len(out)+length+2 > n {
			return nil, errLZF
		}
		// Byte by byte: the copy may read what it writes.
		for range length + 2 {
			out = append(out, out[from])
			from++
		}
	}
	return out, nil
}
