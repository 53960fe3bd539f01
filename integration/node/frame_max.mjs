// A client that takes only small frames gets messages of any size in them.
import assert from 'node:assert/strict'
import { each } from './broker.mjs'

await each(async connection => {
  assert.equal(connection.connection.frameMax, 4096)
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  for (const size of [0, 1, 4088, 4089, 8176, 100_000]) {
    const body = Buffer.alloc(size, 'abcdefg')
    channel.sendToQueue(queue, body)
    await channel.waitForConfirms()
    const message = await channel.get(queue, { noAck: true })
    assert.ok(body.equals(message.content), `${size} bytes came back as ${message.content.length}`)
  }
}, '?frameMax=4096')
