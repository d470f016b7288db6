import t from 'tap'
import {
  digestOf,
  isDigest,
  isUuidv7,
  makeSalt,
  mapInPieces,
  randomKey,
  readBase64url,
  sha256,
  timeOfUuid,
  timestamp,
  unreachable,
  uuidv7,
} from '../../src/kit/kit.ts'

const at = (milliseconds: number) => ({ now: () => milliseconds })

void t.test('a UUID version 7 has its form, its time and its place in the order', t => {
  const times = [0, 1, 1_700_000_000_000, Date.UTC(2026, 10, 21), 2 ** 48 - 1]
  const ids = times.map(time => uuidv7(at(time)))
  for (const [index, id] of ids.entries()) {
    t.ok(isUuidv7(id), id)
    t.equal(timeOfUuid(id), times[index])
  }
  t.same(ids.toSorted(), ids, 'later ones sort behind earlier ones')
  const many = new Set(Array.from({ length: 10_000 }, () => uuidv7(at(1))))
  t.equal(many.size, 10_000, 'no two of one millisecond are equal')
  t.end()
})

void t.test('other ids are not UUIDs of version 7', t => {
  const id = uuidv7(at(1_700_000_000_000))
  const others = [
    '',
    id.toUpperCase(),
    `${id} `,
    `{${id}}`,
    id.replaceAll('-', ''),
    '00000000-0000-4000-8000-000000000000',
    '00000000-0000-7000-c000-000000000000',
    '00000000-0000-7000-7000-000000000000',
  ]
  for (const other of others) {
    t.notOk(isUuidv7(other), other)
    t.equal(timeOfUuid(other), undefined)
  }
  t.end()
})

void t.test('digests are SHA-256 in one spelling', t => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  t.equal(digestOf('abc'), `sha256:${abc}`)
  t.equal(sha256(Buffer.from('abc')).toString('hex'), abc)
  t.equal(digestOf('é'), digestOf(Buffer.from([0xc3, 0xa9])), 'a text is hashed as UTF-8')
  t.ok(isDigest(`sha256:${abc}`))
  for (const other of [
    abc,
    `sha256:${abc.toUpperCase()}`,
    `sha512:${abc}`,
    `sha256:${abc}0`,
    `sha256:${abc}\n`,
    '',
  ])
    t.notOk(isDigest(other))
  t.end()
})

void t.test('base64url is read in its one canonical spelling', t => {
  t.same(readBase64url(''), Buffer.alloc(0))
  t.same(readBase64url('-_8'), Buffer.from([0xfb, 0xff]))
  for (const other of ['-_8=', '+/8', '-_9', 'A', 'AA AA', 'AA\n', '*', '-_8.'])
    t.equal(readBase64url(other), undefined, JSON.stringify(other))
  t.end()
})

void t.test('salts and keys are random and as long as they say', t => {
  t.equal(readBase64url(makeSalt())?.length, 16)
  t.not(makeSalt(), makeSalt())
  t.equal(randomKey(32).length, 32)
  t.notSame(randomKey(32), randomKey(32))
  t.end()
})

void t.test('an instant is RFC 3339 in UTC with milliseconds', t => {
  t.equal(timestamp(0), '1970-01-01T00:00:00.000Z')
  t.equal(timestamp(Date.UTC(2026, 1, 28, 23, 59, 59, 7)), '2026-02-28T23:59:59.007Z')
  t.end()
})

void t.test('a forged kind is a fault', t => {
  const forged: unknown = { kind: 'forged' }
  t.throws(() => unreachable(forged as never), { message: 'unreachable: {"kind":"forged"}' })
  t.end()
})

void t.test('work in pieces', async t => {
  const busy = (item: number) => {
    for (const end = performance.now() + 3; performance.now() < end; );
    return item * 2
  }
  const turns: number[] = []
  const done: number[] = []
  const others = setInterval(() => turns.push(done.length), 1)
  const products = await mapInPieces([...Array(40).keys()], (item, index) => {
    done.push(index)
    return busy(item)
  })
  clearInterval(others)
  t.same(
    products,
    [...Array(40).keys()].map(item => item * 2),
    'in order',
  )
  t.ok(new Set(turns.filter(at => at < 40)).size >= 5, `others had a turn after ${turns.join(', ')}`)
  t.same(await mapInPieces([], busy), [])
  await t.rejects(
    mapInPieces([1], () => {
      throw new RangeError('no')
    }),
    RangeError,
  )
})
