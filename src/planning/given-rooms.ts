import { maxSingleRooms, type Plan } from './ledger.ts';

/**
 * The plan with what it takes to make sure of rooms of which the client gives the id: the record of each is read unless
 * the workspace has named the room to this caller before. Plans are shared between callers, and this differs by caller.
 */
export function withGivenRooms(plan: Plan, isKnown: (roomId: string) => boolean): Plan {
  if (plan.given === undefined) return plan;
  const { ids, part, whole } = plan.given;
  const unknown = ids.filter((id) => !isKnown(id)).length;
  if (unknown === 0) return plan;
  const { 'rooms.info': singles = 0, 'rooms.get': bulk = 0, ...others } = plan.byEndpoint;
  const addedSingles = Math.min(part + unknown, maxSingleRooms) - Math.min(part, maxSingleRooms);
  const addedBulk = bulk === 0 && part + whole + unknown > maxSingleRooms ? 1 : 0;
  const priced = { ...others, 'rooms.info': singles + addedSingles, 'rooms.get': bulk + addedBulk };
  const byEndpoint = Object.entries(priced).filter(([, count]) => count > 0);
  return {
    ...plan,
    calls: plan.calls + addedSingles + addedBulk,
    byEndpoint: Object.fromEntries(byEndpoint.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}
