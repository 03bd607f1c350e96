import { asId, asObject } from '../json.ts';
import { readHttpDate } from '../upstream/rate-limit/rate-headers.ts';
import { printable } from '../text.ts';
import { isOfRocketChat, isReply, type Examination, type Outcome, type Reply } from './examination.ts';
import type { Finding } from './finding.ts';
import { unreachable } from './unreachable.ts';

/** Whether Rocket.Chat answers, and how long it takes. */
export function checkWorkspace(examination: Examination): Finding {
  const { info, strangers, workspaceUrl, config } = examination;
  if (!isReply(info)) return unreachable(info, workspaceUrl, config.upstreamTimeoutMs);
  const rocketChat = [info, ...strangers].find(isOfRocketChat);
  if (rocketChat === undefined) return notRocketChat(info, workspaceUrl);
  if (examination.isDemo) {
    return {
      subject: 'workspace',
      level: 'warning',
      seen: 'No workspace is set, so this is the demo workspace.',
      meaning: 'The gateway serves made-up data, and what follows is about those.',
      change: 'Set ROCKETCHAT_URL.',
    };
  }
  const ms = info.receivedAt - info.sentAt;
  const isSlow = ms > config.upstreamTimeoutMs / 2;
  const failed = strangers.find((outcome) => !isReply(outcome));
  if (failed !== undefined) {
    return {
      subject: 'workspace',
      level: 'warning',
      seen: `Rocket.Chat answered one call at ${workspaceUrl} and left the next without a response (${reasonOf(failed)}).`,
      meaning: 'Calls fail now and then: their fields are null with UPSTREAM_UNAVAILABLE or UPSTREAM_TIMEOUT.',
      change: 'Look at the log of the workspace, and of the proxy before it; then run this again.',
    };
  }
  return {
    subject: 'workspace',
    level: isSlow ? 'warning' : 'good',
    seen: `Rocket.Chat answers at ${workspaceUrl}, in ${ms} ms.`,
    meaning: isSlow
      ? `That is more than half of the ${config.upstreamTimeoutMs} ms that a call may take; slower ones are UPSTREAM_TIMEOUT.`
      : `A call may take ${config.upstreamTimeoutMs} ms.`,
    ...(isSlow && { change: 'Run the gateway nearer to the workspace, or raise UPSTREAM_TIMEOUT_MS.' }),
  };
}

const reasonOf = (outcome: Outcome): string => (isReply(outcome) ? '' : printable(outcome.message));

/** Something answers, and it is no Rocket.Chat. */
function notRocketChat(info: Reply, workspaceUrl: string): Finding {
  const { status, headers } = info;
  const base = { subject: 'workspace', level: 'problem' } as const;
  const { location } = headers;
  if (status >= 300 && status < 400 && location !== undefined) {
    return {
      ...base,
      seen: `${workspaceUrl} redirects to ${printable(location)}.`,
      meaning: 'The gateway follows no redirect, because it would carry tokens to another server: every call fails.',
      change: 'Set ROCKETCHAT_URL to where the workspace really is, if that is the address above.',
    };
  }
  if (status >= 500) {
    return {
      ...base,
      seen: `${workspaceUrl} answers with HTTP ${status}.`,
      meaning: 'The workspace is down, or the proxy before it cannot reach it: every call is UPSTREAM_UNAVAILABLE.',
      change: 'Look at the log of the workspace, and of the proxy before it.',
    };
  }
  const isPage = headers['content-type']?.startsWith('text/html') === true;
  return {
    ...base,
    seen: `${workspaceUrl} answers with ${isPage ? 'a web page' : 'something else than Rocket.Chat’s JSON'} (HTTP ${status}).`,
    meaning: 'Rocket.Chat’s API is not there: every call is UPSTREAM_BAD_RESPONSE.',
    change: isPage
      ? 'Set ROCKETCHAT_URL to the workspace, with its path if it has one; a login page of a proxy must let /api/ through.'
      : 'Set ROCKETCHAT_URL to the workspace, with its path if it has one.',
  };
}

