// Package matlab reads the variables of MATLAB files: version 5 (save -v6 and
// -v7), of either byte order, and version 7.3, which is HDF5.
//
// The variables of a file are listed as arrays. What is inside of a struct or
// cell is named as in MATLAB, counted from 1: "s.field", "c{2}", "t(3).field".
// Text, and a cell array of nothing but text, is an array of strings. Sparse
// and complex matrices, objects and function handles are refused.
//
// Format: https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf
package matlab
