package config

// ParseWatermark reads a share such as 0.6, or a size such as 4GiB.
func ParseWatermark(text string) (w Watermark, err error) {
	err = w.parse(text)
	return w, err
}

// ParseBytes reads a size such as 50MB; without a unit it is in bytes.
func ParseBytes(text string) (Bytes, error) { return parseBytes(text) }
