// Package spelling finds the word somebody meant by another. It knows no
// language and no key.
package spelling

// maxCompared bounds the work of comparing a word; those of ours are shorter.
const maxCompared = 64

// Nearest is the word that takes the fewest edits to become the one given, the
// first of several, and how many edits those are. Of no words it is "".
func Nearest(given string, words []string) (nearest string, edits int) {
	given = given[:min(len(given), maxCompared)]
	edits = maxCompared + 1
	for _, w := range words {
		if n := distance(given, w[:min(len(w), maxCompared)]); n < edits {
			nearest, edits = w, n
		}
	}
	return nearest, edits
}

// Meant is the word that was most likely meant, or "" when none is near: at
// most one letter in three is wrong.
func Meant(given string, words []string) string {
	if w, edits := Nearest(given, words); edits <= (len(given)+2)/3 && edits < len(w) {
		return w
	}
	return ""
}

// distance counts the insertions, deletions and replacements from a to b
// (Levenshtein's distance).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
