import { canPin, Helper } from './helper.ts';

export interface BenchOptions {
  /** Folder for a CPU profile of the gateway; undefined: none is made. */
  readonly profileFolder?: string | undefined;
}

/** All processes of a run: the two contenders, and what is before and behind them. */
export interface Bench {
  readonly floor: Helper;
  readonly gateway: Helper;
  readonly upstream: Helper;
  readonly load: Helper;
  /** Whether the contenders have a core of their own. */
  readonly isPinned: boolean;
  stop(): Promise<void>;
}

/** What `npm start` gives the gateway, and how the CPU time is learnt. The floor gets the same. */
const serverFlags = ['--max-semi-space-size=64', '--import', new URL('cpu-probe.ts', import.meta.url).href];

export async function startBench({ profileFolder }: BenchOptions = {}): Promise<Bench> {
  const isPinned = canPin();
  const [serverCore, otherCore] = isPinned ? [0, 1] : [undefined, undefined];
  const started: Helper[] = [];
  const start = async (...options: Parameters<typeof Helper.start>) => {
    const helper = await Helper.start(...options);
    started.push(helper);
    return helper;
  };
  const stop = async () => void (await Promise.all(started.map((helper) => helper.stop())));
  try {
    const upstream = await start({ script: 'upstream.ts', core: otherCore });
    const load = await start({ script: 'load.ts', core: otherCore });
    const env = { NODE_ENV: 'production', ROCKETCHAT_URL: `http://127.0.0.1:${upstream.port}` };
    const floor = await start({ script: 'floor.ts', flags: serverFlags, env, core: serverCore });
    const gateway = await start({
      script: '../../src/main.ts',
      flags: [
        ...serverFlags,
        ...(profileFolder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`]),
      ],
      env: {
        ...env,
        LOG_LEVEL: 'info',
        CALLER_CALLS_PER_MINUTE: '0',
        UPSTREAM_TIMEOUT_MS: '30000',
        REQUEST_TIMEOUT_MS: '60000',
      },
      core: serverCore,
    });
    await Promise.all([upstream, floor, gateway].map((helper) => helper.listening()));
    return { floor, gateway, upstream, load, isPinned, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
