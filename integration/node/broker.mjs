// Where the broker is, and how the programs beside meet it.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import amqplib from 'amqplib'
import old from 'amqplib-0-10'

const versions = { amqplib, 'amqplib 0.10.6': old }

// Runs test with a connection of each version of amqplib, and closes it.
export async function each (test, query = '') {
  for (const [name, library] of Object.entries(versions)) {
    const connection = await library.connect(process.env.AMQP_URL + query)
    try {
      await test(connection)
    } catch (e) {
      throw new Error(`with ${name}`, { cause: e })
    }
    await connection.close()
  }
}

// Consumes and acknowledges the messages of queue, of which there are count.
export async function take (channel, queue, count) {
  const consumerTag = randomUUID()
  const got = []
  await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${got.length} of ${count} messages came`)), 10_000)
    channel.consume(queue, message => {
      channel.ack(message)
      got.push(message)
      if (got.length === count) {
        clearTimeout(late)
        resolve()
      }
    }, { consumerTag }).catch(reject)
  })
  await channel.cancel(consumerTag)
  assert.equal(got.length, count)
  return got
}

// Wants promise to fail with the reply code, and a text that contains text.
export async function refused (promise, code, text) {
  await assert.rejects(promise, e => {
    assert.equal(e.code, code, e)
    assert.ok(e.message.includes(text), e.message)
    return true
  })
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))
