package config

import "github.com/hutchmq/hutchmq/spelling"

// nearest is the key, or the level of keys, whose path takes the fewest edits
// to become path.
func nearest(path string) string {
	var paths []string
	for i := range Keys {
		for at, r := range Keys[i].Path {
			if r == '.' {
				paths = append(paths, Keys[i].Path[:at])
			}
		}
		paths = append(paths, Keys[i].Path)
	}
	best, _ := spelling.Nearest(path, paths)
	return best
}