const soonMs = 14 * 86_400_000;

/** What the connection is encrypted with. */
export function checkTls({ tls, info, workspaceUrl }: Examination): Finding | undefined {
  const { protocol, hostname } = new URL(workspaceUrl);
  if (protocol === 'http:') return plainHttp(hostname);
  if (tls === undefined) return undefined;
  const { expiresAt } = tls;
  const now = isReply(info) ? info.receivedAt : Date.now();
  const by = tls.issuer === undefined ? '' : `, certificate by ${printable(tls.issuer, 60)}`;
  const until = expiresAt === undefined ? '' : `, until ${new Date(expiresAt).toISOString().slice(0, 10)}`;
  const seen = `${printable(tls.protocol, 16)}${by}${until}.`;
  if (expiresAt !== undefined && expiresAt - now < soonMs) {
    return {
      subject: 'tls',
      level: 'warning',
      seen,
      meaning: 'The certificate expires within two weeks: from then on every call is UPSTREAM_UNAVAILABLE.',
      change: 'Renew the certificate of the workspace.',
    };
  }
  return { subject: 'tls', level: 'good', seen, meaning: 'The gateway trusts the certificate.' };
}

function plainHttp(hostname: string): Finding {
  const isHere = /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
  const seen = 'None: the address of the workspace begins with http://.';
  if (isHere) return { subject: 'tls', level: 'good', seen, meaning: 'The calls do not leave this machine.' };
  return {
    subject: 'tls',
    level: 'warning',
    seen,
    meaning: 'Whoever can listen between here and there reads every user’s token and messages.',
    change: 'Set ROCKETCHAT_URL to an https:// address, unless that network is yours alone.',
  };
}

/** `Date` has whole seconds; a few more are what well-kept clocks differ by at times. */
const secondMs = 1000;
const usualMs = 5000;

/** How far the clocks are apart: the response was written somewhere between call and receipt. */
export function checkClock({ info }: Examination): Finding | undefined {
  if (!isReply(info)) return undefined;
  const date = readHttpDate(info.headers.date ?? '');
  if (date === undefined) {
    return {
      subject: 'clock',
      level: 'note',
      seen: 'The response has no date.',
      meaning: 'The gateway assumes that both clocks agree; rate-limit windows can seem to end too early or too late.',
      change: 'Let the proxy before the workspace pass on the header Date.',
    };
  }
  const atLeast = date - info.receivedAt;
  const atMost = date + secondMs - info.sentAt;
  const aheadMs = atLeast > 0 ? atLeast : Math.min(0, atMost);
  if (Math.abs(aheadMs) <= usualMs) {
    return {
      subject: 'clock',
      level: 'good',
      seen: 'The clocks of this machine and of the workspace agree within seconds.',
      meaning: 'Times in both logs can be compared.',
    };
  }
  return {
    subject: 'clock',
    level: 'warning',
    seen: `The workspace’s clock is ${Math.round(Math.abs(aheadMs) / 1000)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine’s.`,
    meaning:
      'The gateway reads rate-limit windows by the workspace’s clock, so it copes; times in the logs do not match.',
    change: 'Synchronise the clock that is wrong (NTP).',
  };
}

const versionForm = /^(\d{1,3})\.(\d{1,3})(?:\.\d{1,5})?(?:-[\w.]{1,32})?$/;

/** From this minor of 8 on, every endpoint that the gateway calls speaks the dialect of Rocket.Chat 8. */
const firstWholeR8 = 7;

