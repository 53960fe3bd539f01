package config

// maxCompared bounds the work of comparing a mistyped key.
const maxCompared = 64

// nearest is the key whose path takes the fewest edits to become path.
func nearest(path string) string {
	path = path[:min(len(path), maxCompared)]
	best, fewest := "", maxCompared+1
	for i := range Keys {
		if n := edits(path, Keys[i].Path); n < fewest {
			best, fewest = Keys[i].Path, n
		}
	}
	return best
}

// edits counts the insertions, deletions and replacements from a to b
// (Levenshtein's distance).
func edits(a, b string) int {
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
