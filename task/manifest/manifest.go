// Package manifest opens the user's own data, described by a YAML file:
//
//	task: classification
//	file: clips.csv
//	modalities:
//	  - {name: title, text: title}
//	  - {name: still, image: still_path, size: [32, 32]}
//	  - {name: sound, wav: clip_path}
//	  - {name: sensor, columns: ["s1:s20"]}
//	label: {from: category}
//	split: {train: 60, val: 20, test: 20, group: speaker}
//
// A data file is a table (.csv, .jsonl or .parquet, one row per sample) or a container
// of arrays (.npz, .npy, .h5, .hdf5, .mat, .safetensors, .pkl, .pt, the first axis counting
// samples; .nii, .nii.gz, the slices being the samples). Paths are relative to
// the manifest. Where the name of a file or array holds {split}, there is one
// per split.
package manifest

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml"

	"cggm/config"
	"cggm/objective"
)

// ErrInvalid marks a manifest that cannot be understood.
var ErrInvalid = config.ErrInvalid

// Manifest describes own data.
type Manifest struct {
	// Task is classification, multilabel, regression or dense.
	Task objective.Task `yaml:"task"`
	// File holds the samples. Modalities may name files of their own, whose
	// rows are then the same samples in the same order.
	File string `yaml:"file,omitempty"`
	// Headerless says that CSV files have no header. Their columns are called
	// "0", "1" and so on.
	Headerless bool `yaml:"headerless,omitempty"`
	// Modalities are the inputs, 1 to 8, in the order of the model.
	Modalities []Modality `yaml:"modalities"`
	// Label says what to predict.
	Label Label `yaml:"label"`
	// Split says which samples train.
	Split Split `yaml:"split,omitempty"`
}

// Modality describes one input. Exactly one of Array, Columns, Text, Image, Wav
// and Files says where it comes from.
type Modality struct {
	Name string `yaml:"name"`
	// File replaces the manifest's file for this modality.
	File string `yaml:"file,omitempty"`

	// Array names an array, or the column of a JSONL or Parquet file that holds
	// lists of numbers. Its shape without the sample axis is {width}, {steps, width},
	// {height, width, channels} or, with a vocabulary, {tokens}. Bytes of
	// shape {height, width, channels} or {height, width} are pictures. A .npy
	// file holds one array, which needs no name: write "array: ."; so does a
	// .nii or .nii.gz file, [slices, rows, columns]. In HDF5 files the name
	// holds groups, "group/x"; in MATLAB files structs and cells, "s.x", "c{2}".
	Array string `yaml:"array,omitempty"`
	// Columns are numeric columns, names or ranges "first:last" in the order
	// of the file. A sample whose columns are all empty lacks the modality.
	Columns []string `yaml:"columns,omitempty"`
	// Text names a column with text, which is cut into words.
	Text string `yaml:"text,omitempty"`
	// Image names a column with the paths of pictures (PNG, JPEG, GIF, WebP), Wav
	// one with the paths of recordings. An empty path: the sample lacks the
	// modality.
	Image string `yaml:"image,omitempty"`
	Wav   string `yaml:"wav,omitempty"`
	// Files names a column with the paths of files of arrays, one file per
	// sample, of any kind that Array takes but .nii; Array then names the array in each of them
	// and may be left out where a file holds one. Samples of shape {steps, width}, or
	// {tokens} with a vocabulary, may differ in their steps.
	Files string `yaml:"files,omitempty"`

	// Shape gives the samples of an array another shape of the same size.
	Shape []int `yaml:"shape,omitempty"`
	// Lengths names the array or column with the number of valid steps of
	// every sample. When the array is [all steps, width] instead of [samples,
	// steps, width], the lengths also say where each sample begins.
	Lengths string `yaml:"lengths,omitempty"`
	// Vocabulary bounds token ids: an integer array holds ids below it; of a
	// text the Vocabulary-2 most frequent training words get one, 8000 when it
	// is 0. Id 0 is padding; in a text, id 1 is any other word.
	Vocabulary int `yaml:"vocabulary,omitempty"`
	// Length cuts sequences of arrays and texts to this many steps; 0: the
	// longest, for texts at most 64 words.
	Length int `yaml:"length,omitempty"`
	// Folder is where the paths of Image, Wav and Files begin, relative to the
	// manifest.
	Folder string `yaml:"folder,omitempty"`
	// Size is the height and width to which pictures are scaled; default 32,
	// 32. Gray drops colour.
	Size []int `yaml:"size,omitempty"`
	Gray bool  `yaml:"gray,omitempty"`
	// Frames and Mels are the size of the log-mel spectrogram, default 64 and
	// 40; longer recordings are cut. There is one frame every 10 ms.
	Frames int `yaml:"frames,omitempty"`
	Mels   int `yaml:"mels,omitempty"`
	// Sequence makes a spectrogram a sequence of {frames, mels} with a length
	// of its own instead of a map {frames, mels, 1} that ends in silence.
	Sequence bool `yaml:"sequence,omitempty"`
	// Raw keeps numbers as they are. Otherwise every feature is standardised
	// with the mean and deviation of the training split.
	Raw bool `yaml:"raw,omitempty"`
}

