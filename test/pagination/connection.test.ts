import { expect, it } from 'vitest';
import { PageConnection, type Page } from '../../src/pagination/connection.ts';
import { encodeCursor } from '../../src/pagination/cursor.ts';

const cursorAt = (place: number) => ({ key: null, id: `place${place}`, offset: place, total: 9 });
const pageOf = <Row>(rows: readonly Row[], places = rows.length): Page<Row> => ({
  rows,
  places,
  cursorAt,
  hasNextPage: true,
  hasPreviousPage: false,
});
const encoded = (place: number): string => encodeCursor('a list', cursorAt(place));

it('a connection has its rows as nodes and as edges, and the cursors of both its ends', () => {
  const connection = new PageConnection(pageOf(['a', 'b', 'c']), 'a list');
  expect(connection.nodes).toEqual(['a', 'b', 'c']);
  expect(connection.edges.map(({ node, cursor }) => [node, cursor()])).toEqual([
    ['a', encoded(0)],
    ['b', encoded(1)],
    ['c', encoded(2)],
  ]);
  const { pageInfo } = connection;
  expect([pageInfo.startCursor(), pageInfo.endCursor(), pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual([
    encoded(0),
    encoded(2),
    true,
    false,
  ]);
});

it('M9: a connection without rows has the cursors of the rows left out, if any', () => {
  const { edges, nodes, pageInfo } = new PageConnection(pageOf([]), 'a list');
  expect([edges, nodes, pageInfo.startCursor(), pageInfo.endCursor()]).toEqual([[], [], null, null]);
  const leftOut = new PageConnection(pageOf([], 3), 'a list');
  expect([leftOut.edges, leftOut.pageInfo.startCursor(), leftOut.pageInfo.endCursor()]).toEqual([
    [],
    encoded(0),
    encoded(2),
  ]);
});

it('a cursor is made only when it is read', () => {
  let made = 0;
  const page = { ...pageOf([1, 2]), cursorAt: (place: number) => cursorAt((made += 1) && place) };
  const { edges, pageInfo } = new PageConnection(page, 'a list');
  expect([edges.length, pageInfo.hasNextPage, made]).toEqual([2, true, 0]);
  expect([edges[1]?.cursor(), made]).toEqual([encoded(1), 1]);
});
