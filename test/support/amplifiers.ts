import { createRandom, type Random } from './random.ts';

/**
 * What makes a query expensive: nested fragments, aliases, lists, JSON, variables, page sizes. A search changes one of
 * these at a time, keeps what makes a query more expensive for its length, and so finds combinations that no test lists.
 */
const genes = {
  /** What it begins with; see `roots`. */
  root: 9,
  /** Copies of the page under other names, each of them perhaps of another size. */
  pages: 40,
  /** Rows of a page. */
  size: 101,
  sizeStep: 4,
  /** Which fields a row has: bits. */
  fields: 2 ** 16,
  /** Copies of each field under other names. */
  copies: 45,
  /** Rows as `edges { node }`. */
  edges: 2,
  /** Fragments that use the next one, so many times. */
  depth: 8,
  branches: 4,
  /** Names of types. */
  typeNames: 40,
  /** Variables that `@include` looks at. */
  conditions: 8,
  /** Characters of a comment, in hundreds. */
  comment: 900,
  /** Times that a field is repeated under its own name. */
  repeats: 90,
  /** Further operations in the document. */
  operations: 60,
  /** Elements of a literal, and of a variable. */
  literal: 300,
  list: 1000,
  /** Length of an alias. */
  alias: 90,
  /** Which room: see `heavyRooms`. */
  room: 3,
} as const;

type Gene = keyof typeof genes;
export type Genome = Readonly<Record<Gene, number>>;

export interface Candidate {
  readonly genome: Genome;
  readonly query: string;
  readonly variables: Record<string, unknown>;
  /** Names of the variables that decide what is selected. */
  readonly conditions: readonly string[];
}

const names = Object.keys(genes) as Gene[];

function randomGenome(random: Random): Genome {
  // Rather little of each: what has much of everything is refused at sight.
  const some = (name: Gene) => (random.chance(0.5) ? 0 : Math.floor(genes[name] * random.fraction() ** 4));
  const genome = Object.fromEntries(names.map((name) => [name, some(name)])) as Record<Gene, number>;
  return {
    ...genome,
    root: random.below(genes.root),
    fields: random.below(genes.fields) & random.below(genes.fields),
    size: random.below(genes.size),
    room: random.below(genes.room),
  };
}

/** One or two of its genes otherwise. */
export function mutate(genome: Genome, random: Random): Genome {
  const changed: Record<Gene, number> = { ...genome };
  for (let count = 1 + random.below(2); count > 0; count -= 1) {
    const name = random.pick(names);
    const step = Math.max(1, Math.floor(genes[name] / 10));
    const near = changed[name] + random.below(2 * step + 1) - step;
    changed[name] = random.chance(0.3) ? random.below(genes[name]) : Math.min(genes[name] - 1, Math.max(0, near));
  }
  return changed;
}

const times = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** Fields of a message, those that can be heavy first. */
const rowFields = [
  'markup { json }',
  'markup { nodes { index parent type text url } }',
  'markup { plainText }',
  'attachments { json }',
  'customFields',
  'blocks',
  'reactions { emoji usernames count }',
  'urls { url meta }',
  'mentions { userId username name kind }',
  'thread { followerIds }',
  'text',
  'files { id name mimeType size }',
  'channelMentions { roomId name }',
  'author { userId username name }',
  'directMessage { usernames topic }',
  'id sentAt',
] as const;

