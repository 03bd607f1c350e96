import { fileURLToPath } from 'node:url';
import { floor, gateway, type Contender } from './contenders.ts';
import { canPin, Helper } from './helper.ts';

export interface BenchOptions {
  /** Contenders beside the floor and the gateway. */
  readonly peers?: readonly Contender[];
  /** Processes of each contender. */
  readonly processes?: number;
  /** Folder for a CPU profile of the gateway; undefined: none is made. */
  readonly profileFolder?: string | undefined;
}

export interface Running {
  readonly contender: Contender;
  readonly server: Helper;
}

/**
 * All processes of a run: those of the contenders, the floor first and the gateway second, as often as there are processes of
 * each, and what is before and behind them.
 */
export interface Bench {
  readonly contenders: readonly Running[];
  readonly upstream: Helper;
  readonly load: Helper;
  /** Whether the contenders have a core of their own. */
  readonly isPinned: boolean;
  /** Starts another process of a contender; the caller stops it. */
  launch(contender: Contender): Promise<Helper>;
  stop(): Promise<void>;
}

/** What `npm start` gives the gateway, and how the CPU time is learnt. All contenders get the same. */
const serverFlags = ['--max-semi-space-size=32', '--import', new URL('cpu-probe.ts', import.meta.url).href];
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));

export async function startBench({ peers = [], processes = 1, profileFolder }: BenchOptions = {}): Promise<Bench> {
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
    const origin = `http://127.0.0.1:${upstream.port}`;
    const launch = ({ script, env }: Contender, flags: readonly string[] = []) =>
      start({
        script,
        flags: [...serverFlags, ...flags],
        env: { NODE_ENV: 'production', NODE_COMPILE_CACHE: compileCache, ROCKETCHAT_URL: origin, ...env },
        core: serverCore,
      });
    await upstream.listening();
    const contenders: Running[] = [];
    const each = [floor, gateway, ...peers];
    for (const contender of Array.from({ length: processes }, () => each).flat()) {
      const isProfiled = contender === gateway && profileFolder !== undefined;
      const server = await launch(contender, isProfiled ? ['--cpu-prof', `--cpu-prof-dir=${profileFolder}`] : []);
      contenders.push({ contender, server });
    }
    await Promise.all(contenders.map(({ server }) => server.listening()));
    return { contenders, upstream, load, isPinned, launch: (contender) => launch(contender), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
