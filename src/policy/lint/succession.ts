import { type Found, placeAt, type Subject } from './subject.ts'

/** Whether a revision follows the one in force (check 5). */
export function succession({ tree, resolved: { draft }, previous }: Subject): readonly Found[] {
  const found: Found[] = []
  const say = (member: string, says: string, fix: string) =>
    found.push({ place: placeAt(tree, member), says, fix })
  if (!previous) {
    if (draft.revision > 1 && !draft.replaces)
      say('revision', `revision ${draft.revision} does not say which one it replaces`, 'add `replaces`')
    if (draft.revision === 1 && draft.replaces)
      say('replaces', 'the first revision replaces none', 'leave `replaces` out')
    return found
  }
  const { id, revision, digest, provider, recipient } = previous
  if (draft.id !== id) say('id', `the agreement in force is \`${id}\``, `write \`${id}\``)
  if (draft.provider.id !== provider || draft.recipient.id !== recipient)
    say(
      'parties',
      `the agreement in force goes from \`${provider}\` to \`${recipient}\``,
      'make it another agreement',
    )
  if (draft.revision !== revision + 1)
    say(
      'revision',
      `revision ${revision} is in force, so that this one is revision ${revision + 1}`,
      `write \`${revision + 1}\``,
    )
  if (draft.replaces !== digest)
    say('replaces', `the digest in force is \`${digest}\``, `write \`replaces: ${digest}\``)
  return found
}

/** Catalogues older than those of the revision in force (check 6). */
export function olderCatalogues({ tree, resolved, previous }: Subject): readonly Found[] {
  return [...resolved.resources].flatMap(([name, { catalogue }]) => {
    const before = previous?.resources.get(name)
    if (!before || !isOlder(catalogue.version, before.version)) return []
    const place = placeAt(tree, 'resources', name, 'schema', 'version')
    const says = `\`${name}\` is at version \`${catalogue.version}\`, older than \`${before.version}\` in force`
    return [{ place, says, fix: `write against version \`${before.version}\` or a later one` }]
  })
}

/** Tables that do not say which catalogue they were written against: another one of the same version would do (check 6). */
export function unpinned({ tree, resolved }: Subject): readonly Found[] {
  return [...resolved.resources].flatMap(([name, { catalogue }]) => {
    if (resolved.draft.resources.get(name)?.digest) return []
    const place = placeAt(tree, 'resources', name, 'schema')
    const says = `\`${name}\` is not pinned: another catalogue of version \`${catalogue.version}\` would do as well`
    return [{ place, says, fix: `write \`digest: ${catalogue.digest}\`` }]
  })
}

/** Versions of three numbers; anything else is not older. */
function isOlder(now: string, before: string): boolean {
  const [a, b] = [now, before].map(version => version.split('.').map(Number))
  const at = (a ?? []).findIndex((part, index) => part !== b?.[index])
  return at >= 0 && (a?.[at] ?? 0) < (b?.[at] ?? 0)
}
