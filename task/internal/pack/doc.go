// Package pack keeps the data sets that are embedded in the program small and intact: it packs matrices of numbers
// without loss of float32 precision, and it checks embedded files against a list of SHA-256 sums.
package pack
