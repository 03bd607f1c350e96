import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Config, DoctorCredentials } from '../config/config.ts';
import type { JsonObject } from '../json.ts';
import { callerOf, fixedHeaders } from '../upstream/caller.ts';
import { deletionSettings, publicSettingsPath } from '../upstream/endpoints/settings-public.ts';
import { readRateHeaders, type RateHeaders } from '../upstream/rate-limit/rate-headers.ts';
import { readBody } from '../upstream/transport/response.ts';
import { Transport } from '../upstream/transport/transport.ts';
import { TransportError } from '../upstream/transport/transport-error.ts';
import { tlsFactsOf, type TlsFacts } from './connection.ts';
import { examineStore, type StoreFacts } from './store-facts.ts';

/** The workspace's response to one call. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Undefined unless the response is a JSON object. */
  readonly json: JsonObject | undefined;
  readonly rate: RateHeaders | undefined;
  /** Epoch milliseconds by the clock of this machine. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

export type Outcome = Reply | TransportError;

/** What the doctor is given. */
export interface Patient {
  readonly config: Config;
  readonly workspaceUrl: string;
  readonly isDemo: boolean;
  readonly credentials: DoctorCredentials | undefined;
}

/** Everything that the calls brought to light. Undefined: the call was not made. */
export interface Examination extends Patient {
  readonly tls: TlsFacts | undefined;
  readonly callCount: number;
  /** `/api/info`, which everybody may read. */
  readonly info: Outcome;
  /** `settings.public`, which everybody may read, as two end users who call from new addresses. */
  readonly strangers: readonly Outcome[];
  /** With the credentials: who they belong to, every room of the workspace, the receipts of a message that nobody wrote. */
  readonly me: Outcome | undefined;
  readonly everyone: Outcome | undefined;
  readonly receipts: Outcome | undefined;
  /** Undefined: the gateway has no store. */
  readonly store: StoreFacts | undefined;
}

/**
 * Calls the workspace as the gateway does: six times at most, one after another, and only to read. The credentials go out
 * once the other side has shown that it is a Rocket.Chat.
 */
export async function examine(patient: Patient): Promise<Examination> {
  const { config, workspaceUrl, credentials } = patient;
  let tls: TlsFacts | undefined;
  const transport = new Transport({ url: workspaceUrl, onConnected: (socket) => (tls ??= tlsFactsOf(socket)) });
  let callCount = 0;
  const call = async (path: string, headers: readonly string[]): Promise<Outcome> => {
    callCount += 1;
    const sentAt = Date.now();
    const response = await transport.get(path, { headers, timeoutMs: config.upstreamTimeoutMs, onStart: () => {} });
    if (response instanceof TransportError) return response;
    const { status, headers: given } = response;
    const receivedAt = Date.now();
    // As the workspace wrote them: the clocks may be apart.
    const rate = readRateHeaders(given, 0, Number.POSITIVE_INFINITY);
    return { status, headers: given, json: readBody(response)?.json, rate, sentAt, receivedAt };
  };
  const own = credentials === undefined ? [] : callerOf(credentials).headers;
  try {
    const info = await call('/api/info', fixedHeaders);
    const strangers = isReply(info) ? await callAsStrangers(call) : [];
    const mayLogIn = credentials !== undefined && [info, ...strangers].some(isOfRocketChat);
    const me = mayLogIn ? await call('/api/v1/me', own) : undefined;
    const isAccepted = isReply(me) && isOfUser(me, credentials);
    const everyone = isAccepted
      ? await call('/api/v1/dm.list.everyone?offset=0&count=1&sort=%7B%22_id%22%3A1%7D', own)
      : undefined;
    const receipts = isAccepted
      ? await call(`/api/v1/chat.getMessageReadReceipts?messageId=${nobodysId()}`, own)
      : undefined;
    const store = await examineStore(config, workspaceUrl);
    return { ...patient, tls, callCount, info, strangers, me, everyone, receipts, store };
  } finally {
    transport.close();
  }
}

const isOfUser = ({ status, json }: Reply, credentials: DoctorCredentials | undefined): boolean =>
  status === 200 && json?.['success'] === true && json['_id'] === credentials?.userId;

/** Settings of the workspace that must be on for read receipts to be kept. Everybody may read them. */
export const receiptSettings = ['Message_Read_Receipt_Enabled', 'Message_Read_Receipt_Store_Users'] as const;

/** Once, or twice where the limiter shows itself: whether it counts them apart tells whether it goes by the address given. */
async function callAsStrangers(
  call: (path: string, headers: readonly string[]) => Promise<Outcome>,
): Promise<Outcome[]> {
  const path = publicSettingsPath([...receiptSettings, ...deletionSettings]);
  const ask = () => call(path, [...fixedHeaders, 'x-real-ip', newAddress()]);
  const first = await ask();
  return isReply(first) && first.rate?.limit !== undefined ? [first, await ask()] : [first];
}

/** An address of the range for documentation, which nobody has: its limiter's window is untouched. */
function newAddress(): string {
  const groups = randomBytes(8).toString('hex').match(/.{4}/g) ?? [];
  return `2001:db8:0:0:${groups.join(':')}`;
}

/** In the form of Rocket.Chat's ids. */
const nobodysId = (): string => `nobody${randomBytes(8).toString('hex').slice(0, 11)}`;

export const isReply = (outcome: Outcome | undefined): outcome is Reply =>
  outcome !== undefined && !(outcome instanceof TransportError);

/** Every success of Rocket.Chat says so, and every refusal. */
export const isOfRocketChat = (outcome: Outcome): boolean =>
  isReply(outcome) && typeof outcome.json?.['success'] === 'boolean';
