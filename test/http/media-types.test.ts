import { describe, expect, it } from 'vitest';
import { chooseType, graphqlType, htmlType, jsonType, preferredType } from '../../src/http/media-types.ts';

describe('preferredType', () => {
  it.each([
    [undefined, jsonType],
    ['', jsonType],
    ['*/*', jsonType],
    ['application/*', jsonType],
    ['application/json', jsonType],
    ['APPLICATION/JSON', jsonType],
    ['application/json;charset=utf-8', jsonType],
    ['application/json; charset=UTF8', jsonType],
    ['application/json;odata=verbose', jsonType],
    ['application/graphql-response+json', graphqlType],
    ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', graphqlType],
    ['application/graphql-response+json, application/json;q=0.9', graphqlType],
    ['application/graphql-response+json;q=0.8, application/json;q=0.9', jsonType],
    ['application/json, application/graphql-response+json', jsonType],
    ['application/json, */*', jsonType],
    ['*/*;q=0.1, application/graphql-response+json', graphqlType],
    ['*/*, application/json;q=0', graphqlType],
    ['application/*;q=0.5, application/json;q=0, application/graphql-response+json;q=0.1', graphqlType],
    ['multipart/mixed;deferSpec=20220824, application/json', jsonType],
    ['text/html, application/json;q=0.9', jsonType],
    ['application/json;q=x, application/graphql-response+json', graphqlType],
    ['application/json;charset=utf-16, application/graphql-response+json', graphqlType],
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
  ])('the media type for `Accept: %s` is %s', (accept, expected) => {
    expect(chooseType(accept, [jsonType, graphqlType])).toBe(expected);
  });

  it.each([
    ['text/html', htmlType],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', htmlType],
    ['*/*', jsonType],
    [undefined, jsonType],
    ['application/json, text/html', jsonType],
    ['application/json;q=0.5, text/html', htmlType],
  ])('if an HTML page is offered, the media type for `Accept: %s` is %s', (accept, expected) => {
    expect(preferredType(accept, [jsonType, graphqlType, htmlType])).toBe(expected);
  });

  it('is remembered for headers of up to 256 characters with the number of types, of the first 64', () => {
    const offered = [jsonType, graphqlType] as const;
    const accepts = Array.from({ length: 80 }, (_, index) => `${graphqlType};v=${index}`);
    for (let time = 0; time < 2; time += 1) {
      expect(accepts.map((accept) => preferredType(accept, offered))).toEqual(accepts.map(() => graphqlType));
      expect(preferredType('text/html', [...offered, htmlType])).toBe(htmlType);
      expect(preferredType('text/html', offered)).toBeUndefined();
      expect(preferredType(`${graphqlType};v=${'x'.repeat(300)}`, offered)).toBe(graphqlType);
    }
  });
});
