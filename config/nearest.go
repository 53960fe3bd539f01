package config

import "github.com/hutchmq/hutchmq/spelling"

// nearest is the key whose path takes the fewest edits to become path.
func nearest(path string) string {
	paths := make([]string, len(Keys))
	for i := range Keys {
		paths[i] = Keys[i].Path
	}
	best, _ := spelling.Nearest(path, paths)
	return best
}
