import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { landmarks } from '../../src/demo/seed.ts';
import { startTestGateway } from '../support/gateway.ts';
import { expectKept, sessionOf, startLiveRoom, type KeptList } from '../support/live-room.ts';
import { tadaProject } from '../support/tada-project.ts';
import { adviceOn, type GraphqlErrorLike } from './advice.ts';
import type { Session } from './session.ts';

/** The module, which stands beside the API's types only in the project. */
interface Recipe {
  readonly createAsk: (url: string, session: Session, onSignedOut: () => void) => unknown;
  readonly keepMessages: (ask: unknown, id: string) => KeptList;
}

const project = tadaProject();
let recipe: Recipe;
beforeAll(async () => {
  const folder = new URL('.', import.meta.url).pathname;
  for (const name of readdirSync(folder).filter((name) => /^[\w-]+\.ts$/.test(name)))
    copyFileSync(join(folder, name), join(project.folder, name));
  recipe = (await import(pathToFileURL(join(project.folder, 'gql-tada.ts')).href)) as Recipe;
});

describe('gql.tada with fetch', () => {
  it('has the types of the published API', () => {
    expect(project.check(['gql-tada.ts'])).toEqual([]);
  });

  it.each(['R7', 'R8'] as const)('keeps the loaded messages by what changed, older pages too (%s)', async (dialect) => {
    const { createAsk, keepMessages } = recipe;
    const room = await startLiveRoom(180, dialect);
    await expectKept(room, keepMessages(createAsk(room.url, room.session, vi.fn()), room.roomId));
  });

  it('signs out when the token is refused, and knows what to do about a room that is not there', async () => {
    const { createAsk, keepMessages } = recipe;
    const gateway = await startTestGateway();
    const { userId, authToken } = sessionOf(gateway);
    const onSignedOut = vi.fn();
    const adviceFor = async (token: string, id: string) => {
      const ask = createAsk(`${gateway.url}/graphql`, { userId, authToken: token }, onSignedOut);
      const error: unknown = await keepMessages(ask, id)
        .loadOlder()
        .catch((thrown: unknown) => thrown);
      return error instanceof Error && Array.isArray(error.cause)
        ? (error.cause as GraphqlErrorLike[]).map(adviceOn)
        : error;
    };
    expect(await adviceFor(authToken, 'unknownRoom')).toEqual([{ kind: 'hide' }]);
    expect(onSignedOut).not.toHaveBeenCalled();
    expect(await adviceFor('x'.repeat(43), landmarks.busyRoomId)).toEqual([{ kind: 'sign in' }]);
    expect(await adviceFor('', landmarks.busyRoomId)).toEqual([{ kind: 'sign in' }]);
    expect(onSignedOut).toHaveBeenCalledTimes(2);
  });
});
