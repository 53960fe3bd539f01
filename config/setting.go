package config

// Origin is the kind of place that a value comes from.
type Origin string

// The origins, the weakest first.
const (
	FromDefault     Origin = "default"
	FromFile        Origin = "file"
	FromEnvironment Origin = "environment"
	FromFlag        Origin = "flag"
)

// Setting is one setting as it is in effect, for people to look at.
type Setting struct {
	Key     string `json:"key"`     // "limits.frame_max"
	Value   string `json:"value"`   // as it was written; Masked when secret
	Default string `json:"default"` // likewise
	Origin  Origin `json:"origin"`
	Where   string `json:"where"` // the flag, the variable, or file and line; the key itself for a default
	Type    string `json:"type"`
	Says    string `json:"description"`
}

// Masked stands for what is not to be shown.
const Masked = "********"

// Settings are all settings that Load would give, in the order of Keys.
func Settings(s Sources) ([]Setting, error) {
	c, err := Load(s)
	if err != nil {
		return nil, err
	}
	file, err := readFile(s.File)
	if err != nil {
		return nil, err
	}
	list := make([]Setting, 0, len(Keys))
	for i := range Keys {
		k := &Keys[i]
		text, from, kind := s.find(k, file)
		if k.Path == "advertise.version" {
			text = c.Advertise.Version
		}
		list = append(list, setting(k, text, from, kind))
	}
	return list, nil
}

func setting(k *Key, text, from string, kind Origin) Setting {
	s := Setting{Key: k.Path, Value: text, Default: k.Default, Origin: kind, Where: from, Type: k.Type(), Says: k.Says}
	if k.Secret {
		s.Value, s.Default = Masked, Masked
	}
	return s
}
