import { describe, expect, it } from 'vitest';
import { misspelt } from '../../src/config/mistakes.ts';
import { settings } from '../../src/config/settings.ts';

const mistakesOf = (name: string): string[] => misspelt({ [name]: 'x' }, Object.keys(settings));

describe('misspelt settings', () => {
  it.each(['OLG_LEVEL', 'LGO_LEVEL', 'LO_GLEVEL', 'LOG_ELVEL', 'LOG_LEVLE', 'lgo_level'])(
    'the misspelt setting %s, two adjacent letters swapped, is recognised as LOG_LEVEL',
    (name) => {
      expect(mistakesOf(name)).toEqual([`${name}: unknown; did you mean LOG_LEVEL?`]);
    },
  );

  it.each(['LGO_LEVLE', 'LGO_LEVEX', 'LGO_LEVE', 'LGO_LEVELS', 'GLO_LEVEL', 'LGX_LEVEL', 'LXO_LEVEL'])(
    'the variable %s, more than one swap away from LOG_LEVEL, is left alone',
    (name) => {
      expect(mistakesOf(name)).toEqual([]);
    },
  );

  it('short names are never recognised as misspelt, because other programs use similar ones', () => {
    expect(['PROT', 'HOTS', 'METRCIS'].flatMap(mistakesOf)).toEqual(['METRCIS: unknown; did you mean METRICS?']);
  });
});
