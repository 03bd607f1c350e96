import { describe, expect, it } from 'vitest';
import { ConfigError, doctorCredentials } from '../../src/config/config.ts';

const mistakesOf = (env: Record<string, string>): string[] => {
  try {
    doctorCredentials(env);
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split('\n') : [`no ConfigError: ${String(error)}`];
  }
};

describe('Credentials of the doctor', () => {
  it('are a pair, or none', () => {
    expect(doctorCredentials({})).toBeUndefined();
    expect(doctorCredentials({ ROCKETCHAT_USER_ID: '', ROCKETCHAT_AUTH_TOKEN: '' })).toBeUndefined();
    const pair = { ROCKETCHAT_USER_ID: 'u'.repeat(256), ROCKETCHAT_AUTH_TOKEN: '!~' };
    expect(doctorCredentials(pair)).toEqual({ userId: 'u'.repeat(256), authToken: '!~' });
    expect(mistakesOf({ ROCKETCHAT_USER_ID: 'u' })).toEqual([
      'ROCKETCHAT_AUTH_TOKEN: required with ROCKETCHAT_USER_ID',
    ]);
    expect(mistakesOf({ ROCKETCHAT_AUTH_TOKEN: 't' })).toEqual([
      'ROCKETCHAT_USER_ID: required with ROCKETCHAT_AUTH_TOKEN',
    ]);
  });

  it.each(['s3 cr3t', 's3cr3t\n', 's3cr3té', 's'.repeat(257)])('are of the form that callers’ are: %j', (odd) => {
    const wrong = 'expected up to 256 characters without spaces, as Rocket.Chat gave it';
    expect(mistakesOf({ ROCKETCHAT_USER_ID: odd, ROCKETCHAT_AUTH_TOKEN: odd })).toEqual([
      `ROCKETCHAT_USER_ID: ${wrong}`,
      `ROCKETCHAT_AUTH_TOKEN: ${wrong}`,
    ]);
  });
});