// key names the array or column that a modality reads.
func (m Modality) key() string {
	if m.Files != "" {
		return m.Files
	}
	return m.Array + m.Text + m.Image + m.Wav
}

// Label says what to predict: From, Columns or Image.
type Label struct {
	// File replaces the manifest's file for the label.
	File string `yaml:"file,omitempty"`
	// From names the column or array with the label: classes as text or
	// integers; for multilabel [samples, labels] of 0 and 1, or a column of
	// names; for regression numbers; for dense [samples, height, width].
	From string `yaml:"from,omitempty"`
	// Columns are the numeric columns of multilabel or regression.
	Columns []string `yaml:"columns,omitempty"`
	// Image names a column with the paths of class maps: PNG files whose gray
	// values or palette indices are the classes.
	Image string `yaml:"image,omitempty"`
	// Folder is where the paths of Image begin.
	Folder string `yaml:"folder,omitempty"`
	// Size is the height and width to which class maps are scaled; default:
	// that of the files, which must all be alike.
	Size []int `yaml:"size,omitempty"`
	// Separator stands between the names in a multilabel column, such as ";".
	Separator string `yaml:"separator,omitempty"`
	// Classes lists the classes in the order of the outputs. Empty: the
	// distinct labels, sorted.
	Classes []string `yaml:"classes,omitempty"`
}

// Split says which samples train. A split is given by files or arrays with
// {split} in their name or by From; otherwise it is made, with Train, Val and Test
// shares, stratified by class. A given split without validation samples has
// Val/(Train+Val) of its training samples moved there.
type Split struct {
	// From names the column or array that says train, val or test (also
	// training, validation, valid, dev) or 0, 1 or 2.
	From string `yaml:"from,omitempty"`
	// Files replaces {split} for the three splits; default train, val, test.
	Files SplitFiles `yaml:"files,omitempty"`
	// Train, Val and Test are shares of the samples, of any sum; default 60,
	// 20 and 20.
	Train int `yaml:"train,omitempty"`
	Val   int `yaml:"val,omitempty"`
	Test  int `yaml:"test,omitempty"`
	// Group names a column or array: samples of one group (a speaker, a
	// patient, a video) stay in one split.
	Group string `yaml:"group,omitempty"`
	// Seed chooses the made split.
	Seed uint64 `yaml:"seed,omitempty"`
}

// SplitFiles is what replaces {split} in names. An empty Val means that there
// is no validation file or array.
type SplitFiles struct {
	Train string `yaml:"train,omitempty"`
	Val   string `yaml:"val,omitempty"`
	Test  string `yaml:"test,omitempty"`
}

// Parse reads a manifest strictly and validates it. name is what errors call
// it.
func Parse(name string, text []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := survive(func() error { return config.Merge(name, text, m) }); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("manifest: %s: %w", name, err)
	}
	return m, nil
}

// Describes reports whether YAML text is a manifest rather than another
// configuration: its modalities are a list.
func Describes(text []byte) bool {
	if len(text) > config.MaxBytes || bytes.ContainsAny(text, "&*") {
		return false
	}
	var probe struct {
		Modalities any `yaml:"modalities"`
	}
	if survive(func() error { return yaml.Unmarshal(text, &probe) }) != nil {
		return false
	}
	_, isList := probe.Modalities.([]any)
	return isList
}

// survive turns a panic of the YAML library, which some malformed tags cause,
// into an error.
func survive(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: not YAML that can be read: %v", ErrInvalid, r)
		}
	}()
	return f()
}

// placeholder stands for the name of the split in file names.
const placeholder = "{split}"
