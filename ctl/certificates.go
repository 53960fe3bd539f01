package ctl

type certificateVerbs struct {
	Certificates       certificates       `cmd:"" name:"certificates" aliases:"tls" group:"Node" help:"List the certificates of listeners with TLS, and when they expire."`
	ReloadCertificates reloadCertificates `cmd:"" name:"reload_certificates" group:"Node" help:"Have the broker read the files of its certificates again."`
}

var certificateColumns = listing{
	plainColumns("listener", "file", "use", "subject", "subject_alternative_names", "issuer", "serial_number",
		"fingerprint_sha256", "not_before", "not_after", "days_left"),
	"listener file subject not_after days_left",
}

type certificates struct {
	Columns []string `arg:"" optional:"" name:"column" columns:"certificate" help:"What to show, of: ${certificate_columns}."`
}

// Run lists certificates.
func (v *certificates) Run(o *operator) error {
	o.say("Listing the certificates of listeners ...")
	return o.show(certificateColumns, v.Columns, "x", "certificates")
}

type reloadCertificates struct{}

// Run reloads.
func (*reloadCertificates) Run(o *operator) error {
	o.say("Reloading certificates ...")
	return o.post(nil, nil, "x", "certificates", "reload")
}
