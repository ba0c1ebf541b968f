package wordpiece_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data/wordpiece"
)

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func open(t *testing.T, o wordpiece.Options) *wordpiece.Tokenizer {
	t.Helper()
	tok, err := wordpiece.ParseVocabulary(read(t, "testdata/vocab.txt"), "vocab.txt", o)
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// The expected ids come from Hugging Face's tokenizers 0.23.
func TestEncodeAgreesWithHuggingFace(t *testing.T) {
	var want struct {
		Texts     []string
		Uncased   [][]int32
		Cased     [][]int32
		Truncated [][]int32
	}
	if err := json.Unmarshal(read(t, "testdata/expected.json"), &want); err != nil {
		t.Fatal(err)
	}
	json, err := wordpiece.Open("testdata/tokenizer.json")
	if err != nil {
		t.Fatal(err)
	}
	folder, err := wordpiece.Open("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		tokenizer *wordpiece.Tokenizer
		want      [][]int32
		length    int
	}{
		"uncased":        {open(t, wordpiece.Uncased()), want.Uncased, 0},
		"cased":          {open(t, wordpiece.Options{Ideographs: true, Clean: true}), want.Cased, 0},
		"tokenizer.json": {json, want.Uncased, 0},
		"folder":         {folder, want.Uncased, 0},
		"truncated":      {folder, want.Truncated, 6},
	} {
		for i, text := range want.Texts {
			if got := c.tokenizer.Encode(text, c.length); !slices.Equal(got, c.want[i]) {
				t.Errorf("%s: %q: %v %q, want %v %q", name, text, got, tokens(c.tokenizer, got), c.want[i], tokens(c.tokenizer, c.want[i]))
			}
		}
	}
}

func tokens(t *wordpiece.Tokenizer, ids []int32) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = t.Token(id)
	}
	return out
}

// A published vocabulary, cut, with other ids for the special tokens than the
// usual ones, and the full one.
func TestEncodeWithPublishedVocabulary(t *testing.T) {
	root := os.Getenv("CGGM_DATA")
	if root == "" {
		t.Skip("set CGGM_DATA to the folder that has bert_minilm_cut")
	}
	dir := filepath.Join(root, "bert_minilm_cut")
	for vocabulary, expected := range map[string]string{
		"vocab.txt": "expected.json", "vocab_bert_base_uncased_30522.txt": "expected_full_model.json",
	} {
		tok, err := wordpiece.Open(filepath.Join(dir, vocabulary))
		if err != nil {
			t.Fatal(err)
		}
		var cases []struct {
			Text string
			IDs  []int32 `json:"ids"`
		}
		if err := json.Unmarshal(read(t, filepath.Join(dir, expected)), &cases); err != nil {
			t.Fatal(err)
		}
		if len(cases) == 0 {
			t.Fatalf("%s has no cases", expected)
		}
		for _, c := range cases {
			if got := tok.Encode(c.Text, 0); !slices.Equal(got, c.IDs) {
				t.Errorf("%s: %q: %v, want %v", vocabulary, c.Text, got, c.IDs)
			}
		}
	}
}

func TestBatchPads(t *testing.T) {
	tok := open(t, wordpiece.Uncased())
	ids, lengths := tok.Batch([]string{"apple pie", "", "the the the the"}, 4)
	id := func(s string) int32 { i, _ := tok.ID(s); return i }
	c, s, p := id("[CLS]"), id("[SEP]"), tok.Padding()
	want := []int32{c, id("apple"), id("pie"), s, c, s, p, p, c, id("the"), id("the"), s}
	if !slices.Equal(ids, want) || !slices.Equal(lengths, []int32{4, 2, 4}) {
		t.Errorf("ids %v, lengths %v, want %v and 4 2 4", ids, lengths, want)
	}
	if p != 1 || tok.Token(-1) != "" || tok.Token(int32(tok.Len())) != "" {
		t.Error("ids are not those of the vocabulary")
	}
}

