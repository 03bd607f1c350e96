import { expect, it } from 'vitest';
import { toConnection, type Page } from '../../src/pagination/connection.ts';
import type { Cursor } from '../../src/pagination/cursor.ts';

const pageOf = <Row>(rows: readonly Row[], places = rows.length): Page<Row> => ({
  rows,
  places,
  cursorAt: (place) => ({ key: null, id: `place${place}`, offset: place, total: 9 }),
  hasNextPage: true,
  hasPreviousPage: false,
});
const encode = ({ id, offset }: Cursor) => `${id} at ${offset}`;

it('a connection has its rows as nodes and as edges, and the cursors of both its ends', () => {
  const connection = toConnection(pageOf(['a', 'b', 'c']), encode);
  expect(connection.nodes).toEqual(['a', 'b', 'c']);
  expect(connection.edges.map(({ node, cursor }) => [node, cursor()])).toEqual([
    ['a', 'place0 at 0'],
    ['b', 'place1 at 1'],
    ['c', 'place2 at 2'],
  ]);
  const { pageInfo } = connection;
  expect([pageInfo.startCursor(), pageInfo.endCursor(), pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual([
    'place0 at 0',
    'place2 at 2',
    true,
    false,
  ]);
});

it('M9: a connection without rows has the cursors of the rows left out, if any', () => {
  const { edges, nodes, pageInfo } = toConnection(pageOf([]), encode);
  expect([edges, nodes, pageInfo.startCursor(), pageInfo.endCursor()]).toEqual([[], [], null, null]);
  const leftOut = toConnection(pageOf([], 3), encode);
  expect([leftOut.edges, leftOut.pageInfo.startCursor(), leftOut.pageInfo.endCursor()]).toEqual([
    [],
    'place0 at 0',
    'place2 at 2',
  ]);
});

it('a cursor is encoded only when it is read', () => {
  let made = 0;
  const { edges } = toConnection(pageOf([1, 2]), () => String((made += 1)));
  expect(made).toBe(0);
  expect([edges[1]?.cursor(), made]).toEqual(['1', 1]);
});
