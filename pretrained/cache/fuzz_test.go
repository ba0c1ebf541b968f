package cache

import "testing"

func FuzzDecode(f *testing.F) {
	f.Add([]byte(magic))
	f.Add(make([]byte, 80))
	f.Fuzz(func(t *testing.T, body []byte) {
		// With a right checksum, so that what follows it is reached.
		k := NewKey()
		text := append([]byte(magic), body...)
		sum := checksum(k, text)
		a, ok := decode(k, append(text, sum[:]...))
		if !ok {
			return
		}
		if err := a.Check(); err != nil {
			t.Fatal(err)
		}
		if 4*a.Len() > len(text) {
			t.Fatalf("%d values from %d bytes", a.Len(), len(text))
		}
	})
}
