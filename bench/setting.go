package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/pflag"
)

// setting says what the contestants of one comparison do. All of them take it
// as the same flags.
type setting struct {
	// subject is what is measured: msa, matmul or resnet.
	subject string
	// method is joint or cggm, dropout switches all dropouts; both of msa.
	method  string
	dropout bool
	// threads is the number of threads that compute.
	threads int
	// batch is the number of samples per step, tokens the length of every
	// modality's sequence.
	batch, tokens, modalities int
	// size is the number of rows of the square matrices of matmul, and the
	// height and width of the pictures of resnet.
	size int
}

// mosi is the MOSI-size model on all threads.
func mosi(threads int) setting {
	return setting{subject: "msa", method: "joint", dropout: true, threads: threads, batch: 64, tokens: 50, modalities: 3}
}

func (s setting) args() []string {
	dropout := "0"
	if s.dropout {
		dropout = "1"
	}
	number := func(name string, n int) string { return "--" + name + "=" + strconv.Itoa(n) }
	all := map[string][]string{
		"msa": {
			"--method=" + s.method, "--dropout=" + dropout,
			number("batch", s.batch), number("tokens", s.tokens), number("modalities", s.modalities),
		},
		"matmul": {number("size", s.size)},
		"resnet": {number("batch", s.batch), number("size", s.size)},
	}
	return append(all[s.subject], number("threads", s.threads))
}

// name is a short name for messages and files.
func (s setting) name() string {
	switch s.subject {
	case "msa":
		return fmt.Sprintf("%s-dropout-%s-%dx%dx%d-t%d", s.method, onOff(s.dropout), s.batch, s.modalities, s.tokens, s.threads)
	case "resnet":
		return fmt.Sprintf("resnet-%dx%d-t%d", s.batch, s.size, s.threads)
	default:
		return fmt.Sprintf("matmul-%d-t%d", s.size, s.threads)
	}
}

// title names a step of msa in reports.
func (s setting) title() string {
	method := s.method
	if method == "cggm" {
		method = "CGGM" // the method, not this program
	}
	return fmt.Sprintf("%s, dropout %s", method, onOff(s.dropout))
}

// flags declares the flags of args.
func (s *setting) flags(f *pflag.FlagSet, dropout *int) {
	f.StringVar(&s.method, "method", "joint", "joint or cggm")
	f.IntVar(dropout, "dropout", 1, "1: dropout as in the preset, 0: none")
	f.IntVar(&s.threads, "threads", 2, "threads")
	f.IntVar(&s.batch, "batch", 64, "samples per step")
	f.IntVar(&s.tokens, "tokens", 50, "tokens per modality")
	f.IntVar(&s.modalities, "modalities", 3, "modalities")
	f.IntVar(&s.size, "size", 2048, "rows of matrices, height and width of pictures")
}

func onOff(b bool) string {
	if b {
		return "on"
	}
	return "off"
}
