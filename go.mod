module github.com/hutchmq/hutchmq

go 1.26.0
