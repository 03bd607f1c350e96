import { asId } from '../json.ts';
import { publicSettingOf } from '../upstream/endpoints/settings-public.ts';
import { isReply, receiptSettings, type Examination, type Outcome } from './examination.ts';
import type { Finding, Subject } from './finding.ts';

/** Whether the workspace accepts the credentials, and as whose. */
export function checkToken({ credentials, me }: Examination): Finding {
  const base = { subject: 'token' } as const;
  if (credentials === undefined) {
    return {
      ...base,
      level: 'note',
      seen: 'Not looked at: no credentials are given.',
      meaning: 'Unseen as well: what a user may do, exemption from the limiter, and read receipts.',
      change:
        'Set ROCKETCHAT_USER_ID and ROCKETCHAT_AUTH_TOKEN for this command, such as those of a personal access token.',
    };
  }
  if (me === undefined) {
    return {
      ...base,
      level: 'note',
      seen: 'Not looked at: the credentials are kept from a server that is not known to be Rocket.Chat.',
      meaning: 'Unseen as well: what a user may do, exemption from the limiter, and read receipts.',
      change: 'Mend the workspace first.',
    };
  }
  if (!isReply(me)) return notSeen('token', me);
  const { status, json } = me;
  if (status === 401) {
    return {
      ...base,
      level: 'problem',
      seen: 'The workspace rejects the credentials (HTTP 401).',
      meaning: 'Requests with them are UNAUTHENTICATED.',
      change: 'Log in again, or make a new personal access token; the user id must be that of the token’s owner.',
    };
  }
  if (status !== 200 || json?.['success'] !== true) return notSeen('token', me);
  if (json['_id'] !== credentials.userId) {
    return {
      ...base,
      level: 'problem',
      seen: 'The workspace answers for another user than the one of the credentials.',
      meaning: 'Something in between answers from a cache or changes the headers: users would see others’ messages.',
      change:
        'Do not serve before that is mended: no cache below /api/, and X-User-Id and X-Auth-Token unchanged on their way.',
    };
  }
  return {
    ...base,
    level: 'good',
    seen: 'The workspace accepts the credentials.',
    meaning: 'Requests with them are answered.',
  };
}

/** Whether the user may list everybody's rooms. */
export function checkAdministration({ everyone }: Examination): Finding | undefined {
  if (everyone === undefined) return undefined;
  const base = { subject: 'administration' } as const;
  if (isReply(everyone) && everyone.status === 200 && Array.isArray(everyone.json?.['ims'])) {
    return {
      ...base,
      level: 'good',
      seen: 'This user has the permission view-room-administration.',
      meaning: '`directMessages` lists every room of the workspace to them; its messages stay with its members.',
    };
  }
  if (isReply(everyone) && everyone.status === 403) {
    return {
      ...base,
      level: 'note',
      seen: 'This user does not have the permission view-room-administration.',
      meaning: 'Usual for people: `viewer` works in full, and `directMessages` is FORBIDDEN.',
      change: 'For lists of everybody’s rooms, give the account a role with view-room-administration.',
    };
  }
  return notSeen('administration', everyone);
}

/** Refusals that only a workspace with read receipts has. */
const withReceipts = new Set(['error-invalid-message', 'error-invalid-room']);

/** Whether the workspace is licensed for read receipts, and keeps them. */
export function checkReceipts({ receipts, strangers }: Examination): Finding | undefined {
  if (receipts === undefined) return undefined;
  const base = { subject: 'receipts' } as const;
  const { status, json } = isReply(receipts) ? receipts : {};
  const errorType = asId(json?.['errorType']) ?? '';
  if (json?.['success'] === true || withReceipts.has(errorType)) {
    const off = receiptSettings.filter((name) => settingOf(strangers, name) === false);
    if (off.length === 0) {
      return {
        ...base,
        level: 'good',
        seen: 'The workspace is licensed for read receipts.',
        meaning: '`readReceipts` lists who has read what, from the time on at which the workspace began to keep that.',
      };
    }
    return {
      ...base,
      level: 'note',
      seen: `The workspace is licensed for read receipts, and does not keep them: ${off.join(' and ')} off.`,
      meaning: '`readReceipts` lists nobody, or only those of earlier times.',
      change: 'To have them, switch both on (Administration → Settings → Message).',
    };
  }
  if (status === 404 || errorType === 'error-action-not-allowed') {
    return {
      ...base,
      level: 'note',
      seen: 'The workspace has no read receipts: they need a licence, and a build with the premium endpoints.',
      meaning: '`readReceipts { isAvailable }` is false, without an error. The rest works.',
    };
  }
  return notSeen('receipts', receipts);
}

/** The value of a setting of the workspace, as far as it tells. */
const settingOf = (strangers: readonly Outcome[], name: string): unknown =>
  publicSettingOf(strangers.find(isReply)?.json, name);

/** The call came to nothing that would answer the question. */
function notSeen(subject: Subject, outcome: Outcome): Finding {
  if (!isReply(outcome)) {
    return {
      subject,
      level: 'warning',
      seen: `The call had no usable response (${outcome.reason}).`,
      meaning: 'The workspace, or a proxy before it, lets this call down: its fields are null with an error.',
      change: 'Look at the log of the workspace, and of the proxy before it; then run this again.',
    };
  }
  if (outcome.status === 429) {
    return {
      subject,
      level: 'note',
      seen: 'The limiter refused the call (HTTP 429).',
      meaning: 'It cannot be seen for now.',
      change: 'Run this again in a minute.',
    };
  }
  return {
    subject,
    level: 'warning',
    seen: `The response is not one that Rocket.Chat is known for (HTTP ${outcome.status}).`,
    meaning: 'A proxy may answer in place of the workspace: such fields are null with an error.',
    change: 'Look at the rules of the proxy for paths below /api/v1/.',
  };
}
