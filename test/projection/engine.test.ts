import { textOf } from './compare.ts';
import { expect, test, vi } from 'vitest';
import { createCutter } from '../../src/projection/cutter.ts';
import { engineOf } from '../../src/projection/engine.ts';

test('where WebAssembly is not allowed, JavaScript serves', () => {
  vi.stubGlobal('WebAssembly', undefined);
  try {
    expect(engineOf('wasm')).toBe(engineOf('js'));
    const cutter = createCutter({ list: 'rows', keys: [], fields: [{ name: 'a', kind: 'text', path: ['b'] }] });
    expect(textOf(cutter.cut(Buffer.from('{"rows":[{"b":"x"}]}'))?.rows[0])).toBe('{"a":"x"}');
  } finally {
    vi.unstubAllGlobals();
  }
});