func TestConfigDecidesTheCase(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nA\r\na\r\né")
	for config, want := range map[string][]int32{
		`{"do_lower_case": true}`: {2, 5, 1, 3},
		`{}`:                      {2, 5, 1, 3},
		`{"do_lower_case": true, "strip_accents": false}`: {2, 5, 6, 3},
		`{"do_lower_case": false}`:                        {2, 4, 6, 3},
	} {
		write("tokenizer_config.json", config)
		tok, err := wordpiece.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := tok.Encode("A é", 0); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", config, got, want)
		}
	}
	write("tokenizer_config.json", "{")
	if _, err := wordpiece.Open(dir); err == nil || !strings.Contains(err.Error(), "tokenizer_config.json") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

const good = `{"normalizer": {"type": "BertNormalizer"}, "pre_tokenizer": {"type": "BertPreTokenizer"},
	"model": {"type": "WordPiece", "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3}}}`

func TestParseRefuses(t *testing.T) {
	if _, err := wordpiece.ParseJSON([]byte(good), "good"); err != nil {
		t.Fatal(err)
	}
	change := func(from, to string) string { return strings.Replace(good, from, to, 1) }
	for text, want := range map[string]string{
		change("WordPiece", "BPE"):                  "WordPiece",
		change("BertNormalizer", "NFC"):             "BertNormalizer",
		change("BertPreTokenizer", "ByteLevel"):     "BertPreTokenizer",
		change(`"[CLS]"`, `"[cls]"`):                "[CLS]",
		change(`"[SEP]": 3`, `"[SEP]": -3`):         "id -3",
		change(`"[SEP]": 3`, `"[SEP]": 2000000000`): "gaps",
		change(`"[SEP]": 3`, `"[SEP]": "x"`):        "unreadable JSON",
		"":                                          "unreadable JSON",
	} {
		if _, err := wordpiece.ParseJSON([]byte(text), "name.json"); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "name.json") {
			t.Errorf("%s: got %v, want an error with %q", text, err, want)
		}
	}
	if _, err := wordpiece.ParseVocabulary([]byte("a\nb\n"), "v.txt", wordpiece.Uncased()); err == nil || !strings.Contains(err.Error(), "v.txt") {
		t.Errorf("a vocabulary without special tokens: got %v", err)
	}
	if _, err := wordpiece.Open("testdata/missing"); err == nil {
		t.Error("a missing file must be refused")
	}
}

func FuzzEncode(f *testing.F) {
	vocabulary, err := os.ReadFile("testdata/vocab.txt")
	if err != nil {
		f.Fatal(err)
	}
	tok, err := wordpiece.ParseVocabulary(vocabulary, "vocab.txt", wordpiece.Uncased())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("Apple [MASK] pie\u0301\xff", 5)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, text string, length int) {
		ids := tok.Encode(text, length)
		if length > 0 && len(ids) > max(length, 2) {
			t.Fatalf("%d ids, want at most %d", len(ids), length)
		}
		for _, id := range ids {
			if id < 0 || int(id) >= tok.Len() {
				t.Fatalf("id %d outside the vocabulary", id)
			}
		}
		if tok.Token(ids[0]) != wordpiece.Class || tok.Token(ids[len(ids)-1]) != wordpiece.Separator {
			t.Fatalf("ids %v do not lie between [CLS] and [SEP]", ids)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if tok, err := wordpiece.ParseJSON(text, "f.json"); err == nil {
			tok.Encode("ab [MASK] c", 0)
		}
		if tok, err := wordpiece.ParseVocabulary(text, "f.txt", wordpiece.Uncased()); err == nil {
			tok.Encode("ab [MASK] c", 0)
		}
	})
}

func ExampleTokenizer_Encode() {
	vocabulary := "[PAD]\n[UNK]\n[CLS]\n[SEP]\napple\npie\n##s\n"
	t, err := wordpiece.ParseVocabulary([]byte(vocabulary), "vocab.txt", wordpiece.Uncased())
	if err != nil {
		panic(err)
	}
	fmt.Println(t.Encode("Apple PIES?", 0))
	// Output: [2 4 5 6 1 3]
}
