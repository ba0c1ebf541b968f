package param

import "fmt"

// Kind says which part of a multimodal network a parameter belongs to.
type Kind uint8

// The parts of a network. Stem holds the input projection of a modality,
// which gradient modulation leaves alone; Encoder the modality's own network,
// which it scales; Auxiliary a modality's classifier that only training uses; State what a
// training method remembers between steps.
const (
	Stem Kind = iota
	Encoder
	Fusion
	Head
	Auxiliary
	State
)

var kindNames = [...]string{"stem", "encoder", "fusion", "head", "auxiliary", "state"}

// String returns the lower-case name of the kind.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// PerModality reports whether groups of this kind exist once per modality.
func (k Kind) PerModality() bool { return k == Stem || k == Encoder || k == Auxiliary }

// Group is the one declared group that a parameter belongs to. Modality is the
// index of the modality for the kinds that exist per modality, otherwise 0.
type Group struct {
	Kind     Kind
	Modality int
}

// String returns "fusion", "head", or for example "encoder/2".
func (g Group) String() string {
	if g.Kind.PerModality() {
		return fmt.Sprintf("%s/%d", g.Kind, g.Modality)
	}
	return g.Kind.String()
}
