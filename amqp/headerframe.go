package amqp

// AppendHeaderFrame appends the content header frame alone, for a body that
// is written from where it is.
func AppendHeaderFrame(dst []byte, channel uint16, header []byte) []byte {
	return appendFrame(dst, FrameHeader, channel, header)
}
