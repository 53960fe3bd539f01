// A confirm channel: every publish is answered, and what was is in the queue.
import assert from 'node:assert/strict'
import { each } from './broker.mjs'

await each(async connection => {
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('confirmed', { durable: true })
  let confirmed = 0
  for (let i = 0; i < 200; i++) {
    channel.sendToQueue(queue, Buffer.from(`${i}`), { persistent: true }, e => {
      assert.equal(e, null)
      confirmed++
    })
  }
  await channel.waitForConfirms()
  assert.equal(confirmed, 200)
  assert.equal((await channel.checkQueue(queue)).messageCount, 200)
  assert.equal((await channel.purgeQueue(queue)).messageCount, 200)
  assert.equal((await channel.deleteQueue(queue)).messageCount, 0)
})
