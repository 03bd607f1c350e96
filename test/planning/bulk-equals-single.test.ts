import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';

/** Many rooms in one query are read in bulk, one room in a query singly: the data must be the same. */

const { messages: _messages, users, strangerUsername: _stranger, ...rooms } = landmarks;
const roomIds = [...Object.values(rooms).filter((value): value is string => typeof value === 'string'), 'nothing', users.stranger];
const recordFields = [
  'kind', 'usernames', 'userIds', 'memberCount', 'messageCount', 'createdAt', 'updatedAt', 'lastMessageAt', 'topic', 'description', 'announcement',
  'isReadOnly', 'isDefault', 'isEncrypted', 'showsSystemMessages', 'hiddenSystemTypes', 'typeCode', 'legacyUsernames', 'lastMessage { id text isStarred author { name } }',
];
const counterFields = ['joined', 'messageCount', 'unreadCount', 'unreadSince', 'latestAt', 'userMentionCount'];

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { LOG_LEVEL: 'silent' } });
});
afterAll(() => gateway.close());

describe('rooms read together', () => {
  it('are what they are read one by one, also those that are not the caller’s or do not exist', async () => {
    const asked = fc.record({
      ids: fc.uniqueArray(fc.constantFrom(...roomIds), { minLength: 1, maxLength: 8 }),
      fields: fc.subarray(recordFields),
      counters: fc.subarray(counterFields),
    });
    const property = fc.asyncProperty(asked, async ({ ids, fields, counters }) => {
      const selection = `id ${fields.join(' ')} ${counters.length > 0 ? `counters { ${counters.join(' ')} }` : ''}`;
      const together = await gateway.ask(`{ ${ids.map((id, index) => `r${index}: directMessage(id: "${id}") { ${selection} }`).join(' ')} }`);
      for (const [index, id] of ids.entries()) {
        const alone = await gateway.ask(`{ r${index}: directMessage(id: "${id}") { ${selection} } }`);
        expect(together.data?.[`r${index}`]).toEqual(alone.data?.[`r${index}`]);
        const errorsOf = ({ errors }: typeof alone) =>
          (errors ?? []).filter(({ path }) => path?.[0] === `r${index}`).map(({ path, extensions }) => `${path?.join('.')} ${String(extensions['code'])}`).toSorted();
        expect(errorsOf(together)).toEqual(errorsOf(alone));
      }
    });
    await fc.assert(property, { numRuns: Number(process.env['PROPERTY_RUNS'] ?? 150), seed: Number(process.env['PROPERTY_SEED'] ?? 5) });
  }, 120_000);

  it('and their counters, from the list of the caller’s rooms', async () => {
    const selection = `counters { ${counterFields.join(' ')} }`;
    const { data } = await gateway.ask(`{ viewer { directMessages(first: 100) { nodes { id ${selection} } } } }`);
    const { nodes } = (data as { viewer: { directMessages: { nodes: { id: string; counters: unknown }[] } } }).viewer.directMessages;
    expect(nodes.length).toBeGreaterThan(30);
    for (const { id, counters } of nodes) {
      expect((await gateway.ask(`{ directMessage(id: "${id}") { ${selection} } }`)).data).toEqual({ directMessage: { counters } });
    }
  });
});
