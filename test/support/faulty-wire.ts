import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/**
 * What the wire does. `half-open`: takes everything, and passes on nothing; `flood`: sends what nobody asked for; `late`:
 * passes on each piece after `lateMs`.
 */
export type WireState = 'sound' | 'late' | 'half-open' | 'flood' | 'refuse';

/** A proxy of TCP that breaks when it is told to. */
export async function startFaultyWire(port: number, lateMs = 200) {
  let state: WireState = 'sound';
  let connections = 0;
  const sockets = new Set<Socket>();
  const floods = new Set<NodeJS.Timeout>();
  const garbage = Buffer.alloc(64 * 1024, '$x\r\n');

  const pipe = (from: Socket, to: Socket): void => {
    from.on('data', (data) => {
      if (state === 'late') setTimeout(() => to.writable && to.write(data), lateMs);
      else if (state === 'sound') to.write(data);
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((client) => {
    connections += 1;
    if (state === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const store = connect(port, '127.0.0.1');
    sockets.add(client).add(store);
    pipe(client, store);
    pipe(store, client);
    if (state === 'flood') floods.add(setInterval(() => client.writable && client.write(garbage), 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    for (const flood of floods) clearInterval(flood);
    floods.clear();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(() => {
    cut();
    server.close();
  });
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Connections that were made so far. */
    get connections() {
      return connections;
    },
    /** Ends all connections. */
    cut,
    become(next: WireState) {
      state = next;
      if (next === 'refuse') cut();
      if (next !== 'flood') return;
      for (const socket of sockets) floods.add(setInterval(() => socket.writable && socket.write(garbage), 1));
    },
  };
}
