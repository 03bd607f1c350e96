import { expect, it, onTestFinished } from 'vitest';
import { landmarks } from '../../../src/demo/seed.ts';
import { startTestGateway } from '../../support/gateway.ts';

const operation = `query PageAndNode($room: ID!, $id: ID!) {
  directMessage(id: $room) { messages(first: 1) { nodes { id text } } }
  node(id: $id) { id ... on Message { text author { username } } ... on User { username } }
}`;

it('a node is a whole message, also where a page whose rows were cut has shown it', async () => {
  const gateway = await startTestGateway({ execution: 'compiled' });
  onTestFinished(() => gateway.close());
  const room = landmarks.busyRoomId;
  const newest = gateway.demo.world.messagesOf(room).at(-1);
  const ask = () => gateway.ask(operation, { variables: { room, id: newest?._id } });
  const { data } = await ask();
  gateway.demo.fail('subscriptions.get', { delayMs: 100 });
  const answers = [await ask(), await ask()];
  expect(answers.map((answer) => [answer.errors, answer.data])).toEqual(answers.map(() => [undefined, data]));
});
