import { describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/faults.ts';
import type { DemoOptions } from '../../src/demo/server.ts';
import { diagnose } from './diagnose.ts';
import { openDemo } from '../support/demo.ts';

async function findingBefore(options: DemoOptions, fault?: Fault) {
  const demo = await openDemo(options);
  if (fault !== undefined) demo.fail('settings.public', fault);
  return (await diagnose(demo.url)).of('deletions');
}

describe('A workspace', () => {
  it.each([{}, { showDeletedStatus: true }, { keepHistory: true, showDeletedStatus: true }])(
    'that tells which messages were deleted is good (%j)',
    async (options) => {
      expect(await findingBefore(options)).toMatchObject({ level: 'good' });
    },
  );

  it('that hides deleted messages is a warning, with the settings to change', async () => {
    expect(await findingBefore({ keepHistory: true })).toMatchObject({
      level: 'warning',
      meaning: expect.stringContaining('mustReload'),
      change: expect.stringContaining('Message_ShowDeletedStatus'),
    });
  });

  it.each<Fault>([
    { status: 403, body: { success: false } },
    { body: { settings: [], success: true }, status: 200 },
  ])('that does not say so is a note (%j)', async (fault) => {
    expect(await findingBefore({}, fault)).toMatchObject({
      level: 'note',
      meaning: expect.stringContaining('mustReload'),
    });
  });

  it('that leaves the call without a response is not judged', async () => {
    expect(await findingBefore({}, { reset: true })).toBeUndefined();
  });
});
