package wordpiece

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cggm/data"
)

// maxFile bounds the files; the largest published vocabularies take 10 MB.
const maxFile = 64 << 20

// Open reads the tokenizer from a folder as Hugging Face publishes it, from
// tokenizer.json, or else from vocab.txt with tokenizer_config.json, or from
// one file of these. A vocab.txt by itself is taken as uncased.
func Open(path string) (*Tokenizer, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	if info.IsDir() {
		name := filepath.Join(path, "tokenizer.json")
		if _, err := os.Stat(name); errors.Is(err, fs.ErrNotExist) {
			name = filepath.Join(path, "vocab.txt")
		}
		path = name
	}
	text, err := read(path)
	if err != nil {
		return nil, err
	}
	if filepath.Ext(path) == ".json" {
		return ParseJSON(text, path)
	}
	o := Uncased()
	config, err := read(filepath.Join(filepath.Dir(path), "tokenizer_config.json"))
	switch {
	case err == nil:
		if o, err = parseConfig(config, filepath.Join(filepath.Dir(path), "tokenizer_config.json")); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return ParseVocabulary(text, path, o)
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("wordpiece: %w", err)
	}
	if len(text) > maxFile {
		return nil, &data.FileError{Path: path, Where: "file", Found: fmt.Sprintf("more than %d bytes", maxFile), Want: "a vocabulary"}
	}
	return text, nil
}

// parseConfig reads the options from a tokenizer_config.json.
func parseConfig(text []byte, name string) (Options, error) {
	c := struct {
		Lower      *bool `json:"do_lower_case"`
		Accents    *bool `json:"strip_accents"`
		Ideographs *bool `json:"tokenize_chinese_chars"`
	}{}
	if err := json.Unmarshal(text, &c); err != nil {
		return Options{}, &data.FileError{Path: name, Where: "file", Found: "unreadable JSON", Want: "the settings of a tokenizer", Err: err}
	}
	o := Uncased()
	o.Lower = or(c.Lower, true)
	o.StripAccents = or(c.Accents, o.Lower)
	o.Ideographs = or(c.Ideographs, true)
	return o, nil
}

func or(p *bool, otherwise bool) bool {
	if p == nil {
		return otherwise
	}
	return *p
}

// ParseVocabulary reads a vocab.txt: one token a line, the first has id 0.
// name stands for the file in errors.
func ParseVocabulary(text []byte, name string, o Options) (*Tokenizer, error) {
	t := &Tokenizer{options: o, ids: make(map[string]int32), prefix: prefix, maxWord: longestWord}
	id := int32(0)
	for line := range strings.Lines(string(text)) {
		// Of a token that comes twice the later id counts, as with Hugging Face.
		t.ids[strings.TrimRight(line, "\r\n")] = id
		id++
	}
	for _, s := range []string{Unknown, Class, Separator, Padding, Masked} {
		if _, ok := t.ids[s]; ok {
			t.specials = append(t.specials, s)
		}
	}
	if err := t.build(name, Unknown); err != nil {
		return nil, err
	}
	return t, nil
}

// file is what is read of a tokenizer.json.
type file struct {
	Added []struct {
		ID      int32  `json:"id"`
		Content string `json:"content"`
		Special bool   `json:"special"`
	} `json:"added_tokens"`
	Normalizer *struct {
		Type       string `json:"type"`
		Clean      *bool  `json:"clean_text"`
		Ideographs *bool  `json:"handle_chinese_chars"`
		Accents    *bool  `json:"strip_accents"`
		Lower      *bool  `json:"lowercase"`
	} `json:"normalizer"`
	Splitter *struct {
		Type string `json:"type"`
	} `json:"pre_tokenizer"`
	Model struct {
		Type    string           `json:"type"`
		Unknown string           `json:"unk_token"`
		Prefix  *string          `json:"continuing_subword_prefix"`
		MaxWord *int             `json:"max_input_chars_per_word"`
		Vocab   map[string]int32 `json:"vocab"`
	} `json:"model"`
}

// ParseJSON reads a tokenizer.json with a model of the kind WordPiece. name
// stands for the file in errors.
func ParseJSON(text []byte, name string) (*Tokenizer, error) {
	bad := func(where, found, want string, err error) error {
		return &data.FileError{Path: name, Where: where, Found: found, Want: want, Err: err}
	}
	var f file
	// Of other kinds the rest of the file may have any form.
	var kind struct {
		Model struct {
			Type string `json:"type"`
		} `json:"model"`
	}
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, bad("file", "unreadable JSON", "a tokenizer", err)
	}
	if kind.Model.Type != "WordPiece" {
		return nil, bad("key model.type", fmt.Sprintf("%q", kind.Model.Type), "WordPiece", nil)
	}
	if err := json.Unmarshal(text, &f); err != nil {
		return nil, bad("file", "unreadable JSON", "a tokenizer", err)
	}
	if f.Normalizer == nil || f.Normalizer.Type != "BertNormalizer" {
		return nil, bad("key normalizer", "another kind or none", "BertNormalizer", nil)
	}
	if f.Splitter == nil || f.Splitter.Type != "BertPreTokenizer" {
		return nil, bad("key pre_tokenizer", "another kind or none", "BertPreTokenizer", nil)
	}
	n := f.Normalizer
	t := &Tokenizer{ids: f.Model.Vocab, prefix: prefix, maxWord: longestWord}
	t.options = Options{Lower: or(n.Lower, true), Ideographs: or(n.Ideographs, true), Clean: or(n.Clean, true)}
	t.options.StripAccents = or(n.Accents, t.options.Lower)
	if f.Model.Prefix != nil {
		t.prefix = *f.Model.Prefix
	}
	if f.Model.MaxWord != nil {
		t.maxWord = *f.Model.MaxWord
	}
	if t.ids == nil {
		t.ids = make(map[string]int32)
	}
	for _, a := range f.Added {
		if a.Content == "" {
			return nil, bad("key added_tokens", "an empty token", "text", nil)
		}
		t.ids[a.Content] = a.ID
		if a.Special {
			t.specials = append(t.specials, a.Content)
		}
	}
	slices.SortStableFunc(t.specials, func(a, b string) int { return len(b) - len(a) })
	for token, id := range t.ids {
		if id < 0 {
			return nil, bad("token "+token, fmt.Sprintf("id %d", id), "0 or more", nil)
		}
	}
	unknown := f.Model.Unknown
	if unknown == "" {
		unknown = Unknown
	}
	if err := t.build(name, unknown); err != nil {
		return nil, err
	}
	return t, nil
}
