/**
 * Task verbs of an order that are directed at an enemy, or take ground by force; and the words that armies and police share and mean
 * differently (contain, demonstrate, engage, neutralise, secure).
 *
 * Source: mission tasks of MIL-STD-2525D (symbol set 25, entities 3401 to 3423) without those that only move, relieve or protect,
 * and the false friends of the two services. Which of them need a person is the decision of this project.
 */
export const COMBAT_VERBS = `
AMBUSH ASSAULT ATTACK BLOCK BREACH CANALISE CANALIZE CAPTURE CLEAR CONTAIN COUNTERATTACK DEFEAT DEFEND DELAY
DEMONSTRATE DENY DESTROY DISRUPT ENGAGE EXPLOIT FEINT FIX HARASS INTERDICT ISOLATE KILL NEUTRALISE NEUTRALIZE OCCUPY
PENETRATE PURSUE RAID RETAIN SECURE SEIZE STRIKE SUPPRESS
`
