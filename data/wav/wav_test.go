package wav_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/wav"
)

func ExampleRead() {
	s, err := wav.Read("testdata/stereo.wav")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Println(s.Rate, s.Channels, s.Samples)
	fmt.Println(s.Mono())
	// Output:
	// 8000 2 [0 0.5 -0.5 -1 0.25 0.75]
	// [0.25 -0.75 0.5]
}

// scipy wrote the files, but for extensible24, which generate.py puts together.
func TestReads(t *testing.T) {
	want := []float32{0, .5, -.5, -1, .25, .75}
	for name, rate := range map[string]int{
		"u8": 8000, "i16": 16000, "i32": 44100, "f32": 8000, "f64": 8000, "extensible24": 8000,
	} {
		s, err := wav.Read("testdata/" + name + ".wav")
		if err != nil || s.Rate != rate || s.Channels != 1 || !reflect.DeepEqual(s.Mono(), want) {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// file returns a file with one format and one data chunk.
func file(code, channels, bits uint16, rate, frame int, samples []byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("RIFF"), 0, 0, 0, 0)
	b = append(b, "WAVEfmt "...)
	b = le.AppendUint32(b, 16)
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, channels)
	b = le.AppendUint32(b, uint32(rate))
	b = le.AppendUint32(b, uint32(rate*frame))
	b = le.AppendUint16(b, uint16(frame))
	b = le.AppendUint16(b, bits)
	b = append(b, "data"...)
	b = le.AppendUint32(b, uint32(len(samples)))
	return append(b, samples...)
}

func TestDamaged(t *testing.T) {
	good := file(1, 1, 16, 8000, 2, make([]byte, 8))
	nan := binary.LittleEndian.AppendUint32(make([]byte, 4), math.Float32bits(float32(math.NaN())))
	for name, c := range map[string]struct {
		in   []byte
		want string
	}{
		"empty":         {nil, "a RIFF header"},
		"other":         {[]byte("\x89PNG\r\n\x1a\n----"), `"RIFF" and "WAVE"`},
		"rf64":          {append([]byte("RF64"), good[4:]...), "4 GiB"},
		"no chunks":     {good[:12], `offset 12: found the end of the file, want a "fmt " and a "data" chunk`},
		"no data":       {good[:36], `want a "data" chunk`},
		"cut format":    {good[:30], `offset 12: found a chunk "fmt " of 16 bytes, want at most the 10`},
		"cut data":      {good[:len(good)-1], `offset 36: found a chunk "data" of 8 bytes, want at most the 7`},
		"no format":     {append(append([]byte{}, good[:12]...), good[36:]...), `a "fmt " chunk before it`},
		"two formats":   {append(append([]byte{}, good[:36]...), good[12:]...), `a second "fmt " chunk`},
		"mu-law":        {file(7, 1, 8, 8000, 1, nil), "found format 0x7 of 8 bits"},
		"12 bits":       {file(1, 1, 12, 8000, 2, nil), "of 12 bits"},
		"half float":    {file(3, 1, 16, 8000, 2, nil), "format 0x3 of 16 bits"},
		"no channels":   {file(1, 0, 16, 8000, 2, nil), "0 channels"},
		"no rate":       {file(1, 1, 16, 0, 2, nil), "0 samples a second"},
		"wrong frame":   {file(1, 2, 16, 8000, 2, nil), "frames of 2 bytes, want 4"},
		"half a sample": {file(1, 1, 16, 8000, 2, make([]byte, 3)), "3 bytes of samples"},
		"not a number":  {file(3, 1, 32, 8000, 4, nan), "offset 48: found the sample NaN"},
		"no sub-format": {file(0xfffe, 1, 16, 8000, 2, nil), "sub-format"},
	} {
		_, err := wav.Decode(bytes.NewReader(c.in), int64(len(c.in)), "x.wav")
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.wav: offset") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	if _, err := wav.Read("testdata/absent.wav"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

// Programs that stream do not know the length when they write it.
func TestStreamed(t *testing.T) {
	in := file(1, 1, 16, 8000, 2, []byte{0, 0x40})
	binary.LittleEndian.PutUint32(in[40:], 0xffffffff)
	s, err := wav.Decode(bytes.NewReader(in), int64(len(in)), "x.wav")
	if err != nil || !reflect.DeepEqual(s.Samples, []float32{.5}) {
		t.Errorf("%+v, %v", s, err)
	}
}

// Every recording of the Free Spoken Digit Dataset is mono, 8 kHz, and between
// .14 and 2.28 seconds long.
func TestSpokenDigits(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	paths, err := filepath.Glob(filepath.Join(root, "fsdd", "recordings", "*_4*.wav"))
	if err != nil || root == "" || len(paths) == 0 {
		t.Skip("CGGM_DATA does not point at a folder that holds fsdd/recordings")
	}
	for _, path := range paths {
		s, err := wav.Read(path)
		if err != nil || s.Rate != 8000 || s.Channels != 1 {
			t.Fatalf("%s: %+v, %v", path, s, err)
		}
		if d := float64(len(s.Samples)) / 8000; d < .14 || d > 2.29 {
			t.Errorf("%s: %v seconds", path, d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.wav")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := wav.Decode(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		if s.Rate < 1 || s.Channels < 1 || len(s.Samples)%s.Channels != 0 || len(s.Samples) > len(in) {
			t.Fatalf("%d samples of %d channels at %d from %d bytes", len(s.Samples), s.Channels, s.Rate, len(in))
		}
		if len(s.Mono()) != len(s.Samples)/s.Channels {
			t.Fatal("mono has another length")
		}
	})
}
