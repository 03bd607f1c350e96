import { printable } from '../text.ts';
import type { TransportError } from '../upstream/transport/transport-error.ts';
import type { Finding } from './finding.ts';

type Advice = Pick<Finding, 'seen' | 'meaning' | 'change'> & Pick<Partial<Finding>, 'subject'>;

const down = 'Every field that needs the workspace is null with UPSTREAM_UNAVAILABLE.';
const correctUrl = 'Correct ROCKETCHAT_URL';

const unknownName = (host: string): Advice => ({
  seen: `The name ${host} does not resolve`,
  meaning: down,
  change: `${correctUrl}, or what this machine or container asks for names (DNS).`,
});

const refused = (host: string): Advice => ({
  seen: `Nothing listens at ${host}`,
  meaning: down,
  change: `Start the workspace, or correct ROCKETCHAT_URL. In a container, 127.0.0.1 and localhost are the container itself.`,
});

const noWay = (host: string): Advice => ({
  seen: `There is no way to ${host}`,
  meaning: down,
  change: 'Look at routes, firewalls and network policies between here and the workspace.',
});

const wrongCertificate = (why: string, change: string): Advice => ({
  subject: 'tls',
  seen: `The certificate of the workspace ${why}`,
  meaning: `The gateway does not send tokens to a server that it cannot verify. ${down}`,
  change,
});

const ownAuthority = wrongCertificate(
  'is signed by nobody whom this machine trusts',
  'Give the gateway the certificate of your authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem in its environment.',
);

const notTls: Advice = {
  subject: 'tls',
  seen: 'The other side does not speak TLS, or another version of it',
  meaning: down,
  change: `${correctUrl} (http:// for a workspace without TLS), or its port.`,
};

/** By the code of Node’s error. */
const advices: Readonly<Record<string, (host: string) => Advice>> = {
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
  ECONNREFUSED: refused,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  DEPTH_ZERO_SELF_SIGNED_CERT: () => ownAuthority,
  SELF_SIGNED_CERT_IN_CHAIN: () => ownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: () => ownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: () => ownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: () => ownAuthority,
  CERT_HAS_EXPIRED: () =>
    wrongCertificate('has expired', 'Renew it; if it is new, set the clock of this machine right.'),
  CERT_NOT_YET_VALID: () => wrongCertificate('is not valid yet', 'Set the clock of this machine right.'),
  ERR_TLS_CERT_ALTNAME_INVALID: () =>
    wrongCertificate(
      'is for another name',
      `${correctUrl} to a name that the certificate has, or renew it with this one.`,
    ),
  ERR_SSL_WRONG_VERSION_NUMBER: () => notTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: () => notTls,
  EPROTO: () => notTls,
};

/** There was no response: why, and what to do about it. */
export function unreachable({ reason, message }: TransportError, workspaceUrl: string, timeoutMs: number): Finding {
  const host = new URL(workspaceUrl).host;
  const advice = advices[message]?.(host) ?? byReason(reason, host, timeoutMs);
  const code = reason === 'timeout' || reason === 'too-large' ? '' : ` (${printable(message, 60)})`;
  return { subject: 'workspace', level: 'problem', ...advice, seen: `${advice.seen}${code}.` };
}

function byReason(reason: TransportError['reason'], host: string, timeoutMs: number): Advice {
  if (reason === 'timeout') {
    return {
      seen: `${host} does not respond within ${timeoutMs} ms`,
      meaning: 'Every field that needs the workspace is null with UPSTREAM_TIMEOUT.',
      change: 'Look at firewalls between here and the workspace, and at its load; or raise UPSTREAM_TIMEOUT_MS.',
    };
  }
  if (reason === 'protocol' || reason === 'too-large') {
    return {
      seen: `${host} sends ${reason === 'protocol' ? 'something else than HTTP' : 'more than any response of Rocket.Chat’s'}`,
      meaning: 'Every field that needs the workspace is null with UPSTREAM_BAD_RESPONSE.',
      change: `${correctUrl}: its host, its port, and https:// where the workspace has TLS.`,
    };
  }
  return {
    seen: `The connection to ${host} fails`,
    meaning: down,
    change: `${correctUrl} (https:// where the workspace has TLS), or look at the log of the proxy before it.`,
  };
}
