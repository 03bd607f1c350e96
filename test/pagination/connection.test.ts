import { expect, it } from 'vitest';
import { emptyPage, toConnection } from '../../src/pagination/connection.ts';

it('a connection has its rows as nodes and as edges, and the cursors of both its ends', () => {
  const connection = toConnection({ rows: ['a', 'b', 'c'], hasNextPage: true, hasPreviousPage: false }, (row, index) => `${row}${index}`);
  expect(connection.nodes).toEqual(['a', 'b', 'c']);
  expect(connection.edges.map(({ node, cursor }) => [node, cursor()])).toEqual([['a', 'a0'], ['b', 'b1'], ['c', 'c2']]);
  const { pageInfo } = connection;
  expect([pageInfo.startCursor(), pageInfo.endCursor(), pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual(['a0', 'c2', true, false]);
});

it('a connection without rows has no cursors', () => {
  const { edges, nodes, pageInfo } = toConnection(emptyPage, () => 'none');
  expect([edges, nodes, pageInfo.startCursor(), pageInfo.endCursor()]).toEqual([[], [], null, null]);
  expect([pageInfo.hasNextPage, pageInfo.hasPreviousPage]).toEqual([false, false]);
});

it('a cursor is worked out only when it is asked for', () => {
  let made = 0;
  const { edges } = toConnection({ rows: [1, 2], hasNextPage: false, hasPreviousPage: false }, () => String((made += 1)));
  expect(made).toBe(0);
  expect([edges[1]?.cursor(), made]).toEqual(['1', 1]);
});
