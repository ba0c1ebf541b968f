// Package hdf5 reads datasets from HDF5 files: the files that h5py, MATLAB
// (v7.3) and Keras write with default settings.
//
// It reads integers, floats of 16 to 64 bits, booleans and other enumerations,
// strings of fixed and of variable length, in compact, contiguous and chunked
// layout, with the filters deflate, shuffle, lzf and fletcher32, and whole or
// by ranges of rows. What else the format knows is refused with advice:
// compound types, ragged arrays, other filters, and the chunk indexes of files
// saved with libver='latest'. An object that cannot be listed is an error or
// has one of its own; nothing is left out in silence. A [File] may be used by
// several goroutines at once.
//
// Format: https://support.hdfgroup.org/documentation/hdf5/latest/_s_p_e_c.html
package hdf5
