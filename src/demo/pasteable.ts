import type { FieldAgency, PracticeField } from './practice-field.ts'

/** Commands that can be pasted into a second terminal while the gateways run, in the folder where the demonstration was started. */
export function pasteable({ police, army }: PracticeField, certificates: string): readonly string[] {
  return [
    '',
    '# The gateways run on until Ctrl-C. In a second terminal, in this folder:',
    '',
    '# share an operation with the army, as the police public-order system',
    curl(
      police,
      certificates,
      { system: 'public-order-system', person: 'p-118', role: 'planner', purpose: 'joint-planning' },
      [
        `-H 'Prefer: wait=5' -H 'Content-Type: application/json' -d '${PUSH}'`,
        `${inner(police)}/v1/exchanges`,
      ],
    ),
    '',
    '# read it as the army portal',
    curl(
      army,
      certificates,
      { system: 'army-portal', person: 'a-204', role: 'planner', purpose: 'joint-planning' },
      [`'${inner(army)}/v1/shared/army.opord?purpose=joint-planning&limit=5'`],
    ),
    '',
    '# ask for a purpose the token does not grant: refused, and on the record',
    curl(
      army,
      certificates,
      { system: 'army-portal', person: 'a-204', role: 'planner', purpose: 'joint-planning' },
      [`'${inner(army)}/v1/shared/army.positionReport?purpose=live-coordination'`],
    ),
    '',
    '# where the agreements stand, as a police approver; README.md tells how they are changed',
    officer(police, certificates, {
      system: 'gateway',
      person: 'p-204',
      role: 'approver',
      purpose: 'governance',
    }),
    '',
    '# health and metrics of the police gateway',
    `curl -sS -w '\\n' ${tls(police, certificates, 'public-order-system')} https://localhost:${police.ports.console}/readyz`,
    `curl -sS -w '\\n' ${tls(police, certificates, 'public-order-system')} https://localhost:${police.ports.console}/metrics`,
    '',
  ]
}

const PUSH = JSON.stringify({
  to: 'army-1div',
  purpose: 'joint-planning',
  resource: 'police.operation',
  label: { policy: 'UK-GSC', classification: 'OFFICIAL' },
  document: {
    id: 'urn:uuid:0190a1c2-7d11-7a00-8b09-5f2d6c1e0009',
    operationName: 'TURNSTONE',
    operationRef: 'NS/2026/OPS/0400',
    lifecycle: 'APPROVED',
    communityTensions: 'never leaves',
    command: [{ role: 'GOLD', officer: { name: 'Z. Example', collar: 'NS0999' } }],
  },
})

interface Asking {
  readonly system: string
  readonly person: string
  readonly role: string
  readonly purpose: string
}

function curl(side: FieldAgency, certificates: string, asking: Asking, rest: readonly string[]): string {
  const token = tokenOf(side, certificates, asking)
  return `curl -sS -w '\\n' ${tls(side, certificates, asking.system)} -H "Authorization: Bearer $(${token})" ${rest.join(' ')}`
}

/** Where agreements stand at the own gateway, for one officer. */
function officer(side: FieldAgency, certificates: string, asking: Asking): string {
  const token = tokenOf(side, certificates, asking)
  return `CONCORDAT_TOKEN=$(${token}) npx concordat agreement status --config ${side.configFile}`
}

function tokenOf({ agency }: FieldAgency, certificates: string, asking: Asking): string {
  const { system, person, role, purpose } = asking
  return `npx concordat token --certs ${certificates}/${agency} --system ${system} --person ${person} --role ${role} --purpose ${purpose}`
}

function tls(side: FieldAgency, certificates: string, system: string): string {
  const folder = `${certificates}/${side.agency}`
  return `--cacert ${folder}/ca.pem --cert ${folder}/${system}.pem --key ${folder}/${system}.key.pem`
}

function inner(side: FieldAgency): string {
  return `https://localhost:${side.ports.inner}`
}
