import { expect, it } from 'vitest';
import { CutObject } from '../../../src/operation/compiled/cut-object.ts';
import type { Completion, Selection } from '../../../src/operation/compiled/operation.ts';
import { write } from '../../../src/operation/compiled/write.ts';

const empty: Selection = {
  steps: [],
  times: 1,
  values: 0,
  bytes: 0,
  needsCopies: false,
  needsWriter: true,
  cut: undefined,
};
const rows: Completion = {
  kind: 'list',
  isNonNull: false,
  times: 1,
  needsWriter: true,
  item: { kind: 'object', isNonNull: false, times: 1, needsWriter: false, selection: empty },
};
const selection: Selection = {
  ...empty,
  steps: [
    {
      kind: 'field',
      name: 'rows',
      responseName: 'rows',
      index: 0,
      resolve: undefined,
      direct: undefined,
      completion: rows,
      isOfLeaves: false,
      cut: undefined,
      argumentsFrom: () => ({}),
      infoFrom: () => expect.unreachable(),
    },
  ],
};

const text = (texts: string, textStart: number, textEnd: number) =>
  new CutObject({ texts, textStart, textEnd }, undefined);

it('takes texts that lie behind each other in one buffer together, and no others', () => {
  const one = '{"a":1},{"a":2},{"a":3}';
  const other = '{"b":1},{"b":2},{"b":3}';
  const written = (...list: unknown[]) => String(write(selection, { rows: list }, '<', '>'));
  expect(written(text(one, 0, 7), text(one, 8, 15), text(one, 16, 23))).toBe('<{"rows":[{"a":1},{"a":2},{"a":3}]}>');
  expect(written(text(one, 0, 7), text(other, 8, 15), text(one, 16, 23))).toBe('<{"rows":[{"a":1},{"b":2},{"a":3}]}>');
  expect(written(text(one, 0, 7), text(one, 16, 23), text(one, 8, 15))).toBe('<{"rows":[{"a":1},{"a":3},{"a":2}]}>');
  expect(written(text(one, 0, 7), null, text(one, 8, 15))).toBe('<{"rows":[{"a":1},null,{"a":2}]}>');
  expect(written()).toBe('<{"rows":[]}>');
});
