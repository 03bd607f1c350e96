import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from './options.ts';
import { table } from './report.ts';
import { RequestTemplate, wholeBody } from './requests.ts';
import { arrivedBy, byContender, isFlat, median, orderOfRound, quantile } from './schedule.ts';
import { authToken, bodiesOf, callerId, grownWorkloads, workloads } from './workloads.ts';

describe('options', () => {
  it('measures the six workloads of floor and gateway unless told otherwise', () => {
    const { chosen, ...others } = readOptions([]);
    expect(chosen).toEqual(workloads);
    expect(others).toEqual({
      rounds: 9,
      seconds: 0.5,
      processes: 1,
      withPeers: false,
      withStore: false,
      withPipelining: false,
      withGrowth: false,
      uniqueCredentials: false,
      checksOnly: false,
      profileFolder: undefined,
      wantsHelp: false,
    });
  });

  it('reads every option', () => {
    const options = readOptions(
      '--workloads W5,W1 --rounds 3 --seconds 2 --processes 4 --peers --store --pipelining --growth --unique-credentials --check --profile out'.split(
        ' ',
      ),
    );
    expect(options.chosen.map(({ name }) => name)).toEqual(['W1', 'W5']);
    expect(options).toMatchObject({
      rounds: 3,
      seconds: 2,
      processes: 4,
      withPeers: true,
      withStore: true,
      withPipelining: true,
      withGrowth: true,
      uniqueCredentials: true,
    });
    expect(options).toMatchObject({ checksOnly: true, profileFolder: 'out' });
  });

  it.each([
    ['--workloads', 'W9'],
    ['--rounds', '0'],
    ['--rounds', '1.5'],
    ['--seconds', '0'],
    ['--processes', '0'],
    ['--colour'],
    ['W1'],
  ])('refuses %s %s', (...args) => expect(() => readOptions(args)).toThrow(UsageError));
});

describe('the schedule', () => {
  it('goes through the contenders there and back', () => {
    expect([0, 1, 2].map((round) => orderOfRound(['a', 'b', 'c'], round).join(''))).toEqual(['abc', 'cba', 'abc']);
  });

  it('calls a contender warm when three slices in a row agree within 5 %', () => {
    expect(isFlat([100, 100])).toBe(false);
    expect(isFlat([300, 100, 102, 105])).toBe(true);
    expect(isFlat([100, 106, 103])).toBe(false);
  });

  it('lets requests arrive at the rate, the first at once, and no more than are wanted', () => {
    expect([0, 9, 10, 99, 100, 5000].map((elapsed) => arrivedBy(elapsed, 100, 50))).toEqual([1, 1, 2, 10, 11, 50]);
  });

  it('puts the rounds of all processes of a contender together, so that the floor’s stand beside them', () => {
    const [floor, gateway] = [{ name: 'floor' }, { name: 'gateway' }];
    const processes = [floor, gateway, floor, gateway].map((contender, port) => ({
      asked: { contender, port },
      rounds: [port * 10, port * 10 + 1],
    }));
    expect(byContender(processes)).toEqual([
      { asked: { contender: floor, port: 0 }, rounds: [0, 1, 20, 21] },
      { asked: { contender: gateway, port: 1 }, rounds: [10, 11, 30, 31] },
    ]);
  });

  it('takes medians and quantiles between the nearest values', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), quantile([0, 10], 0.99)]).toEqual([2, 2.5, 9.9]);
  });
});

describe('a request', () => {
  const [body = ''] = bodiesOf({ name: 'W', title: '', query: '{ a }', variables: [{ roomId: `${callerId}other` }] });
  const template = new RequestTemplate(80, body);

  it('comes from another caller each time: id, token, and the room’s id that begins with the id', () => {
    const first = template.ofCaller(1).toString();
    expect(first).not.toMatch(callerId);
    expect(first).not.toMatch(authToken);
    expect(first.match(/u0{15}1/g)).toHaveLength(2);
    expect(template.ofCaller(2).toString()).toBe(first.replaceAll('00000000001', '00000000002'));
    expect(template.bytes.toString()).toContain(callerId);
  });

  it.each([
    ['by its length', 'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'],
    ['in chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n'],
  ])('is answered once the whole body is there: %s', (_, text) => {
    for (let cut = 0; cut < text.length; cut += 1) {
      const parts = [Buffer.from(text.slice(0, cut)), Buffer.from(text.slice(cut))];
      expect(wholeBody(parts)?.toString()).toBe('{"a":1}');
      expect(wholeBody(parts.slice(0, 1))).toBeUndefined();
    }
  });
});

it('growth asks for other pages in the query and, for the floor, in `count`', () => {
  expect(grownWorkloads.map(({ title }) => title)).toEqual([
    'W2 × 10',
    'W2 × 50',
    'W2 × 100',
    'W4 × 5',
    'W4 × 20',
    'W4 × 50',
    'W5 × 5',
    'W5 × 20',
    'W5 × 50',
  ]);
  for (const { query, variables } of grownWorkloads) expect(query).toContain(`(first: ${variables[0]?.['count']})`);
});

it('a table is as wide as its cells, the first column to the left', () => {
  expect(
    table('Title', [
      ['', 'W1'],
      ['floor', '100 µs'],
      ['gateway', '-'],
    ]),
  ).toBe('Title\n\n               W1\n  floor    100 µs\n  gateway       -\n');
});
