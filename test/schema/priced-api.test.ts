import { buildSchema, isObjectType, parse, print } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createPricedApi, createPublishedApi, createSchema } from '../../src/schema/executable.ts';
import { describePrices } from '../../src/schema/priced-api.ts';
import { readPrices, type FieldPrice } from '../../src/schema/prices.ts';
import { schemaElements } from '../support/schema-elements.ts';

const priced = buildSchema(createPricedApi());
const elements = schemaElements(priced);
const prices = readPrices(createSchema());

/** What is said of a field or argument below its own description. */
const addedTo = (coordinate: string): string => {
  const description = elements.find((element) => element.coordinate === coordinate)?.definition.description ?? '';
  const start = description.search(/\*\*Upstream calls:|Null only with/);
  return start === -1 ? '' : description.slice(start);
};

/** Endpoints that a field's own price names. */
function endpointsOf(typeName: string, { calls, fromRecord }: FieldPrice): string[] {
  const record = prices.get(typeName)?.record;
  const read = { no: [], ifGiven: [record?.single], part: [record?.single, record?.bulk], whole: [record?.single] };
  return [...calls.flatMap(({ endpoint, bulk }) => [endpoint, bulk]), ...read[fromRecord]].filter(
    (endpoint) => endpoint !== undefined,
  );
}

const isFree = ({ calls, fromRecord, checksRoom, isReference, isOfAllPages }: FieldPrice): boolean =>
  calls.length === 0 && fromRecord === 'no' && !checksRoom && !isReference && !isOfAllPages;

describe('The API with prices', () => {
  it.each([
    [
      'DirectMessage.messages',
      '1 per page (`dm.messages`), plus 1 (`rooms.info`) for a room that is new to the gateway',
    ],
    [
      'DirectMessage.history',
      'up to 2 per page (`dm.history`), plus 1 (`rooms.info`) for a room that is new to the gateway',
    ],
    [
      'DirectMessage.counters',
      '1 per `DirectMessage` (`im.counters`), or for several together 1 (`subscriptions.get`) and, unless they came from a list, 1 (`rooms.get`); with `memberCount` always 1 per `DirectMessage`',
    ],
    ['Counters.memberCount', 'none beyond the 1 per room that reads the other counters too (`im.counters`)'],
    [
      'DirectMessage.topic',
      'none in rows of a list, otherwise 1 for the whole record (`rooms.info`) or 1 for several records (`rooms.get`)',
    ],
    ['DirectMessage.legacyUsernames', 'none in rows of a list, otherwise 1 for the whole record (`rooms.info`)'],
    [
      'User.status',
      'none where the response has it, otherwise 1 for the whole record (`users.info`) or 1 for all members of a room (`im.members`)',
    ],
    ['Viewer.unreadCount', '1 per request (`subscriptions.get`)'],
    ['Query.directMessages', '1 per page (`dm.list.everyone`)'],
    ['Query.node', 'up to 3 (`subscriptions.get`, `chat.getMessage`, `users.info`)'],
    [
      'Query.message',
      '1 (`chat.getMessage`), plus 1 (`rooms.info`) unless the workspace has already shown the room to the caller',
    ],
    ['Message.readReceipts', '1 per `Message` (`chat.getMessageReadReceipts`)'],
    ['Message.threadRoot', 'none for its `id`, otherwise 1 per `Message` (`chat.getMessage`)'],
    ['Message.directMessage', 'none for its `id`; other fields cost what they say'],
    ['ReadReceipt.user', 'none for its `id`, `username`, `name`, `avatarUrl`; other fields cost what they say'],
    ['MessageConnection.totalCount', 'those of its page, also if the page is empty (`first: 0`)'],
  ])('the description of %s says what it costs', (coordinate, cost) => {
    expect(addedTo(coordinate).split('\n\n')[0]).toBe(`**Upstream calls:** ${cost}.`);
  });

  it('the description of an argument says which calls it takes in place of the field’s own', () => {
    expect(addedTo('DirectMessage.counters(userId:)')).toBe(
      "**Upstream calls:** 1 per `DirectMessage` (`im.counters`), in place of the field's own.",
    );
  });

  it('descriptions say where null always comes with an error', () => {
    expect(addedTo('Viewer.user')).toMatch(/\n\nNull only with an error\.$/);
    expect(addedTo('DirectMessage.typeCode')).toMatch(/\n\nNull only with an error\.$/);
    expect(addedTo('DirectMessage.topic')).not.toMatch(/Null only/);
  });

  it('each field with a price says it and names its endpoints, and no other field does', () => {
    const wrong = Object.values(priced.getTypeMap()).flatMap((type) =>
      (isObjectType(type) && !type.name.startsWith('__') ? Object.values(type.getFields()) : []).filter((field) => {
        const price = prices.get(`${type.name}.${field.name}`);
        const added = addedTo(`${type.name}.${field.name}`);
        if (price === undefined) return true;
        return (
          added.includes('**Upstream calls:**') === isFree(price) ||
          endpointsOf(type.name, price).some((endpoint) => !added.includes(`\`${endpoint}\``))
        );
      }),
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it('the API with prices differs from the published one in descriptions only', () => {
    expect(elements.map(({ line }) => line)).toEqual(
      schemaElements(buildSchema(createPublishedApi())).map(({ line }) => line),
    );
    for (const { coordinate, definition } of schemaElements(buildSchema(createPublishedApi()))) {
      const described = elements.find((element) => element.coordinate === coordinate)?.definition.description ?? '';
      expect(described.startsWith(definition.description ?? '')).toBe(true);
    }
  });
});

describe('describePrices', () => {
  it('describePrices leaves fields without a price or a description as they are', () => {
    const document = parse('type Query { "A." a(b: Int): Int c: Int @semanticNonNull } type Empty');
    expect(print(describePrices(document, new Map()))).toBe(print(document));
  });
});
