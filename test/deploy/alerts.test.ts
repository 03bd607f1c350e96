import { expect, test } from 'vitest';
import { projectPath, startChild } from '../support/child.ts';
import { needProgram } from '../support/program.ts';

const promtool = needProgram('promtool', 'prometheus', 'test/deploy/alerts.test.ts');

test('each alert fires where its cases say, and nowhere else', async () => {
  const cases = `${projectPath}/test/deploy/alerts.yaml`;
  const ended = await startChild(promtool, ['test', 'rules', cases]).ended;
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('SUCCESS'), stderr: '' });
});
