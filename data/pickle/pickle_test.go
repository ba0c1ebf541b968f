package pickle_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/pickle"
)

func ExampleLookup() {
	v, err := pickle.Read("testdata/numpy2_protocol4.pickle")
	if err != nil {
		fmt.Println(err)
	}
	x, err := pickle.Lookup(v, "x")
	fmt.Println(x, err)
	_, err = pickle.Lookup(v, "tuples", 7)
	fmt.Println(err)
	// Output:
	// {[2 3] [0 1 2 3 4 5]} <nil>
	// pickle: [tuples][7]: found a tuple of 5, want a position in it
}

func ExampleDense() {
	v := &pickle.List{Items: []any{pickle.Tuple{int64(1), .5}, pickle.Tuple{int64(2), int64(3)}}}
	a, err := pickle.Dense(v)
	fmt.Println(a.Shape, a.Values, err)
	// Output: [2 2] [1 0.5 2 3] <nil>
}

func power(base, exponent int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil)
}

// thing is what generate.py wrote.
func thing() map[any]any {
	x := data.Array{Shape: []int{2, 3}, Values: []float32{0, 1, 2, 3, 4, 5}}
	shared := &pickle.List{Items: []any{int64(1), int64(2)}}
	one, two, three, four := int64(1), int64(2), int64(3), int64(4)
	return map[any]any{
		"none": nil, "true": true, "false": false,
		"ints": &pickle.List{Items: []any{
			int64(0), int64(-1), int64(255), int64(65535), int64(-1 << 31), int64(1 << 40), int64(-1 << 63),
			power(2, 70), new(big.Int).Neg(power(2, 70)),
		}},
		"float": .1, "text": "a\\b\n日本 \U0001f600 é\u0080", "bytes": []byte("\x00\xff\\'\n"), "empty": []byte{},
		"tuples": pickle.Tuple{
			pickle.Tuple{},
			pickle.Tuple{one},
			pickle.Tuple{one, two},
			pickle.Tuple{one, two, three},
			pickle.Tuple{one, two, three, four},
		},
		"set": &pickle.List{Items: []any{int64(7)}}, "frozen": &pickle.List{Items: []any{int64(8)}},
		3: "int key", "shared": &pickle.List{Items: []any{shared, shared}},
		"x": x, "fortran": x,
		"big endian":  data.Array{Shape: []int{2, 3}, Values: []float64{0, 1, 2, 3, 4, 5}},
		"strided":     data.Array{Shape: []int{4}, Values: []int64{0, 2, 4, 6}},
		"bool":        data.Array{Shape: []int{2}, Values: []bool{true, false}},
		"half":        data.Array{Shape: []int{1}, Values: []float32{1.5}},
		"u64":         data.Array{Shape: []int{1}, Values: []uint64{1 << 63}},
		"words":       data.Array{Shape: []int{2}, Values: []string{"ab", "日本"}},
		"bytestrings": data.Array{Shape: []int{2}, Values: []string{"ab", "c"}},
		"objects":     data.Array{Shape: []int{2}, Values: []string{"a", "bcd"}},
		"ragged": &pickle.Objects{Shape: []int{2}, Items: []any{
			data.Array{Shape: []int{1}, Values: []float64{0}}, data.Array{Shape: []int{2}, Values: []float64{1, 1}},
		}},
		"scalar": 1.5, "int scalar": int64(-3), "u64 scalar": new(big.Int).Add(power(2, 63), big.NewInt(1)),
		"bool scalar": true, "word scalar": "ab",
		"zero": data.Array{Shape: []int{0, 4}, Values: []int16{}},
		"0-d":  data.Array{Shape: []int{}, Values: []int8{5}},
	}
}

