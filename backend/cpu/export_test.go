package cpu

// SmallBlocks makes the compiler split, and compute again, what is much too
// small to be worth it, until the returned function is called.
func SmallBlocks() (restore func()) {
	work, far := blockWork, farAway
	blockWork, farAway = 1, 0
	return func() { blockWork, farAway = work, far }
}
