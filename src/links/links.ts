/** The road: one or more network paths to each peer, probed, chosen and failed over. Home of undici. */
export { type HealthRules, usualRules } from './health.ts'
export { LinkFault, type LinkTls, type OneRequest, type Reply, requestOnce } from './link.ts'
export { type LinkChange, type LinkStatus, makeRoad, type Road, type RoadParts } from './road.ts'
