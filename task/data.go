package task

import "cggm/sample"

// FromSets returns open data made of three sets in memory, with their
// fingerprints.
func FromSets(info Info, train, val, test *sample.Set) *Data {
	return &Data{
		Info:         info,
		Splits:       sample.Splits{Train: train, Val: val, Test: test},
		Fingerprints: [3]string{train.Fingerprint(), val.Fingerprint(), test.Fingerprint()},
	}
}
