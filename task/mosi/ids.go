package mosi

import (
	"fmt"
	"strings"

	"cggm/data"
	"cggm/data/pickle"
)

// readIDs returns the utterances' names and the videos' that they are cut
// from. An id is a text, or several of which the first is the video.
func readIDs(v any, rows int) (ids, videos []string, err error) {
	items := elements(v)
	if len(items) != rows {
		return nil, nil, fmt.Errorf("%d ids, but %d labels: want one per sample", len(items), rows)
	}
	for i, item := range items {
		words := texts(item)
		if len(words) == 0 {
			return nil, nil, fmt.Errorf("the id of sample %d is no text", i)
		}
		ids = append(ids, strings.Join(words, " "))
		video := words[0]
		if len(words) == 1 {
			video = videoOf(words[0])
		}
		videos = append(videos, video)
	}
	return ids, videos, nil
}

// videoOf returns what comes before the number of the utterance, as in
// VIDEO$_$3, VIDEO[3] and VIDEO_3.
func videoOf(id string) string {
	if i := strings.LastIndex(id, "$_$"); i > 0 {
		return id[:i]
	}
	if i := strings.LastIndexByte(id, '['); i > 0 && strings.HasSuffix(id, "]") {
		return id[:i]
	}
	if i := strings.LastIndexByte(id, '_'); i > 0 {
		return id[:i]
	}
	return id
}

// elements returns the parts of a container along its first axis.
func elements(v any) []any {
	switch v := v.(type) {
	case *pickle.List:
		return v.Items
	case pickle.Tuple:
		return v
	case *pickle.Objects:
		if len(v.Shape) < 2 || v.Shape[0] == 0 {
			return v.Items
		}
		n := len(v.Items) / v.Shape[0]
		out := make([]any, v.Shape[0])
		for i := range out {
			out[i] = pickle.Tuple(v.Items[i*n : (i+1)*n])
		}
		return out
	case data.Array:
		out := make([]any, 0, v.Rows())
		if len(v.Shape) == 0 {
			return nil
		}
		for i := range v.Shape[0] {
			out = append(out, v.Row(i))
		}
		return out
	}
	return nil
}

// texts returns the texts and numbers in an id; nil without a text.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []byte:
		return []string{string(v)}
	case int64, float64:
		return []string{fmt.Sprint(v)}
	case data.Array:
		if words, err := v.Strings(); err == nil {
			return words
		}
		if numbers, err := v.Ints(); err == nil {
			return []string{strings.Trim(fmt.Sprint(numbers), "[]")}
		}
		return nil
	}
	var out []string
	for _, item := range elements(v) {
		out = append(out, texts(item)...)
	}
	return out
}
