import { idOf } from '../ids.ts';
import { userIdOf } from './people.ts';

/** One room to fill. The member is in it unless `isForeign`. */
export interface RoomPlan {
  /** The others' usernames. */
  readonly others: readonly string[];
  /** Lines of chatter. */
  readonly count: number;
  /** Lines after those, each with its username. */
  readonly closing?: readonly (readonly [username: string, text: string])[];
  /** Number of last lines that the member has not read. */
  readonly unread?: number;
  readonly neverOpened?: boolean;
  readonly isForeign?: boolean;
  /** Whether the id is both user ids, sorted: one-to-one rooms created by Rocket.Chat 7 and earlier. */
  readonly hasOldId?: boolean;
  readonly fields?: Record<string, unknown>;
}

const memberUsername = 'maya.lindqvist';

/** Ordered by last message, newest first. */
export const roomPlans: readonly RoomPlan[] = [
  {
    others: ['jonas.weber'],
    count: 430,
    closing: [
      ['jonas.weber', 'The release candidate is up: *4.2.0-rc.3* :rocket:'],
      ['jonas.weber', 'Could you try the calendar sync with your own account? https://staging.northlight.example'],
      ['jonas.weber', '@maya.lindqvist and then we can all go home early :sunny:'],
    ],
    unread: 3,
    hasOldId: true,
  },
  {
    others: ['jonas.weber', 'priya.raman', 'ben.hartley', 'daria.novak'],
    count: 64,
    closing: [
      ['maya.lindqvist', 'Translations are in. Anything missing for the release notes?'],
      ['daria.novak', 'Only the paragraph about the waiting list, I’ll write it now.'],
      ['ben.hartley', 'Load test is green: 240 requests per second, p95 at 180 ms.'],
    ],
    unread: 2,
    fields: {
      topic: 'Release 4.2',
      description: 'Everything that has to happen before the autumn release.',
      announcement: 'Code freeze on Thursday at 16:00',
      announcementDetails: null,
    },
  },
  { others: ['priya.raman'], count: 58 },
  {
    others: ['amara.okafor'],
    count: 150,
    closing: [
      ['maya.lindqvist', 'Is the pricing page final now?'],
      ['amara.okafor', 'Almost. Legal wants one more footnote, you’ll have it by *Monday noon*.'],
    ],
    unread: 1,
    hasOldId: true,
  },
  {
    others: ['ben.hartley'],
    count: 119,
    closing: [
      [
        'ben.hartley',
        'Fixed the flaky overlap test for good, see https://git.northlight.example/northlight/app/pull/3187',
      ],
    ],
    hasOldId: true,
  },
  {
    others: ['carla.mendes'],
    count: 98,
    closing: [
      ['carla.mendes', 'Board deck is out. Your numbers made my favourite slide :chart_with_upwards_trend:'],
      ['maya.lindqvist', 'Happy to hear that! I’ll be in the room on Thursday if they have questions.'],
    ],
    hasOldId: true,
  },
  {
    others: ['daria.novak', 'tessa.vandijk', 'paula.ferrari'],
    count: 30,
    closing: [
      ['daria.novak', 'Bluewater signed for the second site! :tada:'],
      ['paula.ferrari', 'Fantastic. When do they want to start?'],
      ['tessa.vandijk', 'Mid November. I’ll share the onboarding plan on Monday.'],
    ],
    unread: 3,
    fields: { topic: 'Bluewater Clinics' },
  },
  { others: ['rocket.cat'], count: 0, hasOldId: true },
  { others: ['liam.murphy', 'finn.osullivan', 'jakub.zielinski'], count: 45, fields: { topic: 'On call' } },
  {
    others: ['priya.raman', 'ines.castillo', 'noor.haddad'],
    count: 38,
    fields: { sysMes: ['uj', 'ul', 'room_changed_topic'] },
  },
  { others: ['daria.novak'], count: 75 },
  { others: [], count: 0 },
  { others: ['amara.okafor', 'ben.hartley'], count: 12, fields: { topic: 'Lunch' } },
  { others: ['uma.krishnan', 'grace.kimani'], count: 4, fields: { encrypted: true, e2eKeyId: 'f3b1c0d25a9e' } },
  { others: ['liam.murphy'], count: 40 },
  { others: ['chen.wei'], count: 90, unread: 8 },
  { others: ['paula.ferrari'], count: 35 },
  { others: ['uma.krishnan', 'carla.mendes', 'tomas.berg'], count: 22, fields: { topic: 'Board deck' } },
  { others: ['elif.demir'], count: 60 },
  { others: ['keiko.tanaka'], count: 14 },
  { others: ['grace.kimani'], count: 31 },
  { others: ['noor.haddad'], count: 27, unread: 4 },
  {
    others: ['viktor.ivanov', 'chen.wei'],
    count: 0,
    closing: [
      ['viktor.ivanov', 'Chen, Maya: who can grant me access to the reports database?'],
      ['chen.wei', 'I can, read-only. Give me until tomorrow.'],
      ['viktor.ivanov', 'Thanks, that’s plenty.'],
    ],
    neverOpened: true,
  },
  { others: ['finn.osullivan'], count: 24 },
  { others: ['ines.castillo'], count: 22 },
  { others: ['tessa.vandijk'], count: 20 },
  { others: ['grace.kimani', 'hugo.laurent'], count: 18, fields: { topic: 'Hiring: second designer' } },
  { others: ['hugo.laurent'], count: 18 },
  { others: ['rosa.vega'], count: 16 },
  {
    others: [
      'jonas.weber',
      'amara.okafor',
      'carla.mendes',
      'elif.demir',
      'hugo.laurent',
      'marta.silva',
      'quentin.dubois',
    ],
    count: 30,
    fields: { topic: 'Lisbon offsite', description: 'Travel, rooms, and who brings the board games.' },
  },
  { others: ['uma.krishnan'], count: 13 },
  { others: ['tomas.berg'], count: 12 },
  { others: ['sam.whitaker', 'rosa.vega'], count: 9 },
  { others: ['oskar.nyman'], count: 11 },
  { others: ['jakub.zielinski'], count: 9 },
  { others: ['sam.whitaker'], count: 8, neverOpened: true },
  { others: ['marta.silva'], count: 6 },
  { others: ['erik.hansen'], count: 17 },
  {
    others: ['quentin.dubois'],
    count: 0,
    closing: [
      ['quentin.dubois', 'Hi Maya, I’m Quentin, the new account manager in Lyon. Looking forward to working with you!'],
    ],
    unread: 1,
  },
  { others: ['viktor.ivanov'], count: 0 },
  { others: ['marta.silva', 'rosa.vega'], count: 0, neverOpened: true },
  { others: ['jonas.weber', 'priya.raman'], count: 40, isForeign: true, hasOldId: true },
  { others: ['carla.mendes', 'wanda.kowalska'], count: 12, isForeign: true },
  { others: ['ben.hartley', 'liam.murphy'], count: 20, isForeign: true, hasOldId: true },
  { others: ['grace.kimani', 'tomas.berg'], count: 8, isForeign: true },
  { others: ['chen.wei', 'keiko.tanaka', 'noor.haddad'], count: 26, isForeign: true },
  { others: ['hugo.laurent', 'uma.krishnan'], count: 15, isForeign: true },
  { others: ['daria.novak', 'elif.demir', 'tessa.vandijk', 'viktor.ivanov'], count: 34, isForeign: true },
  { others: ['finn.osullivan', 'ines.castillo'], count: 19, isForeign: true },
  { others: ['paula.ferrari', 'rosa.vega'], count: 7, isForeign: true },
  { others: ['wanda.kowalska'], count: 3, isForeign: true },
  { others: ['oskar.nyman', 'viktor.ivanov'], count: 0, isForeign: true },
];

export function planUserIds({ others, isForeign = false }: RoomPlan): string[] {
  return [...(isForeign ? [] : [memberUsername]), ...others].map(userIdOf);
}

export function planRoomId(plan: RoomPlan): string {
  const userIds = planUserIds(plan).toSorted();
  return plan.hasOldId === true ? userIds.join('') : idOf(`room ${userIds.join(' ')}`);
}

/** Id of the member's room with exactly these others. Without others: the notes to self. */
export const roomWith = (...others: readonly string[]): string => {
  const plan = roomPlans.find(
    ({ others: planned, isForeign }) =>
      isForeign !== true && planned.length === others.length && others.every((name) => planned.includes(name)),
  );
  if (!plan) throw new Error(`No room is planned with ${others.join(', ')}.`);
  return planRoomId(plan);
};

export const channelId = 'GENERAL';
