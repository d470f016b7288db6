import type { Bundle } from './evidence.ts'

/** The text that goes with an evidence bundle: what it is, what it shows and does not show, and how to check it. */
export function methodText(bundle: Bundle): string {
  const { origin, exhibits, packedAt, versions, policy } = bundle
  const [first] = exhibits
  const example = first?.index ?? 0
  const witnesses = policy ? ' --policy policy' : ''
  return `EVIDENCE FROM AN AUDIT LEDGER

Ledger      ${origin}
Leaves      ${exhibits.map(({ index }) => index).join(', ')}
Packed at   ${packedAt}
Packed by   ${versions}

1. What this is

The gateway of an agency writes down every decision to share data, or not to share it, before it acts. One such note is
called a leaf. Leaves are only ever added. They are numbered from 0, and a single number of 256 bits, the root hash, is
computed over all of them; changing, removing or inserting any leaf changes the root hash. Every second in which leaves were
added the gateway signs how many there are and what the root hash is. That is a checkpoint.

Each leaf here comes with a proof: the few hashes that lead from it to the root hash of a signed checkpoint.

2. What it shows

That each leaf stood, word for word, in the ledger of the agency that holds the key when the checkpoint was signed. Further
signature lines below a checkpoint are those of other agencies that had seen the same ledger by the time in their line; since
then it cannot have been rewritten without their notice.

3. What it does not show

That what a leaf says is true, only that it was written and when it stood there. That these are all leaves on the matter: for
that the whole ledger has to be exported and verified, and compared with that of the other agency
(\`concordat audit reconcile\`). Leaves hold no personal data; a value under \`c\` commits to a value that is kept elsewhere.

4. Whose key is it?

Everything rests on the key in the file \`vkey\`. Compare it with the one that the agency has published or handed over by
another way.

5. What is in this bundle

README.txt        this text
SHA256SUMS        the SHA-256 of every other file
vkey              the key of the ledger, in the form name+id+key
${policy ? 'policy            which other agencies must have seen a checkpoint (C2SP tlog-policy)\n' : ''}leaves/           the leaves, as they were written: one JSON text without a line break at its end
proofs/           their proofs (C2SP tlog-proof)
checkpoints/      the signed checkpoints that the proofs lead to (C2SP tlog-checkpoint), all signature lines included
by-hand/          the same in small pieces, to be checked without special programs
agreements/       agreements that leaves name, under their digests (.json is what the digest covers, .yaml what was signed
                  by officers, .html the same to read)
verifier/         a program that checks all this; it needs Node 24 or later and nothing else
${agreementLines(bundle)}
6. How to check it with our program

  sha256sum --check SHA256SUMS
  node verifier/main.ts --proof proofs/${example}.tlog-proof --leaf leaves/${example}.json --vkey "$(head -n 1 vkey)"${witnesses}

It ends with the word \`good\`, and with the exit code 0. Do so for each leaf. \`concordat audit verify\` takes the same options.

7. How to check it by hand

a) The leaf. The first hash in by-hand/leaf-${example}.txt is that of one byte 00 and the leaf:
     (printf '\\000'; cat leaves/${example}.json) | sha256sum
b) The way up. Each further hash there is that of one byte 01 and two hashes of 32 bytes, one of them from the line before,
   the other one from the proof. For two hashes A and B in hexadecimal:
     printf '01%s%s' A B | xxd -r -p | sha256sum
   The last one, in base64, is the third line of the checkpoint.
c) The signature of the checkpoint (Ed25519), with OpenSSL 3; SIZE is the number of leaves in its second line:
     openssl pkeyutl -verify -pubin -inkey by-hand/key-1.pem -rawin \\
       -in by-hand/checkpoint-SIZE.text -sigfile by-hand/checkpoint-SIZE.key-1.sig
   The key in the .pem file is the one in \`vkey\`: its last 32 bytes are the last 32 bytes behind the second plus sign.
d) An agreement: sha256sum agreements/*.json gives the names of the files, which leaves hold under \`policy\`.

8. How to check it with somebody else's program

The formats are public ones: RFC 6962 and RFC 9162 for hashes and proofs, and signed-note, tlog-checkpoint, tlog-cosignature,
tlog-proof, tlog-policy at https://c2sp.org. In Go, golang.org/x/mod/sumdb has all that is needed: note.NewVerifier with the
key in \`vkey\`, note.Open on the checkpoint, tlog.CheckRecord with the hashes of the proof, the number of leaves and the root
hash of the checkpoint, the number of the leaf, and tlog.RecordHash of the leaf.
`
}

function agreementLines({ agreements, missing }: Bundle): string {
  const lines = [
    ...agreements.map(({ digest }) => `The agreement ${digest} is here.`),
    ...missing.map(digest => `The agreement ${digest} is named by a leaf and is not here.`),
  ]
  return lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
}
