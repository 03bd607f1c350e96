import { onTestFinished } from 'vitest';
import { startDemo, type DemoOptions, type DemoWorkspace } from '../../src/demo/server.ts';

/** A demo workspace that closes with the test that opens it. */
export async function openDemo(options?: DemoOptions): Promise<DemoWorkspace> {
  const demo = await startDemo(options);
  onTestFinished(() => demo.close());
  return demo;
}
