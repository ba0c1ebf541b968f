// Package npz reads and writes the arrays of numpy: single arrays (.npy,
// format versions 1 to 3) and archives of named arrays (.npz).
//
// It reads bools, integers, float16 to float64, and byte and unicode strings
// of either byte order, in C and in Fortran order. Object arrays hold pickles;
// they are refused.
//
// Format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
package npz
