import { describe, expect, it } from 'vitest';
import { graphqlAnswer, jsonAnswer, page, preferredType } from '../../src/http/media-types.ts';

describe('the type of an answer', () => {
  it.each([
    [undefined, jsonAnswer],
    ['', jsonAnswer],
    ['*/*', jsonAnswer],
    ['application/*', jsonAnswer],
    ['application/json', jsonAnswer],
    ['APPLICATION/JSON', jsonAnswer],
    ['application/json;charset=utf-8', jsonAnswer],
    ['application/json; charset=UTF8', jsonAnswer],
    ['application/json;odata=verbose', jsonAnswer],
    ['application/graphql-response+json', graphqlAnswer],
    ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphqlAnswer],
    ['application/graphql-response+json, application/json;q=0.9', graphqlAnswer],
    ['application/graphql-response+json;q=0.8, application/json;q=0.9', jsonAnswer],
    ['application/json, application/graphql-response+json', jsonAnswer],
    ['application/json, */*', jsonAnswer],
    ['*/*;q=0.1, application/graphql-response+json', graphqlAnswer],
    ['*/*, application/json;q=0', graphqlAnswer],
    ['application/*;q=0.5, application/json;q=0, application/graphql-response+json;q=0.1', graphqlAnswer],
    ['multipart/mixed;deferSpec=20220824, application/json', jsonAnswer],
    ['text/html, application/json;q=0.9', jsonAnswer],
    ['application/json;q=x, application/graphql-response+json', graphqlAnswer],
    ['application/json;charset=utf-16, application/graphql-response+json', graphqlAnswer],
    ['application/xml', undefined],
    ['text/*', undefined],
    ['application/jsonp', undefined],
    ['application/json;q=0', undefined],
    ['application/json;q=0, application/graphql-response+json;q=0', undefined],
    ['*/*;q=0', undefined],
    ['application/json;charset=utf-16', undefined],
    ['application/json;q=x', undefined],
    [',;,', undefined],
    ['text/html', undefined],
  ])('of a client that takes %j is %s', (accept, expected) => {
    expect(preferredType(accept, [jsonAnswer, graphqlAnswer])).toBe(expected);
  });

  it.each([
    ['text/html', page],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', page],
    ['*/*', jsonAnswer],
    [undefined, jsonAnswer],
    ['application/json, text/html', jsonAnswer],
    ['application/json;q=0.5, text/html', page],
  ])('is a page, where there is one, for whoever takes %j: %s', (accept, expected) => {
    expect(preferredType(accept, [jsonAnswer, graphqlAnswer, page])).toBe(expected);
  });
});
