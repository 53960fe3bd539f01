// A mandatory message that reaches no queue comes back, before its confirm.
import assert from 'node:assert/strict'
import { each } from './broker.mjs'

await each(async connection => {
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const events = []
  channel.on('return', m => {
    assert.equal(m.fields.replyCode, 312)
    assert.equal(m.fields.replyText, 'NO_ROUTE')
    assert.equal(m.fields.exchange, 'amq.direct')
    assert.equal(m.properties.messageId, 'x')
    events.push(`returned ${m.content}`)
  })
  const publish = (exchange, key, text, options) =>
    channel.publish(exchange, key, Buffer.from(text), { messageId: 'x', ...options }, e => events.push(`confirmed ${text} ${e}`))

  publish('amq.direct', 'nowhere', 'one', { mandatory: true })
  publish('amq.direct', 'nowhere', 'two', {})
  await channel.waitForConfirms()
  publish('', queue, 'three', { mandatory: true })
  await channel.waitForConfirms()
  assert.deepEqual(events, ['returned one', 'confirmed one null', 'confirmed two null', 'confirmed three null'])
  assert.equal((await channel.checkQueue(queue)).messageCount, 1)
})
