import { readHttpDate } from '../upstream/rate-limit/rate-headers.ts';
import { isReply, type Examination, type Reply } from './examination.ts';
import type { Finding } from './finding.ts';

const widen =
  'Raise the limit (Administration → Settings → Rate Limiter), grant callers api-bypass-rate-limit, or forward their addresses (FORWARD_CLIENT_IP=on).';

/** The replies of Rocket.Chat to strangers, whom nothing exempts from its limiter. */
const repliesToStrangers = ({ strangers }: Examination): Reply[] => strangers.filter(isReply);

const isLimited = (examination: Examination): boolean =>
  repliesToStrangers(examination).some(({ rate }) => rate !== undefined);

/** Whether the workspace limits calls, and how many it takes. */
export function checkLimiter(examination: Examination): Finding | undefined {
  const [reply] = repliesToStrangers(examination);
  if (reply === undefined) return undefined;
  const { rate, status } = reply;
  const base = { subject: 'limiter' } as const;
  if (rate === undefined && status === 429) {
    return {
      ...base,
      level: 'warning',
      seen: 'A call was refused with HTTP 429, without the headers of Rocket.Chat’s limiter.',
      meaning: 'A proxy limits calls. The gateway cannot see that limit before it meets it.',
      change: 'Exempt the gateway’s address from the limits of that proxy.',
    };
  }
  if (rate === undefined) {
    return {
      ...base,
      level: status === 200 ? 'good' : 'note',
      seen: `The response (HTTP ${status}) has no X-RateLimit-* headers.`,
      meaning:
        status === 200
          ? 'The limiter is off, or something removes its headers: calls of all users go out as they come.'
          : 'The limiter did not show itself.',
    };
  }
  const limit = rate.limit ?? 'an unknown number of';
  const seen = `It is on: ${limit} calls for each endpoint, window and address${endOf(reply)}.`;
  if (examination.config.forwardsClientIp) {
    return { ...base, level: 'good', seen, meaning: 'FORWARD_CLIENT_IP is on: see “addresses” for whether it works.' };
  }
  const isWide = (rate.limit ?? 0) >= wideLimit;
  return {
    ...base,
    level: isWide ? 'good' : 'warning',
    seen,
    meaning:
      'All users of this gateway share these calls, as they come from one address. What does not fit is RATE_LIMITED.',
    ...(!isWide && { change: widen }),
  };
}

/** Calls of an endpoint in a window, usually a minute, with which a gateway of some users gets by. */
const wideLimit = 100;
/** No window of Rocket.Chat's is longer in practice. Seconds. */
const longestWindow = 900;

/** When the window ends, if the reply says so credibly. */
function endOf({ rate, headers, receivedAt }: Reply): string {
  if (rate?.resetAt === undefined) return '';
  const seconds = Math.round((rate.resetAt - (readHttpDate(headers.date ?? '') ?? receivedAt)) / 1000);
  return seconds >= 0 && seconds <= longestWindow ? `; this window ends in about ${seconds} s` : '';
}

/** Whether the workspace counts by the address that the gateway names, which is what FORWARD_CLIENT_IP needs. */
export function checkAddresses(examination: Examination): Finding | undefined {
  const { forwardsClientIp, trustsProxy } = examination.config;
  const [first, second] = repliesToStrangers(examination);
  const base = { subject: 'addresses' } as const;
  if (first === undefined) return undefined;
  if (first.rate === undefined) {
    const seen = 'Without a limiter it cannot be seen whether the workspace goes by X-Real-IP.';
    return { ...base, level: 'note', seen, meaning: 'As long as nothing is limited, it makes no difference.' };
  }
  const isApart = second && areCountedApart(first, second);
  if (isApart === undefined) {
    return {
      ...base,
      level: 'note',
      seen: 'Two calls from different addresses were counted in different windows, which tells nothing.',
      meaning: 'The window ended between them, or several instances of Rocket.Chat answer and count each for itself.',
      change: 'Run this again.',
    };
  }
  if (isApart) {
    const proxy = trustsProxy
      ? 'Whether the proxy before the gateway names its clients cannot be seen from here.'
      : 'Without TRUST_PROXY=on that is the address of whoever connects: right only without a proxy before the gateway.';
    return {
      ...base,
      level: forwardsClientIp ? 'good' : 'note',
      seen: 'The workspace counts two addresses in X-Real-IP apart.',
      meaning: forwardsClientIp
        ? `Each user has a limit of their own. ${proxy}`
        : 'Forwarding the users’ addresses would give each a limit of their own.',
      ...(!forwardsClientIp && { change: 'Set FORWARD_CLIENT_IP=on, and behind a proxy TRUST_PROXY=on.' }),
    };
  }
  return {
    ...base,
    level: forwardsClientIp ? 'problem' : 'note',
    seen: 'The workspace counts two addresses in X-Real-IP together.',
    meaning: forwardsClientIp
      ? 'FORWARD_CLIENT_IP has no effect: all users share one limit, and the gateway plans as if each had their own.'
      : 'Forwarding the users’ addresses would not help as it is.',
    change: `A proxy between here and the workspace replaces X-Real-IP: let it pass on the gateway’s${forwardsClientIp ? ', or set FORWARD_CLIENT_IP=off' : ''}.`,
  };
}

/**
 * Both addresses are new, so each has one call behind it if they are counted apart, and the second has more behind it
 * otherwise. Undefined if the windows are not the same, or the figures make no sense.
 */
function areCountedApart({ rate: first, ...reply }: Reply, { rate: second, status }: Reply): boolean | undefined {
  if (reply.status === 429 || status === 429) return false; // new addresses have calls left
  if (first?.resetAt === undefined || first.resetAt !== second?.resetAt) return undefined;
  const { limit, remaining } = first;
  if (limit === undefined || remaining === undefined || second.remaining === undefined) return undefined;
  if (second.remaining < remaining) return false;
  return remaining === limit - 1 && second.remaining === remaining ? true : undefined;
}

/** Whether the user of the credentials is exempt: the limiter's headers are missing where strangers get them. */
export function checkExemption(examination: Examination): Finding | undefined {
  const { me } = examination;
  if (!isReply(me) || me.status !== 200) return undefined;
  const base = { subject: 'exemption' } as const;
  if (!isLimited(examination)) {
    const seen = 'Without a limiter it cannot be seen whether this user has api-bypass-rate-limit.';
    return { ...base, level: 'note', seen, meaning: 'As long as nothing is limited, it makes no difference.' };
  }
  if (me.rate === undefined) {
    return {
      ...base,
      level: 'good',
      seen: 'This user is exempt from the limiter (api-bypass-rate-limit).',
      meaning: 'The gateway notices that, and neither counts nor delays their calls. Other users may not be exempt.',
    };
  }
  return {
    ...base,
    level: 'note',
    seen: 'This user is not exempt from the limiter (no api-bypass-rate-limit).',
    meaning:
      'Their calls count like everybody’s. That is usual for people, and narrow for a program that reads for many.',
    change: 'For such a program, give its account a role with api-bypass-rate-limit.',
  };
}
