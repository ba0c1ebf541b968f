package kernel

// level names one set of function bodies, worst first.
type level uint8

const (
	levelPortable level = iota
	levelAVX2
	levelAVX512
)

// active is the set in use. It is written when the program starts and by tests.
var active = best()

// halves says that the processor passes vectors of 256 bits through units of 128 bits.
var halves = splits256()

// Level returns the name of the instruction set in use: "avx512", "avx2" or "portable".
func Level() string { return active.String() }

func (l level) String() string {
	switch l {
	case levelAVX512:
		return "avx512"
	case levelAVX2:
		return "avx2"
	default:
		return "portable"
	}
}
