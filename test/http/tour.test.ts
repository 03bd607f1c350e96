import { Kind, parse, print, validate, visit } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createTour, inOneDocument } from '../../src/http/tour.ts';
import { createSchema } from '../../src/schema/executable.ts';

const tour = createTour();
const schema = createSchema();

/** Declared variables of an operation, with their types. */
function variablesOf(query: string): Record<string, string> {
  const types: Record<string, string> = {};
  visit(parse(query), {
    [Kind.VARIABLE_DEFINITION]({ variable, type }) {
      types[variable.name.value] = print(type);
    },
  });
  return types;
}

describe('The tour', () => {
  it('has ten operations, each with a name of its own', () => {
    const names = tour.map(({ name }) => name);
    expect(names).toHaveLength(10);
    expect(new Set(names).size).toBe(10);
    expect([names[0], ...names.slice(-3)]).toEqual(['OneRoom', 'Inbox', 'WhatChanged', 'WhyRefused']);
  });

  it.each(tour)(
    '$name is valid, and has values for just the variables that it declares',
    ({ name, query, variables }) => {
      const document = parse(query);
      expect(validate(schema, document)).toEqual([]);
      expect(document.definitions).toMatchObject([{ kind: Kind.OPERATION_DEFINITION, name: { value: name } }]);
      const declared = Object.keys(variablesOf(query));
      expect(declared.length).toBeGreaterThan(0);
      expect(Object.keys(variables).toSorted()).toEqual(declared.toSorted());
    },
  );

  it.each(tour)(
    '$name says in two lines what to look at, and fits the pane of a window of 1280 pixels',
    ({ query }) => {
      const lines = query.trimEnd().split('\n');
      expect(lines.findIndex((line) => !line.startsWith('# '))).toBe(2);
      expect(lines.slice(2).join('\n')).not.toContain('#');
      expect(lines.filter((line) => line.length > 62)).toEqual([]);
      expect(lines.slice(0, 2).filter((line) => line.length > 57)).toEqual([]);
    },
  );

  it('is one document with one set of variables, each of which means the same in all operations', () => {
    const { query, variables } = inOneDocument(tour);
    expect(validate(schema, parse(query))).toEqual([]);
    const types = new Map<string, string>();
    for (const step of tour)
      for (const [name, type] of Object.entries(variablesOf(step.query))) {
        expect([name, types.get(name) ?? type]).toEqual([name, type]);
        types.set(name, type);
        expect([name, variables[name]]).toEqual([name, step.variables[name]]);
      }
    expect(Object.keys(variables).toSorted()).toEqual([...types.keys()].toSorted());
  });
});
