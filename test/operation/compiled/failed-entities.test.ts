import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway } from '../../support/gateway.ts';

it('References that fail behind a field that failed before leave no rejection unhandled', async () => {
  const unhandled: unknown[] = [];
  const keep = (reason: unknown) => void unhandled.push(reason);
  process.on('unhandledRejection', keep);
  onTestFinished(() => void process.off('unhandledRejection', keep));
  const { ask, demo } = await startTestGateway({ execution: 'compiled' });
  const query = `query ($references: [_Any!]!, $since: String) {
    _entities(representations: $references) { ... on Message { id } } viewer { changes(since: $since) { mustReload } } }`;
  const references = Object.values(landmarks.messages)
    .slice(0, 3)
    .map((id) => ({ __typename: 'Message', id }));
  for (let time = 0; time < 2; time += 1) await ask(query, { variables: { references } }); // compiled from now on
  const room = await ask(`{ directMessage(id: "${landmarks.busyRoomId}") { changes { cursor } } }`);
  const { cursor } = (room.data as { directMessage: { changes: { cursor: string } } }).directMessage.changes;
  demo.fail('chat.getMessage', { status: 403 });
  const { errors } = await ask(query, { variables: { references, since: cursor } }); // the cursor of another list
  await delay(50);
  expect([errors?.length, unhandled]).toEqual([4, []]);
});
