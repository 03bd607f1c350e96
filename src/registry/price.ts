import { messageOf } from './price/mistakes.ts';
import { runPrice } from './price/run.ts';

/** `npm run price`: what an application's operations cost in upstream calls, compared with what they did cost. */
try {
  const { exitCode, output } = runPrice(process.argv.slice(2), process.cwd());
  (exitCode === 2 ? process.stderr : process.stdout).write(`${output}\n`);
  process.exitCode = exitCode;
} catch (error) {
  process.stderr.write(`The prices cannot be worked out: ${messageOf(error)}\n`);
  process.exitCode = 2;
}
