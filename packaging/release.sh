#!/bin/sh
# Makes what is released, in dist: archives of static binaries, packages of
# Linux, lists of what is in them, and checksums. The same commit gives the same
# bytes. Run from the root of the repository:
#
#	packaging/release.sh [OS/ARCH ...]
#
# VERSION is that of the binaries, SOURCE_DATE_EPOCH the time of all files.
set -eu

# The last version whose modules can all be had where Go 1.26 is.
NFPM=github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.43.4

[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 darwin/arm64
: "${VERSION:=$(git describe --tags --always --dirty)}"
: "${SOURCE_DATE_EPOCH:=$(git log -1 --format=%ct)}"
export VERSION SOURCE_DATE_EPOCH CGO_ENABLED=0
umask 022

# What dpkg and rpm take for a version begins with a digit and has no hyphen.
case $VERSION in
v[0-9]*) packaged=$(echo "${VERSION#v}" | sed 's/-/+/; s/-/./g') ;;
*) packaged="0.0.0~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d).$(echo "$VERSION" | tr - .)" ;;
esac

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
rm -rf dist
mkdir -p dist
build() {
	go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=$VERSION" -o "$1" ./cmd/hutchmq
}
build "$tools/hutchmq"
for shell in bash fish zsh; do
	"$tools/hutchmq" completion $shell >"$tools/completion.$shell"
done
export COMPLETION="$tools/completion"
go build -o "$tools/sbom" ./packaging/sbom
GOBIN=$tools go install "$NFPM"

for platform; do
	os=${platform%/*} arch=${platform#*/}
	name=hutchmq-$VERSION-$os-$arch
	stage=$tools/$name
	mkdir "$stage"
	GOOS=$os GOARCH=$arch build "$stage/hutchmq"
	cp LICENSE README.md CHANGELOG.md packaging/systemd/hutchmq.service "$stage"
	tar -C "$tools" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" |
		gzip -n -9 >"dist/$name.tar.gz"
	"$tools/sbom" "$stage/hutchmq" "$VERSION" >"dist/$name.cdx.json"
	if [ "$os" = linux ]; then
		for kind in deb rpm; do
			BINARY=$stage/hutchmq ARCH=$arch VERSION=$packaged \
				"$tools/nfpm" package --config packaging/nfpm.yaml --packager $kind --target dist/
		done
	fi
done
cd dist && sha256sum -- * >"$tools/SHA256SUMS" && mv "$tools/SHA256SUMS" .
