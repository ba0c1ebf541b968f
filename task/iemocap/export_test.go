package iemocap

// Folder is one of the published layout for the tests of training.
var Folder = folder
