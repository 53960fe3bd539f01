module github.com/hutchmq/hutchmq

go 1.26.0

require (
	github.com/dlclark/regexp2 v1.12.0
	gopkg.in/yaml.v3 v3.0.1
)

require github.com/alecthomas/kong v1.17.0

require github.com/rabbitmq/amqp091-go v1.16.0
