import { useSyncExternalStore, type ReactNode } from 'react';
import type { Cost, Costs } from './costs.ts';
import { counted } from './texts.ts';

/** What each operation is to the reader. */
const actions: Readonly<Record<string, string>> = {
  StartInbox: 'Opening the inbox',
  ListRooms: 'Reading the list of rooms',
  StartRoom: 'Opening a room',
  ReadMessages: 'Reading messages',
  AskChanges: 'Asking what changed',
  ReadThread: 'Reading a thread',
  ReadReaders: 'Asking who has read a message',
};

const endpointsOf = ({ byEndpoint }: Cost): string =>
  Object.entries(byEndpoint)
    .map(([endpoint, calls]) => (calls === 1 ? endpoint : `${endpoint} × ${calls}`))
    .join(', ');

const priceOf = ({ calls }: Cost): string => (calls === 0 ? 'no call' : counted(calls, 'call'));

/** What the latest action cost in calls to the workspace, and on request what those before it cost. */
export function CostBar({ costs }: { readonly costs: Costs }): ReactNode {
  const list = useSyncExternalStore(costs.subscribe, costs.snapshot);
  const [latest] = list;
  if (latest === undefined) return <footer className="costs" />;
  return (
    <footer className="costs">
      <details>
        <summary>
          <b>{actions[latest.operation]}</b>: {priceOf(latest)}
          {latest.calls > 0 && <span className="endpoints"> ({endpointsOf(latest)})</span>}
        </summary>
        <table>
          <caption>Calls to the workspace, latest first</caption>
          <thead>
            <tr>
              <th scope="col">Action</th>
              <th scope="col">Calls</th>
              <th scope="col">Endpoints</th>
            </tr>
          </thead>
          <tbody>
            {list.map((cost) => (
              <tr key={cost.number}>
                <td>{actions[cost.operation] ?? cost.operation}</td>
                <td>{cost.calls}</td>
                <td>{endpointsOf(cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </footer>
  );
}
