package iemocap

import "regexp"

// named is the form of an utterance's name, such as Ses01F_impro01_M003: the
// first session, the one in which the woman wears the markers, the dialogue
// impro01, its fourth utterance of the man.
var named = regexp.MustCompile(`^Ses0([1-5])[FM]_\w+_([FM])\w*\d+$`)

// actorOf returns the actor, such as 1M, and the session of an utterance; ""
// and 0 for a name of another form.
func actorOf(name string) (actor string, session int) {
	found := named.FindStringSubmatch(name)
	if found == nil {
		return "", 0
	}
	return found[1] + found[2], int(found[1][0] - '0')
}