/** Which Rocket.Chat, and how it words its refusals. */
export function checkVersion({ info, strangers }: Examination): Finding | undefined {
  if (!isReply(info) || ![info, ...strangers].some(isOfRocketChat)) return undefined;
  const text = asId(info.json?.['version']) ?? asId(asObject(info.json?.['info'])?.['version']) ?? '';
  const [, major, minor] = versionForm.exec(text) ?? [];
  if (major === undefined) {
    return {
      subject: 'version',
      level: 'note',
      seen: `The workspace does not tell its version at /api/info${text === '' ? '' : ` (it says “${printable(text, 32)}”)`}.`,
      meaning: 'The gateway understands Rocket.Chat 7 and 8, and does not ask which it is.',
    };
  }
  const seen = `Rocket.Chat ${text}`;
  if (major !== '7' && major !== '8') {
    return {
      subject: 'version',
      level: 'warning',
      seen: `${seen}.`,
      meaning:
        'The gateway is made for Rocket.Chat 7 and 8: others may refuse or shape answers in ways that it does not know.',
      change: Number(major) < 7 ? 'Upgrade the workspace.' : 'Look for a newer release of this gateway.',
    };
  }
  const isMixed = major === '8' && Number(minor) < firstWholeR8;
  const dialect = isMixed ? 'the dialect R7 at some endpoints and R8 at others' : `the dialect R${major}`;
  return {
    subject: 'version',
    level: 'good',
    seen: `${seen}, ${dialect}.`,
    meaning: 'The gateway understands both dialects; there is nothing to set.',
  };
}

/** Headers that proxies add, and Rocket.Chat does not. */
const proxyHeaders = ['via', 'server', 'x-cache', 'x-served-by', 'cf-ray', 'age'] as const;

const isCached = ({ headers }: Reply): boolean =>
  String(headers['x-cache'] ?? '')
    .toUpperCase()
    .includes('HIT') || Number(headers.age ?? 0) > 0;

/**
 * What stands between here and the workspace, as far as it shows. Texts are of responses to strangers alone: what answers
 * to the credentials has seen them.
 */
export function checkProxy({ info, strangers, me, everyone, receipts }: Examination): Finding | undefined {
  if (!isReply(info)) return undefined;
  const open = [info, ...strangers].filter(isReply);
  const personal = [me, everyone, receipts].filter(isReply);
  const replies = [...open, ...personal];
  const signs = proxyHeaders.flatMap((name) => {
    const value = open.map(({ headers }) => headers[name]).find((given) => given !== undefined);
    return value === undefined ? [] : [`${name}: ${printable(String(value), 40)}`];
  });
  const seen =
    signs.length === 0 ? 'Nothing in the responses shows one.' : `The responses show one (${signs.join(', ')}).`;
  const base = { subject: 'proxy', seen } as const;
  const encoding = replies.map(({ headers }) => headers['content-encoding']).find((given) => given !== undefined);
  if (encoding !== undefined && encoding !== 'identity') {
    return {
      ...base,
      level: 'problem',
      seen: 'A proxy encodes responses (Content-Encoding), although the gateway asks for plain ones.',
      meaning: 'The gateway unpacks nothing that it did not ask for: every call is UPSTREAM_BAD_RESPONSE.',
      change: 'Let the proxy heed “Accept-Encoding: identity”, or compress nothing below /api/.',
    };
  }
  if (replies.some(isCached)) {
    return {
      ...base,
      level: personal.some(isCached) ? 'problem' : 'warning',
      meaning: 'It answers from a cache: callers can get old answers, or those of others.',
      change: 'Switch off caching below /api/ there: Rocket.Chat forbids it (Cache-Control: no-store).',
    };
  }
  if (signs.length === 0) return { ...base, level: 'good', meaning: 'A proxy that adds no header stays unseen.' };
  return {
    ...base,
    level: 'note',
    meaning:
      'Its time-outs and limits come on top. It closes idle connections; the gateway repeats a read that meets one of those.',
    change:
      'Let it wait longer than UPSTREAM_TIMEOUT_MS, limit nothing by address below /api/, and pass on X-RateLimit-*.',
  };
}
