import { describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { createLiveWorld } from './live-world.ts';
import { randomFrom } from './schedule.ts';
import { Tally, type ToldClient } from './tally.ts';

type Row = Readonly<Record<string, unknown>> & { readonly id: string };

interface Changes {
  readonly changed: Row[];
  readonly removedIds: string[];
  readonly cursor: string;
  readonly hasMore?: boolean;
  readonly mustReload: boolean;
}

const messageFields =
  'id text updatedAt isDeleted threadRootId isShownInRoom isPinned isStarred reactions { emoji usernames }';
const roomFields = 'id updatedAt lastMessageAt memberCount membership { isOpen unreadCount updatedAt }';
const rest = 'removedIds cursor mustReload';

/** A client with a copy of a list, which it reads once and then keeps by what changed. */
class Client implements ToldClient {
  readonly copy = new Map<string, Row>();
  readonly #list: () => Promise<Row[]>;
  readonly #changes: (since: string | null) => Promise<Changes>;
  #cursor: string | null = null;
  hasMore = false;
  answers = 0;
  /** But for the first answer, which has nothing to go on from. */
  reloads = -1;
  told = 0;

  constructor(list: () => Promise<Row[]>, changes: (since: string | null) => Promise<Changes>) {
    this.#list = list;
    this.#changes = changes;
  }

  async ask(): Promise<void> {
    const { changed, removedIds, cursor, hasMore = false, mustReload } = await this.#changes(this.#cursor);
    expect(cursor.length).toBeLessThan(200);
    for (const row of changed) this.copy.set(row.id, row);
    for (const id of removedIds) this.copy.delete(id);
    this.answers += 1;
    this.told += changed.length + removedIds.length;
    this.#cursor = cursor;
    this.hasMore = hasMore;
    if (!mustReload) return;
    this.reloads += 1;
    const rows = await this.#list();
    this.copy.clear();
    for (const row of rows) this.copy.set(row.id, row);
  }

  async sync(): Promise<void> {
    do await this.ask();
    while (this.hasMore);
  }

  async check(label: string): Promise<void> {
    expect(byId([...this.copy.values()]), label).toEqual(byId(await this.#list()));
  }
}

const byId = (rows: readonly Row[]): Row[] => rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));

async function read(gateway: TestGateway, query: string, variables: Record<string, unknown>): Promise<unknown> {
  const { data, errors } = await gateway.ask(query, { variables });
  // A room that was deleted while the answer was made has no record any more.
  expect(errors?.filter(({ extensions }) => extensions['code'] !== 'NOT_FOUND') ?? []).toEqual([]);
  return Object.values(Object.values(data ?? {})[0] as object)[0];
}

function roomClient(gateway: TestGateway, id: string, first: number): Client {
  const list = `query ($id: ID!) { directMessage(id: $id) { messages(first: 100) { nodes { ${messageFields} } } } }`;
  const changes = `query ($id: ID!, $since: String, $first: Int) {
    directMessage(id: $id) { changes(since: $since, first: $first) { changed { ${messageFields} } hasMore ${rest} } }
  }`;
  return new Client(
    async () => ((await read(gateway, list, { id })) as { nodes: Row[] }).nodes,
    async (since) => (await read(gateway, changes, { id, since, first })) as Changes,
  );
}

/** `gateway`: any of those before the workspace. */
function inboxClient(gateway: () => TestGateway): Client {
  const list = `{ viewer { directMessages(first: 100) { nodes { ${roomFields} } } } }`;
  const changes = `query ($since: String) { viewer { changes(since: $since) { changed { ${roomFields} } ${rest} } } }`;
  return new Client(
    async () => ((await read(gateway(), list, {})) as { nodes: Row[] }).nodes,
    async (since) => (await read(gateway(), changes, { since })) as Changes,
  );
}

describe.each(['R7', 'R8'] as const)('a client that syncs through the gateway before %s', (dialect) => {
  it('holds the messages that the room lists, whoever writes meanwhile', async () => {
    const tally = new Tally();
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = randomFrom(seed);
      const { world, room, writeMessage } = createLiveWorld(random);
      const gateway = await startTestGateway({ demo: { dialect, world } });
      const writes = (most: number) => {
        for (let left = random(most); left > 0; left -= 1) writeMessage();
      };
      writes(30);
      const client = roomClient(gateway, room._id, [1, 3, 50][random(3)] ?? 1);
      await client.sync();
      for (let round = 0; round < 6; round += 1) {
        writes(8);
        // Others write between the answers, and after the workspace has read: before the next call of the same answer.
        const transform = (body: unknown) => {
          writes(3);
          return body;
        };
        gateway.demo.fail('chat.syncMessages', { transform });
        for (let answers = random(3); answers > 0; answers -= 1) await client.ask();
        gateway.demo.heal();
        if (client.hasMore) await client.sync();
        await client.sync();
        await client.check(`seed ${seed}, round ${round}`);
      }
      expect(client.reloads).toBe(0);
      tally.add(client);
      await gateway.close();
    }
    tally.expectChangesTold();
  });

  it('holds the rooms that the caller has, whoever writes meanwhile', async () => {
    const tally = new Tally();
    for (let seed = 1; seed <= 12; seed += 1) {
      const random = randomFrom(seed);
      const { world, writeRoom } = createLiveWorld(random);
      const gateway = await startTestGateway({ demo: { dialect, world } });
      const writes = (most: number) => {
        for (let left = random(most); left > 0; left -= 1) writeRoom();
      };
      const other = await startTestGateway({ demo: gateway.demo });
      const client = inboxClient(() => (random(4) === 0 ? other : gateway));
      await client.sync();
      for (let round = 0; round < 6; round += 1) {
        writes(6);
        const transform = (body: unknown) => {
          writes(3);
          return body;
        };
        for (const endpoint of ['subscriptions.get', 'rooms.get']) gateway.demo.fail(endpoint, { transform });
        for (let answers = random(3); answers > 0; answers -= 1) await client.ask();
        gateway.demo.heal();
        await client.sync();
        await client.check(`seed ${seed}, round ${round}`);
      }
      tally.add(client);
      await other.close();
      await gateway.close();
    }
    tally.expectChangesTold();
  });
});
