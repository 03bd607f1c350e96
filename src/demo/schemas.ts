import type { Query, QueryValue } from './query-string.ts';

/** Checked, coerced parameters. */
export type Params = Record<string, QueryValue | number | undefined>;

type Rule =
  | { type: 'string'; minLength?: number; values?: readonly string[] }
  | { type: 'number' }
  | { type: 'strings' };

interface Shape {
  readonly required: readonly string[];
  readonly properties: Record<string, Rule>;
}

export interface QuerySchema {
  /** Exactly one must match. */
  readonly shapes: readonly Shape[];
  /** Whether a list of one counts as its element, and an element as a list of one. */
  readonly unwrapsLists: boolean;
}

const text: Rule = { type: 'string' };
const number: Rule = { type: 'number' };
const flag: Rule = { type: 'string', values: ['true', 'false'] };
const paging = { count: number, offset: number, sort: text };

/** A schema that takes a room id or the other member's username, not both. */
function byRoomOrUser(properties: Record<string, Rule>): QuerySchema {
  const shapes = ['roomId', 'username'].map((key) => ({ required: [key], properties: { [key]: text, ...properties } }));
  return { shapes, unwrapsLists: true };
}

export const countersSchema: QuerySchema = {
  shapes: [{ required: ['roomId'], properties: { roomId: text, userId: text } }],
  unwrapsLists: true,
};

export const messagesSchema = byRoomOrUser({
  mentionIds: text,
  starredIds: text,
  pinned: text,
  query: text,
  fields: text,
  ...paging,
});

export const membersSchema = byRoomOrUser({ status: { type: 'strings' }, filter: text, query: text, ...paging });

export const historySchema: QuerySchema = {
  shapes: [
    {
      required: ['roomId'],
      properties: {
        roomId: { type: 'string', minLength: 1 },
        latest: { type: 'string', minLength: 1 },
        oldest: { type: 'string', minLength: 1 },
        inclusive: flag,
        unreads: flag,
        showThreadMessages: flag,
        ...paging,
      },
    },
  ],
  unwrapsLists: true,
};

export const receiptsSchema: QuerySchema = {
  shapes: [{ required: ['messageId'], properties: { messageId: text } }],
  unwrapsLists: false,
};

export const messageSchema: QuerySchema = {
  shapes: [{ required: ['msgId'], properties: { msgId: text } }],
  unwrapsLists: true,
};

export const threadSchema: QuerySchema = {
  shapes: [
    {
      required: ['tmid'],
      properties: { tmid: { type: 'string', minLength: 1 }, query: text, fields: text, ...paging },
    },
  ],
  unwrapsLists: true,
};

export const roomIdSchema: QuerySchema = {
  shapes: [{ required: ['roomId'], properties: { roomId: text } }],
  unwrapsLists: true,
};

export const updatedSinceSchema: QuerySchema = {
  shapes: [{ required: [], properties: { updatedSince: text } }],
  unwrapsLists: true,
};

/** Of `chat.syncMessages` in Rocket.Chat 7, which has no pages. */
export const syncSinceSchema: QuerySchema = {
  shapes: [{ required: ['roomId', 'lastUpdate'], properties: { roomId: text, lastUpdate: text } }],
  unwrapsLists: true,
};

export const syncSchema: QuerySchema = {
  shapes: [
    {
      required: ['roomId'],
      properties: {
        roomId: text,
        lastUpdate: text,
        count: number,
        next: text,
        previous: text,
        type: { type: 'string', values: ['UPDATED', 'DELETED'] },
      },
    },
  ],
  unwrapsLists: true,
};

/** Like Ajv: every text that JavaScript converts to a number, except the empty text. */
const isNumeric = (value: string): boolean => value !== '' && !Number.isNaN(Number(value));

/** The value of a parameter, or its first error. */
function checkValue(raw: QueryValue, rule: Rule, unwrapsLists: boolean): { value: QueryValue | number } | string {
  const value = unwrapsLists && Array.isArray(raw) && raw.length === 1 ? (raw[0] ?? raw) : raw;
  if (rule.type === 'strings') {
    const list = Array.isArray(raw) ? raw : [raw];
    return list.every((item) => typeof item === 'string') ? { value: list } : 'must be string';
  }
  if (rule.type === 'number') {
    return typeof value === 'string' && isNumeric(value) ? { value: Number(value) } : 'must be number';
  }
  if (typeof value !== 'string') return 'must be string';
  if (rule.minLength !== undefined && value.length < rule.minLength) return 'must NOT have fewer than 1 characters';
  if (rule.values && !rule.values.includes(value)) return 'must be equal to one of the allowed values';
  return { value };
}

/** In Ajv's order, up to the first error: required, unknown, then known parameters. */
function checkShape(query: Query, shape: Shape, unwrapsLists: boolean): Params | string {
  const missing = shape.required.find((key) => query[key] === undefined);
  if (missing !== undefined) return `must have required property '${missing}'`;
  if (Object.keys(query).some((key) => !(key in shape.properties))) return 'must NOT have additional properties';
  const params: Params = {};
  for (const [key, rule] of Object.entries(shape.properties)) {
    const raw = query[key];
    if (raw === undefined) continue;
    const checked = checkValue(raw, rule, unwrapsLists);
    if (typeof checked === 'string') return checked;
    params[key] = checked.value;
  }
  return params;
}

/** The parameters, or Ajv's messages joined as Rocket.Chat joins them. */
export function checkQuery(query: Query, { shapes, unwrapsLists }: QuerySchema): Params | string {
  const results = shapes.map((shape) => checkShape(query, shape, unwrapsLists));
  const params = results.find((result) => typeof result !== 'string');
  if (params !== undefined) return params;
  const messages = results.filter((result) => typeof result === 'string');
  if (shapes.length > 1) messages.push('must match exactly one schema in oneOf');
  return messages.join('\n ');
}
