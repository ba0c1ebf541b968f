package cpu

// SmallBlocks makes the compiler split, compute again, and nest what is much
// too small to be worth it, until the returned function is called.
func SmallBlocks() (restore func()) {
	work, far, least, part, bytes, rows := blockWork, farAway, nestLeast, nestPart, vastBytes, epilogueLeast
	blockWork, farAway, nestLeast, nestPart, vastBytes, epilogueLeast = 1, 0, 1, 1, 1, 1
	return func() {
		blockWork, farAway, nestLeast, nestPart, vastBytes, epilogueLeast = work, far, least, part, bytes, rows
	}
}

// Nests returns the number of nests compiled so far.
func Nests() int64 { return nests.Load() }
