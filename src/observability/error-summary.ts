import type { GraphQLError } from 'graphql';
import { gatewayErrorOf } from '../errors.ts';
import { describeUnexpected } from './log.ts';

/** Errors in a request's log line: the count of each code, and details in the gateway's own words. */
export interface ErrorSummary {
  readonly codes: Readonly<Record<string, number>>;
  readonly details: readonly string[];
  readonly unexpected: readonly object[];
}

/** Distinct details in one summary, at most. */
const maxDetails = 5;

export function summariseErrors(errors: readonly GraphQLError[]): ErrorSummary {
  const codes: Partial<Record<string, number>> = {};
  const details = new Set<string>();
  const unexpected: object[] = [];
  for (const error of errors) {
    const code = codeOf(error);
    codes[code] = (codes[code] ?? 0) + 1;
    const ours = gatewayErrorOf(error);
    if (ours?.detail !== undefined && details.size < maxDetails) details.add(`${ours.message} (${ours.detail})`);
    if (code === 'INTERNAL_SERVER_ERROR' && unexpected.length < maxDetails) {
      unexpected.push({ path: error.path?.join('.'), ...describeUnexpected(error.originalError ?? error) });
    }
  }
  return { codes: codes as Record<string, number>, details: [...details], unexpected };
}

const codeOf = (error: GraphQLError): string => {
  const { code } = error.extensions;
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
};