export function write(genome: Genome): Candidate {
  const {
    root,
    pages,
    size,
    sizeStep,
    fields,
    copies,
    edges,
    depth,
    branches,
    typeNames,
    conditions,
    comment,
    repeats,
    operations,
    literal,
    list,
    alias,
    room,
  } = genome;
  const variables: Record<string, unknown> = {};
  const declared: string[] = [];
  const filler = 'x'.repeat(alias);
  const conditionNames = Array.from({ length: conditions }, (_, index) => `c${index}`);
  for (const name of conditionNames) {
    declared.push(`$${name}: Boolean!`);
    variables[name] = true;
  }
  const condition = (index: number): string => (conditions === 0 ? '' : ` @include(if: $c${index % conditions})`);
  let marks = 0;
  /** A field under its own name, and under others. */
  const copied = (field: string): string =>
    times(
      1 + copies,
      (index) =>
        `${filler}a${(marks += 1)}_${index}: ${field}${marks <= 40 && !field.includes('{') ? condition(marks) : ''}`,
    );

  const nested = depth === 0 ? '' : '...F0';
  const fragments = times(depth, (level) => {
    const next = level + 1 < depth ? `...F${level + 1}` : 'kind';
    const below = times(
      1 + branches,
      (branch) => `f${branch}: attachments { ${['kind', 'title', 'text', 'url', 'json'][branch % 5]} ${next} }`,
    );
    return `fragment F${level} on ${level === 0 ? 'Message' : 'Attachment'} { ${below} }`;
  });
  const chosen = rowFields.filter((_, index) => Math.floor(fields / 2 ** index) % 2 === 1);
  const row = `id ${chosen.map(copied).join(' ')} ${times(typeNames, (index) => `t${index}: __typename`)} ${times(repeats, () => 'id')} ${nested}`;
  const rows = edges === 1 ? `edges { cursor node { ${row} } }` : `nodes { ${row} }`;
  const paged = (field: string, aliased: string) =>
    times(
      1 + pages,
      (index) => `${aliased}${index}: ${field}(first: ${Math.max(0, size - index * (sizeStep % 4))}) { ${rows} }`,
    );
  const roomId = `"${['markup', 'lists', 'texts'][room]}-room"`;

  const roots = [
    () => `directMessage(id: ${roomId}) { ${paged('messages', 'm')} }`,
    () => `directMessage(id: ${roomId}) { ${paged('history', 'h')} }`,
    () => `viewer { directMessages(first: ${Math.min(size, 30)}) { nodes { usernames lastMessage { ${row} } } } }`,
    () =>
      `viewer { directMessages(first: ${Math.min(size, 30)}) { nodes { ${paged('messages', 'm')} counters { joined unreadCount } } } }`,
    () =>
      times(
        1 + pages,
        (index) =>
          `m${index}: message(id: "m${index}") { ${row} readReceipts(first: ${size}) { nodes { id user { id name } } } }`,
      ),
    () => {
      declared.push('$r: [_Any!]!');
      variables['r'] = Array.from({ length: list }, (_, index) => ({
        __typename: ['Message', 'DirectMessage', 'User'][index % 3],
        id: `id${index % (1 + size)}`,
      }));
      return `_entities(representations: $r) { __typename ... on Message { ${row} } ... on DirectMessage { usernames kind topic ${copied('id')} } ... on User { id name } }`;
    },
    () => times(1 + pages, (index) => `s${index}: _service { ${copied('sdl')} }`),
    () =>
      `__schema { types { name ${times(1 + copies, (index) => `f${index}: fields { name description type { name fields { name ${nested === '' ? '' : 'type { name }'} } } args { name type { name } } }`)} } }`,
    () =>
      `directMessage(id: ${roomId}) { ${times(1 + pages, (index) => `l${index}: messages(first: ${size}, filterBy: { mentioning: [${times(Math.min(50, literal), (id) => `"u${id}-${index}"`)}] }) { totalCount nodes { id } }`)} members(first: ${size}) { nodes { id name } } }`,
  ];
  const body = roots[root % roots.length]?.() ?? '';
  const used = row.includes('...F0') && body.includes('...F0') ? fragments : '';
  const kept = conditionNames.map((name) => `u${name}: __typename @include(if: $${name})`).join(' ');
  const header = declared.length === 0 ? 'query Q' : `query Q(${declared.join(' ')})`;
  const others = times(operations, (index) => `query O${index} { viewer { userId } }`);
  const padding = comment === 0 ? '' : `#${'é'.repeat(comment * 50)}`;
  return {
    genome,
    query: `${header} { ${kept} ${body} } ${used} ${others} ${padding}`,
    variables,
    conditions: conditionNames,
  };
}

/** Bytes that a request for it takes, about. */
export const bytesSent = ({ query, variables }: Candidate): number =>
  Buffer.byteLength(query) + JSON.stringify(variables).length + 60;

/**
 * Hill climbing from random candidates: half of the time it tries a new random one, otherwise it changes one of the
 * heaviest so far. `weigh` measures a candidate in several ways.
 */
export async function search({
  seed,
  count,
  weigh,
  start = [],
}: {
  seed: number;
  count: number;
  start?: readonly Genome[];
  weigh: (candidate: Candidate) => Promise<readonly number[]> | readonly number[];
}): Promise<readonly { readonly candidate: Candidate; readonly weight: number }[]> {
  const random = createRandom(seed);
  const best: { candidate: Candidate; weight: number }[] = [];
  for (let index = 0; index < count; index += 1) {
    const given = start[index];
    const parent = best[random.below(best.length)];
    const genome =
      given ??
      (parent === undefined || random.chance(0.4) ? randomGenome(random) : mutate(parent.candidate.genome, random));
    const candidate = write(genome);
    for (const [way, weight] of (await weigh(candidate)).entries()) {
      const known = best[way];
      if (known === undefined || weight > known.weight) best[way] = { candidate, weight };
    }
  }
  return best;
}