func TestEveryProtocol(t *testing.T) {
	paths, err := filepath.Glob("testdata/numpy*.pickle")
	if err != nil || len(paths) != 8 {
		t.Fatalf("%d files, %v", len(paths), err)
	}
	want := thing()
	for _, path := range paths {
		v, err := pickle.Read(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		d, ok := v.(*pickle.Dict)
		if !ok || len(d.Keys) != len(want)+1 {
			t.Errorf("%s: %T of %d keys", path, v, len(d.Keys))
			continue
		}
		for key, w := range want {
			got, ok := d.Get(key)
			if !ok || !reflect.DeepEqual(got, w) {
				t.Errorf("%s: %v is %#v, want %#v", path, key, got, w)
			}
		}
		o, err := pickle.Lookup(v, "ordered")
		if err != nil || !reflect.DeepEqual(o.(*pickle.Dict).Keys, []any{"b", "a"}) {
			t.Errorf("%s: ordered dictionary %+v, %v", path, o, err)
		}
	}
}

func TestPython2(t *testing.T) {
	x := data.Array{Shape: []int{2}, Values: []float32{1, 2}}
	for name, want := range map[string]map[string]any{
		"python2_protocol0": {"x": x, "long": int64(5), "q'\\\tA": "é"},
		"python2_protocol2": {"x": x, "y": []byte("abc")},
	} {
		v, err := pickle.Read("testdata/" + name + ".pickle")
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for key, w := range want {
			if got, err := pickle.Lookup(v, key); err != nil || !reflect.DeepEqual(got, w) {
				t.Errorf("%s: %q is %#v, %v; want %#v", name, key, got, err, w)
			}
		}
	}
}

func decode(s string) (any, error) {
	return pickle.Decode(strings.NewReader(s), int64(len(s)), "x.pickle")
}

// array returns the opcodes of an int8 array with the given shape and contents,
// which are opcodes themselves.
func array(shape, flag, contents string) string {
	return "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n" + shape +
		"cnumpy\ndtype\n(S'i1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb" + flag + contents + "tb"
}

func TestRefuses(t *testing.T) {
	deep := strings.Repeat("]", 300) + strings.Repeat("a", 299) + "."
	laughs := "]q\x00"
	for range 60 {
		// A list that holds the one before twice.
		laughs += "0]h\x00ah\x00aq\x00"
	}
	// One array, in a list a thousand times.
	copies := "]q\x00(" + array("(I100000\nt", "I00\n", "B\xa0\x86\x01\x00"+strings.Repeat("a", 100000)) + "q\x01" + strings.Repeat("h\x01", 1000)
	bytes2 := "C\x02\x01\x02"
	repeated := "(B\x00\x00\x01\x00" + strings.Repeat("a", 1<<16) + "q\x00"
	for range 100 {
		repeated += array("(I65536\nt", "I00\n", "h\x00")
	}
	for name, c := range map[string]struct{ in, want string }{
		"empty":           {"", "offset 0: found the end of the file"},
		"no stop":         {"N", "offset 1: found the end of the file"},
		"nothing":         {".", "0 values on the stack"},
		"two values":      {"NN.", "2 values"},
		"open mark":       {"N(.", "1 values on the stack at the end"},
		"rest":            {"N.N", "offset 2: found bytes after the object"},
		"opcode":          {"\xff.", "offset 0: found the byte 0xff"},
		"protocol":        {"\x80\x06N.", "protocol 6"},
		"length":          {"B\xff\xff\xff\xffabc", "found a length of 4294967295, want at most the 3 bytes"},
		"length8":         {"\x8e\xff\xff\xff\xff\xff\xff\xff\xffabc", "found a length of 18446744073709551615"},
		"frame":           {"\x95\xff\xff\xff\xff\xff\xff\xff\x7fN.", "a frame of 9223372036854775807 bytes"},
		"negative":        {"T\xff\xff\xff\xffabc", "negative length"},
		"memo":            {"h\x05.", "memo entry 5"},
		"memo text":       {"gx\n.", "memo entry \"x\""},
		"underflow":       {"0.", "no mark"},
		"mark":            {"t.", "no mark"},
		"append":          {"NNa.", "found None, want a list"},
		"odd dict":        {"}(Nu.", "a value for each key"},
		"list key":        {"(]Nd.", "found a list of 0 as a key"},
		"class":           {"cos\nsystem\n.", `found the class "os.system", want one of __builtin__.bytes`},
		"class value":     {"cnumpy\ndtype\n.", "a class as a value"},
		"reduce":          {"N)R.", "found None, want a class"},
		"arguments":       {"cnumpy\ndtype\nNR.", "a tuple of arguments"},
		"build":           {"NNb.", "a state for None"},
		"extension":       {"\x82\x01.", "an extension code"},
		"out of band":     {"\x97.", "buffer_callback"},
		"persistent":      {"P1\n.", "torch.save"},
		"number":          {"Ix\n.", `found "x"`},
		"digits":          {"L" + strings.Repeat("9", 5000) + "L\n.", "too many digits"},
		"long":            {"\x8b\x00\x10\x00\x00" + strings.Repeat("1", 4096) + ".", "an integer of 4096 bytes"},
		"quotes":          {"Sabc\n.", "no quotes"},
		"escape":          {"S'\\q'\n.", "an unknown escape"},
		"backslash":       {"S'\\'\n.", "a backslash at the end"},
		"hex":             {"S'\\x4'\n.", "an unknown escape"},
		"self":            {"]q\x00h\x00a.", "holds itself"},
		"self tuple":      {"]q\x00(h\x00ta.", "holds itself"},
		"deep":            {deep, "at most 256 levels"},
		"laughs":          {laughs + ".", "share their contents"},
		"copies":          {copies + "e.", "share their contents"},
		"repeated bytes":  {repeated + "t.", "arrays that share their bytes"},
		"array too short": {array("(I3\nt", "I00\n", bytes2) + ".", "found 2 bytes of elements, want 3"},
		"array too long":  {array("(I1\nt", "I00\n", bytes2) + ".", "found 2 bytes of elements, want 1"},
		"array overflow":  {array("(I4294967296\nI4294967296\nt", "I00\n", bytes2) + ".", "more elements"},
		"array shape":     {array("(I-2\nt", "I00\n", bytes2) + ".", "negative"},
		"array axis":      {array("(S'2'\nt", "I00\n", bytes2) + ".", "an axis of 1 bytes"},
		"array flag":      {array("(I2\nt", "N", bytes2) + ".", "want a flag"},
		"array contents":  {array("(I2\nt", "I00\n", "N") + ".", "found None, want the bytes"},
		"unbuilt":         {"cnumpy.core.multiarray\n_reconstruct\n)R.", "an array without contents"},
		"dtype":           {"cnumpy\ndtype\n)R.", "a dtype without a name"},
		"fields":          {"cnumpy\ndtype\n(S'V4'\ntR(I3\nS'|'\nN]NI-1\ntb.", "a dtype with fields"},
		"encode":          {"c_codecs\nencode\n(Vabc\nVrot13\ntR.", "want text in latin1"},
		"latin1":          {"c_codecs\nencode\n(V\\u0100\nVlatin1\ntR.", "the character"},
	} {
		_, err := decode(c.in)
		if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "x.pickle: offset") {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	for _, name := range []string{"class", "persistent", "self"} {
		if _, err := pickle.Read("testdata/refused_" + name + ".pickle"); !errors.Is(err, data.ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pickle.Read("testdata/absent.pickle"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}

func TestUnsupportedTypes(t *testing.T) {
	for code, advice := range map[string]string{"M8": "int64", "c8": "imaginary", "g": "dtype"} {
		in := strings.Replace(array("(I2\nt", "I00\n", "C\x02\x01\x02"), "'i1'", "'"+code+"'", 1) + "."
		if _, err := decode(in); err == nil || !strings.Contains(err.Error(), advice) {
			t.Errorf("%s: %v, want %q", code, err, advice)
		}
	}
}

func TestLoader(t *testing.T) {
	l := pickle.Loader{
		Classes: map[string]pickle.Class{"mine.Pair": func(args []any) (any, error) {
			return pickle.Tuple(args), nil
		}},
		Persistent: func(id any) (any, error) { return fmt.Sprint("outside ", id), nil },
	}
	in := "cmine\nPair\n(I1\nP7\ntR."
	got, err := l.Decode(strings.NewReader(in), int64(len(in)), "x")
	if err != nil || !reflect.DeepEqual(got, pickle.Tuple{int64(1), "outside 7"}) {
		t.Errorf("%#v, %v", got, err)
	}
}

func TestLookupRefuses(t *testing.T) {
	v, err := pickle.Read("testdata/numpy2_protocol2.pickle")
	if err != nil {
		t.Fatal(err)
	}
	for want, path := range map[string][]any{
		"one of the keys none, true, false, ints": {"train"},
		"want a container":                        {"x", 0},
		"[ints][9]: found a list of 9":            {"ints", 9},
		"[ints][a]: found a list of 9":            {"ints", "a"},
	} {
		if _, err := pickle.Lookup(v, path...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", path, err, want)
		}
	}
	if got, err := pickle.Lookup(v, "shared", 1, 0); err != nil || got != int64(1) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDense(t *testing.T) {
	row := func(v ...any) *pickle.List { return &pickle.List{Items: v} }
	array := func(v ...float32) data.Array { return data.Array{Shape: []int{len(v)}, Values: v} }
	for name, c := range map[string]struct {
		in   any
		want data.Array
	}{
		"ints":    {row(int64(1), int64(2)), data.Array{Shape: []int{2}, Values: []int64{1, 2}}},
		"floats":  {row(.5, int64(2)), data.Array{Shape: []int{2}, Values: []float64{.5, 2}}},
		"late":    {row(int64(1), .5, int64(2)), data.Array{Shape: []int{3}, Values: []float64{1, .5, 2}}},
		"bools":   {row(true), data.Array{Shape: []int{1}, Values: []bool{true}}},
		"words":   {row("a", []byte("b")), data.Array{Shape: []int{2}, Values: []string{"a", "b"}}},
		"arrays":  {row(array(1, 2), array(3, 4)), data.Array{Shape: []int{2, 2}, Values: []float32{1, 2, 3, 4}}},
		"objects": {&pickle.Objects{Shape: []int{1, 2}, Items: []any{array(1), array(2)}}, data.Array{Shape: []int{1, 2, 1}, Values: []float32{1, 2}}},
		"nothing": {row(), data.Array{Shape: []int{0}, Values: []float64{}}},
	} {
		got, err := pickle.Dense(c.in)
		if err != nil || !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got, err, c.want)
		}
	}
	for want, in := range map[string]any{
		"element 1 is float32 of shape [1], element 0 float32 of shape [2]": row(array(1, 2), array(3)),
		"element 1: pickle: found None":                                     row(int64(1), nil),
		"element 1 is string of shape [], element 0 int64":                  row(int64(1), "a"),
		"found a dictionary of 0":                                           &pickle.Dict{},
	} {
		if _, err := pickle.Dense(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// Features of CMU-MOSI: a tuple of seven, written by Python 2 under protocol 2
// and again under protocol 4. Shapes and counts are those of the release.
func TestMOSI(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	for _, name := range []string{"audio.pickle", "audio_proto4.pickle"} {
		path := filepath.Join(root, "mosi_utterance_csv", name)
		if _, err := os.Stat(path); root == "" || err != nil {
			t.Skip("CGGM_DATA does not point at a folder that holds mosi_utterance_csv/" + name)
		}
		v, err := pickle.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		tuple, ok := v.(pickle.Tuple)
		if !ok || len(tuple) != 7 {
			t.Fatalf("%s: %T", name, v)
		}
		for i, shape := range [][]int{{62, 63, 73}, {62, 63}, {31, 63, 73}, {31, 63}} {
			a, ok := tuple[i].(data.Array)
			if !ok || !reflect.DeepEqual(a.Shape, shape) || a.Check() != nil || a.Type() != "float64" {
				t.Errorf("%s: element %d is %s of shape %v, want %v", name, i, a.Type(), a.Shape, shape)
			}
		}
		if tuple[4] != int64(63) {
			t.Errorf("%s: longest video %v", name, tuple[4])
		}
		for i, total := range map[int]int{5: 1447, 6: 752} {
			lengths, err := pickle.Dense(tuple[i])
			if err != nil {
				t.Fatal(err)
			}
			n, err := lengths.Ints()
			if err != nil {
				t.Fatal(err)
			}
			sum := 0
			for _, x := range n {
				sum += x
			}
			if sum != total {
				t.Errorf("%s: %d utterances, want %d", name, sum, total)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/*.pickle")
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
	f.Add([]byte(array("(I1\nI2\nt", "I01\n", "C\x02\x01\x02") + "."))
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := pickle.Decode(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			if !errors.Is(err, data.ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		// What comes back is a tree of bounded size.
		nodes := walk(t, v)
		if nodes > 1<<20+16*len(in) {
			t.Fatalf("%d values from %d bytes", nodes, len(in))
		}
		if a, err := pickle.Dense(v); err == nil && a.Check() != nil {
			t.Fatal(a.Check())
		}
	})
}

func walk(t *testing.T, v any) int {
	n := 1
	switch v := v.(type) {
	case pickle.Tuple:
		for _, item := range v {
			n += walk(t, item)
		}
	case *pickle.List:
		for _, item := range v.Items {
			n += walk(t, item)
		}
	case *pickle.Objects:
		for _, item := range v.Items {
			n += walk(t, item)
		}
	case *pickle.Dict:
		for _, item := range v.Values {
			n += walk(t, item)
		}
	case data.Array:
		if err := v.Check(); err != nil {
			t.Fatal(err)
		}
	}
	return n
}
