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
	Where   string `json:"where"` // the flag, the variable, or the place in the file; the key itself for a default
	Type    string `json:"type"`
	Says    string `json:"description"`
	Live    bool   `json:"live"`              // a reload changes it at once
	Pending string `json:"pending,omitempty"` // what it will be after a restart, if not Value
}

// Masked stands for what is not to be shown.
const Masked = "********"

// Settings are all settings that Load would give, in the order of Keys.
func Settings(s Sources) ([]Setting, error) {
	r, err := Read(s)
	if err != nil {
		return nil, err
	}
	return r.Settings, nil
}

// setting shows v as the value of k.
func (v value) setting(k *Key) Setting {
	s := Setting{
		Key: k.Path, Value: v.text, Default: k.Default, Origin: v.origin, Where: v.where,
		Type: k.Type(), Says: k.Says, Live: k.Live,
	}
	if k.Secret {
		s.Value, s.Default = Masked, Masked
	}
	return s
}

// show sets the value that is shown for a key.
func (r *Reading) show(key, text string) {
	for i := range r.Settings {
		if r.Settings[i].Key == key {
			r.Settings[i].Value = text
		}
	}
}
